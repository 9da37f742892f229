"""Small pictures of one size for the pages about the inside of a network."""

from __future__ import annotations

import numpy as np
from PIL import Image

from sgru_tf.change import distance_to
from sgru_tf.heat import Heat

CELL = 192
"""Long side of a small picture, in pixels."""

_BOX, _BILINEAR = Image.Resampling.BOX, Image.Resampling.BILINEAR
_INK = 0.55  # how dark the lines of the sketch are over a map
_RING = 4  # radius in pixels around a hint


class Cells:
    """Brings pictures and maps of one sketch to one size.

    Args:
        sketch: The sketch, a picture.
        shape: Height and width at which the network saw it, without padding.
    """

    def __init__(self, sketch: Image.Image, shape: tuple[int, int]):
        self._shape = shape[::-1]
        scale = CELL / max(shape)
        self.size = tuple(max(1, round(side * scale)) for side in self._shape)
        self.sketch = sketch
        self._ink = 255 - np.asarray(self.picture(sketch).convert("L"), np.float32)[..., None]

    def picture(self, picture: Image.Image, times: int = 1) -> Image.Image:
        """Bring a picture to the size of a cell, or to so many times that; RGB."""
        return picture.convert("RGB").resize([times * side for side in self.size], _BILINEAR)

    def plane(self, values: np.ndarray, step: int, heat: Heat) -> Image.Image:
        """Show a map in colours, each of its places as a square.

        Args:
            values: (h, w), of which 0 to 1 is shown.
            step: Side of a place, in pixels of the sketch.
            heat: The colours.
        """
        return Image.fromarray(heat(self._enlarged(values, step)))

    def under_lines(self, values: np.ndarray, step: int, heat: Heat) -> Image.Image:
        """Show a map as `plane` does, with the lines of the sketch over it."""
        colours = heat(self._enlarged(values, step))
        return Image.fromarray(np.rint(colours * (1 - _INK * self._ink / 255)).astype(np.uint8))

    def _enlarged(self, values: np.ndarray, step: int) -> np.ndarray:
        width, height = (side / step for side in self._shape)
        map_ = Image.fromarray(np.ascontiguousarray(values, np.float32))
        return np.asarray(map_.resize(self.size, _BOX, box=(0, 0, width, height)))


class Ring:
    """A thin ring around hints, light within dark, to be seen on anything.

    Args:
        mask: bool (h, w): where the hints are.
        size: Width and height of the pictures to draw on.
    """

    def __init__(self, mask: np.ndarray, size: tuple[int, int]):
        painted = Image.fromarray(np.where(mask, np.uint8(255), np.uint8(0)))
        distance = distance_to(np.asarray(painted.resize(size, _BOX)) > 0)
        self._masks = [
            (colour, Image.fromarray(np.uint8(255 * np.clip(1.2 - abs(distance - radius), 0, 1))))
            for colour, radius in (("black", _RING + 1), ("white", _RING))
        ]

    def around(self, picture: Image.Image) -> Image.Image:
        """Give a picture with the ring."""
        result = picture.copy()
        for colour, mask in self._masks:
            result.paste(colour, mask=mask)
        return result
