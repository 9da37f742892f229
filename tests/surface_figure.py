"""A figure of lines and surfaces, painted in nine schemes; and how far from it a result is."""

import colorsys

import numpy as np

from sgru_tf.surfaces import settle

HEIGHT, WIDTH = 200, 320
PAPER, SKIN, HAIR, CLOTHES = range(4)


def hue(turn, bright):
    return [255 * part for part in colorsys.hsv_to_rgb(turn % 1, 0.6, bright)]


SCHEMES = np.array(
    [
        [(250, 222, 203), hue(k / 9, 0.9), hue(k / 9 + 0.4, 0.6), hue(k / 9 + 0.7, 0.8)]
        for k in range(9)
    ],
    "float32",
)
COLOURS = np.concatenate([np.full((9, 1, 3), 255, "float32"), SCHEMES[:, :3]], 1)


def figure():
    """Lines and surfaces: hair in a box above, and below it a sleeve and a dress, side by side."""
    sketch = np.full((HEIGHT, WIDTH), 255, np.uint8)
    sketch[20:180, [60, 61, 260, 261]] = 0
    sketch[[20, 21, 80, 81, 180, 181], 60:262] = 0
    sketch[80:180, 160:162] = 0
    shares = np.zeros((4, HEIGHT, WIDTH), "float32")
    shares[PAPER] = 1
    put(shares, slice(20, 81), slice(60, 262), HAIR)
    put(shares, slice(81, 182), slice(60, 161), SKIN)
    put(shares, slice(81, 182), slice(161, 262), CLOTHES)
    return sketch, shares


def put(shares, rows, columns, surface, share=1.0):
    """Mix a surface into a part of a picture."""
    shares[:, rows, columns] *= 1 - share
    shares[surface, rows, columns] += share


def painted(shares):
    return np.einsum("nmc,mhw->nhwc", COLOURS, shares)


def whole_surfaces(before, sketch, schemes=SCHEMES):
    """Make the surfaces of pictures whole."""
    return settle(before, sketch, schemes).pictures


def settled(sketch, shares):
    """Paint the shares, and make surfaces whole."""
    return whole_surfaces(painted(shares), sketch)


def away(found, shares, rows, columns):
    """Largest mean difference of a proposal to what it should be, in grey levels."""
    part = np.abs(found - painted(shares))[:, rows, columns]
    return part.mean((1, 2, 3)).max()


def dabs(*given):
    """Hints (h, w, 4), of rows, columns and a colour each."""
    hints = np.zeros((HEIGHT, WIDTH, 4), "float32")
    for rows, columns, colour in given:
        hints[rows, columns] = (*colour, 1)
    return hints
