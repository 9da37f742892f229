"""How well a model obeys hints: simulated ones, of the true colours, few to many.

The same picture gets the same hints every time, and those of a smaller number are among those of
a larger one. All differences are CIE 1976, in L*a*b*; 2 is just to be seen side by side.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from sgru_tf.colorizer import Colorizer
from sgru_tf.errors import SgruError
from sgru_tf.evaluation_data import Picture, spread
from sgru_tf.metrics import lab, psnr
from sgru_tf.neighbours import grown
from sgru_tf.quiet import import_quietly

MOST = 64
"""The largest number of hints that can be simulated."""

NEAR = 12
"""A pixel is near a hint if one lies within so many pixels in both directions."""


@dataclass
class Curve:
    """What one number of hints does, a value a picture in each list.

    Attributes:
        at: Median difference to the hint's own colour under the hints, over all proposals.
        near: Mean difference to the true colours near the hints, over all proposals.
        near_without: The same at the same places where no hints are given.
        whole: Mean difference to the true colours over picture and proposals.
        best: PSNR of the best proposal, in dB.
    """

    at: list[float] = field(default_factory=list)
    near: list[float] = field(default_factory=list)
    near_without: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    best: list[float] = field(default_factory=list)

    def numbers(self) -> dict[str, float]:
        """Give the median of `at` and the means of the others, as far as measured."""
        found = {"at_hint": float(np.median(self.at))} if self.at else {}
        for name, values in (
            ("near_hints", self.near),
            ("near_hints_without", self.near_without),
            ("whole_picture", self.whole),
            ("psnr_best_db", self.best),
        ):
            if values:
                found[name] = float(np.mean(values))
        return found


class HintEvaluation:
    """Colours pictures with more and more hints.

    Args:
        networks: By its name each model, as `sgru_tf.backends.open_network` gives it.
        pictures: `sgru_tf.evaluation_data.TruePictures`.
        size: Their long side in pixels.
        counts: Numbers of hints, 0 to MOST each.
        shown: So many pictures are kept to show.

    Attributes:
        curves: By the model's name and the number of hints, a `Curve`.
        panels: For the first model, of the pictures to show: the picture, and by the number of
            hints the hints, uint8 (h, w, 4), and the proposals.

    Raises:
        SgruError: a model takes no hints, or a number is out of range.
    """

    def __init__(self, networks, pictures, size: int, counts: Sequence[int], shown: int = 4):
        """Begin with nothing measured."""
        for name, network in networks.items():
            if not getattr(network, "hints", False):
                raise SgruError(f"{name}: takes no hints; leave --simulate-hints out")
        if not counts or not all(0 <= count <= MOST for count in counts):
            raise SgruError(f"--simulate-hints: give numbers from 0 to {MOST}, as in 0,1,4,16,64")
        self.counts = sorted(set(counts))
        self._colorizers = {
            name: Colorizer(network, size=size, lines="network", level=False, order="network")
            for name, network in networks.items()
        }
        self._pictures = pictures
        self._shown = set(spread(len(pictures), shown))
        self.curves = {name: {count: Curve() for count in self.counts} for name in networks}
        self.panels: list[tuple[Picture, dict[int, tuple[np.ndarray, np.ndarray]]]] = []
        self._draw = None

    def run(self) -> Iterator[str | None]:
        """Judge one picture after the other; give None for each, or a line that says why not."""
        for index in range(len(self._pictures)):
            try:
                picture = self._pictures.read(index)
                hints = {count: self._simulated(picture, count, index) for count in self.counts}
                for name, colorizer in self._colorizers.items():
                    answers = self._judged(picture, hints, colorizer, self.curves[name])
                    if index in self._shown and name == next(iter(self._colorizers)):
                        self.panels.append((picture, answers))
            except SgruError as error:
                yield str(error)
                continue
            yield None

    def _simulated(self, picture: Picture, count: int, index: int) -> np.ndarray:
        """Draw hints for a picture: uint8 (h, w, 4), RGB and alpha."""
        if self._draw is None:
            import_quietly("tensorflow")
            import tensorflow as tf

            from sgru_tf.hint_drawing import draw_hints

            signature = [tf.TensorSpec((None, None, channels), tf.float32) for channels in (3, 1)]
            signature += [tf.TensorSpec((2,), tf.int32), tf.TensorSpec((), tf.int32)]

            def draw(rgb, sketch, seed, count):
                return draw_hints(rgb, sketch, seed, count, MOST)

            self._draw = tf.function(draw, input_signature=signature, autograph=False)
        sketch = picture.sketch[..., None].astype(np.float32)
        drawn = self._draw(picture.truth.astype(np.float32), sketch, (MOST, index), count).numpy()
        return np.rint(drawn * [1, 1, 1, 255]).astype(np.uint8)

    def _judged(self, picture: Picture, hints, colorizer, curves) -> dict:
        truth = lab(picture.truth)
        # Without hints the picture is wanted anyway, to compare with.
        plain = colorizer(picture.sketch)
        without = _apart(plain, truth)
        answers = {}
        for count, drawn in hints.items():
            proposals = colorizer(picture.sketch, drawn) if count else plain
            answers[count] = drawn, proposals
            apart = _apart(proposals, truth) if count else without
            curve = curves[count]
            curve.whole.append(apart.mean())
            curve.best.append(max(psnr(proposal, picture.truth) for proposal in proposals))
            under = drawn[..., 3] > 0
            if under.any():
                near = grown(under, NEAR)
                wanted = lab(drawn[..., :3])
                curve.at.append(float(np.median(_apart(proposals, wanted)[:, under])))
                curve.near.append(apart[:, near].mean())
                curve.near_without.append(without[:, near].mean())
        return answers


def _apart(proposals: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Difference of each proposal to a picture in L*a*b*, (N, h, w)."""
    return np.stack([np.linalg.norm(lab(proposal) - truth, axis=-1) for proposal in proposals])
