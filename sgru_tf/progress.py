"""Progress of a training run: means since the last line, speed, and the time left."""

import time

import numpy as np


class Progress:
    """Gathers what the steps report between two lines.

    Args:
        steps: Last step of the run.
        batch: Sketches a step.
        now: Clock, in seconds.

    Attributes:
        speed: Sketches a second since the last line; 0 before the first.
    """

    def __init__(self, steps: int, batch: int, now=time.monotonic):
        self.steps, self.batch, self.speed = steps, batch, 0.0
        self._totals: list[dict] = []
        self._seconds: list[float] = []
        self._now = now
        self._began: float | None = None
        self._done = 0

    def add(self, totals: dict, seconds: float) -> None:
        """Note what one step reported, and how long it took."""
        self._totals.append(totals)
        if self._began is None:
            # The first step traces and compiles, which says nothing about the time left.
            self._began = self._now()
        else:
            self._seconds.append(seconds)
            self._done += 1

    def means(self) -> dict:
        """Give the means since the last call, and start anew."""
        if self._seconds:
            self.speed = self.batch / max(float(np.mean(self._seconds)), 1e-9)
        means = {key: np.mean([t[key] for t in self._totals], axis=0) for key in self._totals[0]}
        self._totals, self._seconds = [], []
        return means

    def left(self, step: int) -> str:
        """Give the time left after a step, validations and checkpoints included."""
        if not self._done:
            return "?"
        return clock((self.steps - step) * (self._now() - self._began) / self._done)

    def line(self, step: int, means: dict) -> str:
        """Give the line to print: step, losses, sketches a second, time left."""
        return (
            f"step {step}/{self.steps}  loss {means['loss']:.2f}  best {means['best']:.2f}  "
            f"mean {means['mean']:.2f}  {self.speed:.1f} img/s  {self.left(step)} left"
        )


def clock(seconds: float) -> str:
    """Write a duration as 1:05 or 1:01:05."""
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
