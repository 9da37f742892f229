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
5. Take the ink out of P (`linelayer.colour_layer`); round: flats C (N, h, w, 3). With
   surfaces="whole", and if the network has `schemes`, before rounding:
     - if they explain the picture, do 3 to 5 again with 1.4 times the working size, rounded, up to
       4096 and if the network can, round, bring the result to (h, w), bilinear, and take the mean
       of both; as far as they explain it in part, go so far from the first to the mean (`looks`);
     - settle what the network was unsure of, and colour irises (`surfaces.settle`);
     - as far as the schemes explain the picture (`Settled.part`), give hints to what is then
       settled, not to the network (`patches.with_hints`).
   Taking the ink out:
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
do neither; a `.tflite` file does step 4 alone.

With lines="network", the colour layer is P itself instead of C, and the line layer is 255
everywhere: the picture as the network drew it, resized.

Memory: a process that colours 12000 x 10000 PNGs with the shipped model, two proposals and a sheet
each, peaks at 1.55 GB for a grey one, at 1.67 GB for several RGBA ones, with the Keras model; much
of it is TensorFlow. Pictures over 24 megapixels are not written as WebP, whose encoder would take
more.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from PIL import Image

from sgru_tf.arranging import arranged
from sgru_tf.backends import DEFAULT_WORKING_SIZE, as_network, open_network
from sgru_tf.claims import PAINTED
from sgru_tf.colouring import Colouring
from sgru_tf.config import ModelConfig
from sgru_tf.errors import SgruError
from sgru_tf.hints import hint_picture, working_hints
from sgru_tf.images import Sketch, pad_to_multiple, read_sketch, working_shape
from sgru_tf.levelling import level_paper
from sgru_tf.linelayer import colour_layer
from sgru_tf.looks import LOOKS, larger_size, mean_of_looks
from sgru_tf.ordering import ORDERS
from sgru_tf.palette import reference_palette
from sgru_tf.patches import with_hints
from sgru_tf.recolouring import STRENGTH
from sgru_tf.surfaces import Settled, part_explained, scheme_colours, settle

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
        surfaces: "whole" to settle what the network was unsure of, so that a surface between lines
            has one colour; "network" for the colours as it painted them. Without its `schemes`, or
            with lines="network", these are left in either case. See `sgru_tf.surfaces`.
        looks: how often the network looks at a sketch before surfaces are settled: 2 for a second
            time, larger, if it can; 1 is a third of its work. See `sgru_tf.looks`.
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
        surfaces: str = "whole",
        looks: int = 2,
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
        if surfaces not in ("whole", "network"):
            raise SgruError(f"surfaces is {surfaces!r}: use 'whole' or 'network'")
        if looks not in LOOKS or isinstance(looks, bool):
            raise SgruError(f"looks is {looks!r}: use 1 or 2")
        whole = isinstance(size, int) and not isinstance(size, bool)
        if size is not None and not (whole and LEAST_SIZE <= size <= GREATEST_SIZE):
            raise SgruError(f"size is {size!r}: use a whole number, {LEAST_SIZE}-{GREATEST_SIZE}")
        is_path = path is None or isinstance(path, str) or hasattr(path, "__fspath__")
        self.order, self.reference_strength = order, reference_strength
        self.reference = None if reference is None else reference_palette(reference)
        self.network = open_network(path) if is_path else as_network(path)
        self.size = size or getattr(self.network, "working_size", DEFAULT_WORKING_SIZE)
        self.lines, self.looks = lines, looks
        schemes = getattr(self.network, "schemes", ())
        is_whole = surfaces == "whole" and lines == "sharp" and len(schemes) > 0
        checked = ModelConfig(proposals=max(len(schemes), 1), schemes=schemes) if is_whole else None
        self._scheme_colours = scheme_colours(checked.schemes) if is_whole else None
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
        flats, heads = self._arranged(working, line, dabs)
        blank = self.lines == "network"
        colouring = Colouring(Sketch(line, sketch.alpha), flats, blank_lines=blank)
        colouring.heads = heads
        colouring.hints = dabs
        return colouring

    def _arranged(self, working, line, dabs) -> tuple[list[np.ndarray], list[int]]:
        hints = None if dabs is None else working_hints(dabs, *working.shape[::-1])
        plain, flats = self._flats(working, line, hints)
        return arranged(
            [_to_uint8(flat) for flat in flats],
            working if self.lines == "sharp" else None,
            order=self.order,
            reference=self.reference,
            strength=self.reference_strength,
            asked=None if hints is None else hints[..., 3] >= PAINTED,
            plain=None if plain is None else [_to_uint8(flat) for flat in plain],
        )

    def _flats(self, working, line, hints):
        """Give the pictures without the hints, if they are asked for, and with them."""
        if self._scheme_colours is None:
            asks = hints is not None and self.order == "natural"
            return self._layers(working) if asks else None, self._layers(working, hints)
        first = np.asarray(self._layers(working))
        layers = self._looked_again(first, working, line) if self.looks > 1 else first
        settled = settle(layers, working, self._scheme_colours)
        if hints is None:
            return None, settled.pictures
        return settled.pictures, self._hinted(first, settled, working, hints)

    def _looked_again(self, layers, working, line):
        """Look once more, larger, as far as the colours are the schemes'."""
        part = part_explained(layers, working, self._scheme_colours)
        size = larger_size(self.size)
        if part == 0 or size > GREATEST_SIZE:
            return layers
        larger = Image.fromarray(line).resize(working_shape(*line.shape[::-1], size), _BILINEAR)
        larger = np.asarray(larger)
        try:
            answer = self._answer(larger)
        except (SgruError, MemoryError):  # a file of one size, or too little memory: one is enough
            return layers
        return mean_of_looks(layers, np.asarray(self._flat(answer, larger)), part)

    def _hinted(self, first, settled: Settled, working, hints):
        """Give what is asked for, as far as the schemes explain the picture, to its patches."""
        result = settled.pictures
        if settled.part > 0:
            result = with_hints(settled, working, hints)
        if settled.part < 1:
            spread = np.asarray(self._layers(working, hints)) - first
            asked = settled.part * (result - settled.pictures)
            result = settled.pictures + asked + (1 - settled.part) * spread
        return result

    def _layers(self, working, hints=None) -> list[np.ndarray]:
        return self._flat(self._answer(working, hints), working)

    def _flat(self, answer: np.ndarray, working: np.ndarray) -> list[np.ndarray]:
        """Check the network's answer, and take the ink out of it."""
        height, width = working.shape
        padded = pad_to_multiple(working).shape
        if answer.ndim != 5 or answer.shape[0] != 1 or answer.shape[2:] != (*padded, 3):
            raise SgruError(
                f"the network answered with shape {answer.shape} "
                f"instead of (1, N, {padded[0]}, {padded[1]}, 3)"
            )
        if not np.isfinite(answer).all():
            raise SgruError("the network answered with values that are not numbers: broken weights")
        pictures = answer[0, :, :height, :width]
        if self._scheme_colours is not None and len(pictures) != len(self._scheme_colours):
            told = f"{len(self._scheme_colours)} schemes and {len(pictures)} proposals"
            raise SgruError(f"the network has {told}; use surfaces='network'")
        if self.lines == "sharp":
            pictures = [colour_layer(picture, working) for picture in pictures]
        return pictures

    def _hint_picture(self, hints, height: int, width: int) -> Image.Image | None:
        if hints is None:
            return None
        if not getattr(self.network, "hints", False):
            raise SgruError("this model takes no hints; use one that was trained with --hints")
        return hint_picture(hints, width, height)

    def _answer(self, working: np.ndarray, hints: np.ndarray | None = None) -> np.ndarray:
        padded = pad_to_multiple(working).astype(np.float32)
        given = [padded[None, :, :, None]]
        if hints is not None:
            room = [
                (0, all_ - part) for all_, part in zip(padded.shape, working.shape, strict=True)
            ]
            given.append(np.pad(hints, (*room, (0, 0)))[None])
        return np.asarray(self.network(*given))


def _to_uint8(picture: np.ndarray) -> np.ndarray:
    return np.rint(np.clip(picture, 0, 255)).astype(np.uint8)
