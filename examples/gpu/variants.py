"""Vary figures of `examples/schemes` before they are packed: turned, stretched, with parts pasted.

On the GPU they are only scaled, placed and mirrored. A figure here is `rgb`, (H, W, 3) uint8;
`label`, (H, W) uint8; and `table`, (N, 2) float32: see `examples/schemes/nine.py`.
"""

import sys
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schemes"))

from draws import STRETCH, TURN, WHITE
from loose import Loose
from nine import read_painted

MOST = 250  # rows of a table at most


def read_figure(file: Path):
    """Read a figure of `nine.py`.

    Raises:
        SgruError: it is none, or of an earlier `paint.py`.
    """
    with read_painted(file) as held:
        return held["rgb"], held["label"], held["table"]


def vary(figure, kind: str, loose: Loose, rng):
    """Turn and stretch a figure, and paste arms and locks.

    Args:
        figure: The figure.
        kind: A key of `draws.ZOOMS`.
        loose: What is pasted.
        rng: numpy Generator.

    Returns:
        The figure that it became.
    """
    rgb, label, table = figure
    turn, stretch = rng.uniform(-TURN, TURN), STRETCH ** rng.uniform(-0.5, 0.5)
    size = round(rgb.shape[1] * min(stretch, 1)), round(rgb.shape[0] * min(1 / stretch, 1))
    rgb = Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS)
    rgb = np.array(rgb.rotate(turn, Image.Resampling.BICUBIC, fillcolor="white"))
    label = np.array(Image.fromarray(label).resize(size, Image.Resampling.NEAREST).rotate(turn))
    for part, put in loose.draw(rgb.min(-1) < WHITE, kind, max(size), rng):
        if len(table) + len(part.table) > MOST:
            break
        share = put(part.alpha)[..., None] / 255
        rgb = np.rint(rgb + share * (put(part.rgb).astype("f4") - rgb)).astype("u1")
        label[share[..., 0] > 0.5] = 0
        for row in range(len(part.table)):
            own = put(np.where(part.label == row + 1, 255, 0).astype("u1")) > 127
            label[own & (share[..., 0] > 0.5)] = len(table) + row + 1
        table = np.concatenate([table, part.table])
    return rgb, label, table
