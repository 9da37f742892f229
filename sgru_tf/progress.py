"""Progress of a training run: means since the last line, speed, and the time left."""

import numpy as np

from sgru_tf.terminal import clock


class Progress:
    """Gathers what the steps report between two lines.

    Args:
        steps: Last step of the run.
        batch: Sketches a step.

    Attributes:
        speed: Sketches a second since the last line; 0 before the first.
    """

    def __init__(self, steps: int, batch: int):
        self.steps, self.batch, self.speed = steps, batch, 0.0
        self._totals: list[dict] = []
        self._seconds: list[float] = []
        self._traced = False
        self._pace: float | None = None

    def add(self, totals: dict, seconds: float) -> None:
        """Note what one step reported, and how long it took."""
        self._totals.append(totals)
        # The first step traces and compiles, which says nothing about the time left.
        if self._traced:
            self._seconds.append(seconds)
        self._traced = True

    def means(self) -> dict:
        """Give the means since the last call, and start anew."""
        if self._seconds:
            each = float(np.mean(self._seconds))
            self._pace = each if self._pace is None else 0.8 * self._pace + 0.2 * each
            self.speed = self.batch / max(each, 1e-9)
        means = {key: np.mean([t[key] for t in self._totals], axis=0) for key in self._totals[0]}
        self._totals, self._seconds = [], []
        return means

    def line(self, step: int, means: dict) -> str:
        """Give the line to print: step, losses, sketches a second, time left."""
        left = "?" if self._pace is None else clock((self.steps - step) * self._pace)
        return (
            f"step {step}/{self.steps}  loss {means['loss']:.2f}  best {means['best']:.2f}  "
            f"mean {means['mean']:.2f}  {self.speed:.1f} img/s  "
            f"{left} left"
        )
