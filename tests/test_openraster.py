"""OpenRaster files: what the specification demands, and that the layers give the picture."""

import gc
import io
import struct
import zipfile
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image
from test_colorizer import Painter, drawing

from sgru_tf import openraster
from sgru_tf.colorizer import Colorizer
from sgru_tf.errors import SgruError
from sgru_tf.files import read_mark
from sgru_tf.openraster import write_openraster

BASELINE_MODES = {
    f"svg:{name}"
    for name in "src-over multiply screen overlay darken lighten color-dodge color-burn hard-light "
    "soft-light difference color luminosity hue saturation plus dst-in dst-out src-atop "
    "dst-atop".split()
}


def transparent(width=150, height=110):
    """A drawing with every alpha: white paper, soft edge, bare lines, nothing."""
    grey = drawing(width, height)
    x = np.arange(width)
    veil = np.clip((width - x) * 3, 0, 255).astype(np.uint8) * np.ones((height, 1), np.uint8)
    veil[: height // 3] = 255 - grey[: height // 3]
    return Image.fromarray(np.dstack([grey, grey, grey, veil]))


SKETCHES = {
    "opaque": lambda: Image.fromarray(drawing()),
    "one with an alpha of 255": lambda: Image.fromarray(drawing()).convert("RGBA"),
    "transparent": transparent,
    "several bands": lambda: transparent(90, 600),
    "one pixel": lambda: Image.new("L", (1, 1), 90),
}


def written(tmp_path, sketch, numbers=(1, 2, 3), lines="sharp", hints=None, **options):
    colouring = Colorizer(Painter(), lines=lines).colouring(sketch)
    colouring.hints = hints
    write_openraster(colouring, tmp_path / "a.ora", numbers, **options)
    return colouring, zipfile.ZipFile(tmp_path / "a.ora")


def image_in(archive, name):
    with archive.open(name) as stream:
        picture = Image.open(io.BytesIO(stream.read()))
        picture.load()
        return picture


def layers_of(archive):
    return list(ElementTree.fromstring(archive.read("stack.xml")).find("stack"))


def unit(picture):
    """Give RGB and alpha, float 0-1, (H, W, 3) and (H, W, 1)."""
    array = np.asarray(picture.convert("RGBA"), np.float64) / 255
    return array[..., :3], array[..., 3:]


def composite(archive):
    """Show the stack by W3C Compositing and Blending: (H, W, 4) 0-255, RGB premultiplied."""
    image = ElementTree.fromstring(archive.read("stack.xml"))
    below = np.zeros((int(image.get("h")), int(image.get("w")), 3))
    below_alpha = below[..., :1].copy()
    for layer in reversed(list(image.find("stack"))):
        if layer.get("visibility", "visible") == "hidden":
            continue
        source, alpha = unit(image_in(archive, layer.get("src")))
        alpha = alpha * float(layer.get("opacity", 1))
        backdrop = below / np.maximum(below_alpha, 1e-12)
        mode = layer.get("composite-op", "svg:src-over")
        blend = {"svg:src-over": lambda _, s: s, "svg:multiply": lambda b, s: b * s}[mode]
        mixed = (1 - below_alpha) * source + below_alpha * blend(backdrop, source)
        below = alpha * mixed + (1 - alpha) * below
        below_alpha = alpha + (1 - alpha) * below_alpha
    return 255 * np.concatenate([below, below_alpha], -1)


def premultiplied(picture):
    colour, alpha = unit(picture)
    return 255 * np.concatenate([colour * alpha, alpha], -1)


@pytest.mark.parametrize("sketch", SKETCHES)
def test_the_file_is_what_the_specification_demands(tmp_path, sketch):
    picture = SKETCHES[sketch]()
    hints = Image.new("RGBA", picture.size, (200, 0, 0, 255))
    _, archive = written(tmp_path, picture, hints=hints, mark="x")
    data = (tmp_path / "a.ora").read_bytes()
    # The first local header: stored, no extra field, so that the type is at a fixed place.
    flags, method = struct.unpack_from("<HH", data, 6)
    assert (flags & 8, method, data[28:30]) == (0, 0, b"\0\0")
    assert data[30:54] == b"mimetypeimage/openraster"
    assert archive.testzip() is None
    names = archive.namelist()
    assert names[0] == "mimetype"
    assert archive.read("mimetype") == b"image/openraster"
    assert {"stack.xml", "mergedimage.png", "Thumbnails/thumbnail.png"} < set(names)
    assert len(names) == len(set(names))
    stored = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
    assert all(info.compress_type in stored for info in archive.infolist())
    assert archive.read("stack.xml").startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    image = ElementTree.fromstring(archive.read("stack.xml"))
    assert (image.tag, [child.tag for child in image]) == ("image", ["stack"])
    assert (int(image.get("w")), int(image.get("h"))) == picture.size
    layers = list(image.find("stack"))
    assert {layer.tag for layer in layers} == {"layer"}
    assert {layer.get("src") for layer in layers} == {n for n in names if n.startswith("data/")}
    for layer in layers:
        assert layer.get("composite-op") in BASELINE_MODES
        assert layer.get("visibility") in ("visible", "hidden")
        assert (layer.get("x"), layer.get("y"), float(layer.get("opacity"))) == ("0", "0", 1)
        assert image_in(archive, layer.get("src")).size == picture.size
    for name in names[2:]:
        data = archive.read(name)
        depth, kind, interlaced = data[24], data[25], data[28]
        assert (data[:8], depth, interlaced) == (b"\x89PNG\r\n\x1a\n", 8, 0)
        assert kind in (2, 6), name  # RGB or RGBA
    assert image_in(archive, "mergedimage.png").size == picture.size


@pytest.mark.parametrize(
    ("size", "small"),
    [((1000, 500), (256, 128)), ((30, 900), (9, 256)), ((200, 100), (200, 100))],
)
def test_the_thumbnail_is_as_large_as_allowed(tmp_path, size, small):
    _, archive = written(tmp_path, transparent(*size), numbers=(2,))
    thumbnail = image_in(archive, "Thumbnails/thumbnail.png")
    assert (thumbnail.size, thumbnail.mode) == (small, "RGBA")
    # Resized as premultiplied, or the colours of what cannot be seen would count.
    merged = image_in(archive, "mergedimage.png").resize(small, Image.Resampling.BILINEAR)
    off = np.abs(premultiplied(thumbnail) - premultiplied(merged))
    assert off.mean() < 8


def test_layers_and_what_is_shown_of_them(tmp_path):
    colouring, archive = written(tmp_path, Image.fromarray(drawing()), numbers=(3, 1))
    names = ["lines", "proposal 3", "proposal 1", "paper"]
    layers = layers_of(archive)
    assert [layer.get("name") for layer in layers] == names
    shown = ["visible", "visible", "hidden", "visible"]
    assert [layer.get("visibility") for layer in layers] == shown
    assert [layer.get("composite-op") for layer in layers] == ["svg:multiply"] + [
        "svg:src-over"
    ] * 3
    assert [layer.get("selected") for layer in layers] == [None, "true", None, None]
    lines, third, first, paper = (image_in(archive, layer.get("src")) for layer in layers)
    assert np.array_equal(np.asarray(lines.convert("L")), colouring.line)
    assert np.array_equal(np.asarray(third), np.asarray(colouring.colour_layer(2)))
    assert np.array_equal(np.asarray(first), np.asarray(colouring.colour_layer(0)))
    assert (np.asarray(paper) == 255).all()


@pytest.mark.parametrize("lines", ["sharp", "network"])
@pytest.mark.parametrize("alpha", [True, False])
@pytest.mark.parametrize("sketch", SKETCHES)
def test_the_layers_together_are_the_picture(tmp_path, sketch, alpha, lines):
    colouring, archive = written(
        tmp_path, SKETCHES[sketch](), numbers=(2, 3), lines=lines, alpha=alpha
    )
    merged = image_in(archive, "mergedimage.png")
    picture = colouring.picture(1, alpha="keep" if alpha else "drop")
    assert merged.mode == picture.mode
    assert np.array_equal(np.asarray(merged), np.asarray(picture))
    off = np.abs(composite(archive) - premultiplied(merged))
    opaque = unit(merged)[1][..., 0] == 1
    assert off[opaque].max(initial=0) <= 0.5 + 1e-9  # rounding of the product, nothing else
    # Under a translucent line the alphas of two layers are rounded too, half a level each.
    assert off.max() <= 1.5
    assert off[..., 3].max() <= 0.5
    # A reader that knows 8 bits only.
    assert np.abs(np.rint(composite(archive)) - np.rint(premultiplied(merged))).max() <= 2
    assert [layer.get("name") for layer in layers_of(archive)][0] == (
        "lines" if lines == "sharp" else "proposal 2"
    )


def test_translucent_lines_leave_the_colours_free_of_ink(tmp_path):
    colouring, archive = written(tmp_path, transparent())
    lines = np.asarray(image_in(archive, "data/lines.png"))
    colours = np.asarray(image_in(archive, "data/proposal1.png"))
    alpha = colouring.alpha
    assert np.array_equal(colours[..., :3], np.asarray(colouring.colour_layer(0)))
    assert (lines[alpha == 0][:, 3] == 0).all()
    assert (colours[alpha == 0][:, 3] == 0).all()
    assert (lines[(alpha > 0) & (alpha < 255)][:, :3] == 0).all()
    assert np.array_equal(lines[alpha == 255][:, 0], colouring.line[alpha == 255])
    bare = (colouring.line == 255) & (alpha < 255)
    assert bare.any()
    assert (lines[bare][:, 3] == 0).all()
    assert np.array_equal(colours[bare][:, 3], alpha[bare])
    hidden = [
        layer.get("name") for layer in layers_of(archive) if layer.get("visibility") != "visible"
    ]
    assert hidden == ["proposal 2", "proposal 3", "paper"]


def test_hints_are_a_hidden_layer(tmp_path):
    sketch = Image.fromarray(drawing())
    hints = Image.new("RGBA", sketch.size)
    hints.paste((250, 20, 30, 255), (10, 20, 40, 50))
    colouring, archive = written(tmp_path, sketch, hints=hints)
    layers = layers_of(archive)
    assert [layer.get("name") for layer in layers][:3] == ["lines", "hints", "proposal 1"]
    assert layers[1].get("visibility") == "hidden"
    assert np.array_equal(np.asarray(image_in(archive, "data/hints.png")), np.asarray(hints))
    merged = image_in(archive, "mergedimage.png")
    assert np.array_equal(np.asarray(merged), np.asarray(colouring.picture(0)))
    # At half the size they are brought to the sketch's, without mixing their colours.
    half = hints.resize((75, 55), Image.Resampling.NEAREST)
    _, archive = written(tmp_path, sketch, hints=half)
    again = image_in(archive, "data/hints.png")
    assert again.size == sketch.size
    assert len(again.getcolors()) == 2
    for none in (None, Image.new("RGBA", sketch.size)):
        _, archive = written(tmp_path, sketch, hints=none)
        assert "data/hints.png" not in archive.namelist()


def test_one_full_size_picture_at_a_time(tmp_path, monkeypatch):
    true = openraster.write_png
    alive = []

    def counting(picture, stream, **options):
        gc.collect()
        known = (o for o in gc.get_objects() if isinstance(o, Image.Image))
        alive.append(sum(o.size == (151, 600) and o.mode != "L" for o in known))
        true(picture, stream, **options)

    monkeypatch.setattr(openraster, "write_png", counting)
    written(tmp_path, transparent(151, 600), hints=None)
    assert len(alive) == 1 + 3 + 1 + 2
    assert max(alive) == 2  # the sketch itself, which the test holds, and one more


def test_mark_and_equal_bytes(tmp_path):
    for place in ("x", "y"):
        (tmp_path / place).mkdir()
        written(tmp_path / place, transparent(), mark="layers 1,2,3 of 3")
    assert read_mark(tmp_path / "x/a.ora") == "layers 1,2,3 of 3"
    assert (tmp_path / "x/a.ora").read_bytes() == (tmp_path / "y/a.ora").read_bytes()
    written(tmp_path, transparent())
    assert read_mark(tmp_path / "a.ora") is None
    for data in (b"PK\3\4", b"PK\3\4" + bytes(50), (tmp_path / "a.ora").read_bytes()[:-30]):
        (tmp_path / "cut.ora").write_bytes(data)
        assert read_mark(tmp_path / "cut.ora") is None
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("notes.txt", "x")
    assert read_mark(tmp_path / "other.zip") is None


def test_a_full_disk_leaves_no_file(tmp_path, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(openraster, "write_png", full)
    with pytest.raises(SgruError, match=r"a\.ora: cannot be written; No space left"):
        written(tmp_path, Image.fromarray(drawing()))
    assert list(tmp_path.iterdir()) == []
