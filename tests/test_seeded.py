"""examples/schemes/seeded.py: surfaces told apart by seeds, and a figure cut out of its scene."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples" / "schemes"))
from nine import FIRST, HAIR, IRIS, SECOND  # noqa: E402
from seeded import KINDS, surfaces_of, told_apart  # noqa: E402

TAN = (226, 190, 160)


@pytest.fixture
def scene():
    """Before a green wall a head and a shirt of one colour, a line between them; black hair."""
    picture = Image.new("RGB", (200, 200), (70, 140, 80))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((60, 60, 140, 110), TAN, "black", 2)
    pen.rectangle((40, 110, 160, 199), TAN, "black", 2)
    pen.rectangle((60, 20, 140, 60), (16, 14, 18), "black", 2)
    return np.asarray(picture)


SEEDS = {
    "paper": [[5, 5], [95, 5], [5, 95], [95, 95]],
    "skin": [[50, 42]],
    "top": [[50, 75]],
    "hair": [[50, 20]],
}


def kind_at(kinds, x, y):
    return KINDS[kinds[int(y * kinds.shape[0] / 100), int(x * kinds.shape[1] / 100)]]


def test_a_line_parts_surfaces_of_one_colour(scene):
    kinds = told_apart(scene, SEEDS)
    assert kinds.shape == (200, 200) and kinds.dtype == np.uint8
    wanted = {"skin": (33, 52), "top": (25, 97), "hair": (66, 12), "paper": (15, 50)}
    for kind, place in wanted.items():
        assert kind_at(kinds, *place) == kind
    without = told_apart(scene, SEEDS | {"top": []})
    assert kind_at(without, 25, 97) == "skin"


def test_large_pictures_are_told_apart_small(scene):
    large = np.asarray(Image.fromarray(scene).resize((1000, 500)))
    assert told_apart(large, SEEDS).shape == (200, 400)


def test_the_figure_stands_on_white_paper(scene):
    picture, surfaces = surfaces_of(scene, SEEDS)
    assert picture.shape == scene.shape and picture.dtype == np.uint8
    np.testing.assert_array_equal(picture[10, 10], 255)
    np.testing.assert_array_equal(picture[190, 190], 255)
    shares = dict(surfaces)
    assert set(shares) == {HAIR, FIRST, SECOND, IRIS}
    for place, (x, y) in {HAIR: (100, 40), FIRST: (100, 160)}.items():
        for other, share in shares.items():
            assert share.shape == (200, 200)
            assert share[y, x] == (other == place)
    assert shares[HAIR][5, 5] == shares[FIRST][5, 5] == 0
    assert shares[FIRST][85, 100] == 0  # skin


def test_no_surface_reaches_out_of_its_outline(scene):
    shares = dict(surfaces_of(scene, SEEDS)[1])
    assert shares[FIRST][150, 38:40].max() < 0.25  # the outline begins at 40
    assert shares[FIRST][150, 44] > 0.95
    assert shares[HAIR][40, 58:60].max() < 0.25 and shares[HAIR][40, 64] > 0.95


def test_skin_is_one_colour_and_black_hair_is_drawn_lighter(scene):
    picture, _ = surfaces_of(scene, SEEDS)
    assert np.abs(picture[85, 100].astype(int) - (0xF6, 0xDC, 0xC6)).max() < 6
    assert picture[40, 100].min() > 90 > scene[40, 100].max()
    # What has no seed of its kind is as it was: the shirt has the colour of the skin that was.
    assert np.abs(picture[160, 100].astype(int) - TAN).max() < 3


def test_small_whites_become_white(scene):
    drawn = scene.copy()
    drawn[150:180, 80:120] = (190, 200, 225)
    drawn[150:180, [80, 81, 118, 119]] = drawn[[150, 151, 178, 179], 80:120] = 0
    picture, _ = surfaces_of(drawn, SEEDS | {"white": [[50, 82]]})
    assert picture[165, 100].min() > 240
