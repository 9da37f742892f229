"""Checkpoints, of a single number: which are kept, and that no kill or damage loses them."""

import itertools
import os
import shutil
from pathlib import Path

import pytest
import tensorflow as tf

from sgru_tf.checkpoints import Checkpoints


def numbered(folder, keep=1):
    """Checkpoints of one variable, which is to hold the step."""
    value = tf.Variable(0.0)
    return value, Checkpoints(Path(folder), tf.train.Checkpoint(value=value), keep)


def restored(folder) -> int:
    value, checkpoints = numbered(folder)
    checkpoints.clear()
    checkpoints.restore(lambda line: pytest.fail(line))
    return int(value.numpy())


@pytest.fixture
def images(tmp_path, monkeypatch):
    """Copies of a folder as it was before every change to it: what a kill could leave."""
    folder, copies, count = tmp_path / "checkpoints", [], itertools.count()

    def watched(change):
        def changed(*given, **options):
            image = tmp_path / f"image{next(count)}"
            shutil.copytree(folder, image)
            copies.append(image)
            return change(*given, **options)

        return changed

    real = {name: getattr(os, name) for name in ("replace", "unlink", "rmdir", "fsync")}

    def watch(on):
        for name, change in real.items():
            monkeypatch.setattr(os, name, watched(change) if on else change)

    return folder, copies, watch


def test_a_kill_at_any_moment_of_saving_leaves_a_good_checkpoint(images):
    folder, copies, watch = images
    value, checkpoints = numbered(folder)
    scores = {1: 5.0, 2: 7.0, 3: None, 4: 3.0, 5: 3.0}
    seen = set()
    for step, score in scores.items():
        value.assign(step)
        watch(step > 1)
        checkpoints.save(step, score)
        watch(False)
        best = 1 if step <= 4 else 4
        for image in copies:
            found = restored(image)
            assert found in (step - 1, step)
            seen.add(found - step)
            saved, fresh = numbered(image)
            assert best in fresh.steps or (step == 4 and found == 4)
            # Nothing half-written is left, and it can go on.
            wanted = {"checkpoint", "kept.json"}
            wanted |= {f"step-{s}.index" for s in fresh.steps}
            wanted |= {f"step-{s}.data-00000-of-00001" for s in fresh.steps}
            assert {path.name for path in image.iterdir()} == wanted
            saved.assign(9)
            fresh.save(9)
            assert restored(image) == 9
            assert fresh.steps == [4 if found >= 4 else 1, 9]
        copies.clear()
    assert seen == {-1, 0}
    assert checkpoints.steps == [4, 5]


def test_the_newest_and_the_best_are_kept(tmp_path):
    value, checkpoints = numbered(tmp_path, keep=2)
    for step, score in enumerate((9.0, 4.0, None, 6.0, 4.0, float("nan"), 8.0), start=1):
        value.assign(step)
        checkpoints.save(step, score)
    assert checkpoints.steps == [2, 6, 7]
    assert tf.train.latest_checkpoint(str(tmp_path)) == str(tmp_path / "step-7")
    # Back to the best one, from where it goes another way.
    for step in (6, 7):
        (tmp_path / f"step-{step}.index").unlink()
    assert restored(tmp_path) == 2
    value, checkpoints = numbered(tmp_path, keep=1)
    checkpoints.save(3, 2.0)
    assert checkpoints.steps == [3]


def test_one_can_be_held(tmp_path):
    _, checkpoints = numbered(tmp_path)
    assert checkpoints.hold(5) is None
    checkpoints.save(3)
    checkpoints.save(6)
    assert checkpoints.hold(8) == tmp_path / "step-6"
    checkpoints.save(9)
    checkpoints.save(12)
    assert checkpoints.steps == [6, 12]
    assert checkpoints.hold(12) == tmp_path / "step-12"
    checkpoints.save(15)
    assert checkpoints.steps == [12, 15]


def test_damaged_notes_are_no_reason_to_stop(tmp_path):
    _, checkpoints = numbered(tmp_path)
    checkpoints.save(1, 1.0)
    for text in ("", "[]", '{"scores": 3, "held": []}', '{"scores": {"a": 1}}', "\0"):
        (tmp_path / "kept.json").write_text(text)
        checkpoints.save(2, 2.0)
        assert checkpoints.steps[-1] == 2


def test_runs_of_older_versions_go_on(tmp_path):
    value = tf.Variable(0.0)
    manager = tf.train.CheckpointManager(
        tf.train.Checkpoint(value=value), str(tmp_path), max_to_keep=3, checkpoint_name="step"
    )
    for step in (2, 4, 6):
        value.assign(step)
        manager.save(step)
    # One that was killed left these.
    (tmp_path / "step-8_temp").mkdir()
    (tmp_path / "step-8_temp" / "part-00000-of-00001.data-00000-of-00001").touch()
    (tmp_path / "step-8.data-00000-of-00001").touch()
    (tmp_path / "checkpoint.tmp0123").touch()
    assert restored(tmp_path) == 6
    _, checkpoints = numbered(tmp_path, keep=2)
    checkpoints.save(7)
    assert checkpoints.steps == [6, 7]
    assert len(list(tmp_path.iterdir())) == 6


def test_a_checkpoint_that_lost_its_data_is_told(tmp_path):
    value, checkpoints = numbered(tmp_path, keep=2)
    checkpoints.save(1)
    value.assign(2)
    checkpoints.save(2)
    (tmp_path / "step-2.data-00000-of-00001").unlink()
    said = []
    checkpoints.restore(said.append)
    assert len(said) == 1 and "step-2: cannot be restored, taking the one before" in said[0]
    assert value.numpy() == 0.0
    # The damaged one gives way, though its number is higher.
    checkpoints.keep = 1
    checkpoints.save(1)
    assert checkpoints.steps == [1]
