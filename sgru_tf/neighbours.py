"""What the 3 x 3 neighbours of a pixel say: maps (h, w) are grown, shrunk, smoothed and filled."""

from __future__ import annotations

import numpy as np


def grown(mask: np.ndarray, steps: int = 1) -> np.ndarray:
    """Take the largest of the 3 x 3 neighbours, several times over; bool or a number."""
    for _ in range(steps):
        for axis in (0, 1):
            mask = np.maximum.reduce(_three(mask, axis))
    return mask


def shrunk(mask: np.ndarray, steps: int = 1) -> np.ndarray:
    """Take the smallest of the 3 x 3 neighbours, several times over; of bools."""
    return ~grown(~mask, steps)


def smoothed(values: np.ndarray) -> np.ndarray:
    """Blur by 1 2 1 / 4 both ways."""
    for axis in (0, 1):
        before, middle, after = _three(values, axis)
        values = (before + 2 * middle + after) / 4
    return values


def reached(seeds: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Find what of a room is connected to seeds in it, corners included; all bool (h, w)."""
    found = seeds & room
    while True:
        more = grown(found) & room
        if (more == found).all():
            return found
        found = more


def _three(values: np.ndarray, axis: int) -> list[np.ndarray]:
    """The neighbours before, the values, and those after; at the edge itself again."""
    padded = np.pad(values, [(1, 1) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
    size = values.shape[axis]
    return [padded.take(range(i, i + size), axis) for i in range(3)]
