"""Numbers and pieces of encoded files in TensorFlow ops, and attempts that may fail.

Encoded files are string scalars; positions and numbers are int64 scalars.
"""

from __future__ import annotations

import tensorflow as tf


def attempt(function, data, fallback):
    """Apply a function that may fail to a string; give the fallback where it does.

    TensorFlow has no exceptions inside a graph, but a dataset can leave out the elements whose
    mapping fails, so here is a dataset of one element.

    Args:
        function: of a string scalar, to one tensor.
        data: string scalar.
        fallback: tensor of the dtype and rank of the function's.

    Returns:
        The function's tensor, or the fallback.
    """
    as_it_is = tf.autograph.experimental.do_not_convert(function)
    elements = tf.data.Dataset.from_tensors(data).map(as_it_is).ignore_errors()
    return elements.reduce(fallback, lambda _, found: found)


def no_pixels(dtype=tf.uint8):
    """Give the picture that stands for a failure: (0, 0, 0)."""
    return tf.zeros([0, 0, 0], dtype)


def as_bytes(data):
    """Give the bytes of a string scalar: uint8 (length,)."""
    return tf.io.decode_raw(data, tf.uint8)


def head_of(data, count):
    """Give the first bytes, zeros where the file is shorter: int64 (at least `count`,)."""
    zeros = tf.constant(b"\0" * count)
    return tf.cast(as_bytes(tf.strings.substr(data, 0, count) + zeros), tf.int64)


def piece(data, start, count):
    """Give `count` bytes from `start` on, fewer at the end of the file: string scalar."""
    start = tf.minimum(tf.cast(start, tf.int64), length(data))
    return tf.strings.substr(data, start, tf.maximum(tf.cast(count, tf.int64), 0))


def length(data):
    """Give the number of bytes: int64 scalar."""
    return tf.cast(tf.strings.length(data), tf.int64)


def little_endian(numbers, at, count):
    """Read an unsigned number of `count` bytes, the lowest first, from int64 bytes."""
    return sum(numbers[at + i] * 256**i for i in range(count))


def big_endian(numbers, at, count):
    """Read an unsigned number of `count` bytes, the highest first, from int64 bytes."""
    return sum(numbers[at + i] * 256 ** (count - 1 - i) for i in range(count))
