"""Eyes: greys in a picture in schemes, which stay when surfaces are made whole, and get a colour.

A network that was trained in schemes knows where irises are, but seldom dares to colour them: as
they are of one colour in one picture and of another in the next, it paints them grey with a hint of
colour. No surface is grey in the schemes, so the grey tells where irises are, and each proposal
gives them the colour that its scheme has for eyes, as light and dark as they were. What is grey in
a larger area is something else.

Maps are float32 (h, w) or bool; lengths are of pictures with a long side of 320 pixels.
"""

from __future__ import annotations

import numpy as np

from sgru_tf.line_style import LUMA
from sgru_tf.neighbours import grown, reached, shrunk, smoothed

EYE, NO_EYE_GREY, EYE_GREY = 3, 0.05, 0.1
"""A place belongs to an eye if so much white in it is dark, up to the first not, from the second on
wholly, and so many pixels around it; but not so near to the paper, where the soft edge of an
outline is grey."""

IRIS_GREY, IRIS_AROUND = 0.0725, 4
"""An iris is grey to this degree at its core, which is no line, and reaches so many pixels further,
as far as there is neither skin nor hair."""

IRIS_MOST = 20
"""Half the width, in pixels, from which what is grey is no iris."""

LIT, DARK = 0.94, 0.79
"""What is less bright than the second has an iris' full colour; from the first on lights in eyes,
and the white around irises, stay as they are."""

TINT = 0.8
"""How much of an iris' colour is the scheme's; the rest is what the network gave."""

SOME, MUCH = 0.3, 0.7
"""Up to the first share of skin and hair a place may be iris, from the second on it is none."""

_LUMA = np.array(LUMA, np.float32)


def greys(white, light, outside, scale: float) -> np.ndarray:
    """Tell how grey a pixel of the figure is: how much white in it is dark, 0-1.

    Args:
        white: The share of white, 0-1.
        light: How bright a pixel is, 1 as bright as its surfaces.
        outside: The paper around the figure, bool.
        scale: How much larger than 320 pixels the picture is.
    """
    return white * (1 - light) * ~grown(outside, round(EYE * scale))


def protected(grey: np.ndarray, scale: float) -> np.ndarray:
    """Tell how far a pixel belongs to an eye, or another grey thing, 0-1.

    Args:
        grey: See `greys`.
        scale: How much larger than 320 pixels the picture is.
    """
    eyes = np.clip((grey - NO_EYE_GREY) / (EYE_GREY - NO_EYE_GREY), 0, 1)
    return smoothed(grown(eyes, round(EYE * scale)))


def irises(grey, other, light, scale: float) -> np.ndarray:
    """Tell how far a pixel belongs to an iris, 0-1.

    Args:
        grey: See `greys`.
        other: The share of skin and hair, 0-1.
        light: How bright a pixel is, 1 as bright as its surfaces.
        scale: How much larger than 320 pixels the picture is.
    """
    core = shrunk(grey > IRIS_GREY, max(1, round(scale)))
    core &= ~reached(shrunk(core, round(IRIS_MOST * scale)), core)
    around = grown(core.astype(np.float32), round(IRIS_AROUND * scale))
    share = smoothed(smoothed(around))
    return (
        share
        * np.clip((MUCH - other) / (MUCH - SOME), 0, 1)
        * np.clip((LIT - light) / (LIT - DARK), 0, 1)
    )


def tinted(pictures: np.ndarray, share: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Give irises the colours of eyes, as light as they were.

    Args:
        pictures: float32 (N, h, w, 3), RGB 0-255.
        share: How far a pixel belongs to an iris, 0-1.
        colours: float32 (N, 3), RGB 0-255.

    Returns:
        float32 (N, h, w, 3).
    """
    lightest = np.maximum(colours @ _LUMA, 1)
    own = (pictures @ _LUMA / lightest[:, None, None])[..., None] * colours[:, None, None]
    return pictures + TINT * share[..., None] * (own - pictures)
