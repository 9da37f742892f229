"""Reading every kind of picture, levelling paper, writing, contact sheets."""

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from sgru_tf import files, images
from sgru_tf.errors import SgruError
from sgru_tf.files import read_mark, write_image
from sgru_tf.images import Sketch, pad_to_multiple, read_sketch
from sgru_tf.levelling import level_paper
from sgru_tf.sheet import contact_sheet, in_rows


def drawing(width=60, height=40):
    """Black bar on white, not symmetric in any direction."""
    grey = np.full((height, width), 255, np.uint8)
    grey[5:12, 4 : width // 2] = 0
    grey[5:30, 4:8] = 0
    return grey


ODD_PICTURES = {
    "grey.png": lambda p: p,
    "one-bit.png": lambda p: p.convert("1"),
    "rgb.png": lambda p: p.convert("RGB"),
    "rgba.png": lambda p: p.convert("RGBA"),
    "la.png": lambda p: p.convert("LA"),
    "palette.png": lambda p: p.convert("RGB").convert("P", palette=Image.Palette.ADAPTIVE),
    "palette.gif": lambda p: p.convert("P"),
    "sixteen.png": lambda p: Image.fromarray(np.asarray(p).astype(np.uint16) * 257),
    "sixteen.tif": lambda p: Image.fromarray(np.asarray(p).astype(np.uint16) * 257),
    "int32.tif": lambda p: Image.fromarray(np.asarray(p).astype(np.int32) * 257),
    "float.tif": lambda p: Image.fromarray(np.asarray(p) / np.float32(255)),
    "float255.tif": lambda p: Image.fromarray(np.asarray(p).astype(np.float32)),
    "cmyk.tif": lambda p: p.convert("RGB").convert("CMYK"),
    "ycbcr.tif": lambda p: p.convert("RGB").convert("YCbCr"),
    "cmyk.jpg": lambda p: p.convert("RGB").convert("CMYK"),
    "grey.jpg": lambda p: p,
    "plain.bmp": lambda p: p,
    "one-bit.bmp": lambda p: p.convert("1"),
    "plain.webp": lambda p: p.convert("RGB"),
    "plain.tga": lambda p: p,
    "plain.ppm": lambda p: p.convert("RGB"),
}


@pytest.mark.parametrize("name", ODD_PICTURES)
def test_every_mode_reads_as_the_same_drawing(tmp_path, name):
    path = tmp_path / name
    options = {"quality": 100} if name.endswith((".jpg", ".webp")) else {}
    ODD_PICTURES[name](Image.fromarray(drawing())).save(path, **options)
    sketch = read_sketch(path)
    difference = np.abs(sketch.grey.astype(int) - drawing())
    assert difference.max() <= (40 if options else 0)
    assert difference.mean() <= 2
    assert (sketch.alpha is not None) == (name in ("rgba.png", "la.png"))


def test_luma_of_colours():
    array = np.array([[[255, 0, 0], [0, 255, 0], [0, 0, 255]]], np.uint8)
    assert read_sketch(array).grey.tolist() == [[76, 150, 29]]


def test_alpha_is_composited_on_white_and_kept():
    array = np.zeros((1, 3, 4), np.uint8)
    array[0, :, 3] = 0, 100, 255
    sketch = read_sketch(array)
    assert sketch.grey.tolist() == [[255, 155, 0]]
    assert sketch.alpha.tolist() == [[0, 100, 255]]
    again = read_sketch(Image.fromarray(array))
    assert np.array_equal(again.grey, sketch.grey)
    assert np.array_equal(again.alpha, sketch.alpha)


def test_transparent_palette_and_colour_key(tmp_path):
    picture = Image.new("P", (4, 2), 0)
    picture.putpalette([0, 0, 0, 10, 10, 10])
    picture.putpixel((1, 0), 1)
    picture.save(tmp_path / "p.png", transparency=0)
    sketch = read_sketch(tmp_path / "p.png")
    assert sketch.grey[0].tolist() == [255, 10, 255, 255]
    assert sketch.alpha[0].tolist() == [0, 255, 0, 0]
    Image.fromarray(np.array([[0, 9]], np.uint16)).save(tmp_path / "k.png", transparency=0)
    assert read_sketch(tmp_path / "k.png").alpha.tolist() == [[0, 255]]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_exif_orientation_is_undone(tmp_path, orientation, suffix):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # transposition that stores it turned
    stored = Image.fromarray(drawing())
    if orientation > 1:
        stored = stored.transpose(Image.Transpose(undo[orientation]))
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / f"turned.{suffix}", exif=exif)
    grey = read_sketch(tmp_path / f"turned.{suffix}").grey
    assert grey.shape == drawing().shape
    assert np.abs(grey.astype(int) - drawing()).max() < 60


