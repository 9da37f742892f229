"""How near pictures come to those of the Keras model; one sketch at a time, some kept to show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sgru_tf.metrics import psnr


@dataclass(frozen=True)
class Likeness:
    """How near a file comes to the Keras model, over some sketches.

    Attributes:
        mean: Mean PSNR over the sketches in dB, on rounded pictures 0-255.
        least: PSNR of the worst sketch, in dB.
        largest: Largest difference of a value, in grey levels.
        worst: Name of the worst sketch.
    """

    mean: float
    least: float
    largest: int
    worst: str


class Comparison:
    """Gathers how near one file's pictures come to those of the Keras model.

    Args:
        shown: number of the proposal, from 0, that is kept of each of the first sketches.

    Attributes:
        answers: The kept proposals of the file, uint8 (H, W, 3).
        truths: The same of the Keras model.
        ratios: PSNR in dB of each sketch, over all its proposals.
        problem: Why they cannot be compared, or empty.
    """

    def __init__(self, shown: Sequence[int] = ()):
        """Begin with no sketch."""
        self.answers: list[np.ndarray] = []
        self.truths: list[np.ndarray] = []
        self.problem = ""
        self.ratios: list[float] = []
        self._shown = shown
        self._largest = 0

    def add(self, answer: np.ndarray, truth: np.ndarray) -> None:
        """Compare the pictures of one sketch.

        Args:
            answer: of the file, uint8 (N, H, W, 3).
            truth: of the Keras model, the same.
        """
        if len(self.answers) < len(self._shown):
            index = self._shown[len(self.answers)]
            # Copies: parts of an array would keep all of it in memory.
            self.answers.append(answer[min(index, len(answer) - 1)].copy())
            self.truths.append(truth[index].copy())
        if answer.shape != truth.shape:
            self.problem = f"its pictures have the shape {answer.shape}, not {truth.shape}"
            return
        self.ratios.append(psnr(answer, truth))
        for one, other in zip(answer, truth, strict=True):  # one at a time, for the memory
            difference = np.abs(one.astype(np.int16) - other)
            self._largest = max(self._largest, int(difference.max()))

    def likeness(self, names: list[str]) -> Likeness | None:
        """Sum up, with the names of the sketches in their order; None if there is a problem."""
        if self.problem:
            return None
        worst = int(np.argmin(self.ratios))
        mean = float(np.mean(self.ratios))
        return Likeness(mean, self.ratios[worst], self._largest, names[worst])


def most_colourful(pictures: np.ndarray) -> int:
    """Give the index of the most colourful of some pictures: there a loss of colour shows best.

    Args:
        pictures: uint8 (N, H, W, 3).
    """
    chroma = pictures.max(-1).astype(np.int16) - pictures.min(-1)
    return int(chroma.mean((1, 2)).argmax())
