"""Colour maps for values, and their legends."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

from sgru_tf.panels import PAGE, TEXT, font


class Heat:
    """Turns values 0-1 into colours, between evenly spaced ones.

    Args:
        colours: At least two, "#rrggbb".
    """

    def __init__(self, *colours: str):
        self._anchors = np.array([list(bytes.fromhex(colour[1:])) for colour in colours], float)

    def __call__(self, values: np.ndarray) -> np.ndarray:
        """Map values of any shape, which are clipped to 0-1, to uint8 (..., 3)."""
        places = np.linspace(0, 1, len(self._anchors))
        planes = [np.interp(values, places, self._anchors[:, channel]) for channel in range(3)]
        return np.rint(np.stack(planes, axis=-1)).astype(np.uint8)

    def legend(self, ticks: Sequence[str], width: int) -> Image.Image:
        """Draw the colours from 0 to 1 with texts under them, evenly spaced.

        Args:
            ticks: At least two; the first stands at 0, the last at 1.
            width: Of the bar of colours, in pixels.
        """
        margin = 40
        picture = Image.new("RGB", (width + 2 * margin, 40), PAGE)
        bar = self(np.tile(np.linspace(0, 1, width), (16, 1)))
        picture.paste(Image.fromarray(bar), (margin, 0))
        draw = ImageDraw.Draw(picture)
        for index, tick in enumerate(ticks):
            x = margin + round(index * (width - 1) / (len(ticks) - 1))
            draw.line((x, 16, x, 20), TEXT)
            draw.text((x, 30), tick, TEXT, font(12), anchor="mm")
        return picture


GLOW = Heat("#0b0724", "#3b0f63", "#7b1f77", "#bd3a6a", "#ec6a4c", "#fba94e", "#fdf3c0")
"""Dark to light: how strongly something answers."""

STAIN = Heat("#fcfbf7", "#fde0a0", "#fbae61", "#ea6a4e", "#b93262", "#721a63", "#2b0b3f")
"""White paper to dark: how much something changed. Lines can be seen through it."""

VALVE = Heat("#173f7a", "#3f7fbf", "#a5c8e4", "#f2f0ec", "#f6bd8a", "#dd7430", "#8c340b")
"""Blue, white at the middle, orange: shut to open."""
