"""Any still picture to a grey sketch with its alpha, or to RGB on white; bands and padding.

Reading never holds a second full copy of the picture in a wide format: the decoded image is
turned into grey (and alpha) in horizontal bands, so a 120-megapixel file costs what Pillow needs
to decode it (at most 4 bytes a pixel) plus 1 or 2 bytes a pixel.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageOps

from sgru_tf.deflated import DeflatedPlane
from sgru_tf.errors import SgruError
from sgru_tf.files import check_size, open_picture, told_plainly

BAND_ROWS = 256
"""Rows worked on at a time wherever a full-size picture is touched."""

_ORIENTATION_TAG = 0x0112
# EXIF orientation -> what brings the stored picture upright, for arrays with rows first.
_UPRIGHT = {
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.T,
    6: lambda a: a[::-1].T,
    7: lambda a: a[::-1, ::-1].T,
    8: lambda a: a[:, ::-1].T,
}


@dataclass(frozen=True)
class Sketch:
    """A sketch as the rest of the program wants it.

    Attributes:
        grey: uint8 (H, W), ITU-R 601 luma on white paper, 0 = ink, 255 = paper.
        alpha: uint8 (H, W), 255 = opaque, or None where the picture had no transparency.
    """

    grey: np.ndarray
    alpha: np.ndarray | None = None


def bands(height: int, rows: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield (first row, row after the last) of the bands that cover a picture."""
    rows = rows or BAND_ROWS
    for top in range(0, height, rows):
        yield top, min(top + rows, height)


def read_sketch(image) -> Sketch:
    """Read a sketch from a path, a PIL image or a uint8 array.

    Handled: EXIF orientation, 1-bit, palette (with transparency), 16-bit and float grey, CMYK and
    other colour spaces, LA and RGBA (composited on white), animations (first frame).

    Args:
        image: path (str or os.PathLike), PIL.Image.Image, or uint8 array of shape (H, W),
            (H, W, 1), (H, W, 3) RGB or (H, W, 4) RGBA. A `Sketch` is given back as it is.

    Raises:
        SgruError: no such file, not a picture, damaged, larger than `files.MAX_PIXELS`, or an array
            of another dtype or shape.
    """
    if isinstance(image, (str, os.PathLike)):
        with open_picture(image) as picture:
            planes = _planes(picture, str(image))
            picture.close()  # before the alpha takes its full size
            return _upright(*planes)
    if isinstance(image, np.ndarray):
        return _from_array(image)
    if isinstance(image, Sketch):
        return image
    if isinstance(image, Image.Image):
        with told_plainly("the image"):
            return _from_picture(image, "the image")
    raise SgruError(
        f"cannot colour a {type(image).__name__}: give a path, a PIL image or a uint8 array"
    )


def pad_to_multiple(sketch: np.ndarray, multiple: int = 32) -> np.ndarray:
    """Pad (H, W) at the bottom and right with white paper, up to the next multiple only."""
    height, width = sketch.shape
    below, right = -height % multiple, -width % multiple
    return np.pad(sketch, ((0, below), (0, right)), constant_values=255)


def working_shape(width: int, height: int, long_side: int) -> tuple[int, int]:
    """Width and height with the long side brought to `long_side`, the other at least 1."""
    scale = long_side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def read_colour(path) -> Image.Image:
    """Read a colour picture: upright, and on white where it is transparent.

    Args:
        path: any still image, or an animation (its first frame).

    Returns:
        A picture of mode RGB.

    Raises:
        SgruError: no such file, not a picture, damaged, or larger than `files.MAX_PIXELS`.
    """
    with open_picture(path) as picture:
        picture.load()
        if picture.mode in ("I", "F", "LAB") or picture.mode.startswith("I;16"):
            # Pillow clips these instead of scaling them; what is drawn in them is nearly always
            # grey.
            return Image.fromarray(_from_picture(picture, str(path)).grey).convert("RGB")
        picture = ImageOps.exif_transpose(picture)
        if not _has_alpha(picture):
            return picture.convert("RGB")
        # The premultiplied La has no way to RGBA but through LA.
        layer = (picture.convert("LA") if picture.mode == "La" else picture).convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer).convert("RGB")


