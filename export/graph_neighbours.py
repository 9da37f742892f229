"""`sgru_tf.neighbours` in TensorFlow ops; maps are float32 (B, h, w, 1), bools 0 and 1."""

from __future__ import annotations

import tensorflow as tf


def grown(maps, steps: int = 1):
    """Take the largest of the neighbours so many pixels around."""
    # As `sgru_tf.neighbours` does it: pooling over wide windows would take the square of the time.
    for axis in (1, 2):
        room = [[steps, steps] if a == axis else [0, 0] for a in range(4)]
        maps, wide = tf.pad(maps, room, constant_values=tf.float32.min), 1
        while wide < 2 * steps + 1:
            step = min(wide, 2 * steps + 1 - wide)
            ends = [slice(None)] * axis
            maps = tf.maximum(maps[(*ends, slice(-step))], maps[(*ends, slice(step, None))])
            wide += step
    return maps


def shrunk(maps, steps: int = 1):
    """Take the smallest of the neighbours so many pixels around."""
    return -grown(-maps, steps)


def smoothed(maps):
    """Blur by 1 2 1 / 4 both ways."""
    wide = tf.pad(maps, [[0, 0], [1, 1], [0, 0], [0, 0]], "SYMMETRIC")
    maps = (wide[:, :-2] + 2 * wide[:, 1:-1] + wide[:, 2:]) / 4
    wide = tf.pad(maps, [[0, 0], [0, 0], [1, 1], [0, 0]], "SYMMETRIC")
    return (wide[:, :, :-2] + 2 * wide[:, :, 1:-1] + wide[:, :, 2:]) / 4


def reached(seeds, room):
    """Find what of a room is connected to seeds in it, corners included."""

    def grow(found, _):
        more = grown(found) * room
        return more, tf.reduce_any(more != found)

    shapes = tf.TensorShape([None, None, None, 1]), tf.TensorShape([])
    start = seeds * room, tf.constant(True)
    return tf.while_loop(lambda _, is_new: is_new, grow, start, shapes, parallel_iterations=1)[0]


def spread(numbers, room, steps: int | None = None):
    """Let numbers spread through a room, each to where it comes first; see `neighbours.spread`."""

    def both(count, numbers, _):
        more = _step(_step(numbers, room, corners=False), room, corners=True)
        return count + 1, more, tf.reduce_any(more != numbers)

    def goes_on(count, _, is_new):
        return is_new if steps is None else is_new & (count < steps // 2)

    shapes = tf.TensorShape([]), tf.TensorShape([None, None, None, 1]), tf.TensorShape([])
    start = 0, numbers, tf.constant(True)
    found = tf.while_loop(goes_on, both, start, shapes, parallel_iterations=1)[1]
    return found if steps is None or steps % 2 == 0 else _step(found, room, corners=False)


def _step(numbers, room, corners: bool):
    if corners:
        near = grown(numbers)
    else:
        wide = tf.pad(numbers, [[0, 0], [1, 1], [1, 1], [0, 0]])
        across = tf.maximum(wide[:, 1:-1, :-2], wide[:, 1:-1, 2:])
        near = tf.maximum(across, tf.maximum(wide[:, :-2, 1:-1], wide[:, 2:, 1:-1]))
    return tf.where((numbers == 0) & (room > 0), near, numbers)


def as_map(plane):
    """Turn a plane (h, w), bool or a number, into a map: float32 (1, h, w, 1)."""
    return tf.cast(plane, tf.float32)[None, :, :, None]
