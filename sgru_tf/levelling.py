"""Level the paper: tinted, scanned or unevenly lit paper becomes white, ink stays ink.

The brightness of the paper is estimated on a map of small blocks and divided out. White paper is
left exactly as it is, and so are pictures in which no paper can be seen.
"""

from __future__ import annotations

import numpy as np
from PIL import Image

from sgru_tf.images import bands
from sgru_tf.linelayer import fill

PLAN_SIZE = 512
"""Long side, in pixels, of the small picture on which the paper is looked at."""

BLOCK = 8
"""Side of a block of the map in pixels of the small picture: wider than a line, and its spacing."""

CLOSING = 4
"""Dark places up to twice so many blocks wide (an eighth of the long side) count as drawing at
once, however smooth they are: hatched hair and soft shading on white paper leave it white."""

STEEPEST_LIGHT = 320.0
"""Light falls off by at most so many grey levels along the long side; what is darker than its
neighbours by more is drawn, not lit. A lamp at one side of a photographed sheet stays below it."""

DARKEST_PAPER = 0.5
"""Paper is at least this share as bright as its brightest part; darker blocks are drawing."""

LEAST_LEVEL = 64
"""A picture whose brightest block is darker than this has no paper (a black picture)."""

GRAIN = 0.05
"""Paper is set this share brighter than it was found, so that its grain becomes white too."""

LIKE_PAPER = 0.97
"""Blocks are paper if they are at least this share as bright as the envelope there."""


def paper_map(grey: np.ndarray) -> np.ndarray | None:
    """Estimate the brightness of the paper.

    Block maxima of the averaged picture, closed (CLOSING); then the upper envelope that falls no
    faster than light does (STEEPEST_LIGHT); blocks under it are drawing, and are filled from
    those around.

    Args:
        grey: uint8 (H, W), 0 = ink, 255 = paper.

    Returns:
        float32 (rows, columns), at most 255, to be stretched bilinearly over the picture; None
        where the picture needs no levelling, or has no paper.
    """
    height, width = grey.shape
    scale = min(1.0, PLAN_SIZE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = Image.fromarray(grey).resize(size, Image.Resampling.BOX)
    found = _closing(_block_maxima(_mean3(np.asarray(small, np.float32))), CLOSING)
    brightest = found.max()
    if brightest < LEAST_LEVEL:
        return None
    found = np.where(found < DARKEST_PAPER * brightest, 0, found)
    envelope = _envelope(found, STEEPEST_LIGHT / max(found.shape))
    is_paper = (found > 0) & (found >= LIKE_PAPER * envelope)
    paper = fill(found[:, :, None], is_paper.astype(np.float32))[:, :, 0]
    paper = _mean3(_mean3(paper))
    if paper.min() > 254:
        return None
    # The allowance for grain fades out towards white, so that white paper is left alone.
    paper = paper * (1 - GRAIN * np.clip((254 - paper) / 8, 0, 1))
    return np.where(paper > 254, 255, paper).astype(np.float32)


def level_paper(grey: np.ndarray) -> np.ndarray:
    """Divide the paper out, in bands.

    Args:
        grey: uint8 (H, W), 0 = ink, 255 = paper; changed in place.

    Returns:
        The same array: paper 255, ink as dark against the paper as it was.
    """
    paper = paper_map(grey)
    if paper is None:
        return grey
    height, width = grey.shape
    gains = Image.fromarray(np.float32(255) / paper)
    step = gains.height / height
    for top, bottom in bands(height):
        box = (0, top * step, gains.width, bottom * step)
        gain = gains.resize((width, bottom - top), Image.Resampling.BILINEAR, box=box)
        levelled = np.rint(grey[top:bottom] * np.asarray(gain))
        grey[top:bottom] = np.minimum(levelled, 255)
    return grey


def _block_maxima(small: np.ndarray) -> np.ndarray:
    height, width = small.shape
    padded = np.pad(small, ((0, -height % BLOCK), (0, -width % BLOCK)), mode="edge")
    rows, columns = padded.shape[0] // BLOCK, padded.shape[1] // BLOCK
    return padded.reshape(rows, BLOCK, columns, BLOCK).max((1, 3))


def _mean3(array: np.ndarray) -> np.ndarray:
    padded = np.pad(array, 1, mode="edge")
    height, width = array.shape
    parts = [padded[r : r + height, c : c + width] for r in range(3) for c in range(3)]
    return np.mean(parts, axis=0, dtype=np.float32)


def _closing(blocks: np.ndarray, radius: int) -> np.ndarray:
    return -_local_maximum(-_local_maximum(blocks, radius), radius)


def _envelope(blocks: np.ndarray, slope: float) -> np.ndarray:
    """Least surface above the blocks that falls by at most `slope` a block.

    Radii of 1, 2, 4, ... one after the other reach every distance (in the chessboard metric).
    """
    radius = 1
    while radius < 2 * max(blocks.shape):
        blocks = np.maximum(blocks, _local_maximum(blocks, radius) - slope * radius)
        radius *= 2
    return blocks


def _local_maximum(blocks: np.ndarray, radius: int) -> np.ndarray:
    for axis in (0, 1):
        pads = [(radius, radius) if a == axis else (0, 0) for a in range(2)]
        padded = np.pad(blocks, pads, constant_values=-np.inf)
        windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * radius + 1, axis)
        blocks = windows.max(-1)
    return blocks
