"""Hints to calibrate with and to judge by: dabs and strokes of random colours at random places.

The bundled sketches have no true colours, and an artist may ask for any. What matters is that all
colours occur, fine and broad, few and many: on that the ranges of the maps depend.
"""

from __future__ import annotations

import numpy as np

MOST = 32
"""Most dabs on a page."""

# As parts of the long side. With larger ones the ranges become wider than they have to be, see
# README.md in this folder.
_LEAST_RADIUS, _LARGEST_RADIUS = 1 / 256, 1 / 24
_PURE = 0.15  # share of colours at a corner of the RGB cube, where the ranges end


def random_hints(width: int, height: int, random: np.random.Generator) -> np.ndarray:
    """Paint 1 to MOST dabs and short strokes, few more often than many.

    Args:
        width: in pixels.
        height: in pixels.
        random: draws them.

    Returns:
        uint8 (height, width, 4): RGB, and the mask, 255 where there is a hint, else 0.
    """
    hints = np.zeros((height, width, 4), np.uint8)
    long_side = max(width, height)
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    count = int(np.exp(random.uniform(0, np.log(MOST + 1))))
    for _ in range(count):
        start = random.uniform(0, 1, 2) * (height, width)
        move = random.uniform(-0.15, 0.15, 2) * long_side * random.integers(0, 2)
        # How far along the stroke each pixel's nearest point lies.
        along = (rows - start[0]) * move[0] + (columns - start[1]) * move[1]
        along = np.clip(along / max(float(move @ move), 1e-9), 0, 1)
        far = np.hypot(rows - start[0] - along * move[0], columns - start[1] - along * move[1])
        radius = long_side * np.exp(random.uniform(np.log(_LEAST_RADIUS), np.log(_LARGEST_RADIUS)))
        colour = random.integers(0, 256, 3)
        if random.random() < _PURE:
            colour = 255 * (colour > 127)
        hints[far <= max(radius, 0.75)] = (*colour, 255)  # the nearest pixel at least
    return hints


def calibration_hints(count: int, width: int, height: int) -> list[np.ndarray | None]:
    """Give hints for the pages of a representative dataset: none for every other page.

    Args:
        count: how many pages.
        width: in pixels.
        height: in pixels.

    Returns:
        As `random_hints` each, or None; always the same for the same arguments.
    """
    random = np.random.default_rng(1)
    return [random_hints(width, height, random) if page % 2 else None for page in range(count)]


def judged_pages(
    names: list[str], pages: list[np.ndarray], hints: bool
) -> tuple[list[str], list[np.ndarray], list[np.ndarray | None]]:
    """Give what a file is to be judged by: every page without hints, then all of them with some.

    Args:
        names: of the sketches.
        pages: the sketches, uint8 (H, W), of any sizes.
        hints: the network takes hints; if not, the pages are given back as they are.

    Returns:
        Names, pages, and for each page its hints as `random_hints`, or None.
    """
    without = [None] * len(pages)
    if not hints:
        return names, pages, without
    random = np.random.default_rng(2)
    drawn = [random_hints(page.shape[1], page.shape[0], random) for page in pages]
    return [*names, *(f"{name} with hints" for name in names)], [*pages, *pages], [*without, *drawn]


def for_network(hints: np.ndarray | None) -> np.ndarray | None:
    """Bring hints of `random_hints` to what a network takes: float32 (1, H, W, 4), mask 0-1."""
    if hints is None:
        return None
    return hints[None] * np.array([1, 1, 1, 1 / 255], np.float32)
