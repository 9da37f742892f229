"""One training sample, decoded: colours and line art in one size."""

from __future__ import annotations

import numpy as np
from PIL import Image

from sgru_tf.images import read_colour


def read_sample(sample, limit: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Decode one sample.

    Args:
        sample: A `sgru_tf.sources.Sample`.
        limit: Shrink the picture so that its short side is at most so long.

    Returns:
        RGB (H, W, 3) and sketch (H, W, 1), uint8; the sketch is (0, 0, 1) if there is none.

    Raises:
        SgruError: a file is damaged; the line names it.
    """
    return as_arrays(*fitted(*read_pictures(sample), limit))


def read_pictures(sample) -> tuple[Image.Image, Image.Image | None]:
    """Decode the colours (mode RGB) and the sketch (mode L, or None) of a sample, as they are.

    Raises:
        SgruError: a file is damaged; the line names it.
    """
    colour = read_colour(sample.colour)
    if sample.side_by_side:
        half = colour.width // 2
        sketch = colour.crop((half, 0, 2 * half, colour.height)).convert("L")
        return colour.crop((0, 0, half, colour.height)), sketch
    return colour, read_colour(sample.sketch).convert("L") if sample.sketch else None


def fitted(
    colour: Image.Image, sketch: Image.Image | None, limit: int | None
) -> tuple[Image.Image, Image.Image | None]:
    """Shrink colours to a short side of at most `limit`, and bring the sketch to their size."""
    scale = min(1.0, limit / min(colour.size)) if limit else 1.0
    size = tuple(max(1, round(side * scale)) for side in colour.size)
    if size != colour.size:
        colour = colour.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    if sketch is not None and sketch.size != size:
        sketch = sketch.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    return colour, sketch


def as_arrays(colour: Image.Image, sketch: Image.Image | None) -> tuple[np.ndarray, np.ndarray]:
    """Give RGB (H, W, 3) and sketch (H, W, 1), uint8; (0, 0, 1) where there is no sketch."""
    if sketch is None:
        return np.asarray(colour), np.zeros((0, 0, 1), np.uint8)
    return np.asarray(colour), np.asarray(sketch)[..., None]
