"""Pipelines of training samples: (B, S, S, 4) float32, RGB 0..255 and the sketch 0..255.

Every sample is a function of its number and the seed alone: number i of a run is always the same
picture with the same crop, flip and line style. A run that resumes at sample i asks for the
samples from i on, and gets what it would have got without the interruption.

Colours are composited on white. White paper surrounds a picture that does not fill the square.
"""

import threading

import numpy as np
import tensorflow as tf
from PIL import Image

from sgru_tf.config import TrainConfig
from sgru_tf.errors import SgruError
from sgru_tf.images import read_colour
from sgru_tf.linework import random_line_art
from sgru_tf.sources import Sample

PAPER = 255.0


class PictureData:
    """Samples of one or several folders, as endless or finite `tf.data` pipelines.

    Args:
        samples: The main samples; one epoch is one pass through them.
        config: Size of the squares, augmentation and seed.
        extras: Further samples and the share of all draws that each list gets. A list with
            fewer samples than draws in an epoch is repeated, a longer one takes several epochs.

    Attributes:
        problems: One line for each picture that could not be decoded; grows while it is used.

    Raises:
        SgruError: the shares leave nothing for the main samples, or no picture can be decoded.
    """

    def __init__(
        self,
        samples: list[Sample],
        config: TrainConfig,
        extras: tuple[tuple[list[Sample], float], ...] = (),
    ):
        shares = [share for _, share in extras]
        if not all(share > 0 for share in shares) or sum(shares) >= 1:
            raise SgruError(
                "the shares of the extra folders must be above 0 and add up to less than 1, "
                f"not {', '.join(map(str, shares))}"
            )
        self.samples = [*samples, *(sample for extra, _ in extras for sample in extra)]
        self.config = config
        self.problems: list[str] = []
        self._broken: set[int] = set()
        self._lock = threading.Lock()
        self._draws = _draw_table(len(samples), [(len(extra), share) for extra, share in extras])
        # Tells here, where it can be understood, that nothing can be decoded at all.
        self._read(0)

    @property
    def epoch(self) -> int:
        """Samples in one epoch, the extra ones included."""
        return len(self._draws)

    def training(self, start: int, batch: int, shard=(1, 0)) -> tf.data.Dataset:
        """Give the endless pipeline of shuffled, augmented batches.

        Args:
            start: Number of the first sample; a multiple of the number of shards.
            batch: Samples a batch.
            shard: Number of shards and index of this one: with (2, 1) the odd samples come.
        """
        numbers = tf.data.Dataset.range(start + shard[1], np.iinfo(np.int64).max, shard[0])
        draws, seed, size = tf.constant(self._draws), self.config.seed, len(self._draws)

        def sample(number):
            epoch, place = number // size, number % size
            place = tf.random.experimental.index_shuffle(
                place, tf.stack([tf.cast(seed, tf.int64), epoch]), size - 1
            )
            key = tf.stack([tf.cast(seed, tf.int64), number])
            first, count, place, move = tf.unstack(draws[place])
            return self._augment(*self._load(first + (place + epoch * move) % count), key)

        samples = numbers.map(sample, num_parallel_calls=tf.data.AUTOTUNE)
        return samples.batch(batch, drop_remainder=True).prefetch(2)

    def validation(self, batch: int, count: int | None = None) -> tf.data.Dataset:
        """Give one pass in order, uncropped and unflipped, each with a line style of its own."""
        indices = np.arange(len(self.samples))
        if count is not None and count < len(indices):
            indices = indices[np.linspace(0, len(indices) - 1, count).astype(int)]

        def sample(index):
            key = tf.stack([tf.cast(self.config.seed, tf.int64), index])
            return self._fit(*self._load(index), key)

        samples = tf.data.Dataset.from_tensor_slices(indices.astype("int64"))
        samples = samples.map(sample, num_parallel_calls=tf.data.AUTOTUNE)
        return samples.batch(batch).prefetch(1)

    def _load(self, index):
        """Read one sample: RGB (H, W, 3) and sketch (H, W, 1) or (0, 0, 1), uint8."""
        rgb, sketch = tf.numpy_function(self._read, [index], [tf.uint8, tf.uint8], stateful=False)
        rgb.set_shape((None, None, 3))
        sketch.set_shape((None, None, 1))
        return tf.cast(rgb, tf.float32), tf.cast(sketch, tf.float32)

    def _read(self, index):
        """Decode a sample, or the next one that can be decoded."""
        for step in range(len(self.samples)):
            number = (int(index) + step) % len(self.samples)
            if number in self._broken:
                continue
            try:
                return read_sample(self.samples[number], self._limit())
            except SgruError as error:
                with self._lock:
                    if number not in self._broken:
                        self._broken.add(number)
                        self.problems.append(str(error))
        raise SgruError(
            f"none of the {len(self.samples)} pictures can be decoded; the first: "
            f"{self.problems[0]}"
        )

    def _limit(self) -> int:
        """Give the short side beyond which detail would be thrown away anyway."""
        return int(np.ceil(self.config.size * max(1.0, self.config.zoom[1])))

    def _augment(self, rgb, sketch, key):
        """Zoom, flip and colour one sample at random; key is an int64 pair."""
        seeds = tf.unstack(tf.random.split(_seed(key), 5))
        size = tf.cast(self.config.size, tf.float32)
        sides = tf.cast(tf.shape(rgb)[:2], tf.float32)
        # From the whole picture on some paper to the short side cut at the edges of the square.
        least = self.config.zoom[0] * size / tf.reduce_max(sides)
        largest = self.config.zoom[1] * size / tf.reduce_min(sides)
        log_scale = tf.random.stateless_uniform(
            [], seeds[0], tf.math.log(least), tf.math.log(largest)
        )
        pair = _scaled(rgb, sketch, tf.exp(log_scale), seeds[1])
        low, high = self.config.saturation
        factor = tf.random.stateless_uniform([], seeds[2], low, high)
        pair = tf.concat([_saturate(pair[..., :3], factor), pair[..., 3:]], axis=-1)
        square = _place(pair, self.config.size, tf.random.stateless_uniform([2], seeds[3]))
        if self.config.flip:
            mirrored = tf.random.stateless_uniform([], seeds[4]) < 0.5
            square = tf.cond(mirrored, lambda: tf.reverse(square, [1]), lambda: square)
        return square

    def _fit(self, rgb, sketch, key):
        """Bring the long side of one sample to the square, in the middle of it."""
        scale = self.config.size / tf.reduce_max(tf.shape(rgb)[:2])
        pair = _scaled(rgb, sketch, tf.cast(scale, tf.float32), _seed(key))
        return _place(pair, self.config.size, tf.constant([0.5, 0.5]))


