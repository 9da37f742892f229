"""Pictures in and out: any still image to a grey sketch with its alpha, padding, writing.

Reading never holds a second full copy of the picture in a wide format: the decoded image is
turned into grey (and alpha) in horizontal bands, so a 120-megapixel file costs what Pillow needs
to decode it (at most 4 bytes a pixel) plus 1 or 2 bytes a pixel.
"""

from __future__ import annotations

import itertools
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from sgru_tf.errors import SgruError

MAX_PIXELS = 120_000_000
"""Largest sketch that is read, in pixels; a larger one is refused before it is decoded."""

BAND_ROWS = 256
"""Rows worked on at a time wherever a full-size picture is touched."""

SUFFIXES = frozenset(
    ".png .jpg .jpeg .jpe .jfif .webp .bmp .dib .gif .tif .tiff .ppm .pgm .pbm .pnm .tga .avif "
    ".jp2 .j2k .psd .apng .mpo".split()
)
"""Names in a folder that are taken for pictures (a file named outright may have any name)."""

# An allow-list, because some of Pillow's readers start other programs (EPS runs Ghostscript).
_FORMATS = "PNG JPEG WEBP BMP DIB GIF TIFF PPM TGA AVIF JPEG2000 PSD".split()

_MARK = "sgru_tf: "
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
_temporary_numbers = itertools.count()


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
        SgruError: no such file, not a picture, damaged, larger than MAX_PIXELS, or an array of
            another dtype or shape.
    """
    if isinstance(image, (str, os.PathLike)):
        return _read_file(Path(image))
    if isinstance(image, np.ndarray):
        return _from_array(image)
    if isinstance(image, Sketch):
        return image
    if isinstance(image, Image.Image):
        with _told_plainly("the image"):
            return _from_picture(image, "the image")
    raise SgruError(
        f"cannot colour a {type(image).__name__}: give a path, a PIL image or a uint8 array"
    )


def pad_to_multiple(sketch: np.ndarray, multiple: int = 32) -> np.ndarray:
    """Pad (H, W) at the bottom and right with white paper, up to the next multiple only."""
    height, width = sketch.shape
    below, right = -height % multiple, -width % multiple
    return np.pad(sketch, ((0, below), (0, right)), constant_values=255)


def write_image(picture: Image.Image, path, *, mark: str = "") -> None:
    """Write a picture atomically: the file is complete, or it is not there.

    The format follows the suffix of `path`: .png; .webp (lossless, because lossy WebP halves the
    colour resolution and bleeds at lines); .jpg (quality 95, 4:4:4 for the same reason).
    No ICC profile or EXIF is written.

    Args:
        picture: mode L, RGB or RGBA (not RGBA for .jpg).
        path: where; its folder must exist.
        mark: short text stored in the file by which `read_mark` knows the program's own output.

    Raises:
        SgruError: the file cannot be written, or the format cannot hold a picture of this size.
    """
    path = Path(path)
    name, options = _encoding(path.suffix.lower(), mark)
    temporary = path.parent / f".sgru-{os.getpid()}-{next(_temporary_numbers)}.tmp"
    try:
        with open(temporary, "xb") as file:
            picture.save(file, format=name, **options)
        os.replace(temporary, path)
    except (OSError, ValueError) as error:
        width, height = picture.size
        reason = getattr(error, "strerror", None) or _one_line(error)
        raise SgruError(f"cannot write {path} ({width} x {height}): {reason}") from error
    finally:
        with suppress(OSError):
            temporary.unlink()


def read_mark(path) -> str | None:
    """Return the mark that `write_image` put into a file, or None for any other file."""
    try:
        with _no_bomb_warning(), Image.open(path, formats=("PNG", "JPEG", "WEBP")) as picture:
            info = picture.info
    except Exception:  # whatever is wrong with the file, the program did not write it like that
        return None
    for key in ("Software", "comment", "xmp"):
        text = info.get(key, b"")
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        if text.startswith(_MARK):
            return text[len(_MARK) :]
    return None


def _encoding(suffix: str, mark: str) -> tuple[str, dict]:
    text = _MARK + mark
    if suffix == ".png":
        chunks = PngImagePlugin.PngInfo()
        if mark:
            chunks.add_text("Software", text)
        return "PNG", {"pnginfo": chunks, "compress_level": 4, "icc_profile": None}
    if suffix in (".jpg", ".jpeg"):
        extra = {"comment": text.encode()} if mark else {}
        return "JPEG", {"quality": 95, "subsampling": 0, "icc_profile": None, **extra}
    if suffix == ".webp":
        extra = {"xmp": text.encode()} if mark else {}
        return "WEBP", {
            "lossless": True,
            "quality": 50,
            "method": 2,
            "exact": True,
            "icc_profile": None,
            **extra,
        }
    raise SgruError(f"cannot write {suffix or 'a file without a suffix'}: use .png, .webp or .jpg")


def _read_file(path: Path) -> Sketch:
    if path.is_dir():
        raise SgruError(f"{path} is a folder, not a picture")
    if not path.exists():
        raise SgruError(f"{path}: no such file")
    if not path.is_file():
        raise SgruError(f"{path} is not a regular file")
    with _told_plainly(str(path)), _no_bomb_warning():
        Image.init()  # loads all readers; Pillow may have been built without some of them
        formats = [name for name in _FORMATS if name in Image.OPEN]
        # Opened as a stream, not by name: what Pillow maps into memory by name it misreads where
        # an uncompressed TIFF lies on its side.
        with open(path, "rb") as stream, Image.open(stream, formats=formats) as picture:
            return _from_picture(picture, str(path))


@contextmanager
def _told_plainly(name: str):
    try:
        yield
    except SgruError:
        raise
    except Image.DecompressionBombError as error:
        most = MAX_PIXELS // 10**6
        raise SgruError(f"{name}: more than {most} megapixels; make it smaller") from error
    except Image.UnidentifiedImageError as error:
        raise SgruError(f"{name}: not a picture, or of a kind that cannot be read") from error
    except PermissionError as error:
        raise SgruError(f"{name}: may not be read (permission denied)") from error
    except MemoryError as error:
        raise SgruError(f"{name}: not enough memory to decode it") from error
    except Exception as error:  # decoders raise nearly anything on damaged files
        raise SgruError(f"{name}: damaged, cannot be decoded: {_one_line(error)}") from error


def _check_size(width: int, height: int, name: str) -> None:
    if width < 1 or height < 1:
        raise SgruError(f"{name} is empty ({width} x {height})")
    if width * height > MAX_PIXELS:
        raise SgruError(
            f"{name}: {width} x {height} is {width * height / 1e6:.2f} megapixels, "
            f"at most {MAX_PIXELS // 10**6} are coloured; make it smaller"
        )


def _from_array(array: np.ndarray) -> Sketch:
    if array.dtype != np.uint8:
        raise SgruError(f"the array is {array.dtype}; give uint8, 0 = ink, 255 = paper")
    if array.ndim not in (2, 3) or (array.ndim == 3 and array.shape[2] not in (1, 3, 4)):
        raise SgruError(
            f"the array has shape {array.shape}; give (H, W), (H, W, 1), (H, W, 3) or (H, W, 4)"
        )
    height, width = array.shape[:2]
    _check_size(width, height, "the array")
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
    width, height = picture.size
    _check_size(width, height, name)
    picture.load()
    # Asked after load(): TIFFs are turned by Pillow itself, and PNG may carry EXIF at its end.
    orientation = picture.getexif().get(_ORIENTATION_TAG, 1)
    width, height = picture.size
    grey = np.empty((height, width), np.uint8)
    alpha = np.empty((height, width), np.uint8) if _has_alpha(picture) else None
    white = _white_of(picture)
    for top, bottom in bands(height):
        band = picture.crop((0, top, width, bottom))
        if white:
            grey[top:bottom], band_alpha = _deep_grey(band, white)
        else:
            grey[top:bottom], band_alpha = _grey_and_alpha(band)
        if alpha is not None:
            alpha[top:bottom] = band_alpha
            _on_white(grey[top:bottom], alpha[top:bottom])
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


@contextmanager
def _no_bomb_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__
