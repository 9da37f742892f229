"""From a sketch to its colourings: sizes, lines, alpha, bands."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from sgru_tf import images
from sgru_tf.colorizer import Colorizer
from sgru_tf.errors import SgruError
from sgru_tf.linelayer import fill


class Painter:
    """Stands in for the network: smooth colours with the sketch's lines blurred into them."""

    proposals = 3
    working_size = 64

    def __init__(self):
        self.seen = []

    def colours(self, height, width):
        y, x = np.mgrid[:height, :width].astype(np.float32)
        flat = [
            np.stack([120 + 60 * np.sin(y / 30 + k), 200 + 0 * x, x + 40 * k], -1) for k in range(3)
        ]
        return np.stack(flat)

    def __call__(self, sketch):
        self.seen.append(sketch)
        assert sketch.dtype == np.float32
        lines = Image.fromarray(sketch[0, :, :, 0].astype(np.uint8))
        lines = np.asarray(lines.filter(ImageFilter.GaussianBlur(1)), np.float32) / 255
        return (self.colours(*lines.shape) * lines[:, :, None])[None]


def drawing(width=150, height=110):
    picture = Image.new("L", (width, height), 255)
    pen = ImageDraw.Draw(picture)
    pen.line((5, 5, width * 0.7, height * 0.6), fill=0, width=2)
    pen.ellipse((width * 0.3, height * 0.2, width * 0.8, height * 0.9), outline=60, width=3)
    pen.rectangle((width * 0.4, height * 0.4, width * 0.6, height * 0.7), fill=0)
    return np.array(picture)


SIZES = [(1, 1), (1, 7), (3, 2), (31, 33), (64, 64), (65, 32), (200, 30), (10, 4000), (700, 500)]


