"""Sketch layers and finished pictures at full size in TensorFlow ops, in bands."""

from __future__ import annotations

import tensorflow as tf

from sgru_tf.export.graph_resize import in_bands, resample

# Pillow's weights of red, green and blue (ITU-R 601) in 65536ths.
_LUMA = (19595, 38470, 7471)


def grey_and_alpha(picture):
    """Take decoded pixels apart as `sgru_tf.images` does.

    Args:
        picture: uint8 (H, W, C), C = 1 grey, 2 grey and alpha, 3 RGB, 4 RGBA; not empty.

    Returns:
        uint8 (H, W), grey on white, and the alpha, uint8 (H, W, 1), or (H, W, 0) if there is none.
    """
    height, width, channels = tf.unstack(tf.shape(picture))
    colours = channels - 1 + channels % 2
    alpha = picture[:, :, colours:]

    def band(top, count):
        wide = tf.cast(picture[top : top + count], tf.int32)
        grey = tf.cond(colours == 1, lambda: wide[:, :, :1], lambda: _luma(wide))
        opaque = tf.fill([count, width, channels % 2], 255)
        cover = tf.concat([wide[:, :, colours:], opaque], 2)
        return tf.cast((grey * cover + 255 * (255 - cover) + 127) // 255, tf.uint8)

    return in_bands(height, width, 1, band)[:, :, 0], alpha


def paint(flat, line):
    """Bring a colour layer to full size and put the lines into it.

    Args:
        flat: uint8 (h, w, 3), the colour layer at the working size.
        line: uint8 (H, W), the line layer, 255 = paper; or two int32 scalars (H, W) for the
            colour layer alone.

    Returns:
        uint8 (H, W, 3): colour layer x line layer / 255, rounded.
    """
    has_lines = isinstance(line, tf.Tensor)
    height, width = tf.unstack(tf.shape(line)) if has_lines else line
    wide = resample(flat, 1, width, 0, width)

    def band(top, count):
        colours = resample(wide, 0, height, top, count)
        if not has_lines:
            return colours
        lines = tf.cast(line[top : top + count, :, None], tf.float32)
        # Never half-way between two levels, 255 being odd.
        return tf.cast(tf.round(tf.cast(colours, tf.float32) * lines / 255), tf.uint8)

    return in_bands(height, width, 3, band)


def _luma(wide):
    red, green, blue = (wide[:, :, i : i + 1] for i in range(3))
    return (_LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue + 2**15) // 2**16
