"""examples/schemes/warps.py: pictures bent a little."""

import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples" / "schemes"))
from warps import REACH, bend  # noqa: E402


def ramp(width, height):
    """Grey levels that rise from left to right, 0 to 250."""
    return np.tile(np.linspace(0, 250, width, dtype="f4"), (height, 1))


@pytest.mark.parametrize("seed", range(4))
def test_things_move_but_not_far_and_stay_in_their_order(seed):
    bent = np.asarray(bend(np.random.default_rng(seed))(Image.fromarray(ramp(200, 300))))
    moved = (bent - ramp(200, 300)) / 250  # in widths
    assert 0.02 < np.abs(moved).max() <= REACH + 0.01
    assert np.abs(moved[:, [0, -1]]).max() < 0.02
    assert (np.diff(bent[:, 4:-4:8]) > 0).all()


def test_pictures_of_all_sizes_bend_alike_and_white_stays_white():
    bent = bend(np.random.default_rng(1))
    disc = np.hypot(*np.mgrid[-1:1:320j, -1:1:256j]) < 0.5
    large = Image.fromarray(np.where(disc, 0, 255).astype("u1"))
    small = large.resize((64, 80), Image.Resampling.BOX)
    means = np.asarray(bent(large).resize((64, 80), Image.Resampling.BOX), float)
    apart = np.abs(means - np.asarray(bent(small))).mean()
    assert apart < 0.2 * np.abs(means - np.asarray(small)).mean()
    white = Image.new("RGB", (37, 53), "white")
    np.testing.assert_array_equal(bent(white), white)


def test_what_is_cut_off_by_an_edge_still_is():
    cut = np.full((90, 90), 255, np.uint8)
    cut[50:, 20:70] = 0
    for seed in range(6):
        bent = np.asarray(bend(np.random.default_rng(seed))(Image.fromarray(cut)))
        assert (bent[-1, 30:60] < 40).all() and (bent[0] > 215).all()
