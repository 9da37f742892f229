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
