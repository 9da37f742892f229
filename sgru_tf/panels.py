"""Pages put together from pictures and texts."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence

from PIL import Image, ImageDraw, ImageFont

PAGE = (238, 238, 238)
"""Colour of the page."""

TEXT = (40, 40, 40)
"""Colour of texts."""

FAINT = (105, 105, 105)
"""Colour of texts of less weight."""


@functools.cache
def font(size: int):
    """Give the font of all texts, `size` pixels high."""
    return ImageFont.load_default(size)


def words(text: str, size: int = 14, colour=TEXT) -> Image.Image:
    """Write a text of one or more lines on a picture of its own."""
    # Names of files may hold what is no text.
    lines = text.encode("utf-8", "replace").decode().split("\n")
    step = round(1.4 * size)
    width = 1 + max(math.ceil(font(size).getlength(line)) for line in lines)
    picture = Image.new("RGB", (width, step * len(lines)), PAGE)
    draw = ImageDraw.Draw(picture)
    for index, line in enumerate(lines):
        draw.text((0, index * step + step // 2), line, colour, font(size), anchor="lm")
    return picture


def short(value: float) -> str:
    """Write a number in two digits, or in as many as it has before the point."""
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.2g}"


def grid(rows: Sequence[Sequence[Image.Image | None]], gap: int = 8) -> Image.Image:
    """Lay pictures out in rows and columns, each at the upper left of its place.

    Args:
        rows: RGB pictures of any sizes; None leaves a place empty. Rows may differ in length.
        gap: Between them, in pixels.
    """
    count = max(len(row) for row in rows)
    full = [[*row, *[None] * (count - len(row))] for row in rows]
    columns = zip(*full, strict=True)
    widths = [max((one.width for one in column if one), default=0) for column in columns]
    heights = [max((one.height for one in row if one), default=0) for row in full]
    size = (sum(widths) + gap * (count - 1), sum(heights) + gap * (len(full) - 1))
    page = Image.new("RGB", size, PAGE)
    top = 0
    for row, height in zip(full, heights, strict=True):
        left = 0
        for picture, width in zip(row, widths, strict=True):
            if picture is not None:
                page.paste(picture, (left, top))
            left += width + gap
        top += height + gap
    return page


def stacked(*pictures: Image.Image, gap: int = 4) -> Image.Image:
    """Put pictures under each other."""
    return grid([[picture] for picture in pictures], gap)


def widened(picture: Image.Image, width: int) -> Image.Image:
    """Leave room at the right of a picture that is narrower than `width`."""
    page = Image.new("RGB", (max(width, picture.width), picture.height), PAGE)
    page.paste(picture)
    return page


def framed(page: Image.Image, margin: int = 16) -> Image.Image:
    """Leave room around a page."""
    size = (page.width + 2 * margin, page.height + 2 * margin)
    result = Image.new("RGB", size, PAGE)
    result.paste(page, (margin, margin))
    return result
