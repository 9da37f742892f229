"""Training over several machines: two processes that talk over loopback."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from test_training import OPTIONS, art  # noqa: F401

from sgru_tf.devices import default_strategy
from sgru_tf.errors import SgruError
from sgru_tf.loading import load_model

ROOT = Path(__file__).parent.parent
EXACT = ["--batch", "4", "--seed", "3"]


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def command(art, run, steps):  # noqa: F811
    return [
        *(sys.executable, "train.py", str(art), str(run), *OPTIONS, *EXACT),
        *("--steps", str(steps)),
    ]


def workers(arguments, logs):
    """Start two workers; what they say goes into files, as a full pipe would stop them."""
    hosts = [f"127.0.0.1:{port}" for port in free_ports(2)]
    processes = []
    for index in range(2):
        config = {"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}}
        environment = os.environ | {"TF_CONFIG": json.dumps(config), "CUDA_VISIBLE_DEVICES": ""}
        with open(logs / f"worker{index}.txt", "a") as log:
            processes.append(
                subprocess.Popen(arguments, cwd=ROOT, env=environment, stdout=log, stderr=log)
            )
    return processes


def finish(processes, logs, timeout=240):
    try:
        codes = [process.wait(timeout=timeout) for process in processes]
    finally:
        for process in processes:
            process.kill()
    return codes, [(logs / f"worker{index}.txt").read_text() for index in range(2)]


def test_two_machines_equal_one_and_go_on_as_one(tmp_path, art):  # noqa: F811
    alone = subprocess.run(command(art, tmp_path / "alone", 4), cwd=ROOT, capture_output=True)
    assert alone.returncode == 0
    codes, said = finish(workers(command(art, tmp_path / "both", 4), tmp_path), tmp_path)
    assert codes == [0, 0], said
    one = load_model(tmp_path / "alone" / "last.keras").get_weights()
    two = load_model(tmp_path / "both" / "last.keras").get_weights()
    # Adam's first steps go by the sign of gradients, of which some are next to nothing.
    for first, second in zip(one, two, strict=True):
        np.testing.assert_allclose(second, first, atol=4e-3)
    assert max(np.abs(a - b).mean() for a, b in zip(one, two, strict=True)) < 2e-4
    assert "step 4/4" in said[0] and "step 4/4" not in said[1]
    # One writer: no worker leaves files of its own.
    assert not [path for path in (tmp_path / "both").rglob("*") if "worker" in path.name]

    again = subprocess.run(
        command(art, tmp_path / "both", 4), cwd=ROOT, capture_output=True, text=True
    )
    assert again.returncode == 0 and "all 4 steps are done" in again.stdout


def test_one_is_told_to_stop_and_both_do(tmp_path, art):  # noqa: F811
    processes = workers(command(art, tmp_path / "run", 100_000), tmp_path)
    deadline = time.monotonic() + 200
    while "step 10/" not in (tmp_path / "worker0.txt").read_text():
        assert time.monotonic() < deadline and processes[0].poll() is None
        time.sleep(0.2)
    processes[1].send_signal(signal.SIGTERM)
    codes, said = finish(processes, tmp_path)
    assert codes == [143, 143], said
    steps = {text.split("stopped at step ")[1].split(";")[0] for text in said}
    assert len(steps) == 1
    assert (tmp_path / "run" / "checkpoints" / f"step-{steps.pop()}.index").is_file()


def test_a_peer_that_dies_ends_the_other(tmp_path, art):  # noqa: F811
    processes = workers(command(art, tmp_path / "run", 100_000), tmp_path)
    deadline = time.monotonic() + 200
    while "step 10/" not in (tmp_path / "worker0.txt").read_text():
        assert time.monotonic() < deadline and processes[0].poll() is None
        time.sleep(0.2)
    processes[1].kill()
    codes, said = finish(processes, tmp_path, timeout=150)
    assert codes[1] == -9
    assert codes[0] not in (0, None), said[0]
    assert "goes on from the last checkpoint" in said[0], said[0][-2000:]


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