def read_sample(sample: Sample, limit: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Decode one sample.

    Args:
        sample: What to read.
        limit: Shrink the picture so that its short side is at most so long.

    Returns:
        RGB (H, W, 3) and sketch (H, W, 1), uint8; the sketch is (0, 0, 1) if there is none.

    Raises:
        SgruError: a file is damaged; the line names it.
    """
    colour = read_colour(sample.colour)
    if sample.side_by_side:
        half = colour.width // 2
        sketch = colour.crop((half, 0, 2 * half, colour.height)).convert("L")
        colour = colour.crop((0, 0, half, colour.height))
    else:
        sketch = read_colour(sample.sketch).convert("L") if sample.sketch else None
    scale = min(1.0, limit / min(colour.size)) if limit else 1.0
    size = tuple(max(1, round(side * scale)) for side in colour.size)
    if size != colour.size:
        colour = colour.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    if sketch is None:
        return np.asarray(colour), np.zeros((0, 0, 1), np.uint8)
    if sketch.size != size:
        sketch = sketch.resize(size, Image.Resampling.BOX, reducing_gap=2.0)
    return np.asarray(colour), np.asarray(sketch)[..., None]


def _draw_table(main: int, extras: list[tuple[int, float]]) -> np.ndarray:
    """List the draws of one epoch: each main sample once, the extras as often as their share.

    Returns:
        int64 (draws, 4): the list's first sample and length, the place in the list, and by how
        much that place moves each epoch, so that in time all of a long list is drawn.
    """
    rest = 1.0 - sum(share for _, share in extras)
    draws, first = [(0, main, place, 0) for place in range(main)], main
    for count, share in extras:
        times = max(1, round(main * share / rest)) if count else 0
        move = times if times < count else 0
        draws += [(first, count, place, move) for place in range(times)]
        first += count
    return np.array(draws, "int64")


def _seed(key):
    """Fold an int64 pair to the int32 pair that stateless operations take."""
    return tf.cast(key % np.iinfo(np.int32).max, tf.int32)


def _scaled(rgb, sketch, scale, seed):
    """Resize a sample and give it line art if it has none: (H, W, 4)."""
    sides = tf.cast(tf.shape(rgb)[:2], tf.float32)
    size = tf.maximum(tf.cast(tf.round(sides * scale), tf.int32), 8)
    rgb = tf.image.resize(rgb, size, antialias=True)
    sketch = tf.cond(
        tf.size(sketch) > 0,
        lambda: tf.image.resize(sketch, size, antialias=True),
        lambda: tf.ensure_shape(random_line_art(rgb, seed), (None, None, 1)),
    )
    return tf.concat([rgb, sketch], axis=-1)


def _saturate(rgb, factor):
    grey = tf.image.rgb_to_grayscale(rgb)
    return tf.clip_by_value(grey + (rgb - grey) * factor, 0.0, 255.0)


def _place(pair, side: int, where):
    """Put a picture on a square of white paper, or cut a square out of it; `where` in 0..1."""
    extent = tf.shape(pair)[:2]
    spare = tf.maximum(side - extent, 0)
    before = tf.cast(tf.cast(spare + 1, tf.float32) * where, tf.int32)
    before = tf.minimum(before, spare)
    padding = tf.concat([tf.stack([before, spare - before], axis=1), [[0, 0]]], axis=0)
    pair = tf.pad(pair, padding, constant_values=PAPER)
    excess = tf.maximum(extent - side, 0)
    corner = tf.cast(tf.cast(excess + 1, tf.float32) * where, tf.int32)
    corner = tf.minimum(corner, excess)
    square = tf.slice(pair, tf.concat([corner, [0]], axis=0), (side, side, 4))
    return tf.ensure_shape(square, (side, side, 4))
