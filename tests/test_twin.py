"""examples/schemes/twin.py: the network in PyTorch, where that is installed, and what it learns."""

import sys
from pathlib import Path

import numpy as np
import pytest

from sgru_tf.config import ModelConfig
from sgru_tf.errors import SgruError
from sgru_tf.model import build_sgru

torch = pytest.importorskip("torch")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples" / "schemes"))
import twin  # noqa: E402
from learners import TensorFlowLearner, TorchLearner  # noqa: E402

CONFIG = ModelConfig(width=1 / 12)
RATE = 1e-3


def varied(seed=0):
    """A Keras model in which no two weights are alike, so that none can stand for another."""
    model = build_sgru(CONFIG)
    rng = np.random.default_rng(seed)
    model.set_weights([w + rng.normal(0, 0.1, w.shape) for w in model.get_weights()])
    return model


def sketches(count, seed=0):
    return np.random.default_rng(seed).uniform(0, 255, (count, 64, 96, 1)).astype("float32")


def test_it_draws_what_keras_draws():
    model, copy = varied(), twin.Twin(CONFIG, torch.float32)
    copy.read(model)
    given = sketches(2)
    with torch.no_grad():
        drawn = copy(torch.from_numpy(given).permute(0, 3, 1, 2)).unflatten(1, (3, 9))
    wanted = np.asarray(model(given))
    np.testing.assert_allclose(drawn.permute(0, 2, 3, 4, 1).numpy(), wanted, atol=0.02)


def test_weights_come_back_as_they_were():
    model, copy, other = varied(), twin.Twin(CONFIG), varied(1)
    copy.read(model)
    copy.write(other)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


def test_a_network_with_hints_is_refused():
    with pytest.raises(SgruError, match="without hints"):
        twin.Twin(ModelConfig(width=1 / 12, hints=True))


@pytest.mark.slow
def test_both_learners_learn_alike(monkeypatch):
    """The same losses, and averaged weights that move alike."""
    monkeypatch.setattr(torch, "compile", lambda network, **_: network)
    begun, teacher = varied(), varied(1)
    painted = np.random.default_rng(3).integers(0, 256, (2, 9, 64, 96, 3)).astype("uint8")
    found = []
    for learner in (
        TensorFlowLearner(begun, teacher, lambda _=0: RATE, 0.9, "float32"),
        TorchLearner(begun, teacher, lambda _: RATE, 0.9, "float32"),
    ):
        losses = [learner.step(sketches(3), painted) for _ in range(4)]
        model = build_sgru(CONFIG)
        learner.write(model)
        found.append((losses, np.concatenate([w.ravel() for w in model.get_weights()])))
    (keras_losses, keras_weights), (torch_losses, torch_weights) = found
    np.testing.assert_allclose(torch_losses, keras_losses, rtol=0.01)
    assert keras_losses[-1][0] < keras_losses[0][0]
    moved = keras_weights - np.concatenate([w.ravel() for w in begun.get_weights()])
    assert np.corrcoef(moved, torch_weights - keras_weights + moved)[0, 1] > 0.95


def test_the_outer_layers_can_stay_as_they_are(monkeypatch):
    monkeypatch.setattr(torch, "compile", lambda network, **_: network)
    begun, learnt = varied(), build_sgru(CONFIG)
    painted = np.random.default_rng(3).integers(0, 256, (1, 9, 64, 96, 3)).astype("uint8")
    learner = TorchLearner(begun, varied(1), lambda _: RATE, 0.5, "float32", inner=True)
    for _ in range(2):
        learner.step(sketches(2), painted)
    learner.write(learnt)
    stays = {"encoder1", "encoder2", "skip1", "decoder1", "tail1", "tail2", "tail3", "last"}
    for layer in begun.layers:
        own = layer.get_weights()
        same = [
            np.array_equal(*pair)
            for pair in zip(own, learnt.get_layer(layer.name).get_weights(), strict=True)
        ]
        assert all(same) if layer.name in stays else not any(same), layer.name
