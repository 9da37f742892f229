"""The colourings of one sketch: kept small, painted at full size when asked for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from sgru_tf.deflated import DeflatedPlane
from sgru_tf.images import Sketch, bands, working_shape

_BILINEAR = Image.Resampling.BILINEAR


class Colouring:
    """The proposals of one sketch, kept small and painted at full size when asked for.

    Colour layer times line layer over 255, rounded, is exactly the picture. All are painted in
    bands, so one full-size picture is in memory at a time besides the sketch.

    Args:
        sketch: the levelled sketch at full size and its alpha.
        flats: colour layers at the working size, uint8 (h, w, 3) each.
        blank_lines: the line layer is white: the colour layer is the picture.

    Attributes:
        shape: Height and width of the sketch.
        heads: Which output of the network each proposal is, counted from 0.
        hints: The colours that the artist asked for, an RGBA image; None if there were none.
        has_lines: The lines are a layer of their own; else they are in the colours.
        has_alpha: The sketch was transparent somewhere, or could have been.
    """

    def __init__(self, sketch: Sketch, flats: list[np.ndarray], *, blank_lines: bool = False):
        """Keep the layers; nothing is painted yet."""
        self.shape = sketch.grey.shape
        self.heads = list(range(len(flats)))
        self.hints: Image.Image | None = None
        self.has_lines = not blank_lines
        self.has_alpha = sketch.alpha is not None
        self._line = _deflated(sketch.grey)
        self._alpha = None if sketch.alpha is None else _deflated(sketch.alpha)
        self._flats = [Image.fromarray(flat) for flat in flats]
        self._small_lines: dict[tuple[int, int], Image.Image] = {}

    @property
    def line(self) -> np.ndarray:
        """The levelled sketch, uint8 (H, W)."""
        return self._line.whole()

    @property
    def alpha(self) -> np.ndarray | None:
        """The sketch's alpha, uint8 (H, W), or None."""
        return None if self._alpha is None else self._alpha.whole()

    def __len__(self) -> int:
        """Number of proposals."""
        return len(self._flats)

    def array(self, index: int, out: np.ndarray | None = None) -> np.ndarray:
        """Paint a proposal as uint8 (H, W, 3), without alpha; into `out` if given."""
        out = np.empty((*self.shape, 3), np.uint8) if out is None else out
        for top, band in self._painted(index):
            out[top : top + band.height] = np.asarray(band)
        return out

    def picture(self, index: int, *, alpha: str = "keep") -> Image.Image:
        """Paint a proposal as a PIL image.

        Args:
            index: 0 to N - 1.
            alpha: what becomes of the sketch's transparency, if it has any: "keep" gives it back
                (RGBA), "white" composites on white (RGB), "drop" shows the colours that lie in
                the transparent parts too (RGB).
        """
        return self._whole(self._painted(index), alpha)

    def colour_layer(self, index: int, *, alpha: str = "drop") -> Image.Image:
        """The flat colours of a proposal at full size, without ink; args as `picture`."""
        height = self.shape[0]
        colours = ((top, self._colours(index, top, bottom)) for top, bottom in bands(height))
        return self._whole(colours, alpha)

    def line_layer(self) -> Image.Image:
        """The line layer at full size as a grey image, 255 = paper."""
        if not self.has_lines:
            return Image.new("L", self.shape[::-1], 255)
        return Image.fromarray(self.line)

    def planes(self) -> Iterator[tuple[int, np.ndarray, np.ndarray | None]]:
        """Yield the line layer and the alpha, or None, in bands: first row, uint8 (h, W) each."""
        for top, bottom in bands(self.shape[0]):
            line = self._line.band(top)
            if not self.has_lines:
                line = np.full((bottom - top, self.shape[1]), 255, np.uint8)
            yield top, line, None if self._alpha is None else self._alpha.band(top)

    def thumbnail(self, index: int | None, side: int) -> Image.Image:
        """Paint small, without alpha: a proposal, or the sketch itself if index is None.

        Args:
            index: 0 to N - 1, or None.
            side: long side of the result in pixels; small sketches are not enlarged.
        """
        height, width = self.shape
        size = working_shape(width, height, min(side, max(width, height)))
        line = self._small_lines.get(size)
        if line is None:
            line = Image.fromarray(self.line).resize(size, _BILINEAR)
            self._small_lines[size] = line
        if index is None:
            return line.convert("RGB")
        colours = self._flats[index].resize(size, _BILINEAR)
        return _multiply(colours, line) if self.has_lines else colours

    def _whole(self, painted: Iterator[tuple[int, Image.Image]], alpha: str) -> Image.Image:
        keep, white = self.has_alpha and alpha == "keep", self.has_alpha and alpha == "white"
        picture = Image.new("RGBA" if keep else "RGB", self.shape[::-1])
        for top, band in painted:
            if keep or white:
                mask = Image.fromarray(self._alpha.band(top))
            if keep:
                band.putalpha(mask)
            if white:
                band = Image.composite(band, Image.new("RGB", band.size, "white"), mask)
            picture.paste(band, (0, top))
        return picture

    def _colours(self, index: int, top: int, bottom: int) -> Image.Image:
        flat = self._flats[index]
        height, width = self.shape
        step = flat.height / height
        box = (0, top * step, flat.width, bottom * step if bottom < height else flat.height)
        return flat.resize((width, bottom - top), _BILINEAR, box=box)

    def _painted(self, index: int) -> Iterator[tuple[int, Image.Image]]:
        for top, bottom in bands(self.shape[0]):
            band = self._colours(index, top, bottom)
            if self.has_lines:
                band = _multiply(band, Image.fromarray(self._line.band(top)))
            yield top, band


def _deflated(plane: np.ndarray) -> DeflatedPlane:
    deflated = DeflatedPlane()
    for top, bottom in bands(len(plane)):
        deflated.add(top, np.ascontiguousarray(plane[top:bottom]))
    return deflated


def _multiply(colour: Image.Image, line: Image.Image) -> Image.Image:
    # Pillow's own multiply cuts off instead of rounding; compositing on black rounds.
    return Image.composite(colour, Image.new("RGB", colour.size), line)
