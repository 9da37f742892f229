"""The colour under the ink in TensorFlow ops: `sgru_tf.linelayer` for a serving graph."""

from __future__ import annotations

import tensorflow as tf

from sgru_tf import linelayer


def colour_layer(pictures, sketch):
    """Take the ink out of the pictures of one sketch.

    Args:
        pictures: float32 (N, h, w, 3), 0-255, the network's pictures.
        sketch: uint8 (h, w), what the network was shown, 0 = ink, 255 = paper.

    Returns:
        float32 (N, h, w, 3), 0-255; see `sgru_tf.linelayer.colour_layer`.
    """
    return fill(pictures, ink_free_weights(sketch))


def ink_free_weights(sketch):
    """How far the colour at each pixel can be trusted to hold no ink.

    Args:
        sketch: uint8 (h, w).

    Returns:
        float32 (1, h, w, 1), 0-1; see `sgru_tf.linelayer.ink_free_weights`.
    """
    grey = tf.cast(sketch, tf.float32)[None, :, :, None]
    darkest = -tf.nn.max_pool2d(-grey, 3, 1, "SAME")
    return (darkest / tf.maximum(tf.reduce_max(darkest), 1.0)) ** linelayer.INK_POWER


def fill(values, weights):
    """Keep what has weight, fill the rest from around it; see `sgru_tf.linelayer.fill`.

    Args:
        values: float32 (N, h, w, C), C known.
        weights: float32 (1, h, w, 1), 0-1.

    Returns:
        float32 (N, h, w, C).
    """
    height, width = tf.unstack(tf.shape(values)[1:3])
    multiple = 2**linelayer.LEVELS
    grow = [[0, 0], [0, -height % multiple], [0, -width % multiple], [0, 0]]
    weight, value = tf.pad(weights, grow), tf.pad(values, grow)
    level = (_blur3(value * weight), _blur3(weight))
    pyramid = [level]
    for _ in range(linelayer.LEVELS):
        level = tuple(tf.nn.avg_pool2d(part, 2, 2, "VALID") for part in level)
        pyramid.append(level)
    sums, mass = level
    total = tf.reduce_sum(mass)
    known = tf.reduce_sum(sums, (1, 2), keepdims=True) / tf.maximum(total, 1e-30)
    result = tf.where(total > 0, known, tf.reduce_mean(values, (1, 2), keepdims=True))
    for sums, mass in reversed(pyramid):
        if sums is not level[0]:
            result = tf.image.resize(result, tf.shape(sums)[1:3], "bilinear")
        own = mass / (mass + linelayer.FAINT)
        result = result + own * (sums / tf.maximum(mass, 1e-12) - result)
    result = weight * value + (1 - weight) * result
    return result[:, :height, :width]


def _blur3(maps):
    """Blur (N, h, w, C) with 1 2 1 / 4 both ways; nothing lies outside."""
    height, width = tf.unstack(tf.shape(maps)[1:3])
    padded = tf.pad(maps, [[0, 0], [1, 1], [0, 0], [0, 0]])
    maps = (padded[:, :height] + 2 * padded[:, 1:-1] + padded[:, 2:]) / 4
    padded = tf.pad(maps, [[0, 0], [0, 0], [1, 1], [0, 0]])
    return (padded[:, :, :width] + 2 * padded[:, :, 1:-1] + padded[:, :, 2:]) / 4
