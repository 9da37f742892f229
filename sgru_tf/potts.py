"""Which of a few labels each place has, so that borders between them are short and run along lines.

The Potts model, as "LazyBrush" (Sýkora, Dingliana and Collins, Computer Graphics Forum 2009) uses
it for hand-drawn cartoons: a place pays for a label that does not suit it, and two neighbours of
unlike labels pay for the border, much on bare paper and little on a line. Here it is solved in its
convex form by the primal-dual algorithm of Chambolle and Pock ("A first-order primal-dual algorithm
for convex problems with applications to imaging", 2011), from coarse to fine, in plain NumPy.
"""

from __future__ import annotations

import numpy as np

ENTROPY = 0.02
"""Labels whose costs differ by less than about this stay mixed."""

STEPS = {24: 800, 48: 600, 96: 400, 192: 160, 384: 40}
"""Steps of a level by its long side, which is at most so long; longer ones take `LAST_STEPS`. A
step carries things one pixel far, so the way from one end of the picture to the other is gone where
it is short, and large levels bring borders to their lines."""

LAST_STEPS = 10

RISE, FALL = 0.6, 1.5
"""Steps of the borders' forces, as a part of what they may be, and of the labels, over the sum of
what the forces around a pixel may be: on lines, where forces are weak, labels move fast. Pock and
Chambolle ("Diagonal preconditioning for first order primal-dual algorithms", 2011) show why. Their
product stays below 1, or it would not settle."""

SHARPER = 3
"""Power that makes shares unlike before they go from a level to the next: what a coarse level could
not decide goes to the stronger label, as a large one has few steps to decide in."""

LEAST_AROUND = 0.05
"""What the forces around a pixel count at least in that sum."""


def potts(costs: np.ndarray, openness: np.ndarray, border: float, least: float) -> np.ndarray:
    """Decide.

    Args:
        costs: float32 (M, h, w), of each label at each pixel, 0 and up.
        openness: float32 (h, w), 1 on bare paper, 0 on a line.
        border: What a pixel of border on bare paper costs each of its two labels, as `costs`.
        least: What it costs everywhere.

    Returns:
        float32 (M, h, w), the share of each label in each pixel: next to 0 or 1 where it could be
        decided. They sum to 1.
    """
    levels = [(np.asarray(costs, np.float32), np.asarray(openness, np.float32))]
    while max(levels[-1][1].shape) > min(STEPS):
        finer = levels[-1]
        levels.append((_pooled(finer[0], np.mean), _pooled(finer[1], np.min)))
    shares = across = down = None
    for number in reversed(range(len(levels))):
        costs, openness = levels[number]
        # A coarse pixel stands for more data than border: the border weighs less beside it.
        limits = _limits(openness, border / 2**number, least / 2**number)
        if shares is None:
            shares = np.full(costs.shape, 1 / len(costs), np.float32)
            across, down = np.zeros_like(costs), np.zeros_like(costs)
        else:
            shape = costs.shape[1:]
            shares, across, down = (_doubled(part, shape) for part in (shares, across, down))
            shares **= SHARPER
            shares /= shares.sum(0)
            across, down = _held(2 * across, 2 * down, limits)
        long_side = max(openness.shape)
        steps = next((count for side, count in STEPS.items() if long_side <= side), LAST_STEPS)
        shares, across, down = _steps(costs, shares, across, down, limits, steps)
    return shares


def _limits(openness: np.ndarray, border: float, least: float) -> tuple[np.ndarray, np.ndarray]:
    """How much a border to the right and below may cost at most; there is none at the edge."""
    right, below = (np.zeros(openness.shape, np.float32) for _ in range(2))
    right[:, :-1] = border * np.minimum(openness[:, 1:], openness[:, :-1]) + least
    below[:-1] = border * np.minimum(openness[1:], openness[:-1]) + least
    return right, below


def _around(limits: tuple[np.ndarray, np.ndarray]) -> np.ndarray:
    """Sum what the borders of a pixel may cost, on all four sides."""
    right, below = limits
    total = right + below
    total[:, 1:] += right[:, :-1]
    total[1:] += below[:-1]
    return np.maximum(total, np.float32(LEAST_AROUND))


def _held(across, down, limits):
    """Bring the forces of the borders back to what they may be; changes them in place."""
    tiny = np.float32(1e-6)
    size = (across / np.maximum(limits[0], tiny)) ** 2
    size += (down / np.maximum(limits[1], tiny)) ** 2
    np.sqrt(np.maximum(size, 1, out=size), out=size)
    across /= size
    down /= size
    across[:, :, -1] = 0
    down[:, -1] = 0
    return across, down


def _steps(costs, shares, across, down, limits, count: int):
    """Go `count` steps; what is made anew in each is written where the last one's was."""
    power = np.log(np.maximum(shares, 1e-6))
    ahead = shares.copy()
    over_right, over_below = (1 / np.maximum(part, np.float32(1e-6)) for part in limits)
    rise_right, rise_below = RISE * limits[0][:, :-1], RISE * limits[1][:-1]
    fall = FALL / _around(limits)
    rest = 1 / (1 + fall * ENTROPY)
    size, other, new = (np.empty_like(costs) for _ in range(3))
    for _ in range(count):
        across[:, :, :-1] += rise_right * (ahead[:, :, 1:] - ahead[:, :, :-1])
        down[:, :-1] += rise_below * (ahead[:, 1:] - ahead[:, :-1])
        np.multiply(across, over_right, out=size)
        np.multiply(size, size, out=size)
        np.multiply(down, over_below, out=other)
        np.multiply(other, other, out=other)
        size += other
        np.sqrt(np.maximum(size, 1, out=size), out=size)
        across /= size
        down /= size
        np.add(across, down, out=size)
        size[:, :, 1:] -= across[:, :, :-1]
        size[:, 1:] -= down[:, :-1]
        size -= costs
        size *= fall
        power += size
        power *= rest
        power -= power.max(0)
        np.maximum(power, -14, out=power)
        np.exp(power, out=new)
        new /= new.sum(0)
        np.multiply(new, 2, out=ahead)
        ahead -= shares
        shares, new = new, shares
    return shares, across, down


def _pooled(array: np.ndarray, by) -> np.ndarray:
    """Halve the last two axes; `by` is what 2 x 2 pixels become. An odd edge is doubled before."""
    height, width = array.shape[-2:]
    room = ((0, 0),) * (array.ndim - 2)
    array = np.pad(array, (*room, (0, height % 2), (0, width % 2)), mode="edge")
    halves = (array.shape[-2] // 2, 2, array.shape[-1] // 2, 2)
    return by(array.reshape(*array.shape[:-2], *halves), (-3, -1))


def _doubled(array: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    height, width = shape
    return np.ascontiguousarray(array.repeat(2, -1).repeat(2, -2)[..., :height, :width])
