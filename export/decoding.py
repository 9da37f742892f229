"""From the bytes of a picture to its pixels and a status, in TensorFlow ops.

A file that cannot be decoded gives no pixels and a line that says why; it fails nothing else. The
results are Pillow's, to the last bit but for 16-bit grey.
"""

from __future__ import annotations

import tensorflow as tf

from sgru_tf.export.bitmaps import decode_bmp
from sgru_tf.export.byte_reading import (
    attempt,
    big_endian,
    head_of,
    length,
    no_pixels,
    piece,
)
from sgru_tf.export.gifs import decode_gif
from sgru_tf.export.headers import NAMES, read_header

_MOST_CHUNKS = 256  # of a PNG that are searched for transparency


def decode(data, max_pixels: int):
    """Decode a PNG, JPEG, WebP, BMP or GIF.

    Args:
        data: string scalar.
        max_pixels: a larger picture is not decoded.

    Returns:
        uint8 (H, W, C), C = 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA, of size 0 if there was a
        problem; and the status, a string scalar of one line, empty if there was none.
    """
    kind, problem = read_header(data, max_pixels)
    branches = [lambda decoder=decoder: decoder(data) for decoder in DECODERS]

    def pixels():
        return tf.switch_case(kind, branches)

    picture = tf.cond(problem == "", pixels, no_pixels)
    picture = tf.ensure_shape(picture, [None, None, None])
    name = tf.gather(tf.constant(NAMES), tf.maximum(kind, 0))
    damaged = name + " that cannot be decoded: damaged, or of a variant that is not read"
    failed = (problem == "") & (tf.size(picture) == 0)
    return picture, tf.where(failed, damaged, problem)


def _decode_png(data):
    head = head_of(data, 26)
    depth, colour = head[24], head[25]
    is_plain = (colour == 0) | (colour == 2)
    hides = tf.cond(is_plain, lambda: _has_transparency(data), lambda: tf.constant(False))
    is_deep = (depth == 16) & (colour == 0)
    variant = 2 * tf.cast(is_deep, tf.int32) + tf.cast(hides, tf.int32)

    def decoded(channels, dtype=tf.uint8):
        def function(data):
            return tf.io.decode_png(data, channels, dtype)

        return attempt(function, data, no_pixels(dtype))

    def deep(channels):
        wide = tf.cast(decoded(channels, tf.uint16), tf.float32)
        return tf.cast(tf.round(wide * (255 / 65535)), tf.uint8)

    return tf.switch_case(
        variant, [lambda: decoded(0), lambda: decoded(4), lambda: deep(1), lambda: deep(4)]
    )


def _has_transparency(data):
    """Tell whether a chunk tRNS comes before the pixels: decode_png(channels=0) ignores it."""

    def kind_at(position):
        return piece(data, position + 4, 4)

    def go_on(position, count):
        is_before = (kind_at(position) != b"tRNS") & (kind_at(position) != b"IDAT")
        return is_before & (position < length(data)) & (count < _MOST_CHUNKS)

    def skip(position, count):
        size = big_endian(head_of(piece(data, position, 4), 4), 0, 4)
        return position + size + 12, count + 1

    start = tf.constant(8, tf.int64), tf.constant(0)
    position, _ = tf.while_loop(go_on, skip, start, parallel_iterations=1)
    return kind_at(position) == b"tRNS"


def _decode_jpeg(data):
    def function(data):
        return tf.io.decode_jpeg(data, dct_method="INTEGER_ACCURATE")

    return attempt(function, data, no_pixels())


def _decode_webp(data):
    def function(data):
        # Not the op for WebP alone: servers before TensorFlow 2.20 would not load the graph.
        return tf.io.decode_image(data, expand_animations=False)

    return attempt(function, data, no_pixels())


DECODERS = (_decode_png, _decode_jpeg, _decode_webp, decode_bmp, decode_gif)
"""For each kind of `headers`, what decodes it; gives no pixels where it cannot."""
