"""Full-size planes kept small: line art and its alpha are mostly flat."""

import zlib

import numpy as np


class DeflatedPlane:
    """A plane, uint8 (H, W), in deflated bands.

    Plain, the line art and alpha of the largest sketches would take 240 MB while a picture of
    twice that size is decoded or painted.
    """

    def __init__(self):
        self._bands: dict[int, bytes] = {}
        self._width = 0

    def add(self, top: int, rows: np.ndarray) -> None:
        """Keep the rows (h, W) that begin at row `top`; from top to bottom."""
        self._width = rows.shape[1]
        self._bands[top] = zlib.compress(rows, 1)

    def band(self, top: int) -> np.ndarray:
        """Give the rows that were added at `top`."""
        rows = np.frombuffer(zlib.decompress(self._bands[top]), np.uint8)
        return rows.reshape(-1, self._width)

    def whole(self) -> np.ndarray:
        """Give the plane, uint8 (H, W)."""
        return np.concatenate([self.band(top) for top in self._bands])
