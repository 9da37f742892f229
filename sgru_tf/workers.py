"""Spreads work over processes."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool

from sgru_tf.errors import SgruError


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def spread(work: Callable, tasks: Sequence, jobs: int) -> Iterator[tuple]:
    """Do tasks in several processes, or in this one if there is one job or one task only.

    Args:
        work: A function of a module, called with a task.
        tasks: What can be pickled.
        jobs: Processes.

    Returns:
        Pairs of a task and its result, as they are done. The processes end when it is closed.

    Raises:
        SgruError: a process was ended from outside, most likely for want of memory; or `work`
            has raised it.
    """
    if min(jobs, len(tasks)) < 2:
        yield from ((task, work(task)) for task in tasks)
        return
    # Started afresh, as a copy of a process in which TensorFlow has threads would hang.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(min(jobs, len(tasks)), context, _begin)
    try:
        running = {pool.submit(work, task): task for task in tasks}
        for future in as_completed(running):
            yield running[future], future.result()
        pool.shutdown()
    except BrokenProcessPool as error:
        raise SgruError(
            "a worker process was ended from outside, most likely for want of memory; give fewer "
            "--jobs"
        ) from error
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for process in multiprocessing.active_children():
            process.terminate()


def _begin() -> None:
    # Ctrl-C is for the parent, which ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # One core each, and no GPU, of which every process would take the memory.
    os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
    os.environ["TF_NUM_INTRAOP_THREADS"] = os.environ["TF_NUM_INTEROP_THREADS"] = "1"


def _end_with_parent() -> None:
    """End when the parent has ended, however it did: nobody would ask for the results."""
    multiprocessing.parent_process().join()
    os._exit(1)
