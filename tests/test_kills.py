"""A run that is stopped, or killed and started again."""
# ruff: noqa: F811

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from test_training import OPTIONS, art, settings  # noqa: F401

from sgru_tf.loading import load_model
from sgru_tf.run_folder import RunFolder

pytestmark = pytest.mark.usefixtures("shallow")

ROOT = Path(__file__).parent.parent

SETTINGS = {
    "validation_count": 2,
    "log_every": 1,
    "validate_every": 4,
    "checkpoint_every": 3,
    "keep": 2,
    "warmup": 0,
    "learning_rate": 2e-3,
    "average": 0.9,
}


def start(art, run, log):
    settings_file = run.with_suffix(".json")
    settings_file.write_text(json.dumps({"train": SETTINGS}))
    command = [sys.executable, "tests/shallow.py", "train.py", str(art), str(run)]
    command += [*OPTIONS, "--steps", "13"]
    with open(log, "a") as stream:
        return subprocess.Popen(
            [*command, "--config", str(settings_file)], cwd=ROOT, stdout=stream, stderr=stream
        )


def kill(process, moment, log):
    """Kill a process as soon as `moment` is true."""
    end = time.monotonic() + 600
    try:
        while not moment():
            assert process.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.002)
    finally:
        process.kill()
    assert process.wait() == -9


def variables(run) -> dict:
    """Read all variables of the last checkpoint of a run, by name."""
    reader = tf.train.load_checkpoint(str(run / "checkpoints"))
    names = reader.get_variable_to_shape_map()
    return {name: reader.get_tensor(name) for name in names if "ATTRIBUTES" in name}


@pytest.mark.slow
def test_killed_runs_end_as_the_one_that_was_not(tmp_path, art):
    whole, run, log = tmp_path / "whole", tmp_path / "run", tmp_path / "log.txt"
    undisturbed = start(art, whole, tmp_path / "whole.txt")
    checkpoints = run / "checkpoints"

    def written(path):
        return path.stat().st_mtime_ns if path.exists() else 0

    def saves():
        return any(checkpoints.glob(".part-*-step-*/*"))

    try:
        kill(start(art, run, log), saves, log)
        best = written(run / "best.keras")
        kill(start(art, run, log), lambda: written(run / "best.keras") != best, log)
        told = log.stat().st_size
        kill(start(art, run, log), lambda: b"step 9/13" in log.read_bytes()[told:], log)
        assert start(art, run, log).wait() == 0, log.read_text()
        assert undisturbed.wait() == 0
    finally:
        undisturbed.kill()
    said = log.read_text()
    assert said.count("going on from step") >= 2 and "cannot be restored" not in said, said
    for name in ("last.keras", "best.keras"):
        once, again = (load_model(folder / name).get_weights() for folder in (whole, run))
        for first, second in zip(once, again, strict=True):
            np.testing.assert_array_equal(second, first)
    once, again = variables(whole), variables(run)
    assert once.keys() == again.keys()
    for name, value in once.items():
        np.testing.assert_array_equal(again[name], value, err_msg=name)
    assert sorted(p.name for p in checkpoints.iterdir()) == sorted(
        p.name for p in (whole / "checkpoints").iterdir()
    )
    assert not list(run.rglob(".part-*"))


def test_a_run_that_was_killed_while_it_began_can_begin(tmp_path):
    config = settings(tmp_path / "art")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / ".part-7-0-config.json").write_text("{")
    run = RunFolder(tmp_path / "run")
    run.check_free()
    run.begin(config)
    run.clear()
    assert {path.name for path in run.path.iterdir()} == {"config.json"}


def test_ctrl_c_saves_and_stops_the_command(tmp_path, art, number=signal.SIGINT):
    run = tmp_path / "run"
    command = [sys.executable, "tests/shallow.py", "train.py", str(art), str(run), *OPTIONS]
    with subprocess.Popen(
        [*command, "--steps", "100000"], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        for line in process.stdout:
            if line.startswith("step 10/"):
                process.send_signal(number)
                break
        rest = process.stdout.read()
        assert process.wait(timeout=120) == 128 + number, rest
    assert "stopped at step" in rest
    step = int(rest.split("stopped at step ")[1].split(";")[0])
    assert (run / "checkpoints" / f"step-{step}.index").is_file()
    assert load_model(run).sgru_config.proposals == 3
