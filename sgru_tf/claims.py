"""Which pixels go with which hint: the patch on which a dab lies, up to the lines.

A patch is what has the surface of the dab's place and is connected to it. A line is closed where a
ball of some pixels would not pass (Zhang, Chen, Zhang, Hu and Martin, "Vectorizing cartoon
animations", IEEE TVCG 2009); where the ball would fit nowhere, between two strands of hair, patches
come in from the sides. Of two dabs in one patch each gets what is nearer to it.

Lengths are of pictures with a long side of 320 pixels.
"""

from __future__ import annotations

import numpy as np

from sgru_tf.neighbours import grown, reached, shrunk, spread

ALIKE, MOST = 24, 16
"""Paint is of one colour if it differs by so many grey levels at most; and so many colours are told
apart: what is painted in more gets the nearest of them."""

CORE = 2
"""So many pixels a dab is shrunk by, if it can be: of a round one that reaches over a line, the
middle counts."""

OPEN = 0.1
"""Openness from which on a pixel belongs to a patch; the rest is line, and goes with what is beside
it."""

BALL = 1
"""Radius, in pixels, of the ball that does not pass: a gap of twice so many is closed."""

ISLAND, ACROSS = 4, 8
"""What lines close off, but is narrower than twice the first, in pixels, goes with a patch on the
other side of a line, so many pixels away at most: strands of hair, folds."""

FRINGE = 5
"""How far, in pixels, a patch reaches into the soft border of the next surface."""


def claims(
    hints: np.ndarray, surfaces: list[np.ndarray], openness: np.ndarray, scale: float
) -> tuple[list[np.ndarray], np.ndarray]:
    """Find the patches of all dabs.

    Args:
        hints: float32 (h, w, 4), RGB 0-255 and a mask 0-1; from 0.5 on a pixel counts.
        surfaces: bool (h, w) each, which pixels are of a surface; they do not overlap, and what
            is of the last one goes before: a dab that touches it lies on it.
        openness: float32 (h, w), 1 on bare paper, 0 on a line.
        scale: How much larger than 320 pixels the picture is.

    Returns:
        For each surface the number of the paint with which a pixel goes, int (h, w), from 1 on, 0
        for none; and the paints' colours, float32 (K, 3), RGB 0-255.
    """
    asked, bare = hints[..., 3] >= 0.5, openness > OPEN
    which, colours = paints(hints[..., :3], asked)
    which = np.where(middles(asked, surfaces[-1], bare, scale), which + 1, 0)
    return [patches(which * own, own, bare, scale) for own in surfaces], colours


def paints(colour: np.ndarray, asked: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell the paints apart in which hints are painted.

    Args:
        colour: float32 (h, w, 3), RGB 0-255.
        asked: bool (h, w), where there are hints.

    Returns:
        The number of each pixel's paint, int (h, w), -1 where there is no hint; and the paints'
        mean colours, float32 (K, 3).
    """
    which, found, left = np.full(asked.shape, -1, np.int16), [], asked.copy()
    while left.any() and len(found) < MOST:
        first = colour[np.unravel_index(left.argmax(), left.shape)]
        near = left & (np.abs(colour - first).max(-1) <= ALIKE)
        which[near] = len(found)
        found.append(colour[near].mean(0))
        left &= ~near
    colours = np.array(found, np.float32).reshape(-1, 3)
    if left.any():
        which[left] = ((colour[left][:, None] - colours) ** 2).sum(-1).argmin(-1)
    return which, colours


def middles(asked: np.ndarray, last: np.ndarray, bare: np.ndarray, scale: float) -> np.ndarray:
    """Find what counts of each dab: of its middle, or else of all of it, what the ball fits into.

    If there is nothing of the kind, what lies on no line, and at last everything. If some of it
    lies on the last surface, that alone.

    Args:
        asked: bool (h, w), where there are hints.
        last: bool (h, w), what is of the last surface.
        bare: bool (h, w), where there is no line.
        scale: How much larger than 320 pixels the picture is.

    Returns:
        bool (h, w).
    """
    wide = asked & shrunk(bare, _ball(scale))
    seeds = wide & shrunk(asked, round(CORE * scale))
    for other in (wide, asked & bare, asked):
        seeds = seeds | (other & ~reached(seeds, asked))
    of_last = seeds & last
    return of_last | (seeds & ~reached(of_last, asked))


def patches(numbers: np.ndarray, own: np.ndarray, bare: np.ndarray, scale: float) -> np.ndarray:
    """Find the patches of the dabs on one surface.

    Args:
        numbers: int (h, w), a number from 1 on where a dab is, else 0.
        own: bool (h, w), what is of the surface.
        bare: bool (h, w), where there is no line.
        scale: How much larger than 320 pixels the picture is.

    Returns:
        int (h, w), the number of the dab with which a pixel goes, 0 for none.
    """
    if not numbers.any():
        return numbers
    wide = own & shrunk(bare, _ball(scale))
    near = np.where(wide, grown(numbers, _ball(scale)), 0)
    numbers = spread(np.where(numbers == 0, near, numbers), wide)
    # What no dab comes to keeps its place, unless it is too small to have a say.
    free = numbers == 0
    large = reached(shrunk(own & bare & free, round(ISLAND * scale)), wide & free)
    kept = numbers.max() + 1
    numbers = spread(np.where(large, kept, numbers), own & bare)
    free = own & bare & (numbers == 0)
    numbers = spread(np.where(numbers == kept, 0, numbers), free | ~bare, round(ACROSS * scale))
    numbers = spread(numbers, free)
    # Not from a line to what lies beyond it; but between dense lines all is line.
    fringe = spread(np.where(bare, numbers, 0), bare & ~own, round(FRINGE * scale))
    return np.where(own & ~bare, numbers, fringe)


def _ball(scale: float) -> int:
    return max(1, round(BALL * scale))
