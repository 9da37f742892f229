"""Hints in TensorFlow ops: from an encoded picture to what the network takes.

`sgru_tf.hints` for a serving graph. Most of a hint picture is empty, and costs a look at its alpha.
"""

from __future__ import annotations

import tensorflow as tf

from sgru_tf.export.graph_resize import BAND_PIXELS


def decode_hints(data, height, width, decode):
    """Decode a hint picture.

    Args:
        data: string scalar, a transparent picture of any kind that is decoded, or empty.
        height: int32 scalar, of the sketch.
        width: int32 scalar, of the sketch.
        decode: gives the pixels and the status of a file, as `decoding.decode` does.

    Returns:
        uint8 (H, W, 4) RGBA, a single clear pixel for no hints or where there was a problem; and
        the status, a string scalar of one line, empty if there was none.
    """
    none = tf.zeros([1, 1, 4], tf.uint8), tf.constant("")

    def decoded():
        picture, problem = decode(data)
        rows, columns, channels = tf.unstack(tf.shape(picture))
        # Of a picture without alpha this is another channel, which is not looked at.
        alpha = picture[:, :, tf.maximum(channels - 1, 0) :]
        is_clear = (channels % 2 == 0) & tf.reduce_any(alpha < 255)
        another_size = tf.strings.format(
            "{} x {} pixels, but the sketch has {} x {}; hints must have the sketch's size",
            [columns, rows, width, height],
        )
        checks = [
            (problem != "", problem),
            (~is_clear, "not transparent anywhere; paint them on an empty transparent layer"),
            ((rows != height) | (columns != width), another_size),
        ]
        status = tf.constant("")
        for is_so, text in reversed(checks):
            status = tf.where(is_so, tf.strings.join(["hints: ", text]), status)

        def rgba():
            grey = tf.repeat(picture[:, :, :1], 3, 2)
            return tf.cond(channels == 2, lambda: tf.concat([grey, alpha], 2), lambda: picture)

        return tf.cond(status == "", rgba, lambda: none[0]), status

    picture, status = tf.cond(data == "", lambda: none, decoded)
    return tf.ensure_shape(picture, [None, None, 4]), status


def working_hints(picture, height, width):
    """Bring a hint picture to the size at which the network works.

    Args:
        picture: uint8 (H, W, 4) RGBA, not empty.
        height: int32 scalar, rows of the result.
        width: int32 scalar, columns of the result.

    Returns:
        float32 (height, width, 4); see `sgru_tf.hints.working_hints`.
    """
    rows, row_cells = _cells(tf.shape(picture)[0], height)
    columns, column_cells = _cells(tf.shape(picture)[1], width)
    step = tf.maximum(1, BAND_PIXELS // tf.size(columns))
    count = (tf.size(rows) + step - 1) // step
    shape = [None, None, 4]
    sums = tf.TensorArray(tf.float32, count, infer_shape=False, element_shape=shape)
    cells = tf.TensorArray(tf.int32, count, infer_shape=False, element_shape=[None])

    def add(index, sums, cells):
        band = slice(index * step, (index + 1) * step)
        own = row_cells[band]
        paint = tf.gather(picture, rows[band])
        found = tf.cond(
            tf.reduce_any(paint[:, :, 3] > 0),
            lambda: _sums(tf.gather(paint, columns, axis=1), own - own[0], column_cells),
            lambda: tf.zeros([own[-1] - own[0] + 1, width, 4]),
        )
        cells = cells.write(index, tf.range(own[0], own[-1] + 1))
        return index + 1, sums.write(index, found), cells

    _, sums, cells = tf.while_loop(
        lambda index, *_: index < count, add, (tf.constant(0), sums, cells), parallel_iterations=1
    )
    # A cell may lie in two bands.
    sums = tf.math.segment_sum(tf.ensure_shape(sums.concat(), shape), cells.concat())
    colour = sums[:, :, :3] / tf.maximum(sums[:, :, 3:], 1e-12)
    return tf.concat([colour, tf.minimum(sums[:, :, 3:] / 255, 1)], 2)


def _cells(given, wanted):
    """Give the pixels to read of a row or column, and the cell that each of them counts to.

    Both are int32 and sorted; a cell of less than a pixel shows the one that its middle lies in.
    """
    given, wanted = tf.cast(given, tf.int64), tf.cast(wanted, tf.int64)
    pixels, cells = tf.cond(
        given < wanted,
        lambda: ((2 * tf.range(wanted) + 1) * given // (2 * wanted), tf.range(wanted)),
        lambda: (tf.range(given), tf.range(given) * wanted // given),
    )
    return tf.cast(pixels, tf.int32), tf.cast(cells, tf.int32)


def _sums(paint, row_cells, column_cells):
    """Add up, in each cell, colour times alpha and alpha: uint8 (h, w, 4) to float32."""
    wide = tf.cast(paint, tf.float32)
    wide = tf.concat([wide[:, :, :3] * wide[:, :, 3:], wide[:, :, 3:]], 2)
    across = tf.transpose(tf.math.segment_sum(wide, row_cells), [1, 0, 2])
    return tf.transpose(tf.math.segment_sum(across, column_cells), [1, 0, 2])
