"""Decoding of the first picture of a GIF in TensorFlow ops, with its transparency.

TensorFlow's own decoder decodes all pictures of an animation before it gives the first, which a
small file can make take any amount of memory, and makes what is transparent black. So the file is
cut down to its first picture, without the extensions that say what is transparent, and decoded
twice, with two colours for that.
"""

from __future__ import annotations

import tensorflow as tf

from sgru_tf.export.byte_reading import as_bytes, attempt, length, no_pixels, piece

_SCREEN_BYTES = 13  # of the file's header and the description of its canvas
_PICTURE_BYTES = 10  # of the description of a picture
# Encoders fill blocks of up to 255 bytes. A file of blocks that are far smaller on the average
# takes long to walk through, and is not read.
_BLOCK_BYTES = 32
_SPARE_BLOCKS = 1024
_EXTENSION_BLOCKS = 4  # an extension takes about as long to skip as so many blocks
_EXTENSION, _PICTURE, _GRAPHIC_CONTROL = 0x21, 0x2C, 0xF9


def decode_gif(data):
    """Decode the first picture of a GIF.

    Args:
        data: string scalar.

    Returns:
        uint8 (H, W, 3) RGB, or (H, W, 4) RGBA where a colour of it is transparent; no pixels if
        the file is damaged or cut into very small blocks, or the picture does not fill the canvas.
    """
    numbers = as_bytes(data + b"\0")

    def at(position):
        inside = tf.minimum(position, tf.size(numbers, tf.int64) - 1)
        return tf.cast(numbers[inside], tf.int64)

    canvas = tf.stack([at(tf.constant(i, tf.int64)) for i in (6, 7, 8, 9)])
    palette_bytes = _palette_bytes(at(tf.constant(10, tf.int64)))
    start = _SCREEN_BYTES + palette_bytes
    left = length(data) // _BLOCK_BYTES + _SPARE_BLOCKS
    picture, transparent, left = _skip_extensions(at, start, left)
    fills = tf.reduce_all(tf.stack([at(picture + 1 + i) for i in range(4)]) == 0)
    fills &= tf.reduce_all(tf.stack([at(picture + 5 + i) for i in range(4)]) == canvas)
    own_palette_bytes = _palette_bytes(at(picture + 9))
    end, left = _skip_blocks(at, picture + _PICTURE_BYTES + own_palette_bytes + 1, left)
    is_whole = (at(picture) == _PICTURE) & fills & (end <= length(data)) & (left > 0)

    first = piece(data, 0, start) + piece(data, picture, end - picture) + b";"
    has_own = own_palette_bytes > 0
    palette = tf.where(has_own, start + _PICTURE_BYTES, _SCREEN_BYTES)
    colours = tf.where(has_own, own_palette_bytes, palette_bytes) // 3
    is_see_through = (transparent >= 0) & (transparent < colours)

    def opaque():
        return attempt(_first_picture, first, no_pixels())

    def see_through():
        return _see_through(first, palette + 3 * transparent)

    def decoded():
        return tf.cond(is_see_through, see_through, opaque)

    return tf.cond(is_whole, decoded, no_pixels)


def _first_picture(data):
    return tf.io.decode_gif(data)[0]


def _see_through(data, entry):
    """Decode with the colour at a place of the file transparent: uint8 (H, W, 4)."""

    def with_colour(colour):
        changed = piece(data, 0, entry) + colour + piece(data, entry + 3, length(data))
        return attempt(_first_picture, changed, no_pixels())

    black, white = with_colour(b"\0\0\0"), with_colour(b"\xff\xff\xff")

    def joined():
        is_seen = tf.reduce_all(black == white, -1, keepdims=True)
        return tf.concat([white, tf.cast(is_seen, tf.uint8) * 255], -1)

    return tf.cond(tf.reduce_all(tf.shape(black) == tf.shape(white)), joined, no_pixels)


def _palette_bytes(flags):
    return tf.where(flags >= 128, 3 * 2 ** (flags % 8 + 1), 0)


def _skip_blocks(at, position, left):
    """Give the position after a chain of data blocks, and how many more may be skipped.

    Args:
        at: gives the byte at a position.
        position: of the first block.
        left: how many blocks may be skipped; where none are left, the position is of no meaning.
    """
    position, left = tf.while_loop(
        lambda position, left: (at(position) > 0) & (left > 0),
        lambda position, left: (position + at(position) + 1, left - 1),
        (position, left),
        parallel_iterations=1,
    )
    return position + 1, left


def _skip_extensions(at, position, left):
    """Give the position of the first picture, the number of its transparent colour or -1, `left`.

    Args:
        at, left: as in `_skip_blocks`; an extension itself counts as several blocks.
        position: after the file's palette.
    """

    def skip(position, transparent, left):
        is_control = at(position + 1) == _GRAPHIC_CONTROL
        found = tf.where(at(position + 3) % 2 == 1, at(position + 6), -1)
        transparent = tf.where(is_control, found, transparent)
        position, left = _skip_blocks(at, position + 2, left - _EXTENSION_BLOCKS)
        return position, transparent, left

    return tf.while_loop(
        lambda position, _, left: (at(position) == _EXTENSION) & (left > 0),
        skip,
        (position, tf.constant(-1, tf.int64), left),
        parallel_iterations=1,
    )
