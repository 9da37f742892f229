"""Hints inside the network: nothing where there are none, and everywhere where there is one."""

import dataclasses

import keras
import numpy as np
import pytest
from keras import ops

from sgru_tf.beginnings import start_from
from sgru_tf.errors import SgruError
from sgru_tf.hint_layers import HintGuide, HintPyramid
from sgru_tf.model import build_sgru


@pytest.fixture
def hinted(tiny_config):
    """A tiny network whose guides have learnt something."""
    model = build_sgru(dataclasses.replace(tiny_config, hints=True))
    random = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, HintGuide):
            layer.write.kernel.assign(random.normal(0, 0.1, layer.write.kernel.shape))
    return model


@pytest.fixture
def sketch():
    return np.random.default_rng(1).uniform(0, 255, (2, 64, 96, 1)).astype("float32")


def dot(row, column, colour=(255, 0, 0), shape=(2, 64, 96, 4)):
    hints = np.zeros(shape, "float32")
    hints[0, row, column] = (*colour, 1)
    return hints


def test_a_dot_is_as_strong_at_every_level():
    levels = HintPyramid(dtype="float32")(dot(37, 50, (255, 0, 127.5)))
    assert [tuple(level.shape) for level in levels] == [(2, 64 >> k, 96 >> k, 4) for k in range(6)]
    for k, level in enumerate(levels):
        level = ops.convert_to_numpy(level)
        np.testing.assert_allclose(level[0, 37 >> k, 50 >> k], [1, -1, 0, 1], atol=1e-5)
        assert np.count_nonzero(level[..., 3]) == 1 and not level[1].any()


def test_hints_in_one_cell_are_mixed_and_the_mask_counts():
    hints = dot(0, 0, (255, 255, 255))
    hints[0, 1, 1] = 0, 0, 0, 1
    hints[0, 5, 5] = 9, 9, 9, 0  # no hint: its mask is 0
    hints[0, 63, 95] = 255, 0, 0, 0.25
    levels = [ops.convert_to_numpy(level) for level in HintPyramid(dtype="float32")(hints)]
    np.testing.assert_allclose(levels[1][0, 0, 0], [0, 0, 0, 1], atol=1e-6)
    assert not levels[0][0, 5, 5].any()
    np.testing.assert_allclose(levels[0][0, 63, 95], [0.25, -0.25, -0.25, 0.25], atol=1e-6)


def test_no_hints_is_exactly_the_network_without(hinted, tiny_config, sketch):
    plain = build_sgru(tiny_config)
    for layer in plain.layers:
        layer.set_weights(hinted.get_layer(layer.name).get_weights())
    # The colour of what is not a hint counts for nothing.
    none = np.concatenate([np.full((2, 64, 96, 3), 77.0), np.zeros((2, 64, 96, 1))], -1)
    found = hinted({"sketch": sketch, "hints": none.astype("float32")})
    np.testing.assert_array_equal(found, plain(sketch))


def test_a_sketch_alone_is_one_without_hints(hinted, sketch):
    without = hinted({"sketch": sketch, "hints": dot(0, 0) * 0})
    np.testing.assert_array_equal(hinted(sketch), without)
    np.testing.assert_allclose(hinted.predict(sketch, verbose=0), without, rtol=1e-4, atol=1e-2)
    # The way that `predict` and `fit` go on JAX.
    weights = [[one.value for one in hinted.trainable_variables], hinted.non_trainable_variables]
    found, _ = hinted.stateless_call(*weights, sketch)
    np.testing.assert_allclose(found, without, rtol=1e-4, atol=1e-2)


def test_a_hint_changes_its_own_picture_near_and_far(hinted, sketch):
    plain, guided = (
        ops.convert_to_numpy(hinted({"sketch": sketch, "hints": hints}))
        for hints in (dot(0, 0) * 0, dot(20, 30))
    )
    change = np.abs(guided - plain)
    assert change[0, :, 20, 30].min() > 0 and change[0, :, 60, 90].max() > 0
    assert change[1].max() == 0


def test_fresh_guides_add_nothing(tiny_config, sketch):
    model = build_sgru(dataclasses.replace(tiny_config, hints=True))
    before_the_spread = keras.Model(model.input, model.get_layer("last").output)
    with_, without = (
        before_the_spread({"sketch": sketch, "hints": h}) for h in (dot(9, 9), dot(9, 9) * 0)
    )
    np.testing.assert_array_equal(with_, without)


def test_it_is_saved_and_loaded(hinted, sketch, tmp_path):
    given = {"sketch": sketch, "hints": dot(20, 30)}
    hinted.save(tmp_path / "model.keras")
    again = keras.saving.load_model(tmp_path / "model.keras")
    assert again.sgru_config.hints
    np.testing.assert_array_equal(again(given), hinted(given))


def test_a_network_with_hints_starts_from_one_without(tiny_model, tiny_config, hinted, sketch):
    model = build_sgru(dataclasses.replace(tiny_config, hints=True))
    start_from(model, tiny_model)
    found = model({"sketch": sketch, "hints": dot(9, 9) * 0})
    np.testing.assert_array_equal(found, tiny_model(sketch))
    hinted_at = ops.convert_to_numpy(model({"sketch": sketch, "hints": dot(9, 9)}))
    assert np.abs(hinted_at - tiny_model(sketch))[0].max() > 1
    with pytest.raises(SgruError, match="that model takes hints"):
        start_from(build_sgru(tiny_config), hinted)
