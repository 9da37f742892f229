"""The loss of proposals that do not obey their hints."""

import numpy as np
import pytest
from keras import ops

from sgru_tf.config import LossConfig
from sgru_tf.hint_loss import hint_distance, hint_weights
from sgru_tf.losses import CollectionLoss


@pytest.fixture
def halves():
    """A picture, red at the left and blue at the right; one red dot of a hint."""
    rgb = np.zeros((1, 64, 64, 3), "float32")
    rgb[:, :, :32, 0], rgb[:, :, 32:, 2] = 255, 255
    hints = np.zeros((1, 64, 64, 4), "float32")
    hints[0, 30, 28] = 255, 0, 0, 1
    return rgb, hints


def test_a_hint_speaks_for_its_own_colour_around_it(halves):
    weights = ops.convert_to_numpy(hint_weights(*halves))[0]
    assert weights[30, 28] == 1
    assert 0 < weights[30, 20] < weights[30, 25] < 1
    assert weights[30, 33] == 0 and weights[63, 28] == 0  # blue; far away
    assert not ops.convert_to_numpy(hint_weights(halves[0], halves[1] * 0)).any()


def test_all_proposals_have_to_obey(halves):
    rgb, hints = halves
    good = np.repeat(rgb[:, None], 3, axis=1)
    assert float(hint_distance(rgb, hints, good)[0]) == 0
    one, all_ = good.copy(), good.copy()
    one[:, 1, 30, 28] += 30
    all_[:, :, 30, 28] += 30
    near = float(hint_distance(rgb, hints, one)[0])
    assert near > 0
    np.testing.assert_allclose(float(hint_distance(rgb, hints, all_)[0]), 3 * near, rtol=1e-5)
    elsewhere = good.copy()
    elsewhere[:, :, 63, 63] = 0
    assert float(hint_distance(rgb, hints, elsewhere)[0]) == 0


@pytest.mark.parametrize("winner", ["paper", "colour"])
@pytest.mark.parametrize("normalise", [True, False])
def test_it_is_part_of_the_collection_loss(halves, winner, normalise):
    rgb, hints = halves
    options = {"weights": "none", "winner": winner, "normalise_mask": normalise}
    target = np.concatenate([rgb, np.full((1, 64, 64, 1), 255.0, "float32"), hints], axis=-1)
    wrong = np.repeat(rgb[:, None, :, ::-1], 3, axis=1)
    plain = CollectionLoss(LossConfig(**options)).evaluate(target[..., :4], wrong)
    assert "hint" not in plain
    parts = CollectionLoss(LossConfig(hint_weight=2.0, **options)).evaluate(target, wrong)
    hint = hint_distance(rgb, hints, wrong)
    scale = 2.0 if normalise else 2.0 * 255
    np.testing.assert_allclose(parts["hint"], hint)
    np.testing.assert_allclose(parts["loss"], plain["loss"] + scale * hint, rtol=1e-5)
    empty = target * ([1] * 4 + [0] * 4)
    without = CollectionLoss(LossConfig(**options)).evaluate(empty.astype("float32"), wrong)
    np.testing.assert_allclose(without["loss"], plain["loss"], rtol=1e-6)
