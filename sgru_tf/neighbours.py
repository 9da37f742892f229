"""What the 3 x 3 neighbours of a pixel say: maps (h, w) are grown, shrunk, smoothed and filled."""

from __future__ import annotations

import numpy as np


def grown(mask: np.ndarray, steps: int = 1) -> np.ndarray:
    """Take the largest of the 3 x 3 neighbours, several times over; bool or a number."""
    size = 2 * steps + 1
    for axis in (0, 1):
        mask, wide = np.moveaxis(_padded(mask, axis, steps), axis, 0), 1
        # Each turn doubles how many pixels in a row a place stands for.
        while wide < size:
            step = min(wide, size - wide)
            mask, wide = np.maximum(mask[:-step], mask[step:]), wide + step
        mask = np.moveaxis(mask, 0, axis)
    return mask


def shrunk(mask: np.ndarray, steps: int = 1) -> np.ndarray:
    """Take the smallest of the 3 x 3 neighbours, several times over; of bools."""
    return ~grown(~mask, steps)


def smoothed(values: np.ndarray) -> np.ndarray:
    """Blur by 1 2 1 / 4 both ways."""
    for axis in (0, 1):
        padded, size = _padded(values, axis, 1), values.shape[axis]
        before, middle, after = (padded.take(range(i, i + size), axis) for i in range(3))
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


def spread(numbers: np.ndarray, room: np.ndarray, steps: int | None = None) -> np.ndarray:
    """Let numbers spread through a room, each to where it comes first.

    A pixel a step: to the four neighbours, then to all eight, in turns, so that from a point they
    come to the edge of an octagon.

    Args:
        numbers: int (h, w), 0 where there is none yet. Where two come at once, the larger stays.
        room: bool (h, w).
        steps: How many; None for as long as anything changes.
    """
    if steps is not None:
        for step in range(steps):
            numbers = _step(numbers, room, corners=step % 2 == 1)
        return numbers
    while True:
        more = _step(_step(numbers, room, corners=False), room, corners=True)
        if (more == numbers).all():
            return numbers
        numbers = more


def _step(numbers: np.ndarray, room: np.ndarray, corners: bool) -> np.ndarray:
    if corners:
        near = grown(numbers)
    else:
        near = numbers.copy()
        near[1:] = np.maximum(near[1:], numbers[:-1])
        near[:-1] = np.maximum(near[:-1], numbers[1:])
        near[:, 1:] = np.maximum(near[:, 1:], numbers[:, :-1])
        near[:, :-1] = np.maximum(near[:, :-1], numbers[:, 1:])
    return np.where((numbers == 0) & room, near, numbers)


def _padded(values: np.ndarray, axis: int, room: int) -> np.ndarray:
    """Put so much more before and after of what is at the edge."""
    return np.pad(values, [(room, room) if a == axis else (0, 0) for a in (0, 1)], mode="edge")
