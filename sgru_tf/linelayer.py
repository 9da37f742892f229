"""The colour under the ink, and putting colour and lines together again.

The network's picture holds the sketch's lines already, but blurred and at its own small size.
To give the artist's own lines back, the picture is split into a flat colour layer without ink and
the line layer (the sketch): their product is the finished picture.
"""

from __future__ import annotations

import numpy as np

INK_POWER = 24
"""How fast trust in a pixel's colour falls with ink: trust = (sketch / paper) ** INK_POWER.
Steep, so that the soft edge of a line counts as ink (a lower power leaves a dark seam along
lines); trust is relative, so between dense lines the least inked pixels still decide."""

LEVELS = 5
"""Halvings of the fill; 2 ** 5 = 32 is also the multiple that the network's input has."""

FAINT = 0.001
"""Weight at which a level of the fill counts half against the coarser ones."""


def ink_free_weights(sketch: np.ndarray) -> np.ndarray:
    """How far the colour at each pixel can be trusted to hold no ink.

    The darkest of the 3 x 3 neighbours counts, because the network draws its lines softer and
    wider than the sketch has them. The brightest pixel counts as paper, since the paper may be
    tinted still.

    Args:
        sketch: (h, w), 0 = ink, 255 = paper.

    Returns:
        float32 (h, w), 1 = bare paper all round, 0 = solid ink.
    """
    padded = np.pad(np.asarray(sketch, np.float32), 1, mode="edge")
    height, width = sketch.shape
    darkest = padded[1:-1, 1:-1]
    for row in range(3):
        for column in range(3):
            darkest = np.minimum(darkest, padded[row : row + height, column : column + width])
    return (darkest / max(darkest.max(), 1)) ** INK_POWER


def colour_layer(picture: np.ndarray, sketch: np.ndarray) -> np.ndarray:
    """Take the ink out of a picture: where there is ink, the colour of the ink-free neighbours.

    Args:
        picture: (h, w, 3), RGB 0-255, the network's picture; clipped here.
        sketch: (h, w), the sketch that the network was shown, 0 = ink, 255 = paper.

    Returns:
        float32 (h, w, 3), 0-255. Equal to the picture where the sketch is bare paper all round.
    """
    clipped = np.clip(np.asarray(picture, np.float32), 0, 255)
    return fill(clipped, ink_free_weights(sketch))


def fill(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Mask-normalised blur at several scales: keep what has weight, fill the rest from around it.

    From fine to coarse, sums of weighted values and of weights are averaged over 2 x 2 pixels,
    LEVELS times; then from coarse to fine each level keeps its own mean in the measure in which
    it has weight, and takes the coarser one for the rest. A pixel of weight 1 is kept exactly.

    Args:
        values: float32 (h, w, c).
        weights: float32 (h, w), 0-1.

    Returns:
        float32 (h, w, c), within the range of the values.
    """
    height, width, _ = values.shape
    grow = ((0, -height % 2**LEVELS), (0, -width % 2**LEVELS))
    weight = np.pad(np.asarray(weights, np.float32), grow)[:, :, None]
    value = np.pad(np.asarray(values, np.float32), (*grow, (0, 0)))
    level = (_blur3(value * weight), _blur3(weight))
    pyramid = [level]
    for _ in range(LEVELS):
        level = (_halve(level[0]), _halve(level[1]))
        pyramid.append(level)
    total = level[1].sum()
    if total > 0:
        result = level[0].sum((0, 1), keepdims=True) / total
    else:
        result = values.mean((0, 1), keepdims=True)
    result = np.broadcast_to(result, level[0].shape)
    for sums, mass in reversed(pyramid):
        if result.shape != sums.shape:
            result = _double(result)
        own = mass / (mass + FAINT)
        result = result + own * (sums / np.maximum(mass, 1e-12) - result)
    result = weight * value + (1 - weight) * result
    return result[:height, :width]


def _blur3(array: np.ndarray) -> np.ndarray:
    """Blur with 1 2 1 / 4 both ways; nothing lies outside."""
    for axis in (0, 1):
        padded = np.pad(array, [(1, 1) if a == axis else (0, 0) for a in range(3)])
        size = array.shape[axis]
        before, middle, after = (padded.take(range(i, i + size), axis) for i in range(3))
        array = (before + 2 * middle + after) / 4
    return array


def _halve(array: np.ndarray) -> np.ndarray:
    height, width, channels = array.shape
    return array.reshape(height // 2, 2, width // 2, 2, channels).mean((1, 3), dtype=np.float32)


def _double(array: np.ndarray) -> np.ndarray:
    """Bilinear to twice the size with half-pixel centres, as tf.image.resize does it."""
    for axis in (0, 1):
        padded = np.pad(array, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
        size = array.shape[axis]
        before, middle, after = (padded.take(range(i, i + size), axis) for i in range(3))
        both = np.stack([before + 3 * middle, 3 * middle + after], axis + 1) / 4
        shape = list(array.shape)
        shape[axis] *= 2
        array = both.reshape(shape)
    return array
