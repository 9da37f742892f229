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

from typing import Any, NamedTuple

import tensorflow as tf

from sgru_tf import filters

_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
_GREY_OFFSET = 0.18  # brightness (0-1) below which contrast counts linearly: JPEG noise in black
_SURROUND_LIMIT = 2.6  # pixels: keeps the wider kernel within a radius of 8


class LineStyle(NamedTuple):
    """How the lines are drawn. Fields are Python numbers or scalar tensors.

    The defaults give clean, even, black lines on white, the style to show to
    people; `draw_style` gives the variety to train on. All lengths are pixels
    of the picture given, or of a 256 pixel picture with ``relative=True``.
    """

    sigma: Any = 0.4
    """Width of the pen, 0.3-1 pixels: standard deviation of the inner Gaussian.
    Lines of about 2 * sigma come out filled, wider ones with a light core."""
    k: Any = 3.2
    """Outer Gaussian over inner, 1.4-4. XDoG's 1.6 gives the thinnest lines; more fills
    thick strokes (lashes, outlines) and finds softer edges."""
    p: Any = 14.0
    """Strength of the difference, 5-60: what contrast makes a black line. Faint edges
    come with a higher strength."""
    epsilon: Any = 0.65
    """Threshold on 1 - p * contrast, under 1: above it paper, below it ink. Together with p
    it says which contrast is the least to be drawn, (1 - epsilon) / p: 0.015 finds every
    fold, 0.04 the outlines; the noise of JPEG is mostly under 0.015."""
    phi: Any = 1.2
    """Slope of the tanh, 0.6-5: low is a soft pencil, high a pen without greys."""
    chroma: Any = 0.6
    """Weight of the strongest colour channel against luminance, 0-1; over 0.8 the lines
    between colours are double where both sides are drawn."""
    fill: Any = 0.0
    """Brightness (0-1) under which areas are solid black as in manga, 0-0.2; 0 is never."""
    ink: Any = 1.0
    """Darkness of the ink, 0.2-1 of the way from paper to black."""
    soften: Any = 0.3
    """Blur of the finished lines, 0-0.8 pixels: scanned and scaled drawings have no jaggies."""
    pressure: Any = 0.0
    """Uneven pressure, 0-1: how much paler the lines get in places (smooth noise)."""
    dropout: Any = 0.0
    """Share of the picture, roughly, where lines are missing, 0-0.3, in soft-edged patches."""
    paper: Any = 255.0
    """Grey level of the paper, 225-255: photographs and scans that were not levelled."""
    noise: Any = 0.0
    """Grain of the paper, 0-6 grey levels (standard deviation)."""
    wobble: Any = 0.0
    """How far lines are shifted by an unsteady hand, 0-0.7 pixels; more would take
    them off the colours they belong to."""
    despeckle: Any = 0.0
    """Over 0.5 a 3x3 median cleans the lines, which also takes those of one pixel:
    only for wide pens."""


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
    outer = filters.gaussian(image, tf.minimum(sigma * style.k, _SURROUND_LIMIT * unit))

    luma = tf.constant(_LUMA, shape=[3, 1])
    dark, around = tf.tensordot(inner, luma, 1), tf.tensordot(outer, luma, 1)
    contrast = (around - dark) / (around + _GREY_OFFSET)
    colour = tf.reduce_max((outer - inner) / (outer + _GREY_OFFSET), axis=-1, keepdims=True)
    contrast = tf.maximum(contrast, style.chroma * colour)

    # XDoG's soft threshold: paper where u >= epsilon, 1 + tanh(phi * (u - epsilon)) elsewhere.
    below = tf.nn.relu(style.epsilon - (1.0 - style.p * contrast))
    return tf.tanh(style.phi * below)


def _solid(image, style: LineStyle, unit):
    """Solid black areas 0-1 (H, W, 1) of a picture 0-1 (H, W, 3)."""
    level = tf.tensordot(filters.gaussian(image, 1.5 * unit), tf.constant(_LUMA, shape=[3, 1]), 1)
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
    """A random style to train on; the same int32 [2] seed gives the same style.

    Drawings reach the network scaled down to 128-256 pixels, which makes their
    lines about one pixel wide and often grey: most draws are thin, two in
    three are faint. Paper is white in four of five, since inference levels it; one in
    seven has solid black. Fields are scalar float32 tensors.
    """
    u = tf.unstack(tf.random.stateless_uniform([24], seed))

    def between(low, high, part):
        return low + (high - low) * part

    def ratio(low, high, part):
        return low * (high / low) ** part

    def sometimes(share, chance, value, otherwise=0.0):
        return tf.where(chance < share, value, otherwise)

    sigma = between(0.3, 0.85, u[0] * u[0])
    p = ratio(5.0, 30.0, u[1])
    least_contrast = ratio(0.016, 0.04, u[2])
    return LineStyle(
        sigma=sigma,
        # Over 1.7 pixels the surround turns strands of hair into blots at this size.
        k=between(1.5, tf.minimum(3.6, 1.7 / sigma), u[3]),
        p=p,
        epsilon=1.0 - p * least_contrast,
        # A slope of phi * p under 9 leaves faint edges invisible in pale ink.
        phi=tf.maximum(ratio(0.6, 4.0, u[4]), 9.0 / p),
        chroma=between(0.3, 0.8, u[5]),
        fill=sometimes(0.15, u[6], between(0.06, 0.18, u[7])),
        ink=sometimes(0.65, u[8], between(0.27, 0.7, u[9]), between(0.7, 1.0, u[9])),
        soften=sometimes(0.7, u[10], between(0.3, 0.55, u[11])),
        pressure=sometimes(0.5, u[12], between(0.2, 0.8, u[13])),
        dropout=sometimes(0.35, u[14], between(0.08, 0.25, u[15])),
        paper=sometimes(0.2, u[16], between(225.0, 255.0, u[17]), 255.0),
        noise=sometimes(0.15, u[18], between(0.5, 5.0, u[19])),
        wobble=sometimes(0.35, u[20], between(0.2, 0.7, u[21])),
        despeckle=sometimes(0.3, u[22], tf.cast(sigma > 0.65, tf.float32)),
    )


def random_line_art(image, seed):
    """`line_art` in a style of `draw_style`, both from one int32 [2] seed: what training uses.

    image: (H, W, 3) RGB, 0-255, uint8 or float, at training size (128-256).
    Returns float32 (H, W, 1), 0-255, 0 ink, 255 paper.
    """
    style_seed, line_seed = tf.unstack(tf.random.split(seed, 2))
    return line_art(image, draw_style(style_seed), line_seed)
