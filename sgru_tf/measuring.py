"""Measures of all proposals of a sketch, and their means over many sketches.

Evaluation and the validation of a training run measure here. Pictures come and go; only numbers
are kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sgru_tf.metrics import colour_distances, colourfulness, psnr, ssim
from sgru_tf.ordering import natural_order

AGAINST_TRUTH = ("psnr", "ssim", "features")
"""Measures that need the true picture; "features" needs a feature network too."""


@dataclass(frozen=True)
class Measures:
    """The measures of one sketch's proposals.

    Attributes:
        each: By its name a value for each proposal, float (N,): "colourfulness" and, beside a true
            picture, those of AGAINST_TRUTH. See `sgru_tf.metrics` for what they mean.
        distances: Colour difference of each two proposals, (N, N).
        order: Indices of the proposals in their natural order, as people are shown them.
    """

    each: dict[str, np.ndarray]
    distances: np.ndarray
    order: list[int]

    @property
    def winner(self) -> int | None:
        """Index of the best proposal, the one of greatest PSNR; None without a true picture."""
        return int(self.each["psnr"].argmax()) if "psnr" in self.each else None


def measure(
    proposals: np.ndarray,
    truth: np.ndarray | None = None,
    feature_distances: Callable | None = None,
) -> Measures:
    """Measure the proposals of one sketch.

    Args:
        proposals: uint8 (N, H, W, 3).
        truth: uint8 (H, W, 3), or None if nobody knows it.
        feature_distances: gives the distances of such proposals to such a truth in the maps of a
            network, N of them; see `sgru_tf.features`.
    """
    each = {"colourfulness": [colourfulness(picture) for picture in proposals]}
    if truth is not None:
        each["psnr"] = [psnr(picture, truth) for picture in proposals]
        each["ssim"] = ssim(proposals, truth)
        if feature_distances is not None:
            each["features"] = feature_distances(proposals, truth)
    arrays = {name: np.array(values, np.float64) for name, values in each.items()}
    return Measures(arrays, colour_distances(proposals), natural_order(proposals))


class Tally:
    """Means of measures over sketches, each sketch weighing the same.

    Attributes:
        count: Sketches added.
    """

    def __init__(self):
        """Begin with no sketch."""
        self.count = 0
        self._sums: dict[str, np.ndarray] = {}
        self._best: dict[str, float] = {}
        self._first: dict[str, float] = {}
        self._distances = self._wins = self._leads = None

    def add(self, measures: Measures) -> None:
        """Add one sketch; all have the same number of proposals and the same measures."""
        if not self.count:
            self._sums = {name: np.zeros_like(values) for name, values in measures.each.items()}
            self._best = dict.fromkeys(measures.each, 0.0)
            self._first = dict.fromkeys(measures.each, 0.0)
            self._distances = np.zeros_like(measures.distances)
            self._wins = np.zeros(len(measures.distances), int)
            self._leads = np.zeros(len(measures.distances), int)
        self.count += 1
        self._leads[measures.order[0]] += 1
        for name, values in measures.each.items():
            self._sums[name] += values
            self._first[name] += values[measures.order[0]]
        self._distances += measures.distances
        winner = measures.winner
        if winner is not None:
            self._wins[winner] += 1
            for name, values in measures.each.items():
                self._best[name] += values[winner]

    @property
    def has_truth(self) -> bool:
        """Whether the sketches had true pictures."""
        return "psnr" in self._sums

    def each(self) -> dict[str, np.ndarray]:
        """Give the mean of each measure for each proposal, (N,)."""
        return {name: sums / self.count for name, sums in self._sums.items()}

    def first(self) -> dict[str, float]:
        """Give the measures of each sketch's first proposal in the natural order."""
        return {name: float(value / self.count) for name, value in self._first.items()}

    def mean(self) -> dict[str, float]:
        """Give the measures of a proposal taken blindly: the means over all."""
        return {name: float(values.mean()) for name, values in self.each().items()}

    def best(self) -> dict[str, float]:
        """Give the measures of each sketch's best proposal; empty without true pictures."""
        return {name: s / self.count for name, s in self._best.items()} if self.has_truth else {}

    def wins(self) -> list[int]:
        """Give the number of sketches whose best proposal each one was; zeros without truth."""
        return self._wins.tolist()

    def leads(self) -> list[int]:
        """Give the number of sketches that each proposal was put first for."""
        return self._leads.tolist()

    def apart(self) -> np.ndarray:
        """Give each proposal's mean colour difference to the others, (N,); 0 for a single one."""
        return self._distances.sum(axis=1) / self.count / max(1, len(self._distances) - 1)

    def nearest(self) -> np.ndarray:
        """Give each proposal's colour difference to the one most like it, (N,); 0 for one alone."""
        if len(self._distances) == 1:
            return np.zeros(1)
        own = np.diag(np.full(len(self._distances), np.inf))
        return (self._distances / self.count + own).min(axis=1)

    def diversity(self) -> float:
        """Give the mean colour difference between two proposals of a sketch."""
        return float(self.apart().mean())
