"""Optimal transport between two small sets of weighted points.

Cuturi, "Sinkhorn distances" (NIPS 2013), in logarithms; with a relaxed second side, Chizat, Peyre,
Schmitzer, Vialard, "Scaling algorithms for unbalanced transport problems" (Math. Comp. 87, 2018).
"""

from __future__ import annotations

import numpy as np

_SHARPNESS = 100.0
_STEPS = 300


def transport_plan(
    costs: np.ndarray, sources: np.ndarray, targets: np.ndarray, relaxed: float | None = None
) -> np.ndarray:
    """Find how to bring the sources to the targets at the least cost.

    Entropy blurs the plan a little: costs that differ by less than a hundredth of the greatest
    are nearly the same to it.

    Args:
        costs: (n, m), what it costs to bring a unit from each source to each target.
        sources: (n,), what is to be brought; all of it is. Greater than 0.
        targets: (m,), what each target is to receive; the same sum. Greater than 0.
        relaxed: None if the targets must receive just that. Otherwise they may receive more or
            less, at so much cost times the Kullback-Leibler divergence of what they receive: the
            smaller, the more each source goes to what is near it.

    Returns:
        float64 (n, m); the sum of a row is its source.
    """
    costs = np.asarray(costs, np.float64)
    blur = max(float(np.abs(costs).max()) / _SHARPNESS, 1e-12)
    kernel = -costs / blur
    give = 1.0 if relaxed is None else relaxed / (relaxed + blur)
    rows, columns = np.log(sources), np.log(targets)
    second = np.zeros(len(columns))
    for _ in range(_STEPS):
        first = rows - _log_sum(kernel + second, 1)
        second = give * (columns - _log_sum(kernel + first[:, None], 0))
    first = rows - _log_sum(kernel + second, 1)
    return np.exp(kernel + first[:, None] + second)


def _log_sum(values: np.ndarray, axis: int) -> np.ndarray:
    most = values.max(axis, keepdims=True)
    return np.log(np.exp(values - most).sum(axis)) + most.squeeze(axis)
