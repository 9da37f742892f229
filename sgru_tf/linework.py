"""Colour picture -> line art, in TensorFlow ops that run eagerly and in ``tf.data`` graphs.

The lines are those of XDoG (Winnemoeller, Kyprianidis, Olsen, "XDoG: An
eXtended difference-of-Gaussians compendium including advanced image
stylization", Computers & Graphics 36, 2012): a difference of Gaussians,
sharpened by `p`, thresholded at `epsilon` with a tanh of slope `phi`. It
differs in three ways, because a colouring network must see drawings and not
the shading that it is to guess:

- the tone term of XDoG is white everywhere, so flat areas of any darkness are
  bare paper; solid black is an extra of its own (`LineStyle.fill`);
- the difference is divided by the brightness around it, as the eye does, so
  that strands in dark hair count as much as lines on skin;
- the colour channels take part, so that two colours of equal luminance have a
  line between them.
"""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from sgru_tf import filters
from sgru_tf.line_style import DRAWS, GREY_OFFSET, LUMA, SURROUND_LIMIT, LineStyle, style_of


def _smooth_noise(dims, cell: float, channels: int, seed):
    """Smooth noise (H, W, channels) within 0-1, of features about `cell` pixels wide."""
    height, width = dims[0], dims[1]
    grid = [tf.cast(tf.math.ceil(tf.cast(n, tf.float32) / cell), tf.int32) + 1 for n in dims]
    noise = tf.random.stateless_uniform([*grid, channels], seed)
    noise = tf.image.resize(noise[tf.newaxis], [height, width], method="bicubic")[0]
    return tf.clip_by_value(noise, 0.0, 1.0)


def _smoothstep(value, low, high):
    t = tf.clip_by_value((value - low) / (high - low), 0.0, 1.0)
    return t * t * (3.0 - 2.0 * t)


def _number(value):
    """The Python value of a style's field where it is known, so that graphs skip what is off."""
    return tf.get_static_value(value) if tf.is_tensor(value) else value


def _when(switch, threshold: float, action, image):
    """``action(image)`` where switch > threshold, decided now if possible, else in the graph."""
    known = _number(switch)
    if known is not None:
        return action(image) if known > threshold else image
    return tf.cond(switch > threshold, lambda: action(image), lambda: image)


def _ink(image, style: LineStyle, sigma, unit):
    """Ink 0-1 (H, W, 1) of a picture 0-1 (H, W, 3)."""
    inner = filters.gaussian(image, sigma)
    outer = filters.gaussian(image, tf.minimum(sigma * style.k, SURROUND_LIMIT * unit))

    luma = tf.constant(LUMA, shape=[3, 1])
    dark, around = tf.tensordot(inner, luma, 1), tf.tensordot(outer, luma, 1)
    contrast = (around - dark) / (around + GREY_OFFSET)
    colour = tf.reduce_max((outer - inner) / (outer + GREY_OFFSET), axis=-1, keepdims=True)
    contrast = tf.maximum(contrast, style.chroma * colour)

    # XDoG's soft threshold: paper where u >= epsilon, 1 + tanh(phi * (u - epsilon)) elsewhere.
    below = tf.nn.relu(style.epsilon - (1.0 - style.p * contrast))
    return tf.tanh(style.phi * below)


def _solid(image, style: LineStyle, unit):
    """Solid black areas 0-1 (H, W, 1) of a picture 0-1 (H, W, 3)."""
    level = tf.tensordot(filters.gaussian(image, 1.5 * unit), tf.constant(LUMA, shape=[3, 1]), 1)
    return 1.0 - _smoothstep(level, 0.9 * style.fill, 1.05 * style.fill)


def line_art(image, style: LineStyle | None = None, seed=None, relative: bool = False):
    """The lines of a colour picture.

    image: (H, W, 3) RGB, 0-255, uint8 or float. style: default `LineStyle()`.
    seed: int32 [2] for everything random in the style (pressure, dropout,
    noise, wobble); None counts as (0, 0). relative: lengths in the style are
    pixels of a picture with a long side of 256 and grow with the square root
    of larger sizes (2.8 times at 2000 pixels), as artists use a finer pen,
    but not as fine as they could, on larger paper; smaller pictures are taken
    as they are.

    Returns float32 (H, W, 1), 0-255, 0 ink, 255 paper. The same seed and style
    give the same picture.
    """
    style = LineStyle() if style is None else style
    seed = tf.constant([0, 0], tf.int32) if seed is None else tf.cast(seed, tf.int32)
    image = tf.cast(image, tf.float32) / 255.0
    shape, dims = image.shape, tf.unstack(tf.shape(image)[:2])
    unit: Any = 1.0
    if relative:
        if None in shape[:2]:
            unit = tf.sqrt(tf.maximum(1.0, tf.cast(tf.maximum(*dims), tf.float32) / 256.0))
        else:
            unit = max(1.0, max(shape[:2]) / 256.0) ** 0.5
    seeds = tf.random.split(seed, 4)
    ink = _ink(image, style, style.sigma * unit, unit)
    ink = _when(style.despeckle, 0.5, filters.median, ink)

    def sway(ink):
        flow = _smooth_noise(dims, 9.0 * unit, 2, seeds[0]) * 2.0 - 1.0
        return filters.warp(ink, flow * style.wobble * unit)

    def press(ink):
        return ink * (1.0 - style.pressure * _smooth_noise(dims, 14.0 * unit, 1, seeds[1]))

    def drop(ink):
        mask = _smooth_noise(dims, 11.0 * unit, 1, seeds[2])
        return ink * _smoothstep(mask, style.dropout - 0.1, style.dropout + 0.1)

    def solid(ink):
        return tf.maximum(ink, _solid(image, style, unit))

    ink = _when(style.wobble, 0.001, sway, ink)
    ink = _when(style.pressure, 0.001, press, ink)
    ink = _when(style.dropout, 0.001, drop, ink)
    ink = _when(style.fill, 0.001, solid, ink)
    ink = _when(style.soften, 0.1, lambda i: filters.gaussian(i, style.soften * unit), ink)
    art = style.paper * (1.0 - style.ink * ink)
    art = _when(
        style.noise,
        0.01,
        lambda a: a + style.noise * tf.random.stateless_normal([*dims, 1], seeds[3]),
        art,
    )
    art = tf.clip_by_value(art, 0.0, 255.0)
    art.set_shape([shape[0], shape[1], 1])
    return art


def draw_style(seed) -> LineStyle:
    """A random style to train on (`style_of`); the same int32 [2] seed gives the same style.

    Fields are scalar float32 tensors.
    """
    # One number more than it takes: another count would give all styles other numbers.
    u = tf.unstack(tf.random.stateless_uniform([DRAWS + 1], seed))
    return style_of(u, tf.where, tf.minimum, tf.maximum)


def random_line_art(image, seed):
    """`line_art` in a style of `draw_style`, both from one int32 [2] seed: what training uses.

    image: (H, W, 3) RGB, 0-255, uint8 or float, at training size (128-256).
    Returns float32 (H, W, 1), 0-255, 0 ink, 255 paper.
    """
    style_seed, line_seed = tf.unstack(tf.random.split(seed, 2))
    return line_art(image, draw_style(style_seed), line_seed)
