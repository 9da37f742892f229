"""examples/schemes/twin.py: the network in PyTorch, where that is installed, and what it learns."""

import sys
from pathlib import Path

import keras
import numpy as np
import pytest

from sgru_tf.config import ModelConfig
from sgru_tf.errors import SgruError
from sgru_tf.model import build_sgru

torch = pytest.importorskip("torch")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples" / "schemes"))
import deep  # noqa: E402
import tune  # noqa: E402
import twin  # noqa: E402
from learners import TensorFlowLearner, TorchLearner  # noqa: E402

torch.set_num_threads(1)  # with two, beside other work, each waits for the other

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


def test_the_depth_is_what_the_whole_network_computes():
    model, copy, seen = varied(), twin.Twin(CONFIG, torch.float32), {}
    copy.read(model)
    end = copy.decoders[-2]
    for name in ("conv1", "conv3"):
        getattr(end, name).register_forward_hook(lambda *given, n=name: seen.update({n: given[2]}))
    planes = torch.from_numpy(sketches(2)).permute(0, 3, 1, 2)
    with torch.no_grad():
        copy(planes)
        wanted = torch.cat([seen["conv1"], seen["conv3"]], 1)
        found = deep.Deep(copy)(deep.Early(copy)(planes))
    assert found.shape == (2, 48, 16, 24)
    np.testing.assert_allclose(found.numpy(), wanted.numpy(), atol=1e-5)


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


@pytest.mark.parametrize(("squared", "expected"), [(False, 200), (True, 140)])
def test_what_is_unsure_becomes_the_likeliest_or_by_squares_a_mixture(squared, expected):
    """Of three truths two are of grey 200 and one of 20: nearest to all is 200, or their mean."""
    learner = object.__new__(TorchLearner)
    learner._skin, learner._squared = 0.6, squared
    truths = np.stack([np.full((9, 4, 4, 3), grey, np.uint8) for grey in (200, 20, 200)])
    losses = [learner._apart(torch.full((3, 27, 4, 4), float(grey)), truths) for grey in range(256)]
    assert abs(int(np.argmin(losses)) - expected) <= 1


def test_skin_counts_as_much_as_is_asked():
    learner = object.__new__(TorchLearner)
    learner._squared = False
    skin = np.full((1, 9, 4, 4, 3), (250, 222, 205), np.uint8)
    cloth = np.stack([np.full((4, 4, 3), (20 * n, 100, 180), np.uint8) for n in range(9)])[None]
    for extra in (0.0, 0.6):
        learner._skin = extra
        off = [
            learner._apart(
                torch.from_numpy(truth.astype("f4")).permute(0, 4, 1, 2, 3).flatten(1, 2) + 10,
                truth,
            )
            for truth in (skin, cloth)
        ]
        assert abs(off[0] / off[1] - (1 + extra)) < 1e-3


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


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16"])
def test_the_depth_learns_through_a_reader_and_the_rest_stays(monkeypatch, precision):
    """What the whole network draws comes nearer to its truths, of which it saw but small ones."""
    monkeypatch.setattr(torch, "compile", lambda network, **_: network)
    for name, value in (("READ", 4), ("LESSONS", 90), ("FOLLOW", 5), ("AGAIN", 20)):
        monkeypatch.setattr(deep, name, value)
    keras.utils.set_random_seed(0)
    begun, other, learnt, given = varied(), varied(), build_sgru(CONFIG), sketches(3)
    other.set_weights(begun.get_weights())
    for name in ("decoder4", "decoder3"):
        other.get_layer(name).set_weights(varied(1).get_layer(name).get_weights())

    def means(model):
        drawn = np.asarray(model(given[:2])).clip(0, 255)
        return drawn.reshape(2, 9, 16, 4, 24, 4, 3).mean((3, 5))

    truth = means(other)
    learner = deep.DeepLearner(begun, begun, lambda _: RATE, 0.5, precision)
    told = [learner.step(given, truth.astype("uint8")) for _ in range(30)]
    assert told[:4] == [None] * 4 and told[-1][0] < told[4][0] < 1
    learner.write(learnt)
    apart = [np.abs(means(model) - truth).mean() for model in (begun, learnt)]
    assert apart[1] < 0.85 * apart[0]
    stays = {"encoder1", "encoder2", "skip1", "skip2", "decoder1"}
    stays |= {"tail1", "tail2", "tail3", "last"}
    for layer in begun.layers:
        pairs = zip(layer.get_weights(), learnt.get_layer(layer.name).get_weights(), strict=True)
        same = [np.array_equal(*pair) for pair in pairs]
        assert all(same) if layer.name in stays else not same or not all(same), layer.name


def test_colourings_are_small_but_in_some_steps():
    learner = object.__new__(deep.DeepLearner)
    shrunk = [learner.shrink(number) for number in range(400)]
    assert set(shrunk[: deep.READ]) == {4} and shrunk.count(1) == 24


@pytest.mark.parametrize("name", ["inner", "deep", "muon", "squared", "skin"])
def test_what_only_pytorch_can_is_refused_elsewhere(name):
    ways = {"inner": False, "deep": False, "muon": False, "squared": False, "skin": tune.SKIN}
    ways[name] = 0.1 if name == "skin" else True
    steps = {"learning_rate": 1e-3, "steps": 10, "average": 0.9, "seed": 0}
    with pytest.raises(SgruError, match=f"--{name}: for --engine torch"):
        tune.make_learner(None, None, "float32", "tensorflow", **ways, **steps)


@pytest.mark.parametrize("is_deep", [False, True])
def test_what_is_asked_for_reaches_the_learner(monkeypatch, is_deep):
    """Kernels move as far as Muon moves them, others as far as AdamW does."""
    monkeypatch.setattr(torch, "compile", lambda network, **_: network)
    steps = {"learning_rate": RATE, "steps": 100, "average": 0.9, "seed": 0}
    ways = {"inner": False, "deep": is_deep, "muon": True, "squared": True, "skin": 0.1}
    given = varied(), varied(1), "float32", "torch"
    learner = tune.make_learner(*given, **ways, **steps)
    assert isinstance(learner, deep.DeepLearner) == is_deep
    assert (learner._skin, learner._squared) == (0.1, True)
    before = [one.detach().clone() for one in learner._parameters]
    painted = np.random.default_rng(3).integers(0, 256, (2, 9, 64, 96, 3)).astype("uint8")
    rate = float(learner._rate(0))
    learnt, _ = TorchLearner.step(learner, sketches(3), painted)
    assert learnt > 0
    moved = [
        (one.ndim, float((one.detach() - old).square().mean().sqrt()) / rate)
        for one, old in zip(learner._parameters, before, strict=True)
    ]
    assert all(0.1 < size < 0.3 for axes, size in moved if axes > 1)
    assert all(0 < size < 1.1 for axes, size in moved if axes == 1)
    assert {min(axes, 2) for axes, _ in moved} == {1, 2}
