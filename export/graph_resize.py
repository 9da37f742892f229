"""Resizing in TensorFlow ops as Pillow does it, and work on large pictures in bands.

Pillow resizes 8-bit pictures in two passes, across and then down, and rounds to whole levels after
each; so does this. Pictures are (H, W, C) tensors; heights and widths are int32 scalars.
"""

from __future__ import annotations

import tensorflow as tf

BAND_PIXELS = 2**19
"""Pixels worked on at a time wherever a full-size picture is touched in float32."""

_WEIGHT_BITS = 22  # of the fixed-point weights of Pillow's 8-bit resizing


def in_bands(height, width, channels, paint):
    """Make a large picture band by band, so that only the bands are ever in a wide format.

    Args:
        height: int32 scalar, at least 1.
        width: int32 scalar, at least 1.
        channels: of the result; an int, or None for an int32 scalar that is known when it runs.
        paint: function of the first row and the number of rows (int32 scalars) that gives the
            band, uint8 (rows, width, channels).

    Returns:
        uint8 (height, width, channels).
    """
    step = tf.maximum(1, BAND_PIXELS // width)
    count = (height + step - 1) // step
    shape = [None, None, channels]
    bands = tf.TensorArray(tf.uint8, count, infer_shape=False, element_shape=shape)

    def add(index, bands):
        top = index * step
        return index + 1, bands.write(index, paint(top, tf.minimum(step, height - top)))

    _, bands = tf.while_loop(
        lambda index, _: index < count, add, (tf.constant(0), bands), parallel_iterations=1
    )
    return tf.ensure_shape(bands.concat(), shape)


def bilinear(picture, height, width):
    """Pillow's BILINEAR of an 8-bit picture, to the last bit but for rounding in double precision.

    Args:
        picture: uint8 (H, W, C) with C known.
        height: int32 scalar, rows of the result.
        width: int32 scalar, columns of the result.

    Returns:
        uint8 (height, width, C).
    """
    rows, columns = tf.unstack(tf.shape(picture)[:2])

    def across(top, count):
        return resample(picture[top : top + count], 1, width, 0, width)

    narrow = in_bands(rows, tf.maximum(columns, width), picture.shape[2], across)
    return resample(narrow, 0, height, 0, height)


def resample(picture, axis, size, first, count):
    """Stretch or shrink one axis of an 8-bit picture; one of the two passes of BILINEAR.

    A triangle filter with half-pixel centres, as wide as the step when shrinking.

    Args:
        picture: uint8 (H, W, C).
        axis: 0 or 1.
        size: int32 scalar, what the axis becomes.
        first: the first place of the resized axis that is wanted.
        count: int32 scalar, how many places are wanted.

    Returns:
        uint8 (count, W, C) or (H, count, C).
    """
    length = tf.shape(picture)[axis]
    scale = tf.cast(length, tf.float64) / tf.cast(size, tf.float64)
    support = tf.maximum(scale, 1.0)
    centres = (tf.cast(first + tf.range(count), tf.float64) + 0.5) * scale
    starts = tf.maximum(tf.cast(centres - support + 0.5, tf.int32), 0)
    ends = tf.minimum(tf.cast(centres + support + 0.5, tf.int32), length)
    taps = tf.reduce_max(ends - starts)

    def weigh(tap):
        distance = tf.abs(tf.cast(tap + starts, tf.float64) - centres + 0.5) / support
        return tf.where(starts + tap < ends, tf.maximum(1 - distance, 0.0), 0.0)

    _, total = _loop(taps, lambda tap, total: total + weigh(tap), tf.zeros_like(centres))
    shape = [-1, 1, 1] if axis == 0 else [1, -1, 1]

    def add(tap, sums):
        fixed = tf.cast(weigh(tap) / total * 2.0**_WEIGHT_BITS + 0.5, tf.int32)
        pixels = tf.gather(picture, tf.minimum(starts + tap, length - 1), axis=axis)
        return sums + tf.cast(pixels, tf.int32) * tf.reshape(fixed, shape)

    half = tf.constant(2 ** (_WEIGHT_BITS - 1))
    wanted = tf.tensor_scatter_nd_update(tf.shape(picture), [[axis]], [count])
    _, sums = _loop(taps, add, tf.fill(wanted, half))
    return _from_fixed(sums)


def stretch(plane, height, width, first, count):
    """Bilinear resampling of a small float map to some rows of a larger one.

    Args:
        plane: float32 (h, w).
        height: int32 scalar, rows of the whole result.
        width: int32 scalar, columns of the result.
        first: int32 scalar, the first row that is wanted.
        count: int32 scalar, how many rows are wanted.

    Returns:
        float32 (count, width, 1).
    """
    whole = tf.cast(tf.stack([height, width]), tf.float64)
    scale = whole / tf.cast(tf.shape(plane), tf.float64)
    return tf.raw_ops.ScaleAndTranslate(
        images=plane[None, :, :, None],
        size=tf.stack([count, width]),
        scale=tf.cast(scale, tf.float32),
        translation=tf.stack([-tf.cast(first, tf.float32), 0.0]),
        kernel_type="triangle",
        antialias=True,
    )[0]


def box(grey, height, width):
    """Pillow's BOX of an 8-bit grey picture, to the last bit.

    Args:
        grey: uint8 (H, W).
        height: int32 scalar, rows of the result, at most H.
        width: int32 scalar, columns of the result, at most W.

    Returns:
        uint8 (height, width).
    """
    rows, columns = tf.unstack(tf.shape(grey))

    def across(top, count):
        turned = tf.transpose(grey[top : top + count])
        return tf.transpose(_box_down(turned, width))[:, :, None]

    return _box_down(in_bands(rows, columns, 1, across)[:, :, 0], height)


def half_even(values):
    """Round to whole levels as NumPy does, a half to the even one: uint8."""
    return tf.cast(tf.round(tf.clip_by_value(values, 0, 255)), tf.uint8)


def _box_down(values, size):
    """Average (n, m) uint8 to (size, m) along its first axis."""
    count = tf.shape(values)[0]
    scale = tf.cast(count, tf.float64) / tf.cast(size, tf.float64)
    centres = (tf.cast(tf.range(size), tf.float64) + 0.5) * scale
    ends = tf.cast(centres + 0.5 * scale + 0.5, tf.int32)
    boxes = tf.searchsorted(ends, tf.range(count), side="right")
    # Rounding could leave the last pixel beyond the last box.
    boxes = tf.minimum(boxes, size - 1)
    sums = tf.math.segment_sum(tf.cast(values, tf.int32), boxes)
    pixels = tf.math.segment_sum(tf.ones_like(boxes), boxes)
    weights = tf.cast(tf.floor(2.0**_WEIGHT_BITS / tf.cast(pixels, tf.float64) + 0.5), tf.int32)
    return _from_fixed(sums * weights[:, None] + 2 ** (_WEIGHT_BITS - 1))


def _from_fixed(sums):
    return tf.cast(tf.minimum(tf.bitwise.right_shift(sums, _WEIGHT_BITS), 255), tf.uint8)


def _loop(times, step, start):
    return tf.while_loop(
        lambda index, _: index < times,
        lambda index, value: (index + 1, step(index, value)),
        (tf.constant(0), start),
        parallel_iterations=1,
    )
