"""Progress of a training run: means since the last line, speed, time left, and waits for data."""

import time

import numpy as np

WORTH_SAYING = 0.05
"""Share of the time waited for pictures from which a line of progress tells it."""


class Progress:
    """Gathers what the steps report between two lines, and times the whole run.

    Args:
        steps: Last step of the run.
        batch: Sketches a step.
        now: Clock, in seconds.

    Attributes:
        speed: Sketches a second since the last line; 0 before the first.
        waiting: Share of the time since the last line, 0 to 1, in which a step could not begin
            as its pictures were not there.
    """

    def __init__(self, steps: int, batch: int, now=time.monotonic):
        self.steps, self.batch, self.speed, self.waiting = steps, batch, 0.0, 0.0
        self._totals: list[dict] = []
        # Seconds of the steps since the last line and of all, and those of them spent waiting.
        self._recent: list[tuple[float, float]] = []
        self._whole, self._waited = 0.0, 0.0
        self._now = now
        self._start = now()
        self._began: float | None = None
        self._done = 0

    def add(self, totals: dict, seconds: float, waited: float = 0.0) -> None:
        """Note what one step reported.

        Args:
            totals: What it reported.
            seconds: How long it took, with the wait for its pictures.
            waited: How long that wait was, in which the devices have nothing to do.
        """
        self._totals.append(totals)
        self._done += 1
        if self._began is None:
            # The first step traces and compiles and starts the pipeline, which says nothing
            # about the others.
            self._began = self._now()
        else:
            self._recent.append((seconds, waited))
            self._whole += seconds
            self._waited += waited

    def means(self) -> dict:
        """Give the means since the last call, and start anew."""
        if self._recent:
            seconds, waited = np.sum(self._recent, axis=0)
            self.speed = self.batch * len(self._recent) / max(float(seconds), 1e-9)
            self.waiting = float(waited) / max(float(seconds), 1e-9)
        means = {key: np.mean([t[key] for t in self._totals], axis=0) for key in self._totals[0]}
        self._totals, self._recent = [], []
        return means

    def left(self, step: int) -> str:
        """Give the time left after a step, validations and checkpoints included."""
        if self._done < 2:
            return "?"
        return clock((self.steps - step) * (self._now() - self._began) / (self._done - 1))

    def line(self, step: int, means: dict) -> str:
        """Give the line to print: step, losses, sketches a second, waits if any, time left."""
        data = f"  data {100 * self.waiting:.0f} %" if self.waiting > WORTH_SAYING else ""
        return (
            f"step {step}/{self.steps}  loss {means['loss']:.2f}  best {means['best']:.2f}  "
            f"mean {means['mean']:.2f}  {self.speed:.1f} img/s{data}  {self.left(step)} left"
        )

    def summary(self) -> str:
        """Give the last line of a run, of what was done since this object was made.

        The sketches a second are of all the time, the first step, validations and checkpoints
        included; the share waited for pictures is of the steps but the first.
        """
        seconds = self._now() - self._start
        speed = self.batch * self._done / max(seconds, 1e-9)
        steps = f"{self._done} step{'s' * (self._done != 1)}"
        text = f"done: {steps} in {clock(seconds)}, {speed:.1f} img/s"
        if self._done > 1:
            share = self._waited / max(self._whole, 1e-9)
            text += f"; waited for pictures {100 * share:.1f} % of the time"
        return text


def clock(seconds: float) -> str:
    """Write a duration as 1:05 or 1:01:05."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
