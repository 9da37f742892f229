"""Which pixels go with which hint, in TensorFlow ops: `sgru_tf.claims` for a serving graph."""

from __future__ import annotations

import tensorflow as tf

from sgru_tf import claims as own
from sgru_tf.export.graph_neighbours import as_map, grown, reached, shrunk, spread


def claims(hints, surfaces, openness, scale: float):
    """Find the patches of all dabs; see `sgru_tf.claims.claims`.

    Args:
        hints: float32 (h, w, 4), RGB 0-255 and a mask 0-1.
        surfaces: bool (S, h, w), which pixels are of a surface.
        openness: float32 (h, w), 1 on bare paper, 0 on a line.
        scale: How much larger than 320 pixels the picture is.

    Returns:
        float32 (S, h, w), of whole numbers, the paint with which a pixel goes, from 1 on, 0 for
        none; and float32 (`MOST`, 3), the paints' colours, 0 where there are fewer.
    """
    asked, bare = hints[..., 3] >= 0.5, as_map(openness > own.OPEN)
    which, colours = _paints(hints[..., :3], asked)
    maps = tf.cast(surfaces, tf.float32)[..., None]
    seeds = _middles(as_map(asked), maps[-1:], bare, scale)
    numbers = as_map(which + 1) * seeds * maps
    # On most surfaces there is no dab.
    found = tf.where(tf.reduce_any(numbers > 0, (1, 2, 3)))
    some = _patches(tf.gather_nd(numbers, found), tf.gather_nd(maps, found), bare, scale)
    return tf.tensor_scatter_nd_update(numbers, found, some)[..., 0], colours


def _paints(colour, asked):
    def find(number, which, colours, left):
        # Of equal ones, the first.
        at = tf.argmax(tf.reshape(tf.cast(left, tf.int32), [-1]))
        first = tf.reshape(colour, [-1, 3])[at]
        near = left & (tf.reduce_max(tf.abs(colour - first), -1) <= own.ALIKE)
        mean = tf.reduce_mean(tf.boolean_mask(colour, near), 0)
        colours = tf.tensor_scatter_nd_update(colours, [[number]], mean[None])
        return number + 1, tf.where(near, number, which), colours, left & ~near

    def goes_on(number, which, colours, left):
        return tf.reduce_any(left) & (number < own.MOST)

    plane = tf.TensorShape([None, None])
    shapes = tf.TensorShape([]), plane, tf.TensorShape([own.MOST, 3]), plane
    start = 0, tf.fill(tf.shape(asked), -1), tf.zeros([own.MOST, 3]), asked
    _, which, colours, left = tf.while_loop(goes_on, find, start, shapes, parallel_iterations=1)

    # What is left is left of so many that none of the colours is missing.
    def nearest():
        away = tf.reduce_sum((tf.boolean_mask(colour, left)[:, None] - colours) ** 2, -1)
        found = tf.argmin(away, -1, tf.int32)
        return tf.tensor_scatter_nd_update(which, tf.where(left), found)

    return tf.cond(tf.reduce_any(left), nearest, lambda: which), colours


def _middles(asked, last, bare, scale: float):
    wide = asked * shrunk(bare, _ball(scale))
    seeds = wide * shrunk(asked, round(own.CORE * scale))
    for other in (wide, asked * bare, asked):
        seeds = tf.maximum(seeds, other * (1 - reached(seeds, asked)))
    of_last = seeds * last
    return tf.maximum(of_last, seeds * (1 - reached(of_last, asked)))


def _patches(numbers, surfaces, bare, scale: float):
    wide = surfaces * shrunk(bare, _ball(scale))
    near = wide * grown(numbers, _ball(scale))
    numbers = spread(tf.where(numbers == 0, near, numbers), wide)
    free = tf.cast(numbers == 0, tf.float32)
    large = reached(shrunk(surfaces * bare * free, round(own.ISLAND * scale)), wide * free)
    kept = own.MOST + 1.0
    numbers = spread(tf.where(large > 0, kept, numbers), surfaces * bare)
    free = surfaces * bare * tf.cast(numbers == 0, tf.float32)
    numbers = tf.where(numbers == kept, 0.0, numbers)
    numbers = spread(numbers, tf.maximum(free, 1 - bare), round(own.ACROSS * scale))
    numbers = spread(numbers, free)
    fringe = spread(numbers * bare, bare * (1 - surfaces), round(own.FRINGE * scale))
    return tf.where(surfaces * (1 - bare) > 0, numbers, fringe)


def _ball(scale: float) -> int:
    return max(1, round(own.BALL * scale))
