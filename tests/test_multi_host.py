"""Training on several devices, and on several machines: two processes that talk over loopback."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from sgd_training import STEPS, settings, state, train_a_part

from sgru_tf.devices import default_strategy
from sgru_tf.errors import SgruError
from sgru_tf.training import Trainer

ROOT = Path(__file__).parent.parent
OPTIONS = (
    "--width 0.0833 --proposals 3 --size 32 --batch 4 --seed 3 --steps 100000 "
    "--vgg-weights none --winner colour"
).split()


@pytest.fixture(scope="module")
def art(tmp_path_factory):
    """Eight little pictures of coloured blocks, in train/ and val/."""
    art = tmp_path_factory.mktemp("art")
    rng = np.random.default_rng(0)
    for index in range(8):
        folder = art / ("val" if index < 2 else "train")
        folder.mkdir(exist_ok=True)
        blocks = Image.fromarray(rng.integers(0, 256, (6, 6, 3), dtype=np.uint8))
        blocks.resize((48, 48), Image.Resampling.NEAREST).save(folder / f"{index}.png")
    return art


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def environment(**more):
    return os.environ | {"PYTHONPATH": str(ROOT), "CUDA_VISIBLE_DEVICES": ""} | more


def workers(arguments, logs):
    """Start two workers; what they say goes into files, as a full pipe would stop them."""
    hosts = [f"127.0.0.1:{port}" for port in free_ports(2)]
    processes = []
    for index in range(2):
        config = {"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}}
        variables = environment(TF_CONFIG=json.dumps(config))
        with open(logs / f"worker{index}.txt", "a") as log:
            processes.append(
                subprocess.Popen(arguments, cwd=ROOT, env=variables, stdout=log, stderr=log)
            )
    return processes


def finish(processes, logs, timeout=400):
    try:
        codes = [process.wait(timeout=timeout) for process in processes]
    finally:
        for process in processes:
            process.kill()
    return codes, [(logs / f"worker{index}.txt").read_text() for index in range(2)]


@pytest.fixture(scope="module")
def alone(tmp_path_factory, art):
    """The folder of all runs; in it `alone`, trained on one device without a break.

    Each batch comes late, which the run has to notice.
    """
    out = tmp_path_factory.mktemp("runs")
    distribute = Trainer._distribute

    def late(self, start):
        for batch in distribute(self, start):
            time.sleep(0.2)
            yield batch

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Trainer, "_distribute", late)
        said = train_a_part(art, out / "alone", tf.distribute.get_strategy())
    return SimpleNamespace(out=out, said=said)


@pytest.fixture(scope="module")
def devices(alone, art):
    """What the first four steps of `devices` said, on two devices of one process."""
    parts = json.dumps([["devices", 2, 4]])
    script = [sys.executable, "tests/sgd_training.py", str(art), str(alone.out), parts]
    done = subprocess.run(script, cwd=ROOT, env=environment(), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


@pytest.fixture(scope="module")
def hosts(alone, art):
    """What two machines said that trained `hosts`, and step 3 of `relay`, begun as one."""
    shutil.copytree(alone.out / "alone", alone.out / "relay")
    for step in (4, 6):
        for path in (alone.out / "relay" / "checkpoints").glob(f"step-{step}.*"):
            path.unlink()
    shutil.copy(alone.out / "alone.json", alone.out / "relay.json")
    parts = json.dumps([["hosts", 0, STEPS], ["relay", 0, 3]])
    script = [sys.executable, "tests/sgd_training.py", str(art), str(alone.out), parts]
    codes, said = finish(workers(script, alone.out), alone.out)
    assert codes == [0, 0], said
    return said


def agree(out, run, steps):
    """Check that a run equals the one on one device: every step, and all that it left."""
    one, other = (json.loads((out / f"{name}.json").read_text()) for name in ("alone", run))
    assert len(other) >= steps
    for step in map(str, range(1, steps + 1)):
        np.testing.assert_allclose(other[step], one[step], rtol=1e-5, err_msg=f"step {step}")
    one, other = state(out / "alone", steps), state(out / run, steps)
    assert len(one) > 60 and set(other) == set(one)
    # The least loss of the validation, which one device leaves out here.
    for name in (name for name in one if not name.startswith("least")):
        np.testing.assert_allclose(other[name], one[name], rtol=0, atol=1e-6, err_msg=name)


def go_on_alone(out, run, art, start):
    said = train_a_part(art, out / run, tf.distribute.get_strategy())
    assert f"going on from step {start}" in said
    agree(out, run, STEPS)


def test_the_run_that_others_are_compared_with(alone):
    steps = json.loads((alone.out / "alone.json").read_text())
    assert list(steps) == [str(step) for step in range(1, STEPS + 1)]
    # Some gradients are clipped, some are not: an error in their length shows either way.
    norms, limit = [norm for _, norm in steps.values()], settings("").train.clip_norm
    assert min(norms) < 0.98 * limit and max(norms) > 1.02 * limit, norms
    # Far more than the tolerance of the comparison.
    first, last = state(alone.out / "alone", 2), state(alone.out / "alone", STEPS)
    moved = max(np.abs(last[name] - first[name]).max() for name in first if "/_kernel" in name)
    assert moved > 1e-4, moved


def test_a_run_tells_how_long_it_waited_for_pictures(alone):
    done = alone.said[-1]
    assert done.startswith(f"done: {STEPS} steps in ")
    share = float(done.split("waited for pictures ")[1].split(" %")[0])
    assert 1 < share < 100, done


def test_two_devices_equal_one(alone, devices):
    assert "stopped at step 4" in devices and "validation at step 4" in devices
    agree(alone.out, "devices", 4)
    assert (alone.out / "devices" / "best.keras").is_file()


def test_one_device_goes_on_with_what_two_began(alone, devices, art):
    go_on_alone(alone.out, "devices", art, 4)


@pytest.mark.slow
def test_two_machines_equal_one(alone, hosts):
    agree(alone.out, "hosts", STEPS)
    for line in ("step 6/6", "validation at step 6"):
        assert line in hosts[0] and line not in hosts[1]
    # One writer: no worker leaves files of its own.
    assert not [path for path in (alone.out / "hosts").rglob("*") if "worker" in path.name]


@pytest.mark.slow
def test_one_machine_hands_over_to_two_and_they_to_one(alone, hosts, art):
    assert all("going on from step 2" in text and "stopped at step 3" in text for text in hosts)
    go_on_alone(alone.out, "relay", art, 3)


def wait_for(line, processes, folder):
    deadline = time.monotonic() + 200
    while line not in (folder / "worker0.txt").read_text():
        if time.monotonic() > deadline or processes[0].poll() is not None:
            for process in processes:
                process.kill()
            pytest.fail((folder / "worker0.txt").read_text()[-2000:])
        time.sleep(0.2)


def under_way(art, folder):
    """Give two machines that train without an end, and have done ten steps."""
    script = [sys.executable, "tests/shallow.py", "train.py", str(art), str(folder / "run")]
    script += OPTIONS
    processes = workers(script, folder)
    wait_for("step 10/", processes, folder)
    return processes


def threads(process):
    """Count the threads of a process; 0 where the system does not tell."""
    listed = Path(f"/proc/{process.pid}/task")
    return len(list(listed.iterdir())) if listed.is_dir() else 0


@pytest.mark.slow
def test_one_is_told_to_stop_and_both_do(tmp_path, art):
    processes = under_way(art, tmp_path)
    before = threads(processes[0])
    wait_for("step 30/", processes, tmp_path)
    after = threads(processes[0])
    processes[1].send_signal(signal.SIGTERM)
    codes, said = finish(processes, tmp_path)
    assert codes == [143, 143], said
    # No step leaves threads behind, of which a process may have so many only.
    assert after < before + 20
    steps = {text.split("stopped at step ")[1].split(";")[0] for text in said}
    assert len(steps) == 1
    assert (tmp_path / "run" / "checkpoints" / f"step-{steps.pop()}.index").is_file()


@pytest.mark.slow
def test_a_peer_that_dies_ends_the_other(tmp_path, art):
    processes = under_way(art, tmp_path)
    processes[1].kill()
    codes, said = finish(processes, tmp_path, timeout=120)
    assert codes == [1, -signal.SIGKILL], said[0][-2000:]
    assert "another machine is gone" in said[0], said[0][-2000:]
    assert "goes on from the last checkpoint" in said[0]


@pytest.mark.parametrize(
    "text", ["nonsense", "{}", "[]", '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker"}}']
)
def test_bad_tf_config_is_one_line(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(SgruError, match="TF_CONFIG is not usable"):
        default_strategy()


def test_slurm_config(tmp_path):
    scontrol = tmp_path / "scontrol"
    scontrol.write_text("#!/bin/sh\nprintf 'n1\\nn2\\n'\n")
    scontrol.chmod(0o755)
    environment = os.environ | {
        "PATH": f"{tmp_path}:{os.environ['PATH']}",
        "SLURM_JOB_NODELIST": "n[1-2]",
        "SLURM_PROCID": "1",
    }
    script = [sys.executable, "examples/slurm_tf_config.py"]
    text = subprocess.run(script, cwd=ROOT, env=environment, capture_output=True, text=True).stdout
    assert json.loads(text) == {
        "cluster": {"worker": ["n1:2222", "n2:2222"]},
        "task": {"type": "worker", "index": 1},
    }
