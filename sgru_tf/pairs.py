"""Pairs of sketch and colours for `model.fit` on any Keras backend, read with Pillow and numpy.

For TensorFlow there is more in `sgru_tf.data`, which draws lines while it trains. Here the sketches
must exist: `sgru-prepare --pairs --draws K` makes them.
"""

import functools
import math
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import keras
import numpy as np
from PIL import Image, ImageOps

from sgru_tf.cores import usable_cores
from sgru_tf.errors import SgruError
from sgru_tf.picture_list import PictureList
from sgru_tf.sources import Found, Sample, find_samples

LEAST_CUT = 0.75
"""Least side of the square that is cut out of a picture, as a part of the picture's short side."""

AHEAD = 8
"""Batches that are read ahead."""


def find_pairs(folder, validation_share: float = 0.03) -> Found:
    """Look for training pictures, all of which must have a sketch.

    Args:
        folder: Side-by-side pairs, or images_bw/ and images_rgb/; or train/ and val/ of these.
        validation_share: As for `find_samples`.

    Returns:
        Samples to train on and to validate on, and the problems met.

    Raises:
        SgruError: there are none, or there are pictures without a sketch.
    """
    found = find_samples(folder, validation_share)
    for samples in (found.train, found.validation):
        if not isinstance(samples, list) or any(sample.sketch is None for sample in samples):
            raise SgruError(
                f"{Path(folder)}: holds no pairs; make them of pictures: "
                "sgru-prepare PICTURES --out PAIRS --pairs --draws 4"
            )
    return found


class Pairs(keras.utils.PyDataset):
    """Batches of sketches (B, S, S, 1) and targets (B, S, S, 4), float32, 0..255.

    A target is RGB and the sketch, as `CollectionLoss` wants it. What is in a batch depends on the
    numbers of the epoch and of the batch alone, so that a training that goes on sees what it would
    have seen: where `at_epoch` tells the epoch, and `fit` does not shuffle the batches once more.
    Damaged pictures are replaced by the next ones.

    Example::

        found = find_pairs("PAIRS")
        pairs = Pairs(found.train, size=128, batch=8)
        held_back = Pairs(found.validation, size=128, batch=8, vary=False)
        model.fit(pairs, validation_data=held_back, epochs=20, shuffle=False,
                  callbacks=[pairs.at_epoch()])

    Args:
        samples: To train on or to validate on, as `find_pairs` found them.
        size: Side of the squares; a multiple of 32.
        batch: Samples a batch; all batches have so many.
        steps: Batches an epoch; one pass through the pictures if None.
        vary: Shuffle, cut squares out at random and mirror half of them; else the pictures come in
            their order, from the middle and as large as they can be.

    Attributes:
        samples: As given.
        epoch: Number of the epoch, from 0.
        problems: One line for each picture that could not be decoded; grows while it is used.
    """

    def __init__(
        self,
        samples: list[Sample],
        size: int,
        batch: int,
        steps: int | None = None,
        vary: bool = True,
    ):
        # Keras's own workers hand batches of one epoch to the next one.
        super().__init__(workers=1)
        self.size, self.batch, self.vary, self.epoch = size, batch, vary, 0
        self.steps = steps or max(1, len(samples) // batch)
        self.samples = samples
        self._pictures = PictureList(samples, math.ceil(size / LEAST_CUT))
        self._readers = ThreadPoolExecutor(usable_cores())
        self._read: dict[int, Future] = {}

    def __len__(self):
        return self.steps

    def __getitem__(self, index):
        number = self.epoch * self.steps + index
        ahead = range(number, min(number + AHEAD, (self.epoch + 1) * self.steps))
        self._read = {n: self._read.get(n) or self._readers.submit(self._batch, n) for n in ahead}
        return self._read[number].result()

    def _batch(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        samples = range(number * self.batch, (number + 1) * self.batch)
        target = np.stack([self.sample(n) for n in samples]).astype("float32")
        return target[..., 3:], target

    @property
    def problems(self) -> list[str]:
        """One line for each picture that could not be decoded."""
        return self._pictures.problems

    def at_epoch(self) -> keras.callbacks.Callback:
        """Give the callback that tells the number of each epoch, also of a `fit` that goes on."""

        def begin(epoch, logs=None):
            self.epoch = epoch

        return keras.callbacks.LambdaCallback(on_epoch_begin=begin)

    def sample(self, number: int) -> np.ndarray:
        """Give a sample by its number in the whole training: RGB and sketch, uint8 (S, S, 4)."""
        times, place = divmod(number, len(self._pictures))
        cut, across, down, mirrored = 1.0, 0.5, 0.5, False
        if self.vary:
            place = _shuffled(len(self._pictures), times)[place]
            draw = np.random.default_rng((1, number))
            cut, across, down = draw.uniform((LEAST_CUT, 0, 0), 1)
            mirrored = draw.random() < 0.5
        colour, sketch = self._pictures.at(int(place))
        height, width = sketch.shape[:2]
        side = cut * min(height, width)
        left, top = across * (width - side), down * (height - side)
        box = (left, top, left + side, top + side)
        planes = []
        for plane in (colour, sketch[..., 0]):
            square = Image.fromarray(plane).resize(
                (self.size, self.size), Image.Resampling.BILINEAR, box
            )
            planes.append(np.asarray(ImageOps.mirror(square) if mirrored else square))
        if not planes[1].any():
            # Through maps of nothing but 0 the norms have no finite gradient.
            planes[1] = np.full_like(planes[1], 255)
        return np.dstack(planes)


@functools.lru_cache(4)
def _shuffled(count: int, times: int) -> np.ndarray:
    """Give the order of the pictures when all have been seen so many times."""
    return np.random.default_rng((0, times)).permutation(count)
