"""Labels with short borders: as good as the exact answer, along lines, undecided if need be."""

import numpy as np
import pytest

from sgru_tf.potts import potts


def best_chain(costs, border):
    """Labels of least energy along a chain, by dynamic programming: the exact answer."""
    count, length = costs.shape
    switch = 2 * border * (1 - np.eye(count))
    total, came = costs[:, 0], []
    for place in range(1, length):
        paths = total[:, None] + switch
        came.append(paths.argmin(0))
        total = paths.min(0) + costs[:, place]
    labels = [int(total.argmin())]
    for before in reversed(came):
        labels.append(int(before[labels[-1]]))
    return labels[::-1]


def energy(labels, costs, border):
    labels = np.asarray(labels)
    return costs[labels, np.arange(len(labels))].sum() + 2 * border * (np.diff(labels) != 0).sum()


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("length", [20, 70])
def test_a_chain_is_as_good_as_the_exact_answer(seed, length):
    rng = np.random.default_rng(seed)
    true = np.repeat(rng.integers(0, 3, length // 5), 5)
    costs = rng.uniform(0, 1, (3, length)) + 0.35 * (np.arange(3)[:, None] != true)
    costs = costs.astype("float32")
    found = potts(costs[:, None], np.ones((1, length), "float32"), 0.4, 0.0)
    exact = energy(best_chain(costs, 0.4), costs, 0.4)
    assert energy(found.argmax(0)[0], costs, 0.4) <= 1.05 * exact
    assert exact < energy(costs.argmin(0), costs, 0.4)  # else there would be nothing to find


def halves(line_at=None):
    """Costs of two labels, unsure but on the outer columns; a line at a column, perhaps."""
    costs = np.zeros((2, 60, 80), "float32")
    costs[1, :, :6] = 1
    costs[0, :, -6:] = 1
    openness = np.ones((60, 80), "float32")
    if line_at is not None:
        openness[:, line_at] = 0
    return costs, openness


@pytest.mark.parametrize("line_at", [20, 40, 63])
def test_the_border_runs_along_the_line(line_at):
    found = potts(*halves(line_at), 3.0, 0.1)
    assert found[0, :, : line_at - 1].min() > 0.85
    assert found[1, :, line_at + 2 :].min() > 0.85


@pytest.mark.parametrize("share", [0.58, 0.66])
def test_a_surface_between_lines_goes_with_its_larger_part(share):
    """Though its border on paper is so dear that forces take long to grow to it."""
    costs = np.ones((4, 200, 240), "float32")
    part = int(60 + share * 120)
    costs[1, 40:160, 60:part] = costs[2, 40:160, part:180] = costs[0, :40] = costs[0, 160:] = 0
    costs[0, :, :60] = costs[0, :, 180:] = 0
    openness = np.ones((200, 240), "float32")
    openness[[40, 159], 60:180] = openness[40:160, [60, 179]] = 0
    found = potts(costs, openness, 60.0, 0.2)
    assert found[1, 44:156, 64:176].min() > 0.7
    assert found[0, :36].min() > 0.85


def test_gaps_in_a_line_are_closed():
    costs, openness = halves(30)
    openness[25:33, 30] = 1
    found = potts(costs, openness, 3.0, 0.1)
    assert found[0, :, :25].min() > 0.85
    assert found[1, :, 35:].min() > 0.85


def test_what_is_small_and_unsure_goes_with_what_is_around_it():
    costs = np.zeros((2, 64, 64), "float32")
    costs[1] = 1
    costs[:, 28:34, 28:34] = np.array([0.4, 0.0])[:, None, None]
    found = potts(costs, np.ones((64, 64), "float32"), 2.0, 0.1)
    assert found[0].min() > 0.85


def test_shares_sum_to_one_and_equal_costs_stay_undecided():
    costs = np.ones((4, 33, 50), "float32")
    found = potts(costs, np.ones((33, 50), "float32"), 5.0, 0.1)
    np.testing.assert_allclose(found.sum(0), 1, atol=1e-5)
    np.testing.assert_allclose(found, 0.25, atol=1e-3)


@pytest.mark.parametrize("shape", [(1, 1), (1, 7), (2, 300), (49, 48), (97, 211)])
def test_any_size(shape):
    costs = np.random.default_rng(0).uniform(size=(3, *shape)).astype("float32")
    given = costs.copy()
    found = potts(costs, np.ones(shape, "float32"), 1.0, 0.1)
    assert found.shape == costs.shape
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(costs, given)
