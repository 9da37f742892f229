"""From a sketch of any size to its colourings: the whole way, in one place.

The specification, which a serving graph follows with stock TensorFlow ops. All pictures are
RGB or grey 0-255; "bilinear" is `tf.image.resize(..., "bilinear", antialias=True)`, half-pixel
centres, a triangle filter as wide as the step when shrinking (Pillow's BILINEAR).

1. Read (`images.read_sketch`): EXIF upright, first frame, any mode; grey = ITU-R 601 luma
   0.299 R + 0.587 G + 0.114 B; composited on white by alpha: (grey a + 255 (255 - a)) / 255.
2. Level the paper to white (`levelling.level_paper`), unless told not to. This is the line layer L,
   uint8 (H, W).
3. Bring the long side of L to the working size, up or down, the short side in proportion, rounded,
   at least 1: bilinear, rounded to integers. This is the working sketch S (h, w).
4. Pad S with white (255) at the bottom and right to the next multiples of 32; network; crop to
   (h, w); clip to 0-255. This is the picture P (N, h, w, 3). Hints are brought to (h, w) as
   `sgru_tf.hints` describes, and padded with 0.
5. Take the ink out of P (`linelayer.colour_layer`), round to integers: flats C (N, h, w, 3).
     m = minimum of S over 3 x 3 (of the pixels inside); trust t = (m / max(1, max m)) ** 24
     pad P t and t with 0 at the bottom and right to multiples of 32; blur both with 1 2 1 / 4
     both ways (0 outside); 2 x 2 means, 5 times over: sums A_0 ... A_5, masses M_0 ... M_5
     X = sum A_5 / sum M_5 (the mean of P if that is 0 / 0); then for k = 5 ... 0:
       k < 5: X = bilinear to twice the size;  g = M_k / (M_k + 0.001);
       X = X + g (A_k / max(M_k, 1e-12) - X)
     C = t P + (1 - t) X
6. Bring C to (H, W): bilinear, rounded. This is the colour layer.
7. Result = colour layer x L / 255, rounded to integers, exact. Alpha is given back unchanged.

The nine are then put in order, and their colours moved towards a reference if one is given
(`sgru_tf.arranging`), both on C; with order="network" and no reference this is all. Serving graphs
and exported files do neither.

With lines="network", the colour layer is P itself instead of C, and the line layer is 255
everywhere: the picture as the network drew it, resized.

Memory: a process that colours 12000 x 10000 PNGs with the shipped model, two proposals and a
sheet each, peaks at 1.37 GB for a grey one, 1.39 GB for an RGBA one, 1.49 GB for several of
those, with the Keras model; half of it is TensorFlow. Pictures over 24 megapixels are not
written as WebP, whose encoder would take more.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from sgru_tf.arranging import arranged
from sgru_tf.backends import DEFAULT_WORKING_SIZE, as_network, open_network
from sgru_tf.deflated import DeflatedPlane
from sgru_tf.errors import SgruError
from sgru_tf.hints import hint_picture, working_hints
from sgru_tf.images import Sketch, bands, pad_to_multiple, read_sketch
from sgru_tf.levelling import level_paper
from sgru_tf.linelayer import colour_layer
from sgru_tf.ordering import ORDERS
from sgru_tf.palette import reference_palette
from sgru_tf.recolouring import STRENGTH

LEAST_SIZE, GREATEST_SIZE = 32, 4096
"""Limits of the working size: one multiple of the network's step; what memory allows."""

_BILINEAR = Image.Resampling.BILINEAR


