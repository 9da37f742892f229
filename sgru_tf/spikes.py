"""Notices a loss that leaps: a run that falls apart does so without a word otherwise."""

from collections import deque

import numpy as np

RECENT = 10
"""Steps whose mean is compared: one batch alone may just hold hard pictures."""

USUAL = 200
"""Steps before those, whose median is what is usual."""

LEAST = 50
"""The same at the least, at the beginning and after a restart."""

TIMES = 3.0
"""How many times the usual loss is a leap. Batches of one, whose losses vary by half, stay under
it; a trained network that is back where it began goes over it."""


class LossWatch:
    """Compares the loss of the last steps with those before.

    It looks on only. Nothing is skipped, as one bad step does little harm (its gradient is clipped,
    see `TrainConfig.clip_norm`), and rules that skip steps can skip for ever.
    """

    def __init__(self):
        self._losses: deque[float] = deque(maxlen=RECENT + USUAL)
        self._leapt = False

    def add(self, loss: float) -> tuple[float, float] | None:
        """Note the loss of a step.

        Returns:
            The mean of the last steps and what was usual before, once for each leap; else None.
        """
        self._losses.append(float(loss))
        if len(self._losses) < LEAST + RECENT:
            return None
        losses = list(self._losses)
        recent, usual = float(np.mean(losses[-RECENT:])), float(np.median(losses[:-RECENT]))
        before, self._leapt = self._leapt, recent > TIMES * usual
        return (recent, usual) if self._leapt and not before else None
