"""Moves the colours of a picture towards those of another one: palette to palette.

Each colour of the picture's palette is matched with one of the reference's by optimal transport,
and takes over its hue and chroma; the pixels follow the colours that they are made of. Mean and
spread of the whole are not touched: what is red and blue becomes green and yellow, not their mud.
Lightness is kept, and with it all that is drawn; paper, ink and greys stay as they are.
"""

from __future__ import annotations

import numpy as np

from sgru_tf.gamut import rgb_of
from sgru_tf.images import bands
from sgru_tf.metrics import lab
from sgru_tf.palette import LIGHTNESS, Palette, freedom
from sgru_tf.transport import transport_plan

STRENGTH = 0.7
"""How far colours are moved if nothing else is said: 0 not at all, 1 all the way."""

_EVENNESS = 0.6
"""Power of the weights in matching: the areas of two pictures have little to do with each other."""

_RELAXED = 12.0
"""See `transport_plan`. The lower, the more takes the one colour that is next to it; much higher,
skin turns green where the reference has much green."""

_GAIN = 2.5
"""At most so many times its own chroma a colour gets: the hardly coloured seam between two parts of
a picture would become a bright fringe."""

_BLEND = 7.5  # reach of a colour among its neighbours, in L*a*b* with half the lightness


def misfit(palette: Palette, reference: Palette) -> float:
    """Tell how far the colours of a picture are from those of a reference.

    The least work that turns one palette into the other, by the area that each colour covers: the
    mean distance in L*a*b* (Rubner, Tomasi, Guibas, "The earth mover's distance as a metric for
    image retrieval", IJCV 40, 2000).

    Returns:
        0 for equal palettes; infinite for a picture without colours.
    """
    if not len(palette):
        return float("inf")
    distances = _distances(palette, reference)
    plan = transport_plan(distances, palette.weights, reference.weights)
    return float((plan * distances).sum())


def matched(palette: Palette, reference: Palette) -> np.ndarray:
    """Match each colour of a palette with one of the reference.

    The root of the distance is the cost: a colour that the reference has too keeps to it, and the
    way is made by those that it does not have.

    Returns:
        L*a*b* of the reference's colours, float32 (k, 3), one for each colour of the palette.
    """
    weights = [one.weights**_EVENNESS for one in (palette, reference)]
    sources, targets = (one / one.sum() for one in weights)
    costs = np.sqrt(_distances(palette, reference))
    plan = transport_plan(costs, sources, targets, relaxed=_RELAXED)
    # The greatest part alone: a mean of several colours would be none of them.
    return reference.colours[plan.argmax(1)]


def recoloured(
    picture: np.ndarray,
    palette: Palette,
    reference: Palette,
    strength: float = STRENGTH,
    asked: np.ndarray | None = None,
) -> np.ndarray:
    """Move the colours of a picture towards those of a reference.

    Args:
        picture: uint8 (h, w, 3).
        palette: its own, from `palette_of`.
        reference: the other one.
        strength: 0 gives the picture back as it is, 1 moves all the way.
        asked: bool (h, w), where the artist asked for just the colour that is there; what has this
            colour elsewhere keeps it too.

    Returns:
        uint8 (h, w, 3).
    """
    if not strength or not len(palette):
        return picture
    own = palette.colours
    moves = _aims(own, matched(palette, reference)) - own[:, 1:]
    if asked is not None:
        moves[_held(own, picture[asked])] = 0
    result = np.empty_like(picture)
    for top, bottom in bands(len(picture)):
        result[top:bottom] = _moved(picture[top:bottom], own, moves * np.float32(strength))
    return result


def _moved(picture: np.ndarray, own: np.ndarray, moves: np.ndarray) -> np.ndarray:
    colours = lab(picture)
    chroma = np.hypot(colours[..., 1], colours[..., 2])
    near = np.stack([_square(colours, one) for one in own])
    near = np.exp((near.min(0) - near) / (2 * _BLEND**2))
    # A pixel paler than its colour is that colour mixed with white or grey: it moves less.
    own_chroma = np.hypot(own[:, 1], own[:, 2])[:, None, None]
    parts = near / near.sum(0) * np.minimum(1, chroma / own_chroma) * freedom(colours)
    colours[..., 1:] += np.tensordot(parts, moves, (0, 0))
    return np.where((parts.sum(0) > 0)[..., None], rgb_of(colours), picture)


def _held(own: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Tell which colours pixels are made of, bool (k,): those of at least a twentieth of them."""
    colours = lab(pixels)
    colours = colours[freedom(colours) > 0.5]
    nearest = np.stack([_square(colours, one) for one in own]).argmin(0)
    return np.bincount(nearest, minlength=len(own)) >= max(1, len(colours) / 20)


def _square(colours: np.ndarray, one: np.ndarray) -> np.ndarray:
    difference = (colours - one) * LIGHTNESS
    return (difference**2).sum(-1)


def _aims(own: np.ndarray, colours: np.ndarray) -> np.ndarray:
    """Give a* and b* that colours (k, 3) shall have to be like others, at their own lightness."""
    aims = colours[:, 1:] * _tint(own[:, :1], colours[:, :1])
    chroma, most = np.hypot(*aims.T), _GAIN * np.hypot(*own[:, 1:].T)
    return aims * np.minimum(1, most / np.maximum(chroma, 1e-6))[:, None]


def _tint(lightness: np.ndarray, aim: np.ndarray) -> np.ndarray:
    """How much of its chroma a colour keeps when it is made lighter with white, darker with black.

    At the other lightness its full chroma would be neon, or not to be had at all.
    """
    lighter = (104 - lightness) / np.maximum(104 - aim, 1)
    darker = (lightness + 16) / (aim + 16)
    return np.where(lightness > aim, lighter, darker)


def _distances(palette: Palette, reference: Palette) -> np.ndarray:
    # With the full lightness: skin is light and hair is not, whatever their hue.
    difference = palette.colours[:, None] - reference.colours
    return np.sqrt((difference**2).sum(-1))
