"""What an artist asks for fills the patch on which it lies, in all nine.

For pictures whose surfaces are decided (`sgru_tf.surfaces`). A dab names a colour and a place; the
patch there (`sgru_tf.claims`) gets the colour on its average, as light and dark as it was, and
everything else stays as it is, on bare paper to the bit. The iris of an eye keeps its lights and
its pupil, and the other one goes with it unless that was asked for, too.
"""

from __future__ import annotations

import numpy as np

from sgru_tf.claims import claims
from sgru_tf.line_style import LUMA
from sgru_tf.linelayer import fill, ink_free_weights
from sgru_tf.surfaces import BLUR, LIGHT, MOST_BLUR, PAPER, SIDE, Settled, opened, softened

LEAST, BRIGHTEST = 0.05, 1.5
"""Least share and light that count as any; and how many times as bright as on its average a pixel
of a patch may be."""


def with_hints(settled: Settled, sketch: np.ndarray, hints: np.ndarray) -> np.ndarray:
    """Colour the patches on which hints lie.

    Args:
        settled: What `sgru_tf.surfaces.settle` gave.
        sketch: uint8 (h, w), 0 = ink, 255 = paper, what the network was shown.
        hints: float32 (h, w, 4), RGB 0-255 and a mask 0-1, as of `sgru_tf.hints.working_hints`.

    Returns:
        float32 (N, h, w, 3), RGB 0-255.
    """
    scale, openness, bare = max(sketch.shape) / SIDE, opened(sketch), ink_free_weights(sketch)
    numbers, colours = claims(hints, kinds(settled), openness, scale)
    steps = min(round(BLUR * scale), MOST_BLUR)

    def shares(found):
        """Give the paints of a surface, the first one last, and how far each pixel goes with it."""
        for paint in range(len(colours), 0, -1):
            if (found == paint).any():
                yield colours[paint - 1], _softened(found == paint, openness, steps)

    result, others = settled.pictures, np.zeros_like(openness)
    for colour, share in shares(numbers[-1]):
        result = tinted(result, settled.irises * share, colour)
        others += share
    if others.any():
        # The first paint is for the other eye, too, unless that was asked for.
        result = tinted(result, settled.irises * (1 - others), colour)
    for surface, found in enumerate(numbers[:-1]):
        for colour, share in shares(found):
            amount, seen = seen_as(settled, surface, share * bare)
            change = fill((share * amount)[..., None], bare)
            result = result + change * (colour - seen)[:, None, None]
    return np.clip(result, 0, 255)


def tinted(pictures: np.ndarray, share: np.ndarray, colour: np.ndarray) -> np.ndarray:
    """Give irises a colour, on their average, as light and dark as they were.

    Args:
        pictures: float32 (N, h, w, 3), RGB 0-255.
        share: float32 (h, w), how far a pixel belongs to them, 0-1.
        colour: float32 (3,), RGB 0-255.

    Returns:
        float32 (N, h, w, 3), RGB 0-255.
    """
    light = pictures @ np.array(LUMA, np.float32)
    usual = (light * share).sum((1, 2)) / max(share.sum(), 1e-6)
    bright = np.minimum(light / np.maximum(usual, 1)[:, None, None], BRIGHTEST)
    own = np.minimum(bright[..., None] * colour, 255)
    return pictures + share[..., None] * (own - pictures)


def kinds(settled: Settled) -> list[np.ndarray]:
    """Tell of which surface each pixel is, bool (h, w) each: paper, skin, hair, clothes, irises."""
    is_iris, largest = settled.irises > 0.5, settled.amounts.argmax(0)
    surfaces = [(largest == surface) & ~is_iris for surface in range(len(settled.amounts))]
    return [*surfaces, is_iris]


def seen_as(settled: Settled, surface: int, weight: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Tell how much of a surface is in each pixel, and what it looks like in a patch.

    Args:
        settled: What `sgru_tf.surfaces.settle` gave.
        surface: Its number.
        weight: float32 (h, w), 0-1, how far a pixel belongs to the patch.

    Returns:
        float32 (h, w), 1 as on the average of the patch, less where other colours are mixed in or
        it is darker; and the average colour in each picture, float32 (N, 3), RGB 0-255.
    """
    light = settled.amounts.sum(0)
    shares = settled.amounts / np.maximum(light, LEAST)
    share, white = shares[surface], shares[PAPER]
    # Where it is pure, as what is mixed in is not to be seen for it.
    weight = weight * share**4
    weight = weight / max(weight.sum(), 1e-6)
    seen = np.tensordot(settled.pictures, weight, ((1, 2), (0, 1)))
    lit = max((weight * light).sum(), LEAST)
    part = share
    if surface != PAPER:
        # White in a colour is light on it, unless it is much.
        much = np.maximum(white - (weight * white).sum() - LIGHT, 0)
        part = share / np.maximum(1 - white + much, LEAST)
    return part * np.minimum(light / lit, BRIGHTEST), seen


def _softened(claimed: np.ndarray, openness: np.ndarray, steps: int) -> np.ndarray:
    """Soften a claim's borders, without looking at what is far from it; see `softened`."""
    result = np.zeros_like(openness)
    box = []
    for axis in (1, 0):
        where = np.flatnonzero(claimed.any(axis))
        box.append(slice(max(where[0] - steps - 1, 0), where[-1] + steps + 2))
    part = claimed[*box].astype(np.float32)[None]
    result[*box] = softened(part, openness[*box], steps)[0]
    return result
