"""Decoding of uncompressed BMP in TensorFlow ops.

TensorFlow's own decoder refuses 1-bit and 4-bit files, gives the palette's numbers for its colours,
and takes the unused fourth byte of 32-bit files for alpha.
"""

from __future__ import annotations

import tensorflow as tf

from sgru_tf.export.byte_reading import (
    as_bytes,
    head_of,
    length,
    little_endian,
    no_pixels,
    piece,
)

_FILE_HEADER = 14  # bytes before the header of the picture
_HEAD_BYTES = 70  # of both headers, up to the mask of the alpha
_LEAST_HEADER = 12  # bytes of the picture's header in the first BMPs of OS/2
_READ_HEADER = 40  # from this size on, headers begin alike
_RGB_MASKS = (0xFF0000, 0xFF00, 0xFF)
_ALPHA_MASK = 0xFF000000


def bmp_size(head):
    """Read the size of the picture.

    Args:
        head: int64, the first 26 bytes of the file or more.

    Returns:
        Width and height in pixels, int64 scalars, of no meaning where `is_of_os2`; and whether
        the rows run from the bottom up, a bool scalar.
    """
    height = little_endian(head, 22, 4)
    from_bottom = height < 2**31
    return little_endian(head, 18, 4), tf.where(from_bottom, height, 2**32 - height), from_bottom


def is_of_os2(head):
    """Tell whether the picture's header, of fewer bytes than those read here, is of OS/2: bool."""
    header_bytes = _header_bytes(head)
    return (header_bytes >= _LEAST_HEADER) & (header_bytes < _READ_HEADER)


def decode_bmp(data):
    """Decode a BMP of 1, 4, 8, 24 or 32 bits a pixel, without compression.

    Args:
        data: string scalar.

    Returns:
        uint8 (H, W, 3) RGB, or (H, W, 4) RGBA where a 32-bit file declares its alpha; no pixels
        for anything else.
    """
    head = head_of(data, _HEAD_BYTES)
    start = little_endian(head, 10, 4)
    width, height, from_bottom = bmp_size(head)
    bits, compression = little_endian(head, 28, 2), little_endian(head, 30, 4)
    masks = [little_endian(head, at, 4) for at in (54, 58, 62)]
    is_masked = (compression == 3) & (bits == 32) & tf.reduce_all(tf.equal(masks, _RGB_MASKS))
    header_bytes = _header_bytes(head)
    has_alpha = is_masked & (header_bytes >= 56) & (little_endian(head, 66, 4) == _ALPHA_MASK)

    colours = little_endian(head, 46, 4)
    most = 2 ** tf.minimum(bits, 8)
    colours = tf.where((colours == 0) | (colours > most), most, colours)
    palette = _FILE_HEADER + header_bytes
    row_bytes = (bits * width + 31) // 32 * 4
    is_readable = (
        (header_bytes >= _READ_HEADER)
        & tf.reduce_any(bits == [1, 4, 8, 24, 32])
        & ((compression == 0) | is_masked)
        & ((bits > 8) | (palette + 4 * colours <= length(data)))
        & (start + row_bytes * height <= length(data))
    )

    def in_palette():
        entries = tf.reshape(as_bytes(piece(data, palette, 4 * colours)), [colours, 4])
        return tf.gather(entries[:, 2::-1], _numbers(rows(), bits, colours)[:, :width])

    def in_bytes():
        channels = bits // 8
        pixels = tf.reshape(rows()[:, : width * channels], [height, width, channels])
        alpha = pixels[:, :, 3 : 3 + tf.cast(has_alpha, tf.int64)]
        return tf.concat([pixels[:, :, 2::-1], alpha], 2)

    def rows():
        read = as_bytes(piece(data, start, row_bytes * height))
        read = tf.reshape(read, [height, row_bytes])
        return tf.cond(from_bottom, lambda: read[::-1], lambda: read)

    def pixels():
        return tf.cond(bits <= 8, in_palette, in_bytes)

    return tf.cond(is_readable, pixels, no_pixels)


def _header_bytes(head):
    return little_endian(head, _FILE_HEADER, 4)


def _numbers(rows, bits, colours):
    """Unpack the palette's numbers: int32 (H, at least W), below `colours`."""
    shifts = tf.cast(tf.range(8 - bits, -1, -bits), tf.uint8)
    numbers = tf.bitwise.right_shift(rows[:, :, None], shifts)
    numbers = tf.bitwise.bitwise_and(numbers, tf.cast(2**bits - 1, tf.uint8))
    numbers = tf.reshape(numbers, [tf.shape(rows)[0], -1])
    return tf.minimum(tf.cast(numbers, tf.int32), tf.cast(colours, tf.int32) - 1)
