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

PAINTED = 0.25
"""From this mask on a pixel counts as painted."""

ALIKE, MOST = 24, 16
"""Paint is of one colour if it differs by so many grey levels at most; and so many colours are told
apart: what is painted in more gets the nearest of them."""

DEEPEST, SERVED = 4, 6
"""So many pixels from its edge lies the middle of a round dab, at most; and so far from it paint
needs no other place that counts, but a stroke that goes on does."""

BROAD = 8
"""Paint that is wider than twice so many pixels is no dab on an iris, but meant for what is around
it."""

OPEN = 0.1
"""Openness from which on a pixel belongs to a patch; the rest is line, and goes with what is beside
it."""

BALL = 1
"""Radius, in pixels, of the ball that does not pass: a gap of twice so many is closed."""

ISLAND, ACROSS = 4, 8
"""What lines close off, but is narrower than twice the first, in pixels, goes with what lies next
to it on the other side of a line, so many pixels away at most: strands of hair, folds."""

FRINGE = 5
"""How far, in pixels, a patch reaches into the soft border of the next surface."""


def claims(
    hints: np.ndarray, surfaces: list[np.ndarray], openness: np.ndarray, scale: float
) -> tuple[list[np.ndarray], np.ndarray]:
    """Find the patches of all dabs.

    Args:
        hints: float32 (h, w, 4), RGB 0-255 and a mask 0-1.
        surfaces: bool (h, w) each, which pixels are of a surface; they do not overlap. A dab that
            touches the last one lies on it alone.
        openness: float32 (h, w), 1 on bare paper, 0 on a line.
        scale: How much larger than 320 pixels the picture is.

    Returns:
        For each surface the number of the paint with which a pixel goes, int (h, w), from 1 on, 0
        for none; and the paints' colours, float32 (K, 3), RGB 0-255.
    """
    asked, bare = hints[..., 3] >= PAINTED, openness > OPEN
    which, colours = paints(hints[..., :3], asked)
    numbers = np.zeros_like(which)
    for paint in range(len(colours)):
        numbers[middles(which == paint, surfaces[-1], bare, scale)] = paint + 1
    return [patches(numbers * own, own, bare, scale) for own in surfaces], colours


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
        found.append(colour[near].mean(0, dtype=np.float64))
        left &= ~near
    colours = np.array(found, np.float32).reshape(-1, 3)
    if left.any():
        which[left] = ((colour[left][:, None] - colours) ** 2).sum(-1).argmin(-1)
    return which, colours


def middles(paint: np.ndarray, last: np.ndarray, bare: np.ndarray, scale: float) -> np.ndarray:
    """Find the places that count of a paint: of each dab the one that is nearest to its middle.

    Of those into which the ball fits; if there is none, of those on no line; at last, everything.

    Args:
        paint: bool (h, w), where it is.
        last: bool (h, w), what is of the last surface. Of a dab that touches it only that counts;
            of broad paint all but that, if there is anything else.
        bare: bool (h, w), where there is no line.
        scale: How much larger than 320 pixels the picture is.

    Returns:
        bool (h, w).
    """
    depths = [shrunk(paint, round(depth * scale)) for depth in range(DEEPEST, -1, -1)]
    wide, seeds = shrunk(bare, _ball(scale)), np.zeros_like(paint)
    for place in (wide, bare, np.ones_like(bare)):
        for inner in depths:
            served = spread(seeds, paint, round(SERVED * scale))
            seeds = seeds | (inner & place & ~served)
    broad = reached(shrunk(paint, round(BROAD * scale)), paint)
    broad &= reached(seeds & ~last, paint)
    of_last = seeds & last & ~broad
    return of_last | (seeds & ~last & ~spread(of_last, paint, 2 * round(SERVED * scale)))


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
    numbers = _with_islands(numbers, own & bare, ~bare, kept, round(ACROSS * scale))
    numbers = np.where(numbers == kept, 0, numbers)
    # Not from a line to what lies beyond it; but between dense lines all is line.
    fringe = spread(np.where(bare, numbers, 0), bare & ~own, round(FRINGE * scale))
    return np.where(own & ~bare, numbers, fringe)


def _with_islands(numbers, own, line, kept, steps: int) -> np.ndarray:
    """Give each island to what comes to it first over the lines around it."""
    free = own & (numbers == 0)
    for _ in range(-(-steps // 2)):
        numbers = spread(numbers, line, 2)
        # What keeps its place goes before where both come at once.
        for some in (numbers == kept, numbers != kept):
            inside = spread(np.where(some, numbers, 0), free & (numbers == 0))
            numbers = np.maximum(numbers, inside)
    return numbers


def _ball(scale: float) -> int:
    return max(1, round(BALL * scale))
