"""Colour pictures are decoded whatever their kind: transparent, deep, printed, turned, damaged."""

import numpy as np
import pytest
from PIL import Image
from test_sources import ORIENTATION, TURNED_RIGHT, cut_short, drawing, save

from sgru_tf.errors import SgruError
from sgru_tf.images import read_colour


def test_transparency_is_put_on_white(tmp_path):
    half_red = save(Image.new("RGBA", (40, 40), (255, 0, 0, 128)), tmp_path / "rgba.png")
    half_black = save(Image.new("LA", (40, 40), (0, 64)), tmp_path / "la.png")
    palette = Image.new("P", (40, 40), 1)
    palette.putpalette([0, 0, 200, 10, 20, 30])
    palette.paste(0, (0, 0, 20, 40))
    palette = save(palette, tmp_path / "p.png", transparency=1)
    assert read_colour(half_red).getpixel((5, 5)) == pytest.approx((255, 127, 127), abs=1)
    assert read_colour(half_black).getpixel((5, 5)) == pytest.approx((191, 191, 191), abs=1)
    assert read_colour(palette).getpixel((5, 5)) == (0, 0, 200)
    assert read_colour(palette).getpixel((35, 5)) == (255, 255, 255)


@pytest.mark.parametrize("suffix", [".png", ".tif"])
def test_sixteen_bits_are_scaled(tmp_path, suffix):
    values = np.repeat(np.array([[0, 257 * 100, 257 * 200, 65535]], np.uint16), 40, axis=0)
    path = save(Image.fromarray(values), tmp_path / f"deep{suffix}")
    with Image.open(path) as image:
        assert image.mode.startswith("I;16")
    row = np.asarray(read_colour(path))[0]
    assert row.tolist() == [[v] * 3 for v in (0, 100, 200, 255)]


def test_floats_are_scaled(tmp_path):
    values = np.repeat(np.array([[0.0, 0.4, 1.0]], np.float32), 40, axis=0)
    path = save(Image.fromarray(values), tmp_path / "float.tif")
    assert np.asarray(read_colour(path))[0].tolist() == [[v] * 3 for v in (0, 102, 255)]


@pytest.mark.parametrize(
    ("ink", "colour"),
    [
        ((0, 0, 0, 0), (255, 255, 255)),
        ((0, 255, 255, 0), (255, 0, 0)),
        ((0, 0, 0, 255), (0, 0, 0)),
        ((255, 0, 0, 0), (0, 255, 255)),
    ],
)
@pytest.mark.parametrize("suffix", [".jpg", ".tif"])
def test_cmyk_has_the_right_brightness(tmp_path, suffix, ink, colour):
    path = save(Image.new("CMYK", (40, 40), ink), tmp_path / f"print{suffix}")
    with Image.open(path) as image:
        assert image.mode == "CMYK"
    assert read_colour(path).getpixel((20, 20)) == pytest.approx(colour, abs=3)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_pictures_are_turned_upright(tmp_path, suffix):
    stored = Image.new("RGB", (96, 48), "blue")
    stored.paste((255, 0, 0), (0, 0, 48, 48))
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_RIGHT
    upright = read_colour(save(stored, tmp_path / f"turned{suffix}", exif=exif))
    assert upright.size == (48, 96)
    red, blue = upright.getpixel((24, 10)), upright.getpixel((24, 86))
    assert red[0] > 200 and red[2] < 60
    assert blue[2] > 200 and blue[0] < 60


def test_other_modes(tmp_path):
    one = save(drawing().convert("1"), tmp_path / "one.png")
    grey = save(Image.new("L", (40, 40), 77), tmp_path / "grey.jpg")
    assert read_colour(one).getpixel((0, 0)) == (255, 255, 255)
    assert read_colour(one).getpixel((0, 32)) == (0, 0, 0)
    assert read_colour(grey).getpixel((9, 9)) == (77, 77, 77)


@pytest.mark.parametrize("suffix", [".png", ".jpg", ".gif", ".webp"])
def test_damaged_pictures_are_told_in_one_line(tmp_path, suffix):
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    path = cut_short(save(Image.fromarray(noise), tmp_path / f"cut{suffix}"))
    with pytest.raises(SgruError, match="damaged, cannot be decoded: ") as caught:
        read_colour(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
