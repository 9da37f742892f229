"""How line art is drawn, and how a style is drawn at random: numbers alone, for any framework.

`sgru_tf.linework` draws with it in TensorFlow, `examples/gpu` in JAX. Nothing here imports either.
"""

from __future__ import annotations

from typing import Any, NamedTuple

LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601
GREY_OFFSET = 0.18  # brightness (0-1) below which contrast counts linearly: JPEG noise in black
SURROUND_LIMIT = 2.6  # pixels: keeps the wider kernel within a radius of 8
DRAWS = 23
"""So many random numbers make a style."""


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


def style_of(u, where, minimum, maximum) -> LineStyle:
    """Make a random style to train on of `DRAWS` numbers that are evenly spread over 0-1.

    Drawings reach the network scaled down to 128-256 pixels, which makes their
    lines about one pixel wide and often grey: most draws are thin, two in
    three are faint. Paper is white in four of five, since inference levels it; one in
    seven has solid black.

    u: scalars of any framework; where, minimum, maximum: that framework's functions. Fields are
    such scalars.
    """

    def between(low, high, part):
        return low + (high - low) * part

    def ratio(low, high, part):
        return low * (high / low) ** part

    def sometimes(share, chance, value, otherwise=0.0):
        return where(chance < share, value, otherwise)

    sigma = between(0.3, 0.85, u[0] * u[0])
    p = ratio(5.0, 30.0, u[1])
    least_contrast = ratio(0.016, 0.04, u[2])
    return LineStyle(
        sigma=sigma,
        # Over 1.7 pixels the surround turns strands of hair into blots at this size.
        k=between(1.5, minimum(3.6, 1.7 / sigma), u[3]),
        p=p,
        epsilon=1.0 - p * least_contrast,
        # A slope of phi * p under 9 leaves faint edges invisible in pale ink.
        phi=maximum(ratio(0.6, 4.0, u[4]), 9.0 / p),
        chroma=between(0.3, 0.8, u[5]),
        fill=sometimes(0.15, u[6], between(0.06, 0.18, u[7])),
        ink=sometimes(0.65, u[8], between(0.27, 0.7, u[9]), between(0.7, 1.0, u[9])),
        soften=sometimes(0.7, u[10], between(0.3, 0.55, u[11])),
        pressure=sometimes(0.5, u[12], between(0.2, 0.8, u[13])),
        dropout=sometimes(0.35, u[14], between(0.08, 0.25, u[15])),
        paper=sometimes(0.2, u[16], between(225.0, 255.0, u[17]), 255.0),
        noise=sometimes(0.15, u[18], between(0.5, 5.0, u[19])),
        wobble=sometimes(0.35, u[20], between(0.2, 0.7, u[21])),
        despeckle=sometimes(0.3, u[22], where(sigma > 0.65, 1.0, 0.0)),
    )
