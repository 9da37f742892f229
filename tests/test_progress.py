"""What a training run says of its progress: means, speed, time left, and waits for pictures."""

import numpy as np
import pytest

from sgru_tf.progress import Progress


def reported(loss: float) -> dict:
    return {"loss": np.float32(loss), "best": np.float32(loss / 2), "mean": np.float32(loss * 2)}


def progress_at(*times, **settings) -> Progress:
    """A progress whose clock reads these times, one after the other."""
    clock = iter(times)
    return Progress(now=lambda: next(clock), **settings)


def test_means_speed_and_time_left():
    # At the start, after the first step, and at the line: a validation lies between.
    progress = progress_at(0.0, 100.0, 110.0, steps=1000, batch=8)
    progress.add(reported(100.0), seconds=60.0)  # the first step, which compiles
    assert progress.left(1) == "?"
    progress.add(reported(50.0), seconds=4.0)
    progress.add(reported(30.0), seconds=4.0)
    means = progress.means()
    assert means == pytest.approx({"loss": 60.0, "best": 30.0, "mean": 120.0})
    assert progress.speed == pytest.approx(2.0)
    # 997 steps of 5 seconds, the validation included.
    line = progress.line(3, means)
    assert line == "step 3/1000  loss 60.00  best 30.00  mean 120.00  2.0 img/s  1:23:05 left"


def test_it_starts_anew_after_a_line():
    progress = Progress(steps=100, batch=1)
    for seconds in (9.0, 1.0):
        progress.add(reported(10.0), seconds, waited=0.9)
    progress.means()
    assert progress.waiting == pytest.approx(0.9)
    progress.add(reported(20.0), 2.0, waited=0.2)
    assert progress.means()["loss"] == 20.0
    assert progress.speed == pytest.approx(0.5)
    assert progress.waiting == pytest.approx(0.1)


def test_means_of_vectors():
    progress = Progress(steps=2, batch=1)
    progress.add({"loss": 1.0, "wins": np.array([1.0, 0.0])}, 1.0)
    progress.add({"loss": 2.0, "wins": np.array([0.0, 1.0])}, 1.0)
    assert progress.means()["wins"].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(("waited", "said"), [(0.5, "  data 12 %  "), (0.2, "img/s  ")])
def test_the_line_tells_of_waits_that_matter(waited, said):
    progress = progress_at(0.0, 1.0, 5.0, steps=10, batch=2)
    progress.add(reported(1.0), seconds=90.0, waited=80.0)  # starts the pipeline
    progress.add(reported(1.0), seconds=4.0, waited=waited)
    line = progress.line(2, progress.means())
    assert f"0.5 img/s{said.removeprefix('img/s')}" in line
    assert ("data" in line) == ("data" in said)


def test_the_summary_is_of_the_whole_run():
    progress = progress_at(1000.0, 1060.0, 7600.0, steps=3000, batch=8)
    progress.add(reported(1.0), seconds=60.0, waited=50.0)
    for step in range(2, 2601):
        progress.add(reported(1.0), seconds=2.0, waited=0.012 * (step % 2))
        if step % 10 == 0:
            progress.means()
    # 2600 steps of 8 sketches in 6600 seconds; every other step waited for 0.6 % of its time.
    assert progress.summary() == (
        "done: 2600 steps in 1:50:00, 3.2 img/s; waited for pictures 0.3 % of the time"
    )


def test_the_summary_of_one_step_knows_of_no_waits():
    progress = progress_at(0.0, 50.0, 60.0, steps=1, batch=30)
    progress.add(reported(1.0), seconds=50.0, waited=40.0)
    assert progress.summary() == "done: 1 step in 1:00, 0.5 img/s"
