"""What kind of picture a file is and how large, read from its header in TensorFlow ops.

Nothing is decoded here, so that a picture over the limit never is.
"""

from __future__ import annotations

from typing import NamedTuple

import tensorflow as tf

from sgru_tf.export.bitmaps import bmp_size, is_of_os2
from sgru_tf.export.byte_reading import attempt, big_endian, head_of, length, little_endian

PNG, JPEG, WEBP, BMP, GIF = range(5)
"""Kinds of files, in the order of `decoding.DECODERS`."""

NAMES = ("PNG", "JPEG", "WebP", "BMP", "GIF")

HEAD_BYTES = 30
"""Bytes that hold the size in every kind but JPEG."""


class Header(NamedTuple):
    """What the header says.

    Attributes:
        kind: int32 scalar, one of PNG ... GIF; -1 for anything else.
        problem: string scalar, one line that says why it cannot be coloured; empty if it can.
    """

    kind: tf.Tensor
    problem: tf.Tensor


def read_header(data, max_pixels: int) -> Header:
    """Look at the first bytes of a file.

    Args:
        data: string scalar, an encoded picture or anything else.
        max_pixels: a larger picture is a problem.

    Returns:
        A `Header`.
    """
    head = head_of(data, HEAD_BYTES)
    kind = _kind(head)
    sizes = [
        lambda: tf.stack([big_endian(head, 16, 4), big_endian(head, 20, 4)]),
        lambda: _jpeg_size(data),
        lambda: _webp_size(head),
        lambda: tf.stack(bmp_size(head)[:2]),
        lambda: tf.stack([little_endian(head, 6, 2), little_endian(head, 8, 2)]),
        lambda: tf.zeros([2], tf.int64),
    ]
    size = tf.switch_case(kind, sizes)
    return Header(kind, _problem(data, head, kind, size, max_pixels))


def _kind(head):
    def begins(text: bytes, at=0):
        return tf.reduce_all(head[at : at + len(text)] == list(text))

    tests = [
        begins(b"\x89PNG\r\n\x1a\n") & begins(b"IHDR", 12),
        begins(b"\xff\xd8\xff"),
        begins(b"RIFF") & begins(b"WEBPVP8", 8),
        begins(b"BM"),
        begins(b"GIF87a") | begins(b"GIF89a"),
    ]
    kinds = tf.where(tf.stack(tests), tf.range(len(tests)), -1)
    return tf.reduce_max(kinds)


def _jpeg_size(data):
    def shape(data):
        return tf.image.extract_jpeg_shape(data, tf.int64)

    height_width = attempt(shape, data, tf.zeros([3], tf.int64))
    return tf.stack([height_width[1], height_width[0]])


def _webp_size(head):
    packed = little_endian(head, 21, 4)
    lossless = [packed % 2**14 + 1, packed // 2**14 % 2**14 + 1]
    lossy = [little_endian(head, 26, 2) % 2**14, little_endian(head, 28, 2) % 2**14]
    extended = [little_endian(head, 24, 3) + 1, little_endian(head, 27, 3) + 1]
    # The fourth letter of the first chunk: "VP8 ", "VP8L" or "VP8X".
    size = tf.where(head[15] == ord("L"), lossless, lossy)
    return tf.where(head[15] == ord("X"), extended, size)


def _problem(data, head, kind, size, max_pixels):
    width, height = size[0], size[1]
    # In float64: a product of two numbers of 32 bits can exceed int64.
    pixels = tf.cast(width, tf.float64) * tf.cast(height, tf.float64)
    too_large = tf.strings.join(
        [
            tf.strings.as_string(width),
            " x ",
            tf.strings.as_string(height),
            " is ",
            tf.strings.as_string(pixels / 1e6, precision=2),
            f" megapixels, at most {max_pixels / 1e6:g} are coloured; make it smaller",
        ]
    )
    is_animated = (kind == WEBP) & (head[15] == ord("X")) & (head[20] // 2 % 2 == 1)
    name = tf.gather(tf.constant(NAMES), tf.maximum(kind, 0))
    checks = [
        (length(data) == 0, "empty: no bytes were sent"),
        (kind < 0, "not a picture that can be read: send PNG, JPEG, WebP, BMP or GIF"),
        ((kind == BMP) & is_of_os2(head), "BMP of a kind that is not read (OS/2): save it as PNG"),
        ((width < 1) | (height < 1), name + " with a damaged header"),
        (pixels > max_pixels, too_large),
        # TensorFlow 2.21 writes past the end of a buffer when it decodes one without alpha.
        (is_animated, "animated WebP cannot be read: send one picture of it"),
    ]
    problem = tf.constant("")
    for is_so, text in reversed(checks):
        problem = tf.where(is_so, text, problem)
    return problem
