"""Picture files: opening any still image safely, and writing whole files or none."""

from __future__ import annotations

import itertools
import os
import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from PIL import Image, PngImagePlugin

from sgru_tf.errors import SgruError, one_line

MAX_PIXELS = 120_000_000
"""Largest sketch that is read, in pixels; a larger one is refused before it is decoded."""

MAX_WEBP_PIXELS = 24_000_000
"""Largest picture written as WebP: its lossless encoder takes 35 bytes a pixel of its own."""

SUFFIXES = frozenset(
    ".png .jpg .jpeg .jpe .jfif .webp .bmp .dib .gif .tif .tiff .ppm .pgm .pbm .pnm .tga .avif "
    ".jp2 .j2k .psd .apng .mpo".split()
)
"""Names in a folder that are taken for pictures (a file named outright may have any name)."""

# An allow-list, because some of Pillow's readers start other programs (EPS runs Ghostscript).
READABLE = "PNG JPEG WEBP BMP DIB GIF TIFF PPM TGA AVIF JPEG2000 PSD".split()

_MARK = "sgru_tf: "
_part_numbers = itertools.count()


@contextmanager
def open_picture(path) -> Iterator[Image.Image]:
    """Open a picture file, lazily as Pillow does; what goes wrong inside is told plainly too.

    Args:
        path: any still image, or an animation (its first frame).

    Raises:
        SgruError: no such file, not a picture, damaged, or larger than MAX_PIXELS; one line that
            names the file.
    """
    path = Path(path)
    if path.is_dir():
        raise SgruError(f"{path} is a folder, not a picture")
    if not path.exists():
        raise SgruError(f"{path}: no such file")
    if not path.is_file():
        raise SgruError(f"{path} is not a regular file")
    with told_plainly(str(path)), _no_bomb_warning():
        Image.init()  # loads all readers; Pillow may have been built without some of them
        formats = [name for name in READABLE if name in Image.OPEN]
        # Opened as a stream, not by name: what Pillow maps into memory by name it misreads where
        # an uncompressed TIFF lies on its side.
        with open(path, "rb") as stream, Image.open(stream, formats=formats) as picture:
            check_size(*picture.size, str(path))
            yield picture


@contextmanager
def told_plainly(name: str) -> Iterator[None]:
    """Turn whatever a decoder raises into one line that begins with `name`.

    Raises:
        SgruError: instead of any other exception of the block.
    """
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
        raise SgruError(f"{name}: damaged, cannot be decoded: {one_line(error)}") from error


def check_size(width: int, height: int, name: str) -> None:
    """Refuse an empty picture, and one of more than MAX_PIXELS.

    Raises:
        SgruError: the line begins with `name`.
    """
    if width < 1 or height < 1:
        raise SgruError(f"{name} is empty ({width} x {height})")
    if width * height > MAX_PIXELS:
        raise SgruError(
            f"{name}: {width} x {height} is {width * height / 1e6:.2f} megapixels, "
            f"at most {MAX_PIXELS // 10**6} are coloured; make it smaller"
        )


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
    if name == "WEBP" and picture.width * picture.height > MAX_WEBP_PIXELS:
        raise SgruError(
            f"cannot write {path}: WebP takes too much memory beyond "
            f"{MAX_WEBP_PIXELS // 10**6} megapixels; use PNG or JPEG"
        )
    try:
        with whole_file(path) as part:
            picture.save(part, format=name, **options)
    except ValueError as error:
        width, height = picture.size
        raise SgruError(f"cannot write {path} ({width} x {height}): {one_line(error)}") from error


def write_png(picture: Image.Image, stream, *, mark: str = "") -> None:
    """Write a picture as PNG to a stream that takes bytes; `mark` as for `write_image`."""
    name, options = _encoding(".png", mark)
    picture.save(stream, format=name, **options)


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """Write a file whole or not at all.

    Gives another name to write to, in the same folder and of the same suffix, which becomes
    `path` at the end. The folder is made if need be.

    Raises:
        SgruError: the file cannot be written.
    """
    part = path.with_name(f".part-{os.getpid()}-{next(_part_numbers)}-{path.name}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield part
        os.replace(part, path)
    except OSError as error:
        reason = error.strerror or one_line(error)
        raise SgruError(f"{path}: cannot be written; {reason}") from error
    finally:
        with suppress(OSError):
            part.unlink()


def read_mark(path) -> str | None:
    """Return the mark that the program put into a file, or None for any other file.

    An OpenRaster file has it in its merged image. Painting programs write that one anew, so the
    mark is gone once a file was saved by one of them.
    """
    try:
        with _no_bomb_warning(), _shown(path) as shown:
            with Image.open(shown, formats=("PNG", "JPEG", "WEBP")) as picture:
                info = picture.info
    except Exception:  # whatever is wrong with the file, the program did not write it like that
        return None
    for key in ("Software", "comment", "xmp"):
        text = info.get(key, b"")
        text = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        if text.startswith(_MARK):
            return text[len(_MARK) :]
    return None


@contextmanager
def _shown(path) -> Iterator:
    with open(path, "rb") as stream:
        if stream.read(4) != b"PK\3\4":
            stream.seek(0)
            yield stream
            return
        with zipfile.ZipFile(stream) as archive, archive.open("mergedimage.png") as merged:
            yield merged


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


@contextmanager
def _no_bomb_warning():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        yield
