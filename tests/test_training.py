"""The training loop: it learns, resumes, distributes, stops on NaN and on signals."""

import dataclasses
import json
import os
import signal
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sgru_tf.config import LossConfig, ModelConfig, TrainConfig
from sgru_tf.errors import SgruError
from sgru_tf.interrupts import StopWish
from sgru_tf.loading import load_model
from sgru_tf.run_folder import RunConfig
from sgru_tf.train_run import train

pytestmark = pytest.mark.usefixtures("shallow")

ROOT = Path(__file__).parent.parent

TINY = ModelConfig(width=1 / 12, proposals=3, working_size=32)
PIXELS = LossConfig(weights="none", winner="colour", normalise_mask=True, mask_floor=0.1)
SHORT = TrainConfig(
    size=32,
    batch=2,
    steps=6,
    learning_rate=2e-3,
    warmup=0,
    average=0.5,
    validation_count=2,
    log_every=2,
    validate_every=3,
    checkpoint_every=3,
)
OPTIONS = (
    "--width 0.0833 --proposals 3 --size 32 --batch 2 --vgg-weights none --winner colour".split()
)


@pytest.fixture
def art(tmp_path):
    """Eight little pictures: a coloured disc on a coloured ground, in train/ and val/."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:48, :48]
    for index in range(8):
        pixels = np.empty((48, 48, 3), np.uint8)
        pixels[:] = rng.integers(0, 256, 3)
        pixels[(x - 24) ** 2 + (y - 24) ** 2 < 200] = rng.integers(0, 256, 3)
        folder = tmp_path / "art" / ("val" if index < 2 else "train")
        folder.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{index}.png")
    return tmp_path / "art"


@pytest.fixture(autouse=True)
def simple_lines(monkeypatch):
    """Line art by one threshold: drawing it in style costs each pipeline seconds to trace."""
    from shallow import two_tone

    monkeypatch.setattr("sgru_tf.data.random_line_art", two_tone)


def settings(art, **changes):
    return RunConfig(TINY, PIXELS, dataclasses.replace(SHORT, **changes), str(art))


def unjudged(art, **changes):
    """Settings without validation, which costs a trace of its own."""
    return settings(art / "train", validation_share=0.0, **changes)


def weights(path):
    return load_model(path).get_weights()


def test_it_learns_one_batch_by_heart(tmp_path, art):
    one = tmp_path / "one"
    one.mkdir()
    for path in sorted((art / "train").iterdir())[:2]:
        (one / path.name).write_bytes(path.read_bytes())
    lines = []
    plain = {"zoom": (1.0, 1.0), "flip": False, "saturation": (1.0, 1.0)}
    rare = {"validation_share": 0.0, "checkpoint_every": 1000}
    config = settings(one, steps=60, learning_rate=5e-3, **plain, **rare)
    assert train(config, tmp_path / "run", say=lines.append) is None
    best = [float(line.split("best ")[1].split()[0]) for line in lines if line.startswith("step")]
    assert best[-1] < 0.5 * best[0], best


def test_a_run_leaves_all_its_files(tmp_path, art):
    run = tmp_path / "run"
    lines = []
    train(settings(art), run, say=lines.append)
    names = {path.name for path in run.iterdir()}
    files = {"config.json", "pictures.json", "best.keras", "last.keras"}
    assert names == files | {"checkpoints", "samples", "events"}
    assert not list(run.rglob("*.part*"))
    sheets = sorted((run / "samples").iterdir())
    assert [sheet.name for sheet in sheets] == ["step_0000003.png", "step_0000006.png"]
    with Image.open(sheets[0]) as sheet:
        assert sheet.size == (5 * 32, 2 * 32)  # sketch, three proposals, truth; two samples
    assert list((run / "events").iterdir())
    model = load_model(run)
    assert model.sgru_config == TINY
    assert not model.compiled
    assert json.loads((run / "config.json").read_text())["train"]["steps"] == 6
    step_line = next(line for line in lines if line.startswith("step 6/6"))
    for word in ("loss", "best", "mean", "img/s", "left"):
        assert word in step_line


def test_stopped_and_resumed_equals_uninterrupted(tmp_path, art, monkeypatch):
    from sgru_tf.training import Trainer

    train(unjudged(art), tmp_path / "whole")

    report = Trainer._report

    def stop_after_four(self, step, progress):
        report(self, step, progress)
        if step == 4:
            self._stop.signal = signal.SIGTERM

    lines = []
    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "_report", stop_after_four)
        assert train(unjudged(art), tmp_path / "parts", say=lines.append) == signal.SIGTERM
    assert any("stopped at step 4" in line for line in lines)
    assert train(unjudged(art), tmp_path / "parts", say=lines.append) is None
    assert "going on from step 4" in lines

    for whole, parts in zip(
        weights(tmp_path / "whole" / "last.keras"),
        weights(tmp_path / "parts" / "last.keras"),
        strict=True,
    ):
        np.testing.assert_array_equal(parts, whole)


def test_a_damaged_checkpoint_gives_way_to_the_one_before(tmp_path, art):
    train(unjudged(art), tmp_path / "run")
    whole = weights(tmp_path / "run" / "last.keras")
    for part in (tmp_path / "run" / "checkpoints").glob("step-6.data*"):
        part.write_bytes(part.read_bytes()[:1000])
    lines = []
    assert train(unjudged(art), tmp_path / "run", say=lines.append) is None
    assert any("step-6: cannot be restored, taking the one before" in line for line in lines)
    assert "going on from step 3" in lines
    again = weights(tmp_path / "run" / "last.keras")
    for one, other in zip(whole, again, strict=True):
        np.testing.assert_array_equal(other, one)
    for part in (tmp_path / "run" / "checkpoints").glob("step-*.data*"):
        part.write_bytes(b"")
    with pytest.raises(SgruError, match="cannot be restored, nor any before"):
        train(unjudged(art), tmp_path / "run")


@pytest.mark.parametrize("where", ["loss", "gradient"])
def test_nan_names_the_step_and_keeps_the_last_good_checkpoint(tmp_path, art, monkeypatch, where):
    import tensorflow as tf

    from sgru_tf.losses import CollectionLoss

    evaluate = CollectionLoss.evaluate

    def poisoned(self, y_true, y_pred, losers=0.0, *rest):
        parts = evaluate(self, y_true, y_pred, losers, *rest)
        # The losers' weight falls to 0 at step 5; steps 3 and 6 save.
        zero = tf.cast(losers, tf.float32) + 0.0 * tf.reduce_mean(y_pred)
        # At 0 the root is a number, its slope is not; the logarithm is neither.
        bad = tf.sqrt(zero) if where == "gradient" else 0.0 * tf.math.log(zero)
        parts["loss"] = parts["loss"] + bad
        return parts

    loss = dataclasses.replace(PIXELS, losers_start=0.3, losers_end=0.0, losers_fall=0.6)
    config = dataclasses.replace(unjudged(art), loss=loss)
    monkeypatch.setattr(CollectionLoss, "evaluate", poisoned)
    with pytest.raises(SgruError, match=r"at step 5 is not a number.*step-3"):
        train(config, tmp_path / "run")
    assert all(np.isfinite(w).all() for w in weights(tmp_path / "run" / "last.keras"))


@pytest.mark.parametrize(
    "precision", ["mixed_bfloat16", pytest.param("mixed_float16", marks=pytest.mark.slow)]
)
def test_mixed_precision_saves_float32(tmp_path, art, precision):
    train(unjudged(art, precision=precision, steps=2), tmp_path / "run")
    model = load_model(tmp_path / "run" / "last.keras")
    assert model.get_layer("encoder1").dtype_policy.name == "float32"
    assert all(np.isfinite(w).all() for w in model.get_weights())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_second_signal_does_what_it_always_did(number):
    got, said = [], []
    before = signal.signal(number, lambda *_: got.append(number))
    try:
        with StopWish(said.append) as stop:
            os.kill(os.getpid(), number)
            assert (stop.signal, got, len(said)) == (number, [], 1)
            os.kill(os.getpid(), number)
            assert got == [number]
        assert signal.getsignal(number) is not before
    finally:
        signal.signal(number, before)