def test_first_frame_of_an_animation(tmp_path):
    frames = [Image.new("L", (8, 8), value) for value in (10, 200)]
    for name in ("a.gif", "a.png", "a.webp", "a.tif"):
        options = {"lossless": True} if name == "a.webp" else {}
        frames[0].save(tmp_path / name, save_all=True, append_images=frames[1:], **options)
        assert np.abs(read_sketch(tmp_path / name).grey.astype(int) - 10).max() <= 1


def test_damaged_and_foreign_files_are_one_line(tmp_path):
    rng = np.random.default_rng(0)
    good = Image.fromarray(rng.integers(0, 256, (80, 80, 3), np.uint8))
    for suffix in ("png", "jpg", "webp", "bmp", "tif", "gif"):
        good.save(tmp_path / f"whole.{suffix}")
        data = (tmp_path / f"whole.{suffix}").read_bytes()
        (tmp_path / f"cut.{suffix}").write_bytes(data[: len(data) // 2])
    (tmp_path / "text.png").write_text("not a picture")
    (tmp_path / "empty.png").write_bytes(b"")
    (tmp_path / "folder.png").mkdir()
    np_nan = np.full((3, 3), np.nan, np.float32)
    Image.fromarray(np_nan).save(tmp_path / "nan.tif")
    bad = sorted(tmp_path.glob("cut.*"))
    bad += [tmp_path / n for n in "text.png empty.png folder.png nan.tif none.png".split()]
    assert len(bad) == 11
    for path in bad:
        with pytest.raises(SgruError) as caught:
            read_sketch(path)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_wrong_arrays_are_refused():
    for bad in (
        np.zeros((4, 4), np.float32),
        np.full((4, 4), np.nan),
        np.zeros((4, 4), bool),
        np.zeros((4, 4, 2), np.uint8),
        np.zeros((1, 4, 4, 3), np.uint8),
        np.zeros(4, np.uint8),
        np.zeros((0, 4), np.uint8),
        [[1, 2]],
        None,
    ):
        with pytest.raises(SgruError) as caught:
            read_sketch(bad)
        assert "\n" not in str(caught.value)


def test_too_large_is_refused_before_decoding(tmp_path, monkeypatch):
    Image.new("1", (300, 200)).save(tmp_path / "big.png")
    monkeypatch.setattr(files, "MAX_PIXELS", 300 * 200)
    assert read_sketch(tmp_path / "big.png").grey.shape == (200, 300)
    monkeypatch.setattr(files, "MAX_PIXELS", 300 * 200 - 1)
    # Would the file be decoded, then the cut-off data would be the complaint.
    data = (tmp_path / "big.png").read_bytes()
    (tmp_path / "big.png").write_bytes(data[:60])
    with pytest.raises(SgruError, match="megapixels"):
        read_sketch(tmp_path / "big.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)  # Pillow's own limit strikes first
    with pytest.raises(SgruError, match="megapixels"):
        read_sketch(tmp_path / "big.png")


def test_webp_is_refused_where_its_encoder_takes_too_much(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "MAX_WEBP_PIXELS", 99)
    with pytest.raises(SgruError, match="a.webp: WebP takes too much memory.*use PNG or JPEG"):
        write_image(Image.new("RGB", (10, 10)), tmp_path / "a.webp")
    assert not list(tmp_path.iterdir())


def test_callers_array_is_left_alone():
    array = np.full((40, 40), 200, np.uint8)
    level_paper(read_sketch(array).grey)
    assert (array == 200).all()


@pytest.mark.parametrize("shape", [(32, 64), (33, 1), (1, 95)])
def test_padding_is_white_and_no_more_than_needed(shape):
    padded = pad_to_multiple(np.zeros(shape, np.uint8))
    assert padded.shape == tuple(-(-side // 32) * 32 for side in shape)
    assert (padded[: shape[0], : shape[1]] == 0).all()
    assert padded.sum() == 255 * (padded.size - shape[0] * shape[1])


def lined_paper(paper):
    """Lines, a cross-hatched patch and a black blot on the given paper."""
    height, width = paper.shape
    ink = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(ink)
    for x in range(20, width, 45):
        pen.line((x, 10, width - x, height - 10), fill=40, width=3)
    for x in range(60, 110, 5):
        pen.line((x, 60, x, 110), fill=90, width=1)
    pen.ellipse((150, 150, 210, 230), fill=20)
    ink = np.asarray(ink, np.float32)
    return np.rint(paper * ink / 255).astype(np.uint8), ink


@pytest.mark.parametrize("noise", [0, 2])
def test_tinted_gradient_paper_becomes_white_and_ink_stays(noise):
    rng = np.random.default_rng(1)
    y, x = np.mgrid[:400, :300]
    paper = 235 - 70 * y / 400 - 25 * x / 300 + rng.normal(0, noise, y.shape)
    grey, ink = lined_paper(paper)
    levelled = level_paper(grey.copy())
    assert np.percentile(levelled[ink == 255], 1) >= 250
    assert levelled[ink == 255].mean() >= 254
    assert levelled[ink == 40].mean() <= 55
    assert levelled[ink == 20].mean() <= 40


def test_white_drawings_are_untouched():
    grey, _ = lined_paper(np.full((400, 300), 255.0))
    tone = grey.copy()
    tone[200:330, 20:120] = 190  # a broad grey area is drawn, not a shadow
    half_black = grey.copy()
    half_black[:, :140] = 0
    mostly_black = np.zeros_like(grey)
    mostly_black[30:70, 30:200] = 255
    for drawn in (grey, tone, half_black, mostly_black):
        assert np.array_equal(level_paper(drawn.copy()), drawn)


@pytest.mark.parametrize("shape", [(1, 1), (50, 70), (10, 4000)])
@pytest.mark.parametrize("value", [0, 30, 255])
def test_flat_black_and_white_are_untouched(shape, value):
    flat = np.full(shape, value, np.uint8)
    assert (level_paper(flat.copy()) == value).all()


def test_levelling_in_bands_has_no_seams(monkeypatch):
    y, x = np.mgrid[:700, :300]
    grey, _ = lined_paper(235 - 70 * y / 700 - 25 * x / 300)
    whole = level_paper(grey.copy())
    monkeypatch.setattr(images, "BAND_ROWS", 64)
    banded = level_paper(grey.copy())
    assert np.abs(whole.astype(int) - banded).max() <= 1


@pytest.mark.parametrize("suffix", ["png", "webp", "jpg"])
def test_write_marks_and_leaves_nothing_behind(tmp_path, suffix):
    picture = Image.new("RGB", (20, 10), (200, 30, 40))
    picture.info["icc_profile"] = b"profile"
    path = tmp_path / f"a.{suffix}"
    write_image(picture, path, mark="proposal 1 of 9")
    assert os.listdir(tmp_path) == [path.name]
    assert read_mark(path) == "proposal 1 of 9"
    with Image.open(path) as written:
        assert written.size == (20, 10)
        assert "icc_profile" not in written.info
        assert not written.getexif()
    write_image(picture, path)
    assert read_mark(path) is None


def test_failed_write_keeps_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.png"
    write_image(Image.new("L", (5, 5), 7), path)
    before = path.read_bytes()

    def full(self, file, **_):
        Path(file).write_bytes(b"half a file")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(SgruError, match="No space left on device"):
        write_image(Image.new("L", (5, 5)), path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["a.png"]


def test_too_wide_for_webp_is_one_line(tmp_path):
    with pytest.raises(SgruError, match="16384 x 1"):
        write_image(Image.new("RGB", (16384, 1)), tmp_path / "a.webp")
    assert os.listdir(tmp_path) == []


def test_contact_sheet_places_and_shrinks():
    red = Image.new("RGB", (600, 300), "red")
    blue = np.full((10, 20, 3), (0, 0, 255), np.uint8)
    page = contact_sheet(in_rows([red, blue, None], 2), in_rows(["a", "b", ""], 2), cell=100)
    pixels = np.asarray(page)
    assert (pixels == (255, 0, 0)).all(-1).sum() == 100 * 50
    assert (pixels == (0, 0, 255)).all(-1).sum() == 10 * 20
    plain = contact_sheet([[red, blue]], cell=100)
    assert plain.height < page.height
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([[]])


def test_sketch_passes_through():
    sketch = Sketch(drawing())
    assert read_sketch(sketch) is sketch
