"""Hints: colours that the artist wants at places, from a file or from the command line.

A hint picture has the size of the sketch, is transparent, and holds dabs of colour: uint8
(H, W, 4), RGB and alpha. The network works at a smaller size, where a thin stroke of a large page
would fade to nothing; so every pixel of the working size takes the mean colour of all paint in
its cell, and counts as painted if the paint in it adds up to one pixel of the original.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageOps

from sgru_tf.errors import SgruError
from sgru_tf.files import open_picture

DAB = 0.012
"""Radius of a dab that is given as a point, as a part of the sketch's long side: three pixels
where the long side is 256."""

_POINT = re.compile(r"\s*(\d{1,6})\s*,\s*(\d{1,6})\s*,\s*(#[0-9a-fA-F]{3}(?:[0-9a-fA-F]{3})?)\s*")


@dataclass(frozen=True)
class Hint:
    """One dab of colour.

    Attributes:
        x: Pixels from the left edge of the sketch.
        y: Pixels from its top.
        colour: Red, green, blue, 0-255.
    """

    x: int
    y: int
    colour: tuple[int, int, int]


def parse_hint(text: str) -> Hint:
    """Read a hint as it is written on the command line: X,Y,#RRGGBB.

    Raises:
        SgruError: it is not written so.
    """
    found = _POINT.fullmatch(text)
    if not found:
        raise SgruError(f"{text!r}: write a hint as X,Y,#RRGGBB, as in 120,80,#ffcc88")
    return Hint(int(found[1]), int(found[2]), ImageColor.getrgb(found[3]))


def read_hints(path) -> Image.Image:
    """Read a hint picture: upright, RGBA.

    Raises:
        SgruError: no such file, not a picture, or one without transparency.
    """
    with open_picture(path) as picture:
        picture.load()
        clear = "A" in picture.getbands() or "transparency" in picture.info
        hints = ImageOps.exif_transpose(picture).convert("RGBA") if clear else None
    if hints is None or hints.getchannel("A").getextrema() == (255, 255):
        raise SgruError(
            f"{path}: is not transparent anywhere; paint the hints on an empty transparent layer "
            "and save that layer as PNG"
        )
    return hints


def hint_picture(hints, width: int, height: int, name: str = "the hints") -> Image.Image:
    """Bring hints of any kind to one picture of the size of the sketch.

    Args:
        hints: A path, an RGBA picture, a uint8 array (H, W, 4), or `Hint`s.
        width: Of the sketch, in pixels.
        height: Of the sketch, in pixels.
        name: What to call them in messages.

    Returns:
        A picture of mode RGBA.

    Raises:
        SgruError: they cannot be read, have another size, or lie outside of the sketch.
    """
    if isinstance(hints, (str, os.PathLike)):
        name, hints = str(hints), read_hints(hints)
    if isinstance(hints, np.ndarray):
        if hints.dtype != np.uint8 or hints.ndim != 3 or hints.shape[2] != 4:
            raise SgruError(f"{name}: give uint8 (H, W, 4), not {hints.dtype} {hints.shape}")
        hints = Image.fromarray(hints)
    if isinstance(hints, Image.Image):
        if hints.size != (width, height):
            raise SgruError(
                f"{name}: {hints.width} x {hints.height} pixels, but the sketch has "
                f"{width} x {height}; hints must have the sketch's size"
            )
        return hints.convert("RGBA")
    return _painted(hints, width, height)


def add_hints(below: Image.Image | None, above: Image.Image) -> Image.Image:
    """Lay one hint picture over another of its size."""
    return above if below is None else Image.alpha_composite(below, above)


def working_hints(picture: Image.Image, width: int, height: int) -> np.ndarray:
    """Bring a hint picture to the size at which the network works.

    Args:
        picture: RGBA, of any size.
        width: Of the result.
        height: Of the result.

    Returns:
        float32 (height, width, 4): the mean colour of the paint, 0-255, and the mask, 0-1. The
        colour is 0 where the mask is.
    """
    columns, left = _cells(picture.width, width)
    rows, above = _cells(picture.height, height)
    sums = np.zeros((height, width, 4))
    for cell, (top, bottom) in enumerate(zip(above, [*above[1:], len(rows)], strict=True)):
        box = (0, rows[top], picture.width, rows[bottom - 1] + 1)
        strip = picture.crop(box)
        if strip.getchannel("A").getbbox():
            paint = np.asarray(strip)[rows[top:bottom] - rows[top]][:, columns].astype(np.float64)
            paint[..., :3] *= paint[..., 3:]
            sums[cell] = np.add.reduceat(paint.sum(axis=0), left, axis=0)
    colour = sums[..., :3] / np.maximum(sums[..., 3:], 1e-12)
    mask = np.minimum(sums[..., 3:] / 255.0, 1.0)
    return np.concatenate([colour, mask], axis=-1).astype(np.float32)


def _cells(given: int, wanted: int) -> tuple[np.ndarray, np.ndarray]:
    """Give the pixels to read of a row or column, and which of them begin a new cell."""
    if given < wanted:
        # A cell of less than a pixel shows the one that its middle lies in.
        return ((np.arange(wanted) + 0.5) * given / wanted).astype(int), np.arange(wanted)
    return np.arange(given), -(-np.arange(wanted) * given // wanted)


def _painted(hints: Sequence[Hint], width: int, height: int) -> Image.Image:
    picture = Image.new("RGBA", (width, height))
    brush = ImageDraw.Draw(picture)
    radius = max(1, round(DAB * max(width, height)))
    for hint in hints:
        if not (hint.x < width and hint.y < height):
            raise SgruError(
                f"hint {hint.x},{hint.y}: outside of the sketch, which has {width} x {height} "
                "pixels; the first pixel is 0,0"
            )
        box = (hint.x - radius, hint.y - radius, hint.x + radius, hint.y + radius)
        brush.ellipse(box, fill=(*hint.colour, 255))
    return picture
