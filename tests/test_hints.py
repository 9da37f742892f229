"""Hints from files and from the command line, and how they reach the network."""

import numpy as np
import pytest
from PIL import Image

from sgru_tf.colorizer import Colorizer
from sgru_tf.errors import SgruError
from sgru_tf.hints import Hint, add_hints, hint_picture, parse_hint, read_hints, working_hints

RED, GREEN = (255, 0, 0, 255), (0, 255, 0, 255)


class Echo:
    """A network that paints the hints it is given on white, and remembers them."""

    hints, proposals, working_size = True, 2, 64

    def __call__(self, sketch, hints=None):
        self.given = hints
        colour = np.full((*sketch.shape[1:3], 3), 255.0)
        if hints is not None:
            colour = hints[0, ..., :3] * hints[0, ..., 3:] + colour * (1 - hints[0, ..., 3:])
        return np.stack([colour, colour])[None].astype(np.float32)


def test_a_hint_is_written_as_two_numbers_and_a_colour():
    assert parse_hint("120,80,#ffcc88") == Hint(120, 80, (255, 204, 136))
    assert parse_hint(" 0 , 7 , #F0c ") == Hint(0, 7, (255, 0, 204))


@pytest.mark.parametrize("text", ["", "1,2", "1,2,red", "-1,2,#fff", "1.5,2,#fff", "1,2,#ffff"])
def test_other_writing_is_refused(text):
    with pytest.raises(SgruError, match="write a hint as X,Y,#RRGGBB"):
        parse_hint(text)


def test_a_point_becomes_a_dab_around_it():
    picture = hint_picture([Hint(50, 20, (255, 0, 0)), Hint(99, 49, (0, 255, 0))], 100, 50)
    assert picture.size == (100, 50)
    pixels = np.asarray(picture)
    assert tuple(pixels[20, 50]) == RED and tuple(pixels[49, 99]) == GREEN
    rows, columns = np.nonzero(pixels[..., 0])
    assert rows.mean() == 20 and columns.mean() == 50
    assert (pixels[..., 3] > 0).sum() < 40
    large = np.asarray(hint_picture([Hint(500, 200, (255, 0, 0))], 1000, 500))
    assert 400 < (large[..., 3] > 0).sum() < 700  # as large a part of the picture


def test_a_dab_outside_is_refused():
    with pytest.raises(SgruError, match="hint 100,3: outside of the sketch, which has 100 x 50"):
        hint_picture([Hint(100, 3, (0, 0, 0))], 100, 50)


def test_a_hint_file_must_be_transparent_and_as_large_as_the_sketch(tmp_path):
    path = tmp_path / "dabs.png"
    Image.new("RGB", (8, 8), "red").save(path)
    with pytest.raises(SgruError, match="dabs.png: is not transparent anywhere"):
        read_hints(path)
    Image.new("RGBA", (8, 8), "red").save(path)
    with pytest.raises(SgruError, match="dabs.png: is not transparent anywhere"):
        read_hints(path)
    Image.new("RGBA", (8, 8)).save(path)
    with pytest.raises(SgruError, match="dabs.png: 8 x 8 pixels, but the sketch has 9 x 8"):
        hint_picture(path, 9, 8)
    with pytest.raises(SgruError, match="none.png"):
        hint_picture(tmp_path / "none.png", 9, 8)
    with pytest.raises(SgruError, match="give uint8"):
        hint_picture(np.zeros((8, 9, 3), np.uint8), 9, 8)


def test_palettes_and_grey_with_alpha_are_read(tmp_path):
    palette = Image.new("P", (4, 4), 0)
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.putpixel((1, 2), 1)
    palette.save(tmp_path / "p.png", transparency=0)
    read = np.asarray(read_hints(tmp_path / "p.png"))
    assert tuple(read[2, 1]) == RED and read[..., 3].sum() == 255
    Image.new("LA", (4, 4), (90, 0)).save(tmp_path / "la.png")
    assert read_hints(tmp_path / "la.png").mode == "RGBA"


@pytest.mark.parametrize("size", [(256, 192), (97, 31), (4000, 3000), (5000, 4999)])
def test_one_pixel_of_a_large_page_is_a_full_hint(size):
    page = Image.new("RGBA", (4000, 3000))
    page.putpixel((2000, 1000), (10, 20, 30, 255))
    found = working_hints(page, *size)
    assert found.shape == (size[1], size[0], 4) and found.dtype == np.float32
    painted = np.argwhere(found[..., 3] > 0)
    assert len(painted) in (1, 2, 4)
    np.testing.assert_array_equal(found[tuple(painted[0])], [10, 20, 30, 1])
    # Where it was: the cell holds the pixel.
    np.testing.assert_allclose(painted[0] / found.shape[:2], [1000 / 3000, 0.5], atol=0.02)


def test_paint_in_one_cell_is_mixed_by_its_alpha():
    page = Image.new("RGBA", (4, 4))
    page.putpixel((0, 0), (255, 0, 0, 255))
    page.putpixel((1, 1), (0, 0, 255, 85))
    found = working_hints(page, 2, 2)
    np.testing.assert_allclose(found[0, 0], [191.25, 0, 63.75, 1], rtol=1e-6)
    assert not found[0, 1].any() and not found[1].any()
    same = working_hints(page, 4, 4)
    np.testing.assert_allclose(same[1, 1], [0, 0, 255, 1 / 3], rtol=1e-6)


def test_enlarged_hints_fill_their_cells():
    page = Image.new("RGBA", (3, 2))
    page.putpixel((2, 1), GREEN)
    found = working_hints(page, 9, 6)
    assert (found[..., 3] > 0).sum() == 9 and (found[3:, 6:, 3] == 1).all()


def test_points_go_over_the_file():
    file = Image.new("RGBA", (100, 50), (0, 255, 0, 255))
    both = add_hints(file, hint_picture([Hint(50, 20, (255, 0, 0))], 100, 50))
    assert both.getpixel((50, 20)) == RED and both.getpixel((5, 5)) == GREEN
    assert add_hints(None, file) is file


def test_colorizer_brings_hints_to_the_network():
    echo = Echo()
    sketch = np.full((100, 200), 255, np.uint8)
    colorizer = Colorizer(echo)
    plain = colorizer(sketch)
    assert echo.given is None and (plain == 255).all()
    dabs = np.zeros((100, 200, 4), np.uint8)
    dabs[40:60, 80:120] = RED
    colouring = colorizer.colouring(sketch, dabs)
    assert echo.given.shape == (1, 32, 64, 4)
    assert tuple(colouring.array(0)[50, 100]) == RED[:3]
    assert tuple(colouring.array(0)[5, 5]) == (255, 255, 255)
    assert colouring.hints.getpixel((100, 50)) == RED
    same = colorizer(sketch, [Hint(100, 50, (255, 0, 0))])
    assert tuple(same[0][50, 100]) == RED[:3]


def test_hints_are_padded_with_nothing():
    echo = Echo()
    dabs = np.full((100, 190, 4), 255, np.uint8)
    Colorizer(echo)(np.full((100, 190), 255, np.uint8), dabs)
    assert echo.given.shape == (1, 64, 64, 4)
    assert (echo.given[0, :34, :, 3] == 1).all() and not echo.given[0, 34:].any()


def test_a_model_without_hints_refuses_them(tiny_model):
    sketch = np.full((40, 40), 255, np.uint8)
    with pytest.raises(SgruError, match="this model takes no hints"):
        Colorizer(tiny_model)(sketch, [Hint(3, 3, (255, 0, 0))])
