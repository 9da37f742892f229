"""The representative dataset: sketches at a file's size, to calibrate with and to judge by.

`sgru_tf.samples` is the folder examples/ of the repository: three sketches under a free licence.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image

from sgru_tf.errors import SgruError
from sgru_tf.folder import plan
from sgru_tf.images import read_sketch
from sgru_tf.levelling import level_paper

COUNT = 24
"""Pictures to calibrate with. Twelve did half a decibel worse, 48 no better."""

_BILINEAR = Image.Resampling.BILINEAR


def sketches_of(folder=None) -> list[tuple[str, np.ndarray]]:
    """Read the sketches of a folder, levelled as `Colorizer` does it.

    Args:
        folder: a folder with pictures, or one picture; None for the bundled samples.

    Returns:
        Name and grey picture (H, W), uint8, 0 = ink, of each.

    Raises:
        SgruError: no sketches there, or one that cannot be read.
    """
    if folder is None:
        folder = Path(str(resources.files("sgru_tf.samples")))
    jobs, problems, _ = plan([Path(folder)])
    if problems:
        raise SgruError(problems[0])
    if not jobs:
        raise SgruError(f"{folder}: no sketches in it, only results of an earlier run")
    return [(job.source.name, level_paper(read_sketch(job.source).grey)) for job in jobs]


def fitted(grey: np.ndarray, width: int, height: int) -> np.ndarray:
    """Bring a sketch inside width x height in proportion, on white paper at the top left.

    Args:
        grey: uint8 (H, W), 0 = ink.
        width: of the result, in pixels.
        height: of the result, in pixels.

    Returns:
        uint8 (height, width).
    """
    scale = min(width / grey.shape[1], height / grey.shape[0])
    size = max(1, round(grey.shape[1] * scale)), max(1, round(grey.shape[0] * scale))
    small = np.asarray(Image.fromarray(grey).resize(size, _BILINEAR))
    page = np.full((height, width), 255, np.uint8)
    page[: small.shape[0], : small.shape[1]] = small
    return page


def representative_dataset(
    sketches: list[np.ndarray], width: int, height: int, count: int = COUNT
) -> list[np.ndarray]:
    """Give sketches to calibrate with: each whole, then parts of them, flipped, paler, elsewhere.

    The ranges of the maps depend on how much of a page is drawn, and how dark; three sketches and
    their parts span more of that than many whole faces do.

    Args:
        sketches: uint8 (H, W), 0 = ink, of any size.
        width: of the results, in pixels.
        height: of the results, in pixels.
        count: how many, at least one of each sketch.

    Returns:
        uint8 (height, width) each; always the same for the same arguments.
    """
    pages = [fitted(grey, width, height) for grey in sketches]
    random = np.random.default_rng(0)
    while len(pages) < count:
        pages.append(_part(sketches[len(pages) % len(sketches)], width, height, random))
    return pages


def _part(grey: np.ndarray, width: int, height: int, random) -> np.ndarray:
    side = max(1, int(random.uniform(0.35, 1.0) * max(grey.shape)))
    top = random.integers(0, max(1, grey.shape[0] - side + 1))
    left = random.integers(0, max(1, grey.shape[1] - side + 1))
    part = fitted(grey[top : top + side, left : left + side], width, height)
    part = np.rint(255 - (255.0 - part) * random.uniform(0.4, 1.0)).astype(np.uint8)
    part = part[:, ::-1] if random.random() < 0.5 else part
    # Rolled: paper lies on all sides of a drawing, not at its right and bottom only.
    return np.roll(part, (random.integers(0, height), random.integers(0, width)), (0, 1))
