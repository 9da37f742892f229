"""Levelling the paper in TensorFlow ops: `sgru_tf.levelling` for a serving graph."""

from __future__ import annotations

import tensorflow as tf

from sgru_tf import levelling
from sgru_tf.export.graph_fill import fill
from sgru_tf.export.graph_resize import box, half_even, in_bands, stretch


def level_paper(grey):
    """Make the paper white.

    Args:
        grey: uint8 (H, W), 0 = ink, 255 = paper.

    Returns:
        uint8 (H, W); see `sgru_tf.levelling.level_paper`.
    """
    paper, is_needed = paper_map(grey)
    return tf.cond(is_needed, lambda: _divide(grey, 255.0 / paper), lambda: grey)


def paper_map(grey):
    """Estimate the brightness of the paper; see `sgru_tf.levelling.paper_map`.

    Args:
        grey: uint8 (H, W).

    Returns:
        float32 (rows, columns), above 0, at most 255, and whether the picture needs levelling.
    """
    height, width = tf.unstack(tf.shape(grey))
    long_side = tf.cast(tf.maximum(height, width), tf.float64)
    scale = tf.minimum(tf.constant(1.0, tf.float64), levelling.PLAN_SIZE / long_side)
    small = tf.cast(box(grey, scaled(height, scale), scaled(width, scale)), tf.float32)
    found = _closing(_block_maxima(_mean3(small)))
    brightest = tf.reduce_max(found)
    found = tf.where(found < levelling.DARKEST_PAPER * brightest, 0.0, found)
    steps = tf.cast(tf.reduce_max(tf.shape(found)), tf.float32)
    envelope = _envelope(found, levelling.STEEPEST_LIGHT / steps)
    is_paper = (found > 0) & (found >= levelling.LIKE_PAPER * envelope)
    weights = tf.cast(is_paper, tf.float32)[None, :, :, None]
    paper = fill(found[None, :, :, None], weights)[0, :, :, 0]
    paper = _mean3(_mean3(paper))
    is_needed = (brightest >= levelling.LEAST_LEVEL) & (tf.reduce_min(paper) <= 254)
    paper = paper * (1 - levelling.GRAIN * tf.clip_by_value((254 - paper) / 8, 0.0, 1.0))
    return tf.where(paper > 254, 255.0, paper), is_needed


def scaled(side, scale):
    """A side times a float64 scale as Python rounds it, at least 1: int32."""
    return tf.maximum(1, tf.cast(tf.round(tf.cast(side, tf.float64) * scale), tf.int32))


def _divide(grey, gains):
    height, width = tf.unstack(tf.shape(grey))

    def band(top, count):
        gain = stretch(gains, height, width, top, count)
        return half_even(tf.cast(grey[top : top + count, :, None], tf.float32) * gain)

    return in_bands(height, width, 1, band)[:, :, 0]


def _block_maxima(small):
    side = levelling.BLOCK
    height, width = tf.unstack(tf.shape(small))
    # Darker than anything in the block: the maximum is that of the pixels inside.
    padded = tf.pad(small, [[0, -height % side], [0, -width % side]], constant_values=-1.0)
    return tf.nn.max_pool2d(padded[None, :, :, None], side, side, "VALID")[0, :, :, 0]


def _mean3(array):
    height, width = tf.unstack(tf.shape(array))
    padded = tf.pad(array, [[1, 1], [1, 1]], "SYMMETRIC")
    parts = [padded[r : r + height, c : c + width] for r in range(3) for c in range(3)]
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total / 9


def _closing(blocks):
    radius = levelling.CLOSING
    return -_local_maximum(-_local_maximum(blocks, radius), radius)


def _envelope(blocks, slope):
    """Least surface above the blocks that falls by at most `slope` a block.

    The map has at most PLAN_SIZE / BLOCK blocks a side; radii beyond its own size change nothing.
    """
    radius = 1
    while radius < 2 * levelling.PLAN_SIZE // levelling.BLOCK:
        blocks = tf.maximum(blocks, _local_maximum(blocks, radius) - slope * radius)
        radius *= 2
    return blocks


def _local_maximum(blocks, radius):
    maps = blocks[None, :, :, None]
    for window in ((2 * radius + 1, 1), (1, 2 * radius + 1)):
        maps = tf.nn.max_pool2d(maps, window, 1, "SAME")
    return maps[0, :, :, 0]
