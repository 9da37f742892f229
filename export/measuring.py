"""Times a model file, and takes its memory, in a process of its own.

`measure` starts `python -m sgru_tf.export.measuring JOB`, which imports what runs the file and no
more: LiteRT alone for a TFLite file. It answers with one line of JSON.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

import numpy as np

from sgru_tf.errors import SgruError, one_line
from sgru_tf.quiet import import_quietly

WARMUPS = 2
"""Runs before the timed ones: in the first, graphs are traced and weights are packed."""

_FRAMEWORKS = ("ai_edge_litert", "tensorflow", "keras")

# GPUs are hidden and Keras runs on TensorFlow, so that rows can be compared.
_SETTINGS = {
    "CUDA_VISIBLE_DEVICES": "-1",
    "KERAS_BACKEND": "tensorflow",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


@dataclass(frozen=True)
class Job:
    """What to measure.

    Attributes:
        kind: "tflite", "keras" (a `.keras` file) or "saved_model" (a version's folder).
        path: The file or folder.
        sketch: An .npy file, uint8 (H, W), 0 = ink; sides multiples of 32, except for
            "saved_model".
        threads: Threads that the runtime may use.
        runs: Timed runs, after WARMUPS others.
    """

    kind: str
    path: str
    sketch: str
    threads: int
    runs: int


@dataclass(frozen=True)
class Measured:
    """What `measure` finds.

    Attributes:
        ms: Median time of a run in milliseconds, from the sketch to the pictures as arrays.
        peak_mb: Peak memory of the process in MB (10^6 bytes), Python and the runtime included;
            None where the system does not tell.
        base_mb: Memory of the process just before it opened the model, in MB, or None.
        frameworks: Which of ai_edge_litert, tensorflow and keras the process had imported.
    """

    ms: float
    peak_mb: float | None
    base_mb: float | None
    frameworks: tuple[str, ...]


def measure(job: Job) -> Measured:
    """Measure a model file on the CPU, in a process of its own.

    Raises:
        SgruError: the process failed; the line says why, and does not name the file.
    """
    command = [sys.executable, "-P", "-m", "sgru_tf.export.measuring", json.dumps(asdict(job))]
    done = subprocess.run(
        command,
        env={**os.environ, **_SETTINGS},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
    )
    if done.returncode < 0:
        raise SgruError(f"the process that ran it was ended by signal {-done.returncode}")
    try:
        answer = json.loads(done.stdout.splitlines()[-1])
    except (IndexError, ValueError):
        told = [line for line in done.stderr.splitlines() if line.strip()] or ["no reason given"]
        raise SgruError(f"the process that ran it failed; {told[-1].strip()[:200]}") from None
    if "problem" in answer:
        raise SgruError(answer["problem"])
    return Measured(**{**answer, "frameworks": tuple(answer["frameworks"])})


def _measured(job: Job) -> Measured:
    sketch = np.load(job.sketch)
    opened = _KINDS[job.kind](job.threads)
    base = _memory("VmRSS")
    run = opened(job.path)
    for _ in range(WARMUPS):
        run(sketch)
    seconds = []
    for _ in range(job.runs):
        start = time.perf_counter()
        run(sketch)
        seconds.append(time.perf_counter() - start)
    frameworks = tuple(name for name in _FRAMEWORKS if name in sys.modules)
    return Measured(statistics.median(seconds) * 1000, _memory("VmHWM"), base, frameworks)


# Each of these imports a runtime and gives a function that opens a file and gives one that runs
# it: what lies between the two is the memory of the runtime without the model.


def _with_litert(threads: int):
    import ai_edge_litert.interpreter
    import ai_edge_litert.schema_py_generated  # noqa: F401

    from sgru_tf.litert import LiteRTNetwork

    def opened(path):
        network = LiteRTNetwork(path, threads)
        return lambda sketch: network(sketch[None, :, :, None].astype(np.float32))

    return opened


def _with_keras(threads: int):
    _tensorflow(threads)
    import_quietly("keras")

    from sgru_tf.backends import KerasNetwork
    from sgru_tf.loading import load_model

    def opened(path):
        network = KerasNetwork(load_model(path))
        return lambda sketch: network(sketch[None, :, :, None].astype(np.float32))

    return opened


def _with_saved_model(threads: int):
    tf = _tensorflow(threads)

    def opened(path):
        model = tf.saved_model.load(path)
        colorize = model.signatures["colorize"]

        def run(sketch, model=model):  # a signature alone does not keep the weights alive
            return colorize(sketch=tf.constant(sketch[None, :, :, None]))["proposals"].numpy()

        return run

    return opened


_KINDS = {"tflite": _with_litert, "keras": _with_keras, "saved_model": _with_saved_model}


def _tensorflow(threads: int):
    import_quietly("tensorflow")
    import tensorflow as tf

    tf.config.threading.set_intra_op_parallelism_threads(threads)
    tf.config.threading.set_inter_op_parallelism_threads(threads)
    return tf


def _memory(field: str) -> float | None:
    """Read the memory of this process in MB: VmRSS is what it has, VmHWM the most it had.

    Linux counts what the parent had into the child's `ru_maxrss`; only /proc is honest there.
    """
    try:
        with open("/proc/self/status") as lines:
            sizes = dict(line.split(":", 1) for line in lines)
        return int(sizes[field].split()[0]) * 1024 / 1e6
    except (OSError, KeyError):
        pass
    try:
        import resource
    except ModuleNotFoundError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def _main() -> None:
    try:
        answer = asdict(_measured(Job(**json.loads(sys.argv[1]))))
    except Exception as error:  # runtimes raise anything on a file that they cannot run
        answer = {"problem": one_line(error)}
    print("\n" + json.dumps(answer))


if __name__ == "__main__":
    _main()
