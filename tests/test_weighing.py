"""examples/schemes/weighing.py: what counts how much when a proposal learns its scheme."""

import sys
from pathlib import Path

import numpy as np
import pytest

SIDE = 32
SKIN = (250, 222, 205)


@pytest.fixture(scope="module")
def weighing():
    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples" / "schemes"))
    import weighing

    return weighing


@pytest.fixture(scope="module")
def painted():
    """Cloth in nine colours on the left, skin in one beneath it, and paper on the right."""
    random = np.random.default_rng(0)
    truth = np.full((1, 9, SIDE, SIDE, 3), 255, np.float32)
    truth[0, :, :20, :20] = random.uniform(40, 200, (9, 1, 1, 3))
    truth[0, :, 20:, :20] = SKIN
    return truth


def test_skin_counts_most_then_colours_and_paper(weighing, painted):
    weight = np.asarray(weighing.weigh(painted))
    assert weight.shape == (1, 1, SIDE, SIDE, 1)
    cloth, skin, paper = (weight[0, 0, y, x, 0] for y, x in ((5, 5), (28, 5), (5, 28)))
    assert skin > cloth == paper == pytest.approx(3)


def test_what_is_wrong_as_a_whole_is_even(weighing, painted):
    drawn = painted.copy()
    drawn[0, :, :20, :20] += 30
    shifts = [(0, 3), (4, -2), (9, 9)]
    assert np.asarray(weighing.unevenness(drawn, painted, shifts)).max() == 0


def test_what_fades_within_a_surface_is_not(weighing, painted):
    drawn = painted.copy()
    drawn[0, :, :20, :10] += 30  # half of the cloth
    drawn[0, :, :20, 24:28] -= 90  # some of the paper
    uneven = np.asarray(weighing.unevenness(drawn, painted, [(0, 10), (1, 0)]))
    assert uneven.shape == (1, 1, SIDE, SIDE, 1)
    # Ten to the left of each pixel of the right half lies one of the left; one above, its like.
    np.testing.assert_allclose(uneven[0, 0, 1:20, 10:20], 15)
    np.testing.assert_array_equal(uneven[0, 0, :, 20:], 0)
    np.testing.assert_array_equal(uneven[0, 0, 20:, :20], 0)