def _from_array(array: np.ndarray) -> Sketch:
    if array.dtype != np.uint8:
        raise SgruError(f"the array is {array.dtype}; give uint8, 0 = ink, 255 = paper")
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise SgruError(
            f"the array has shape {array.shape}; give (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)"
        )
    height, width = array.shape[:2]
    check_size(width, height, "the array")
    if array.ndim == 3 and array.shape[2] == 1:
        array = array[:, :, 0]
    if array.ndim == 2:
        return Sketch(array.copy())
    grey = np.empty((height, width), np.uint8)
    alpha = array[:, :, 3].copy() if array.shape[2] == 4 else None
    for top, bottom in bands(height):
        band = Image.fromarray(np.ascontiguousarray(array[top:bottom, :, :3])).convert("L")
        grey[top:bottom] = np.asarray(band)
        if alpha is not None:
            _on_white(grey[top:bottom], alpha[top:bottom])
    return Sketch(grey, alpha)


def _from_picture(picture: Image.Image, name: str) -> Sketch:
    return _upright(*_planes(picture, name))


def _planes(picture: Image.Image, name: str) -> tuple[np.ndarray, DeflatedPlane | None, int]:
    """Take a picture apart: grey on white, alpha, and the EXIF orientation both are stored in."""
    width, height = picture.size
    check_size(width, height, name)
    picture.load()
    # Asked after load(): TIFFs are turned by Pillow itself, and PNG may carry EXIF at its end.
    orientation = picture.getexif().get(_ORIENTATION_TAG, 1)
    width, height = picture.size
    grey = np.empty((height, width), np.uint8)
    alpha = DeflatedPlane() if _has_alpha(picture) else None
    white = _white_of(picture)
    for top, bottom in bands(height):
        band = picture.crop((0, top, width, bottom))
        if white:
            grey[top:bottom], band_alpha = _deep_grey(band, white)
        else:
            grey[top:bottom], band_alpha = _grey_and_alpha(band)
        if alpha is not None:
            rows = np.empty((bottom - top, width), np.uint8)
            rows[:] = band_alpha
            _on_white(grey[top:bottom], rows)
            alpha.add(top, rows)
    return grey, alpha, orientation


def _upright(grey: np.ndarray, deflated: DeflatedPlane | None, orientation: int) -> Sketch:
    alpha = None if deflated is None else deflated.whole()
    if orientation in _UPRIGHT:
        grey = np.ascontiguousarray(_UPRIGHT[orientation](grey))
        alpha = None if alpha is None else np.ascontiguousarray(_UPRIGHT[orientation](alpha))
    return Sketch(grey, alpha)


def _has_alpha(picture: Image.Image) -> bool:
    return picture.mode in ("LA", "La", "PA", "RGBA", "RGBa") or "transparency" in picture.info


def _grey_and_alpha(band: Image.Image) -> tuple[np.ndarray, np.ndarray | int]:
    if band.mode == "LAB":
        return np.asarray(band.getchannel(0)), 255
    if _has_alpha(band):
        # RGBa and La are premultiplied; their only way to L is through RGBA and LA.
        if band.mode in ("La", "LA"):
            band = band.convert("LA")
        else:
            band = band.convert("RGBA")
        return np.asarray(band.convert("L")), np.asarray(band.getchannel("A"))
    if band.mode not in ("1", "L", "RGB"):
        band = band.convert("RGB")
    return np.asarray(band.convert("L")), 255


def _white_of(picture: Image.Image) -> float:
    """The value of white in the modes with more than 8 bits; 0 for the others."""
    if picture.mode.startswith("I;16"):
        return 65535
    if picture.mode not in ("I", "F"):
        return 0
    # 32-bit pictures do not say what white is: the nearest of the usual ranges.
    most = picture.getextrema()[1]
    ranges = (1, 255, 65535) if picture.mode == "F" else (255, 65535)
    return next((white for white in ranges if most <= white), most)


def _deep_grey(band: Image.Image, white: float) -> tuple[np.ndarray, np.ndarray | int]:
    values = np.asarray(band)
    alpha: np.ndarray | int = 255
    if isinstance(band.info.get("transparency"), int):
        alpha = np.where(values == band.info["transparency"], 0, 255).astype(np.uint8)
    if not np.isfinite(values).all():
        raise ValueError("it holds values that are not numbers")
    scaled = values * np.float32(255 / white)
    return np.clip(np.rint(scaled), 0, 255).astype(np.uint8), alpha


def _on_white(grey: np.ndarray, alpha: np.ndarray) -> None:
    """Composite on white in place; with rounding exact to half a level."""
    wide = alpha.astype(np.uint16)
    grey[...] = (grey * wide + 255 * (255 - wide) + 127) // 255
