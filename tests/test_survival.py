"""What a run survives: a full disk, pictures that go away, a loss that leaps, an odd error."""
# ruff: noqa: F811

import random
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from test_shards import make_art, pack
from test_training import OPTIONS, art, settings, simple_lines, unjudged  # noqa: F401

from sgru_tf.checkpoints import Checkpoints
from sgru_tf.errors import SgruError
from sgru_tf.run_folder import RunFolder
from sgru_tf.spikes import LEAST, RECENT, LossWatch
from sgru_tf.train_run import train

pytestmark = pytest.mark.usefixtures("shallow")

ROOT = Path(__file__).parent.parent


@pytest.mark.parametrize("fails", ["last.keras", "step-4"])
def test_a_full_disk_is_one_line_and_keeps_the_last_checkpoint(
    tmp_path,
    art,
    counting,
    monkeypatch,
    fails,
):
    run = tmp_path / "run"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # Stands for a full disk: no file may have more than 20 KB.
    counting(at={3: lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, before[1]))})
    config = unjudged(art, checkpoint_every=2)
    try:
        with monkeypatch.context() as patch, pytest.raises(SgruError) as caught:
            if fails != "last.keras":
                patch.setattr(RunFolder, "save_model", lambda *_: None)
            train(config, run, say=lambda line: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    told = str(caught.value)
    assert f"{fails}: cannot be written; File too large" in told and "\n" not in told
    assert f"the last good checkpoint is {run}/checkpoints/step-2; make room" in told
    assert not list(run.rglob(".part-*"))
    counting()
    said = []
    if fails != "last.keras":
        assert train(config, run, say=said.append) is None
        assert "going on from step 2" in said


def test_a_picture_that_goes_away_is_skipped_and_named(tmp_path, art, counting):
    gone = art / "train" / "4.png"

    counting(at={2: gone.unlink})
    said, config = [], unjudged(art, steps=20, checkpoint_every=100)
    assert train(config, tmp_path / "run", say=said.append) is None
    assert said.count(f"skipped: {gone}: no such file") == 1
    assert (tmp_path / "run" / "skipped.txt").read_text() == f"{gone}: no such file\n"
    assert "step 20/20" in "\n".join(said)


def test_a_folder_that_goes_away_is_one_line(tmp_path, art, counting):
    counting(at={3: lambda: (art / "train").rename(art / "away")})
    config, said = unjudged(art, steps=200, checkpoint_every=100, log_every=100), []
    with pytest.raises(SgruError) as caught:
        train(config, tmp_path / "run", say=said.append)
    told = str(caught.value)
    assert "none of the 6 pictures can be decoded" in told and "\n" not in told
    assert told.endswith("the same command goes on from the last checkpoint")
    assert len(said) < 9


def test_a_shard_that_goes_away_is_one_line_and_may_come_back(tmp_path, counting):
    pictures, shards, run = make_art(tmp_path / "art", 24), tmp_path / "shards", tmp_path / "run"
    pack(pictures, shards, 24)
    # After a round through all: more than are kept in memory.
    counting(at={13: lambda: shards.rename(tmp_path / "away")})
    config = settings(shards, steps=30, checkpoint_every=12, validation_share=0.0)
    with pytest.raises(SgruError, match=r"tfrecord: cannot be read.*goes on from the last") as told:
        train(config, run, say=lambda line: None)
    assert "\n" not in str(told.value)
    (tmp_path / "away").rename(shards)
    counting()
    said = []
    assert train(config, run, say=said.append) is None
    assert any(line.startswith("going on from step") for line in said)


def test_pictures_that_changed_between_two_starts_are_told(tmp_path, art, counting):
    config, run, said = unjudged(art, checkpoint_every=100), tmp_path / "run", []
    for _ in range(2):
        counting(lambda step: np.nan)
        with pytest.raises(SgruError, match="at step 1 is not a number; there is no checkpoint"):
            train(config, run, say=said.append)
    assert not any("last started" in line for line in said)
    (art / "train" / "5.png").unlink()
    counting()
    train(config, run, say=said.append)
    assert any("when this run was last started (6 before, 5 now)" in line for line in said)


def test_a_leap_of_the_loss_is_told_and_the_checkpoint_before_it_kept(
    tmp_path,
    art,
    counting,
):
    counting(lambda step: 10.0 + step % 3 + 40.0 * (step >= 70))
    said, run = [], tmp_path / "run"
    config = unjudged(art, steps=100, checkpoint_every=20, keep=1, log_every=50)
    train(config, run, say=said.append)
    told = [line for line in said if "leapt" in line]
    assert len(told) == 1 and told[0].startswith("step 75: the loss leapt to 34.90"), told
    assert "usual was 11.00" in told[0] and f"{run}/checkpoints/step-60 is kept" in told[0]
    assert {p.stem for p in (run / "checkpoints").glob("*.index")} == {"step-60", "step-100"}


class Verdicts:
    """Stands for `Judge`; gives one score after the other."""

    def __init__(self, *_):
        self.scores = iter((9.0, 5.0, 7.0, 6.0))

    def __call__(self):
        score = next(self.scores)
        return {"best": score, "mean": score, "diversity": 1.0}, Image.new("RGB", (8, 8))


def test_a_new_best_is_a_checkpoint_and_all_else_is_written_before_it(
    tmp_path, art, counting, monkeypatch
):
    written, save_model, save = [], RunFolder.save_model, Checkpoints.save
    monkeypatch.setattr("sgru_tf.training.Judge", Verdicts)
    monkeypatch.setattr(
        RunFolder, "save_model", lambda *a: written.append(a[2].name) or save_model(*a)
    )
    monkeypatch.setattr(Checkpoints, "save", lambda *a: written.append(a[1:]) or save(*a))
    counting()
    config = settings(art, steps=8, validate_every=2, checkpoint_every=5, keep=1)
    train(config, tmp_path / "run", say=lambda line: None)
    both = ["best.keras", "last.keras"]
    assert written == [
        *(*both, (2, 9.0)),
        *(*both, (4, 5.0)),
        *("last.keras", (5, None)),
        *("last.keras", (8, 6.0)),
    ]
    kept = {path.stem for path in (tmp_path / "run" / "checkpoints").glob("*.index")}
    assert kept == {"step-4", "step-8"}


def test_what_is_a_leap():
    watch, draws = LossWatch(), random.Random(0)
    # Batches of one picture, whose losses vary by half; falling, as they do.
    for step in range(5000):
        assert watch.add((20 + 80 / (1 + step / 100)) * draws.lognormvariate(0, 0.5)) is None
    assert watch.add(150.0) is None, "a single odd batch"
    leaps = [watch.add(100.0) for _ in range(400)]
    assert sum(leap is not None for leap in leaps) == 1, "told once"
    again = [watch.add(loss) for loss in [20.0] * 300 + [90.0] * 20]
    assert sum(leap is not None for leap in again) == 1, "and once more after it was over"
    young = LossWatch()
    assert not any(young.add(loss) for loss in [1.0] * (LEAST - 1) + [100.0] * RECENT)


SLOW = """
import sys, time
import numpy as np
import sgru_tf.picture_list
from sgru_tf.cli import train
from sgru_tf.step import Step

read = sgru_tf.picture_list.read_sample

def slow(*given):
    time.sleep(0.05)
    return read(*given)

sgru_tf.picture_list.read_sample = slow
bad = dict.fromkeys(("loss", "best", "mean", "gradient", "stop"), np.float32("nan"))
Step.__call__ = lambda *_: bad
train(sys.argv[1:])
"""


@pytest.mark.slow
def test_an_error_ends_the_process_though_pictures_are_being_read(tmp_path, art):
    done = subprocess.run(
        [sys.executable, "-c", SLOW, str(art), str(tmp_path / "run"), *OPTIONS],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 1 and "step 1 is not a number" in done.stderr, done.stderr


def test_what_tensorflow_says_while_the_network_is_built_is_one_line(tmp_path, art, monkeypatch):
    def gone(*given):
        raise tf.errors.UnavailableError(None, None, "connection\nreset")

    monkeypatch.setattr("sgru_tf.training.Trainer", gone)
    with pytest.raises(SgruError) as caught:
        train(unjudged(art), tmp_path / "run", say=lambda line: None)
    assert str(caught.value).startswith(f"{tmp_path / 'run'}: stopped; ")
    assert "\n" not in str(caught.value)
