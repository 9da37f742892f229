"""Finds letterbox bars and frames around a picture."""

from __future__ import annotations

import numpy as np

# Grey levels by which the noise of JPEG moves an even colour.
_NOISE = 16
# Share of a line that may be otherwise: a speck of dust, a corner.
_SPECKS = 0.02
# Near its edge, in the blocks of JPEG that lie on both sides, a bar ripples.
_RIPPLES, _BLOCK = 0.15, 8
# A frame or a bar ends in a straight edge: within two lines, most of the line is otherwise.
_EDGE, _STEP = 0.5, 2
# A bar is no more than this share of the picture.
_MOST = 0.45


def inner_box(pixels: np.ndarray) -> tuple[int, int, int, int]:
    """Give the part of a picture that lies within bars of even colour.

    Bars come in pairs, above and below or left and right, of one colour, and end in a straight
    edge. White paper around a figure is no bar: a figure has no straight edge.

    Args:
        pixels: RGB (H, W, 3), uint8.

    Returns:
        Left, top, right, bottom, as for `PIL.Image.crop`; the whole picture if there is no bar.
    """
    height, width = pixels.shape[:2]
    top, bottom = _pair(pixels)
    left, right = _pair(pixels[top : height - bottom].swapaxes(0, 1))
    return left, top, width - right, height - bottom


def _pair(lines: np.ndarray) -> tuple[int, int]:
    """Measure the bars before the first and after the last lines; both or none."""
    first, last = _bar(lines), _bar(lines[::-1])
    if not (first and last):
        return 0, 0
    colours = (np.median(lines[place], axis=0).astype(int) for place in (0, -1))
    return (first, last) if np.abs(np.subtract(*colours)).max() <= _NOISE else (0, 0)


def _bar(lines: np.ndarray) -> int:
    """Count the lines of one even colour, if they end in a straight edge."""
    colour = np.median(lines[0], axis=0).astype(int)

    def otherwise(number: int) -> float:
        return float((np.abs(lines[number] - colour).max(axis=-1) > _NOISE).mean())

    most = int(len(lines) * _MOST)
    depth = next((number for number in range(most) if otherwise(number) > _SPECKS), 0)
    if not depth:
        return 0
    inside = range(depth, min(depth + _BLOCK, len(lines)))
    edge = next((number for number in inside if otherwise(number) > _EDGE), 0)
    return edge if otherwise(max(edge - _STEP, 0)) < _RIPPLES else 0