class Colorizer:
    """Colours sketches with one model; opened once, used for any number of sketches.

    Example::

        colorizer = Colorizer()
        nine = colorizer("girl.png")  # uint8 (9, H, W, 3)

    Args:
        path: None for the shipped weights; a `.keras` or `.tflite` file, a training run folder or
            a TF1 checkpoint prefix; or a model: a `keras.Model` of this project, or any callable
            from float32 (1, H, W, 1) to (1, N, H, W, 3), see `sgru_tf.backends`.
        size: working size, the long side in pixels that the network sees; the model's own if None.
        lines: "sharp" for the artist's own lines at full resolution, "network" for the picture
            as the network drew it, resized.
        level: level tinted or unevenly lit paper to white first.
        order: "natural" puts the most natural proposal first, or with a reference the one that
            fits it best, and near-duplicates last; hints do not change it. "network" keeps the
            order of the network's outputs, the same for all sketches.
        reference: a picture whose colours to take: path, PIL image, uint8 array (H, W, 3), or a
            palette from `sgru_tf.palette.reference_palette`.
        reference_strength: how far to move the colours towards the reference's, 0-1; 0 sorts only.

    Raises:
        SgruError: no such model, a setting out of its range, or the reference cannot be used.
    """

    def __init__(
        self,
        path=None,
        *,
        size: int | None = None,
        lines="sharp",
        level: bool = True,
        order: str = "natural",
        reference=None,
        reference_strength: float = STRENGTH,
    ):
        """Check the settings and open the model."""
        if order not in ORDERS:
            raise SgruError(f"order is {order!r}: use 'natural' or 'network'")
        if not 0 <= reference_strength <= 1:
            raise SgruError(f"reference_strength is {reference_strength!r}: use 0 to 1")
        if lines not in ("sharp", "network"):
            raise SgruError(f"lines is {lines!r}: use 'sharp' or 'network'")
        whole = isinstance(size, int) and not isinstance(size, bool)
        if size is not None and not (whole and LEAST_SIZE <= size <= GREATEST_SIZE):
            raise SgruError(f"size is {size!r}: use a whole number, {LEAST_SIZE}-{GREATEST_SIZE}")
        is_path = path is None or isinstance(path, str) or hasattr(path, "__fspath__")
        self.order, self.reference_strength = order, reference_strength
        self.reference = None if reference is None else reference_palette(reference)
        self.network = open_network(path) if is_path else as_network(path)
        self.size = size or getattr(self.network, "working_size", DEFAULT_WORKING_SIZE)
        self.lines = lines
        self.level = level

    def __call__(self, image, hints=None) -> np.ndarray:
        """Colour a sketch: all proposals at once.

        Args:
            image: path, PIL image, or uint8 array (H, W), (H, W, 1), (H, W, 3) or (H, W, 4); or
                a `Sketch` from `read_sketch`, whose grey is then levelled in place.
            hints: colours at places, for models that take them: the path of a hint picture, an RGBA
                picture or uint8 array (H, W, 4) of the sketch's size, or `sgru_tf.hints.Hint`s.

        Returns:
            uint8 (N, H, W, 3), RGB, at the sketch's own size. This is 3 N bytes a pixel: for
            large sketches use `proposals` or `colouring`.

        Raises:
            SgruError: the image or the hints cannot be read, the model takes no hints, or the
                network's answer cannot be used.
        """
        colouring = self.colouring(image, hints)
        height, width = colouring.shape
        result = np.empty((len(colouring), height, width, 3), np.uint8)
        for index, picture in enumerate(result):
            colouring.array(index, out=picture)
        return result

    def proposals(self, image, hints=None) -> Iterator[np.ndarray]:
        """Colour a sketch: the proposals one at a time, uint8 (H, W, 3).

        Args and Raises: as `__call__`; what is wrong with the image is raised at once.
        """
        colouring = self.colouring(image, hints)
        return (colouring.array(index) for index in range(len(colouring)))

    def colouring(self, image, hints=None) -> Colouring:
        """Run the network on a sketch and keep what is needed to paint any proposal of it.

        Args and Raises: as `__call__`.
        """
        sketch = read_sketch(image)
        dabs = self._hint_picture(hints, *sketch.grey.shape)
        line = level_paper(sketch.grey) if self.level else sketch.grey
        height, width = line.shape
        small = Image.fromarray(line).resize(working_shape(width, height, self.size), _BILINEAR)
        working = np.asarray(small)
        flats, heads = self._arranged(working, dabs)
        blank = self.lines == "network"
        colouring = Colouring(Sketch(line, sketch.alpha), flats, blank_lines=blank)
        colouring.heads = heads
        colouring.hints = dabs
        return colouring

    def _arranged(self, working, dabs) -> tuple[list[np.ndarray], list[int]]:
        asked = plain = None
        if dabs is not None:
            asked = working_hints(dabs, *working.shape[::-1])[..., 3] >= 0.5
            plain = self._flats(working, None) if self.order == "natural" else None
        return arranged(
            self._flats(working, dabs),
            working if self.lines == "sharp" else None,
            order=self.order,
            reference=self.reference,
            strength=self.reference_strength,
            asked=asked,
            plain=plain,
        )

    def _flats(self, working, dabs) -> list[np.ndarray]:
        pictures = self._run(working, dabs)
        if self.lines == "sharp":
            pictures = [colour_layer(picture, working) for picture in pictures]
        return [_to_uint8(picture) for picture in pictures]

    def _hint_picture(self, hints, height: int, width: int) -> Image.Image | None:
        if hints is None:
            return None
        if not getattr(self.network, "hints", False):
            raise SgruError("this model takes no hints; use one that was trained with --hints")
        return hint_picture(hints, width, height)

    def _run(self, working: np.ndarray, dabs: Image.Image | None) -> np.ndarray:
        height, width = working.shape
        padded = pad_to_multiple(working).astype(np.float32)
        given = [padded[None, :, :, None]]
        if dabs is not None:
            room = [
                (0, all_ - part) for all_, part in zip(padded.shape, working.shape, strict=True)
            ]
            given.append(np.pad(working_hints(dabs, width, height), (*room, (0, 0)))[None])
        answer = np.asarray(self.network(*given))
        if answer.ndim != 5 or answer.shape[0] != 1 or answer.shape[2:] != (*padded.shape, 3):
            raise SgruError(
                f"the network answered with shape {answer.shape} "
                f"instead of (1, N, {padded.shape[0]}, {padded.shape[1]}, 3)"
            )
        if not np.isfinite(answer).all():
            raise SgruError("the network answered with values that are not numbers: broken weights")
        return answer[0, :, :height, :width]


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


def working_shape(width: int, height: int, long_side: int) -> tuple[int, int]:
    """Width and height with the long side brought to `long_side`, the other at least 1."""
    scale = long_side / max(width, height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _deflated(plane: np.ndarray) -> DeflatedPlane:
    deflated = DeflatedPlane()
    for top, bottom in bands(len(plane)):
        deflated.add(top, np.ascontiguousarray(plane[top:bottom]))
    return deflated


def _multiply(colour: Image.Image, line: Image.Image) -> Image.Image:
    # Pillow's own multiply cuts off instead of rounding; compositing on black rounds.
    return Image.composite(colour, Image.new("RGB", colour.size), line)


def _to_uint8(picture: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(picture, 0, 255)).astype(np.uint8)
