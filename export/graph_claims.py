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
    asked, bare = hints[..., 3] >= own.PAINTED, as_map(openness > own.OPEN)
    which, colours = _paints(hints[..., :3], asked)
    maps = tf.cast(surfaces, tf.float32)[..., None]

    def add(paint, numbers):
        middles = _middles(as_map(which == paint), maps[-1:], bare, scale)
        return paint + 1, numbers + middles * tf.cast(paint + 1, tf.float32)

    shapes = tf.TensorShape([]), tf.TensorShape([None, None, None, 1])
    most, start = tf.reduce_max(which), (0, tf.zeros_like(bare))
    _, numbers = tf.while_loop(lambda n, _: n <= most, add, start, shapes, parallel_iterations=1)
    numbers *= maps
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
        # In single precision the mean of many drifts.
        mean = tf.reduce_mean(tf.cast(tf.boolean_mask(colour, near), tf.float64), 0)
        mean = tf.cast(mean, tf.float32)
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


def _middles(paint, last, bare, scale: float):
    depths = [shrunk(paint, round(depth * scale)) for depth in range(own.DEEPEST, -1, -1)]
    wide, seeds = shrunk(bare, _ball(scale)), tf.zeros_like(paint)
    for place in (wide, bare, tf.ones_like(bare)):
        for inner in depths:
            served = spread(seeds, paint, round(own.SERVED * scale))
            seeds = tf.maximum(seeds, inner * place * (1 - served))
    broad = reached(shrunk(paint, round(own.BROAD * scale)), paint)
    broad *= reached(seeds * (1 - last), paint)
    of_last = seeds * last * (1 - broad)
    served = spread(of_last, paint, 2 * round(own.SERVED * scale))
    return tf.maximum(of_last, seeds * (1 - last) * (1 - served))


def _patches(numbers, surfaces, bare, scale: float):
    wide = surfaces * shrunk(bare, _ball(scale))
    near = wide * grown(numbers, _ball(scale))
    numbers = spread(tf.where(numbers == 0, near, numbers), wide)
    free = tf.cast(numbers == 0, tf.float32)
    large = reached(shrunk(surfaces * bare * free, round(own.ISLAND * scale)), wide * free)
    kept = own.MOST + 1.0
    numbers = spread(tf.where(large > 0, kept, numbers), surfaces * bare)
    numbers = _with_islands(numbers, surfaces * bare, 1 - bare, kept, round(own.ACROSS * scale))
    numbers = tf.where(numbers == kept, 0.0, numbers)
    fringe = spread(numbers * bare, bare * (1 - surfaces), round(own.FRINGE * scale))
    return tf.where(surfaces * (1 - bare) > 0, numbers, fringe)


def _with_islands(numbers, surfaces, line, kept: float, steps: int):
    free = surfaces * tf.cast(numbers == 0, tf.float32)
    line *= tf.ones_like(surfaces)

    def go(count, numbers):
        numbers = spread(numbers, line, 2)
        for is_kept in (True, False):
            some = tf.where((numbers == kept) == is_kept, numbers, 0.0)
            inside = spread(some, free * tf.cast(numbers == 0, tf.float32))
            numbers = tf.maximum(numbers, inside)
        return count + 1, numbers

    shapes = tf.TensorShape([]), tf.TensorShape([None, None, None, 1])
    start, count = (0, numbers), -(-steps // 2)
    return tf.while_loop(lambda n, _: n < count, go, start, shapes, parallel_iterations=1)[1]


def _ball(scale: float) -> int:
    return max(1, round(own.BALL * scale))
