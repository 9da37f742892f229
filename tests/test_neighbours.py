"""Maps that are grown, shrunk, smoothed and filled, in NumPy and for a serving graph."""

import numpy as np
import pytest

from sgru_tf import neighbours


def test_grown_and_shrunk():
    mask = np.zeros((7, 9), bool)
    mask[3, 4] = True
    square = neighbours.grown(mask, 2)
    assert square.sum() == 25 and square[1:6, 2:7].all()
    np.testing.assert_array_equal(neighbours.shrunk(square, 2), mask)
    np.testing.assert_array_equal(neighbours.grown(mask, 0), mask)
    # Beyond the edge there is what is at it.
    assert neighbours.shrunk(np.ones((4, 4), bool), 3).all()


def test_smoothed_keeps_what_is_even():
    values = np.zeros((5, 6))
    values[2, 3] = 16
    found = neighbours.smoothed(values)
    np.testing.assert_array_equal(found[1:4, 2:5], [[1, 2, 1], [2, 4, 2], [1, 2, 1]])
    np.testing.assert_allclose(neighbours.smoothed(np.full((1, 3), 7.0)), 7)


def test_reached_goes_round_corners_and_no_further():
    room = np.array([list(row) for row in ("##.....", ".#.###.", "..#.#..", "......#")]) == "#"
    seeds = np.zeros_like(room)
    seeds[0, 0] = seeds[3, 0] = True
    found = neighbours.reached(seeds, room)
    assert found[0, 0] and found[1, 1] and found[2, 2] and found[1, 3] and found[2, 4]
    assert not found[3, 6] and not found[3, 0]
    assert (found <= room).all()


def test_spread_goes_a_pixel_a_step_to_where_it_comes_first():
    numbers, room = np.zeros((3, 11), int), np.ones((3, 11), bool)
    numbers[1, 0], numbers[1, 10] = 3, 5
    room[:, 8] = False
    found = neighbours.spread(numbers, room)
    np.testing.assert_array_equal(found[1], [3] * 8 + [0] + [5] * 2)
    room[:, 8] = True
    np.testing.assert_array_equal(neighbours.spread(numbers, room)[2], [3] * 5 + [5] * 6)
    np.testing.assert_array_equal(
        neighbours.spread(numbers, room, 2)[0], [3] * 3 + [0] * 5 + [5] * 3
    )
    np.testing.assert_array_equal(neighbours.spread(numbers, room, 0), numbers)
    assert numbers.sum() == 8


@pytest.mark.parametrize("shape", [(1, 1), (9, 14), (3, 40)])
def test_a_graph_has_the_same(shape):
    pytest.importorskip("tensorflow")
    from sgru_tf.export import graph_neighbours

    rng = np.random.default_rng(0)
    values = rng.uniform(size=shape).astype("float32")
    mask, seeds = values > 0.45, rng.uniform(size=shape) > 0.8

    def maps(plane):
        return plane.astype("float32")[None, :, :, None]

    def same(found, expected):
        np.testing.assert_allclose(np.asarray(found)[0, :, :, 0], expected, rtol=1e-6)

    for steps in (0, 1, 3):
        same(graph_neighbours.grown(maps(values), steps), neighbours.grown(values, steps))
        same(graph_neighbours.shrunk(maps(mask), steps), neighbours.shrunk(mask, steps))
    same(graph_neighbours.smoothed(maps(values)), neighbours.smoothed(values))
    same(graph_neighbours.reached(maps(seeds), maps(mask)), neighbours.reached(seeds, mask))
    numbers = np.where(seeds, rng.integers(1, 9, shape), 0)
    for steps in (None, 0, 2):
        found = graph_neighbours.spread(maps(numbers), maps(mask), steps)
        same(found, neighbours.spread(numbers, mask, steps))
