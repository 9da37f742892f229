"""The colours of a picture: a handful of clusters in L*a*b*, with how much of it each one covers.

White paper, black ink and greys are no colours here: they have no part in a palette, and nothing
that is done with palettes moves them. `freedom` tells how far a pixel is from them, without a hard
border, so that nothing done with it leaves a seam.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

import numpy as np
from PIL import Image

from sgru_tf.errors import SgruError
from sgru_tf.images import read_colour
from sgru_tf.metrics import lab

MOST_COLOURS = 8
"""A palette has at most so many."""

APART = 12.0
"""Two colours of a palette are at least so far from each other in L*a*b*, with half the lightness;
2 is just to be seen."""

LIGHTNESS = np.array([0.5, 1, 1], np.float32)
"""Multiplied with L*a*b* before colours are gathered: light and shade of a colour are one."""

SIDE = 256
"""Pictures are looked at with their long side brought down to this, in pixels."""

_LEAST_SHARE = 0.005  # of the coloured part: less is the blend along a border, or dust
_GREY_SHARE = 0.01  # of a picture: one with less colour than this is grey
_STEPS = 20


@dataclass(frozen=True)
class Palette:
    """The colours of a picture, the one that covers most first.

    Attributes:
        colours: L*a*b*, float32 (k, 3); k is 0 for a picture without any colour.
        weights: float32 (k,), how much of the coloured part each one covers; their sum is 1.
        share: how much of the picture is coloured, 0-1.
    """

    colours: np.ndarray
    weights: np.ndarray
    share: float

    def __len__(self) -> int:
        """Number of colours."""
        return len(self.weights)


def ramp(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Rise smoothly from 0 at `low` and below to 1 at `high` and above."""
    part = np.clip((values - low) / (high - low), 0, 1)
    return part * part * (3 - 2 * part)


def paper(colours: np.ndarray) -> np.ndarray:
    """How much a colour is that of white paper: very light, and without much chroma.

    Args:
        colours: L*a*b*, float32 (..., 3).

    Returns:
        float32 (...), 0-1.
    """
    chroma = np.hypot(colours[..., 1], colours[..., 2])
    return ramp(colours[..., 0], 88, 97) * (1 - ramp(chroma, 6, 14))


def freedom(colours: np.ndarray) -> np.ndarray:
    """How free a colour is to become another one: 0 for paper, ink and grey, 1 for colours.

    Args:
        colours: L*a*b*, float32 (..., 3).

    Returns:
        float32 (...), 0-1.
    """
    chroma = np.hypot(colours[..., 1], colours[..., 2])
    return (1 - paper(colours)) * ramp(chroma, 2, 6) * ramp(colours[..., 0], 3, 15)


def palette_of(picture) -> Palette:
    """Find the colours of a picture: k-means, begun at colours far from each other.

    The same picture gives the same palette, always.

    Args:
        picture: uint8 (h, w, 3), or a PIL image of mode RGB.
    """
    picture = picture if isinstance(picture, Image.Image) else Image.fromarray(picture)
    pixels = np.asarray(shrunk(picture)).reshape(-1, 3)
    colours = lab(pixels)
    free = freedom(colours)
    points, masses = _gathered(pixels, colours * LIGHTNESS, free)
    if not len(masses):
        return Palette(np.zeros((0, 3), np.float32), np.zeros(0, np.float32), 0.0)
    total = masses.sum()
    centres, weights = _merged(*_k_means(points, masses / total))
    order = np.argsort(-weights, kind="stable")
    order = order[weights[order] >= _LEAST_SHARE]
    weights = weights[order] / weights[order].sum()
    return Palette(
        (centres[order] / LIGHTNESS).astype(np.float32),
        weights.astype(np.float32),
        float(total / len(pixels)),
    )


def reference_palette(reference) -> Palette:
    """Find the colours of a picture that is to lend them.

    Args:
        reference: path, PIL image or uint8 array (H, W, 3); or a `Palette`, which is given back.

    Raises:
        SgruError: it cannot be read, is no picture in colour, or is grey.
    """
    if isinstance(reference, Palette):
        return reference
    name = "the reference"
    if isinstance(reference, (str, os.PathLike)):
        name, reference = str(reference), read_colour(reference)
    elif isinstance(reference, np.ndarray):
        if reference.dtype != np.uint8 or reference.ndim != 3 or reference.shape[2] != 3:
            raise SgruError(f"{name} is {reference.dtype} {reference.shape}; give uint8 (H, W, 3)")
        reference = Image.fromarray(reference)
    elif not isinstance(reference, Image.Image):
        raise SgruError(f"{name} is a {type(reference).__name__}; give a path or a picture")
    palette = palette_of(reference.convert("RGB"))
    if palette.share < _GREY_SHARE:
        raise SgruError(f"{name}: has no colours to take, only greys; give a picture in colour")
    return palette


def shrunk(picture: Image.Image) -> Image.Image:
    """Bring the long side of a picture down to SIDE; one that is smaller stays as it is."""
    scale = SIDE / max(picture.size)
    if scale >= 1:
        return picture
    size = [max(1, round(side * scale)) for side in picture.size]
    # A box, not a smoother filter: these overshoot, and invent colours along borders.
    return picture.resize(size, Image.Resampling.BOX)


def _gathered(pixels, colours, free) -> tuple[np.ndarray, np.ndarray]:
    """Gather pixels of nearly one colour: the mean of each kind in L*a*b*, and its mass."""
    kinds = (pixels >> 3).astype(np.int32) @ np.array([1024, 32, 1], np.int32)
    masses = np.bincount(kinds, free, 1 << 15)
    used = masses > 0
    sums = [np.bincount(kinds, free * colours[:, axis], 1 << 15)[used] for axis in range(3)]
    return np.stack(sums, 1) / masses[used][:, None], masses[used]


def _k_means(points, masses) -> tuple[np.ndarray, np.ndarray]:
    """Cluster points; the first centre is near their mean, the next ones far from those before."""
    mean = masses @ points
    places = [_squares(points, mean[None])[:, 0].argmin()]
    nearest = _squares(points, points[places])[:, 0]
    while len(places) < MOST_COLOURS and nearest.max() > 0:
        # The root of the mass: a small colour that stands apart is one, a single pixel is not.
        places.append((nearest * np.sqrt(masses)).argmax())
        nearest = np.minimum(nearest, _squares(points, points[places[-1:]])[:, 0])
    centres = points[places]
    for _ in range(_STEPS):
        own = _squares(points, centres).argmin(1)
        weights = np.bincount(own, masses, len(centres))
        sums = [np.bincount(own, masses * points[:, axis], len(centres)) for axis in range(3)]
        kept = weights > 0
        weights = weights[kept]
        centres = np.stack(sums, 1)[kept] / weights[:, None]
    return centres, weights


def _merged(centres, weights) -> tuple[np.ndarray, np.ndarray]:
    """Make one of the two nearest centres, until none are nearer to each other than APART."""
    while len(weights) > 1:
        squares = _squares(centres, centres)
        np.fill_diagonal(squares, np.inf)
        one, other = np.unravel_index(squares.argmin(), squares.shape)
        if squares[one, other] >= APART**2:
            break
        total = weights[one] + weights[other]
        centres[one] = (weights[one] * centres[one] + weights[other] * centres[other]) / total
        weights[one] = total
        centres, weights = np.delete(centres, other, 0), np.delete(weights, other)
    return centres, weights


def _squares(points, centres) -> np.ndarray:
    return ((points[:, None] - centres) ** 2).sum(-1)
