"""Evaluates models on pictures: the same pictures for all, beside baselines without a network.

One picture is in memory at a time, besides those kept to show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from sgru_tf.colorizer import Colorizer
from sgru_tf.errors import SgruError
from sgru_tf.evaluation_data import Picture, spread
from sgru_tf.measuring import Measures, Tally, measure

SKETCH, TINTED = "sketch", "tinted"
"""The baselines: the sketch itself; the sketch times the mean colour of the true pictures."""


class Evaluation:
    """Gathers how models and baselines do.

    Call `survey`, then `run`, and go through what they give; afterwards the attributes hold the
    outcome.

    Args:
        networks: By its name each model, as `sgru_tf.backends.open_network` gives it.
        pictures: `TruePictures` or `Sketches`.
        size: Their long side in pixels.
        feature_distances: see `sgru_tf.measuring.measure`.
        shown: So many pictures are kept to show.

    Attributes:
        models: By its name the `Tally` of each model.
        baselines: The tallies of SKETCH and TINTED; empty where no truth is known.
        truth: The tally of the true pictures themselves, for their colourfulness.
        tint: Mean RGB of the true pictures, float (3,), or None.
        panels: The pictures to show, each with its proposals and measures by the model's name.
    """

    def __init__(
        self,
        networks: Mapping[str, Callable],
        pictures,
        size: int,
        feature_distances: Callable | None = None,
        shown: int = 8,
    ):
        """Begin with nothing measured."""
        # Neither levelled nor inked anew: what is judged is the network's own picture. And in its
        # own order: which of its outputs are of any use?
        self._colorizers = {
            name: Colorizer(network, size=size, lines="network", level=False, order="network")
            for name, network in networks.items()
        }
        self._pictures, self._feature_distances, self._shown = pictures, feature_distances, shown
        self._good: list[int] = []
        self.models = {name: Tally() for name in networks}
        self.baselines: dict[str, Tally] = {}
        self.truth = Tally()
        self.tint: np.ndarray | None = None
        self.panels: list[tuple[Picture, dict[str, tuple[np.ndarray, Measures]]]] = []

    @property
    def count(self) -> int:
        """Pictures judged."""
        return next(iter(self.models.values())).count

    def survey(self) -> Iterator[str]:
        """Find out which pictures can be read and what their mean colour is.

        Gives a line for each that cannot.
        """
        colours = []
        for index in range(len(self._pictures)):
            try:
                colours.append(self._pictures.mean_colour(index))
                self._good.append(index)
            except SgruError as error:
                yield str(error)
        if colours and colours[0] is not None:
            self.tint = np.mean(colours, axis=0)
            self.baselines = {SKETCH: Tally(), TINTED: Tally()}

    def run(self) -> Iterator[str | None]:
        """Judge the pictures that `survey` found good, one after the other.

        Gives None for each that was judged, or a line that says why it was not. What one model
        cannot colour counts for none.
        """
        chosen = {self._good[place] for place in spread(len(self._good), self._shown)}
        due = 0
        for index in self._good:
            # In place of one that fails, the next good one is shown.
            due += index in chosen
            try:
                picture = self._pictures.read(index)
                answers = self._answers(picture)
            except SgruError as error:
                yield str(error)
                continue
            except MemoryError:
                yield f"picture {index + 1}: not enough memory; use a smaller --size"
                continue
            for name, (_, measures) in answers.items():
                self.models[name].add(measures)
            if picture.truth is not None:
                self._add_baselines(picture)
            if due:
                self.panels.append((picture, answers))
                due -= 1
            yield None

    def _answers(self, picture: Picture) -> dict[str, tuple[np.ndarray, Measures]]:
        answers = {}
        for name, colorizer in self._colorizers.items():
            try:
                proposals = colorizer(picture.sketch)
            except SgruError as error:
                raise SgruError(f"{picture.name}: {name}: {error}") from error
            answers[name] = proposals, self._measure(proposals, picture)
        return answers

    def _add_baselines(self, picture: Picture) -> None:
        sketch = np.repeat(picture.sketch[..., None], 3, axis=-1)
        tinted = np.rint(sketch * (self.tint / 255)).astype(np.uint8)
        for name, pixels in ((SKETCH, sketch), (TINTED, tinted)):
            self.baselines[name].add(self._measure(pixels[None], picture))
        self.truth.add(measure(picture.truth[None]))

    def _measure(self, proposals: np.ndarray, picture: Picture) -> Measures:
        return measure(proposals, picture.truth, self._feature_distances)
