"""How a hint's colour spreads: over its surface, up to the lines, and for every proposal alike."""

import numpy as np
import pytest
from keras import ops

from sgru_tf.hint_spread import HintSpread

SIDE, COUNT = 64, 3
GREEN = (0, 200, 0)


@pytest.fixture
def spread():
    layer = HintSpread(keys=4)
    layer.build((1, SIDE, SIDE, 9), (1, SIDE, SIDE, 5), (1, SIDE, SIDE, 1), (1, SIDE, SIDE, 4))
    # All places are like each other: lines alone divide them.
    layer.unlike.assign(6.0)
    layer.faint.assign(0.02)
    layer.line.assign(9.0)
    layer.alike.assign(0.0)
    return layer


def paper(line=True):
    """White paper, which a line of ink divides into a left and a right half."""
    sketch = np.full((1, SIDE, SIDE, 1), 255, "float32")
    if line:
        sketch[:, :, 31:33] = 0
    return sketch


def hint(*dots):
    hints = np.zeros((1, SIDE, SIDE, 4), "float32")
    for row, column, colour in dots:
        hints[0, row - 1 : row + 2, column - 1 : column + 2] = (*colour, 1)
    return hints


def coloured(spread, hints, x=None, sketch=None):
    """Give the proposals, (COUNT, H, W, 3), of 0..255."""
    features = np.random.default_rng(0).normal(size=(1, SIDE, SIDE, 5)).astype("float32")
    if x is None:
        x = np.zeros((1, SIDE, SIDE, 9), "float32")
    sketch = paper() if sketch is None else sketch
    found = ops.convert_to_numpy(spread(x, features, sketch, hints))[0]
    return 127.5 * (found.reshape(SIDE, SIDE, 3, COUNT).transpose(3, 0, 1, 2) + 1)


def test_without_hints_nothing_changes_to_the_bit(spread):
    x = np.random.default_rng(1).normal(size=(1, SIDE, SIDE, 9)).astype("float32")
    hints = np.concatenate([np.full((1, SIDE, SIDE, 3), 99), np.zeros((1, SIDE, SIDE, 1))], -1)
    found = spread(x, np.ones((1, SIDE, SIDE, 5), "float32"), paper(), hints.astype("float32"))
    np.testing.assert_array_equal(ops.convert_to_numpy(found), x)


def test_a_hint_fills_its_surface_and_stops_at_the_line(spread):
    found = coloured(spread, hint((20, 12, GREEN)))
    np.testing.assert_allclose(found[:, 20, 12], [GREEN] * 3, atol=14)
    near, far, beyond = found[0, 50, 8], found[0, 60, 24], found[0, 20, 44]
    assert np.abs(near - GREEN).max() < 60 and np.abs(far - GREEN).max() < 80
    assert np.abs(beyond - 127.5).max() < 50
    assert near[1] - beyond[1] > 20 and beyond[0] - near[0] > 40


def test_without_a_line_it_goes_on(spread):
    divided, whole = (
        coloured(spread, hint((20, 12, GREEN)), sketch=paper(line)) for line in (True, False)
    )
    assert divided[0, 20, 44, 0] - whole[0, 20, 44, 0] > 30


def test_each_surface_takes_its_own_hint(spread):
    blue = (20, 20, 240)
    found = coloured(spread, hint((20, 12, GREEN), (40, 50, blue)))
    for column, colour in ((8, GREEN), (24, GREEN), (40, blue), (58, blue)):
        assert np.abs(found[0, 30, column] - colour).max() < 60


def test_proposals_obey_alike_and_keep_their_shading(spread):
    light = np.linspace(-0.5, 0.5, SIDE, dtype="float32")[None, :, None]
    offsets = np.tile(np.array([-0.3, 0.0, 0.3], "float32"), 3)
    x = np.broadcast_to(light[..., None] + offsets, (1, SIDE, SIDE, 9)).astype("float32")
    found = coloured(spread, hint((32, 12, GREEN)), x, paper(False))
    apart = np.ptp(found, axis=0)
    assert apart[32, 12].max() < 15 < np.ptp(coloured(spread, hint() * 0, x), axis=0).min()
    column = found[0, 16:49, 12, 1]
    assert (np.diff(column) > 0).all() and column[-1] > 1.2 * column[0]


def test_a_place_takes_the_colour_as_far_as_it_is_like_the_hinted_one(spread):
    spread.unlike.assign(0.0)
    spread.alike.assign(4.0)
    kernel = np.zeros(spread.key.kernel.shape, "float32")
    kernel[0, 0, 0, 0] = 1
    spread.key.kernel.assign(kernel)
    features = np.zeros((1, SIDE, SIDE, 5), "float32")
    features[:, :32, :, 0], features[:, 32:, :, 0] = 1, -1
    x = np.zeros((1, SIDE, SIDE, 9), "float32")
    found = ops.convert_to_numpy(spread(x, features, paper(False), hint((16, 30, GREEN))))
    share = np.abs(found[0, ..., 0])
    assert share[8:24, 20:40].min() > 8 * share[40:56, 20:40].max()


def test_a_hint_fades_without_an_edge(spread):
    side = 192
    shapes = [(1, side, side, channels) for channels in (9, 5, 1, 4)]
    x, features, sketch, hints = (np.zeros(shape, "float32") for shape in shapes)
    sketch += 255
    hints[0, 14:17, 14:17] = 0, 200, 0, 1
    change = 127.5 * np.abs(ops.convert_to_numpy(spread(x, features, sketch, hints)))
    along = change[0, 15, :, 1]
    assert along[60] > 50 and along[160] == 0
    assert np.abs(np.diff(along[20:])).max() < 4


def test_any_size_and_batch():
    layer = HintSpread(keys=2, steps=3)
    shapes = [(2, 32, 96, channels) for channels in (9, 5, 1, 4)]
    given = [np.ones(shape, "float32") for shape in shapes]
    assert layer(*given).shape == layer.compute_output_shape(*shapes) == (2, 32, 96, 9)
    again = HintSpread.from_config(layer.get_config())
    assert (again.keys, again.steps) == (2, 3)