@pytest.mark.parametrize(("height", "width"), SIZES)
@pytest.mark.parametrize("lines", ["sharp", "network"])
def test_result_has_the_sketchs_size_and_the_network_its_multiples(height, width, lines):
    painter = Painter()
    grey = np.full((height, width), 255, np.uint8)
    grey[: height // 2, : width // 2] = 0
    result = Colorizer(painter, lines=lines)(grey)
    assert result.shape == (3, height, width, 3)
    assert result.dtype == np.uint8
    _, seen_height, seen_width, _ = painter.seen[0].shape
    assert max(seen_height, seen_width) == 64  # brought up or down to the working size
    assert seen_height % 32 == seen_width % 32 == 0
    scale = 64 / max(height, width)
    assert min(seen_height, seen_width) < max(1, round(min(height, width) * scale)) + 32


def test_size_option_and_padding_is_white():
    painter = Painter()
    Colorizer(painter, size=100)(np.zeros((40, 60), np.uint8))
    seen = painter.seen[0][0, :, :, 0]
    assert seen.shape == (96, 128)
    assert (seen[:67, :100] == 0).all()
    assert (seen[67:] == 255).all()
    assert (seen[:, 100:] == 255).all()


def test_colour_times_line_is_exactly_the_result():
    grey = drawing()
    colouring = Colorizer(Painter()).colouring(grey)
    line = np.asarray(colouring.line_layer())
    assert np.array_equal(line, grey)
    for index in range(3):
        colour = np.asarray(colouring.colour_layer(index))
        result = colouring.array(index)
        exact = (2 * colour.astype(int) * line[:, :, None] + 255) // 510
        assert np.array_equal(result, exact)
        assert (result[line == 0] == 0).all()
        assert np.array_equal(result[line == 255], colour[line == 255])
        assert np.array_equal(np.asarray(colouring.picture(index)), result)


def test_colour_layer_holds_no_ink():
    """The flat colours come back nearly whole from a picture with blurred lines in it."""
    painter = Painter()
    grey = drawing(128, 96)
    colouring = Colorizer(painter, size=128, order="network").colouring(grey)
    inked = painter(painter.seen[0])[0, :, :96, :128]
    true = painter.colours(96, 128)
    for index in range(3):
        flat = np.asarray(colouring.colour_layer(index), np.float32)
        beside = (grey == 255) & (np.abs(inked[index] - true[index]).max(-1) > 10)
        assert beside.sum() > 300  # the lines' blur reaches so many pixels of bare paper
        before = np.abs(inked[index] - true[index])[beside].mean()
        after = np.abs(flat - true[index])[beside].mean()
        assert before > 20
        assert after < 8
        assert np.abs(flat - true[index])[grey == 0].mean() < 20  # the wide black area as well


def test_fill_keeps_what_is_known_and_stays_in_range():
    rng = np.random.default_rng(2)
    values = rng.uniform(0, 255, (37, 50, 3)).astype(np.float32)
    known = (rng.random((37, 50)) < 0.3).astype(np.float32)
    known[5:30, 10:40] = 0
    filled = fill(values, known)
    assert np.allclose(filled[known == 1], values[known == 1])
    low, high = values[known == 1].min(0), values[known == 1].max(0)
    assert (filled >= low - 0.01).all()
    assert (filled <= high + 0.01).all()
    red = np.full((37, 50, 3), (200, 0, 0), np.float32)
    assert np.allclose(fill(red * known[..., None], known), red, atol=0.01)
    assert np.isfinite(fill(values, np.zeros_like(known))).all()


def test_network_lines_are_the_networks_picture():
    painter = Painter()
    colorizer = Colorizer(painter, size=64, lines="network", order="network")
    colouring = colorizer.colouring(drawing(64, 64))
    expected = np.rint(painter(painter.seen[0])[0, 1].clip(0, 255))
    assert np.array_equal(colouring.array(1), expected)
    assert (np.asarray(colouring.line_layer()) == 255).all()
    assert np.array_equal(np.asarray(colouring.colour_layer(1)), colouring.array(1))


def test_unbounded_answers_are_clipped():
    def bright(sketch):
        return np.full((1, 1, *sketch.shape[1:3], 3), (-300.0, 100.4, 900.0))

    result = Colorizer(bright)(np.full((40, 40), 255, np.uint8))
    assert (result == (0, 100, 255)).all()


def test_alpha_is_given_back():
    array = np.zeros((90, 70, 4), np.uint8)
    array[20:60, 10:50] = (255, 255, 255, 255)
    array[30:32, 15:45] = (0, 0, 0, 128)
    colouring = Colorizer(Painter()).colouring(Image.fromarray(array))
    picture = colouring.picture(0)
    assert picture.mode == "RGBA"
    assert np.array_equal(np.asarray(picture)[:, :, 3], array[:, :, 3])
    assert np.array_equal(np.asarray(picture)[:, :, :3], colouring.array(0))
    flat = colouring.picture(0, alpha="white")
    assert flat.mode == "RGB"
    assert (np.asarray(flat)[:20] == 255).all()
    opaque = np.asarray(flat)[40:60, 10:50]
    assert np.array_equal(opaque, colouring.array(0)[40:60, 10:50])
    shown = colouring.picture(0, alpha="drop")
    assert shown.mode == "RGB"
    assert np.array_equal(np.asarray(shown), colouring.array(0))


def test_bands_do_not_show(monkeypatch):
    grey = drawing(900, 700)
    assert grey.shape[0] > 2 * images.BAND_ROWS
    banded = Colorizer(Painter())(grey)
    monkeypatch.setattr(images, "BAND_ROWS", 10_000)
    whole = Colorizer(Painter())(grey)
    assert np.abs(banded.astype(int) - whole).max() <= 1
    assert np.abs(banded.astype(int) - whole).mean() < 0.05


def test_levelling_is_on_unless_told_otherwise():
    grey = np.minimum(drawing(), 200)
    assert (Colorizer(Painter()).colouring(grey).line[-5:] == 255).all()
    raw = Colorizer(Painter(), level=False).colouring(grey)
    assert np.array_equal(raw.line, grey)


def test_inputs_of_all_kinds_agree(tmp_path):
    grey = drawing()
    Image.fromarray(grey).save(tmp_path / "a.png")
    colorizer = Colorizer(Painter())
    expected = colorizer(grey)
    kinds = [
        tmp_path / "a.png",
        str(tmp_path / "a.png"),
        Image.fromarray(grey),
        grey[:, :, None],
        np.repeat(grey[:, :, None], 3, 2),
    ]
    for kind in kinds:
        assert np.array_equal(colorizer(kind), expected)
    one_by_one = list(colorizer.proposals(grey))
    assert np.array_equal(np.stack(one_by_one), expected)


def test_thumbnails_are_small_pictures():
    colouring = Colorizer(Painter()).colouring(drawing(900, 700))
    assert colouring.thumbnail(None, 320).size == (320, 249)
    small = np.asarray(colouring.thumbnail(1, 320), np.float32)
    large = colouring.picture(1).resize((320, 249), Image.Resampling.BILINEAR)
    assert np.abs(small - np.asarray(large)).mean() < 3
    assert Colorizer(Painter()).colouring(drawing(50, 40)).thumbnail(0, 320).size == (50, 40)


def test_bad_settings_and_answers_are_refused(tmp_path):
    for settings in ({"size": 0}, {"size": 31}, {"size": 10**6}, {"size": 2.5}, {"lines": "thin"}):
        with pytest.raises(SgruError):
            Colorizer(Painter(), **settings)
    with pytest.raises(SgruError, match="path or a model"):
        Colorizer(42)
    with pytest.raises(SgruError):
        Colorizer(Painter()).proposals(tmp_path / "none.png")  # at once, not at the first one

    def wrong_shape(sketch):
        return sketch

    def broken(sketch):
        return np.full((1, 2, *sketch.shape[1:3], 3), np.nan)

    for network, words in ((wrong_shape, "shape"), (broken, "not numbers")):
        with pytest.raises(SgruError, match=words):
            Colorizer(network)(drawing())


def test_keras_model_and_its_file_agree(tiny_model, tmp_path):
    tiny_model.save(tmp_path / "tiny.keras")
    grey = drawing()
    from_model = Colorizer(tiny_model)
    assert from_model.size == tiny_model.sgru_config.working_size
    result = from_model(grey)
    assert result.shape == (9, *grey.shape, 3)
    assert (result[:, grey == 0] == 0).all()
    assert np.array_equal(Colorizer(tmp_path / "tiny.keras")(grey), result)
    # Other proportions pass through the same traced graph.
    assert from_model(drawing(300, 60)).shape == (9, 60, 300, 3)
