"""Contact sheets: pictures in rows, each with its label, on one page."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

CELL = 320
"""Longest side of a picture on a sheet, in pixels."""

_GAP = 8
_LABEL_HEIGHT = 22
_PAGE = (238, 238, 238)
_TEXT = (40, 40, 40)


def contact_sheet(
    rows: Sequence[Sequence],
    labels: Sequence[Sequence[str]] | None = None,
    *,
    cell: int = CELL,
) -> Image.Image:
    """Lay pictures out in rows, with a label under each.

    Args:
        rows: rows of pictures: PIL images, or uint8 arrays (H, W) or (H, W, 3); None leaves a
            place empty. Rows may differ in length, pictures in size.
        labels: a text for each picture, in the same rows; no labels at all if None.
        cell: pictures with a longer side than this are shrunk to it; none is enlarged.

    Returns:
        An RGB image. All places are as large as the largest picture.

    Raises:
        ValueError: there is no picture at all.
    """
    pictures = [[None if item is None else _fit(item, cell) for item in row] for row in rows]
    shown = [picture for row in pictures for picture in row if picture is not None]
    if not shown:
        raise ValueError("a contact sheet needs at least one picture")
    width = max(48, *(picture.width for picture in shown)) + _GAP
    text_height = _LABEL_HEIGHT if labels is not None else 0
    height = max(picture.height for picture in shown) + text_height + _GAP
    columns = max(len(row) for row in pictures)
    page = Image.new("RGB", (columns * width + _GAP, len(pictures) * height + _GAP), _PAGE)
    draw = ImageDraw.Draw(page)
    font = ImageFont.load_default(14)
    for row, line in enumerate(pictures):
        for column, picture in enumerate(line):
            if picture is None:
                continue
            left = _GAP + column * width + (width - _GAP - picture.width) // 2
            top = _GAP + row * height + (height - _GAP - text_height - picture.height) // 2
            page.paste(picture, (left, top))
            if labels is not None:
                middle = _GAP + column * width + (width - _GAP) // 2
                bottom = (row + 1) * height - _LABEL_HEIGHT // 2
                draw.text((middle, bottom), labels[row][column], _TEXT, font, anchor="mm")
    return page


def in_rows(items: Sequence, columns: int) -> list[list]:
    """Break a sequence into rows of at most `columns`."""
    return [list(items[start : start + columns]) for start in range(0, len(items), columns)]


def _fit(item, cell: int) -> Image.Image:
    picture = Image.fromarray(item) if isinstance(item, np.ndarray) else item
    picture = picture.convert("RGB")
    if max(picture.size) > cell:
        scale = cell / max(picture.size)
        size = [max(1, round(side * scale)) for side in picture.size]
        picture = picture.resize(size, Image.Resampling.BILINEAR)
    return picture
