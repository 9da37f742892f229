"""examples/schemes/outlines.py: sketches as complete as artists draw them."""

import sys
from pathlib import Path

import numpy as np
import pytest

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "schemes"
sys.path.insert(0, str(FOLDER))
from outlines import detailed, is_sparse, outlined, outlines  # noqa: E402


@pytest.fixture
def pale():
    """A nearly white dress below a nearly white face, no line between, and what is of which."""
    rgb, label = np.full((96, 96, 3), 255, np.uint8), np.zeros((96, 96), np.uint8)
    rgb[20:50, 30:66] = 249
    rgb[50:80, 20:76] = 248
    label[50:80, 20:76] = 1
    return rgb, label


def test_every_surface_has_a_border(pale):
    found = np.asarray(outlines(*pale))
    assert found.shape == (96, 96) and set(np.unique(found)) == {0, 255}
    for row, column in ((20, 48), (50, 48), (80, 48), (35, 30), (65, 20), (65, 76)):
        assert (found[row - 2 : row + 3, column - 2 : column + 3] == 0).any(), (row, column)
    for row, column in ((5, 5), (35, 48), (65, 48)):
        assert (found[row - 5 : row + 6, column - 5 : column + 6] == 255).all(), (row, column)


def test_specks_of_a_surface_have_none(pale):
    rgb, label = pale
    label = label.copy()
    label[30, 40] = 2
    np.testing.assert_array_equal(np.asarray(outlines(rgb, label)), np.asarray(outlines(*pale)))


def test_borders_become_lines_as_dark_as_those_that_are_there(pale):
    borders = np.asarray(outlines(*pale))
    sketch = np.full((96, 96, 1), 240, np.float32)
    sketch[35:38, 10:86] = 30
    drawn = 0.0
    for seed in range(8):
        lines = outlined(sketch, borders, np.random.default_rng(seed))
        assert lines.shape == sketch.shape and lines.dtype == np.float32
        assert (lines <= sketch).all() and lines.min() >= 0
        np.testing.assert_array_equal(lines[borders == 255], sketch[borders == 255])
        drawn += (lines[borders == 0] < 165).mean() / 8
    assert 0.5 < drawn < 0.95  # the pen is lifted at times


def test_borders_that_were_made_smaller_are_lines_still(pale):
    borders = np.where(np.asarray(outlines(*pale)) == 0, 190, 255).astype("u1")
    lines = outlined(np.full((96, 96, 1), 255, np.float32), borders, np.random.default_rng(1))
    assert lines[borders == 190].min() < 200


def test_where_nothing_meets_a_sketch_stays():
    sketch = np.full((32, 32, 1), 240, np.float32)
    same = outlined(sketch, np.full((32, 32), 255, np.uint8), np.random.default_rng(0))
    np.testing.assert_array_equal(same, sketch)


def test_faint_lines_are_raised_and_flat_colour_is_not():
    picture = np.full((32, 32, 3), 230, np.uint8)
    picture[15:17] = 215
    raised = [detailed(picture, np.random.default_rng(seed)) for seed in range(6)]
    assert min(one[15:17].mean() for one in raised) < 205
    assert all((one[[0, 31]] == 230).all() for one in raised)


def test_a_figure_without_lines_is_sparse():
    sketch, figure = np.full((32, 32, 1), 255, np.float32), np.zeros((32, 32), bool)
    assert not is_sparse(sketch, figure)
    figure[8:24, 8:24] = True
    assert is_sparse(sketch, figure)
    sketch[8:24, [8, 16, 23]] = 60
    assert not is_sparse(sketch, figure)
