"""Pipelines of training samples: (B, S, S, 4) float32, RGB 0..255 and the sketch 0..255.

With hints (B, S, S, 8): the hint's RGB 0..255 and its mask 0..1 follow.

Every sample is a function of its number and the seed alone: number i of a run is always the same
picture with the same crop, flip and line style. A run that resumes at sample i asks for the
samples from i on, and gets what it would have got without the interruption.

Colours are composited on white. White paper surrounds a picture that does not fill the square.
"""

import numpy as np
import tensorflow as tf

from sgru_tf.config import TrainConfig
from sgru_tf.draws import draw_pattern
from sgru_tf.errors import SgruError
from sgru_tf.hint_drawing import simulate_hints
from sgru_tf.linework import random_line_art
from sgru_tf.picture_list import PictureList
from sgru_tf.reading import read_sample
from sgru_tf.shard_set import ShardRecords
from sgru_tf.shard_stream import ShardStream
from sgru_tf.sources import Sample

__all__ = ["PictureData", "read_sample"]

PAPER = 255.0


class PictureData:
    """Samples of one or several folders, as endless or finite `tf.data` pipelines.

    Args:
        samples: The main samples, files or shards; one epoch is one pass through them.
        config: Size of the squares, augmentation and seed.
        extras: Further samples and the share of all draws that each list gets. A list with
            fewer samples than draws in an epoch is repeated, a longer one takes several epochs.
        hints: Draw hints: for some of the training samples, and for all validation samples.

    Attributes:
        samples: The main samples.
        failure: What ended a pipeline, a damaged shard for one; TensorFlow's own exception hides
            it in other text.

    Raises:
        SgruError: the shares leave nothing for the main samples, no picture of a list can be
            decoded, or a shard is damaged.
    """

    def __init__(
        self,
        samples: list[Sample] | ShardRecords,
        config: TrainConfig,
        extras: tuple[tuple[list[Sample] | ShardRecords, float], ...] = (),
        hints: bool = False,
    ):
        shares = [share for _, share in extras]
        if not all(share > 0 for share in shares) or sum(shares) >= 1:
            raise SgruError(
                "the shares of the extra folders must be above 0 and add up to less than 1, "
                f"not {', '.join(map(str, shares))}"
            )
        self.samples = samples
        self.config, self.hints = config, hints
        self.failure: SgruError | None = None
        self._lists = [self._source(listed) for listed in (samples, *(e for e, _ in extras))]
        counted = [(len(extra), share) for extra, share in extras]
        self._draws = draw_pattern(len(samples), counted, config.seed)
        # Tells here, where it can be understood, that nothing can be decoded at all.
        for source in self._lists:
            if len(source):
                source.at(0)

    @property
    def epoch(self) -> int:
        """Samples in one epoch, the extra ones included."""
        return len(self._draws)

    @property
    def problems(self) -> list[str]:
        """One line for each picture that could not be decoded; grows while the data is used."""
        return [problem for source in self._lists for problem in source.problems]

    def training(self, start: int, batch: int, shard=(1, 0)) -> tf.data.Dataset:
        """Give the endless pipeline of shuffled, augmented batches.

        Args:
            start: Number of the first sample; a multiple of the number of shards.
            batch: Samples a batch.
            shard: Number of shards and index of this one: with (2, 1) the odd samples come.
        """
        numbers = tf.data.Dataset.range(start + shard[1], np.iinfo(np.int64).max, shard[0])
        seed = tf.constant(self.config.seed, tf.int64)
        lists, ranks = tf.constant(self._draws.lists), tf.constant(self._draws.ranks)
        times = tf.constant(self._draws.times)
        # An empty list is never drawn from.
        counts = tf.constant([max(1, len(source)) for source in self._lists], tf.int64)

        @tf.autograph.experimental.do_not_convert
        def sample(number):
            epoch, place = number // len(self._draws), number % len(self._draws)
            which = lists[place]
            drawn, count = epoch * times[which] + ranks[place], counts[which]
            once, place = drawn // count, drawn % count
            shuffled = tf.random.experimental.index_shuffle(
                place, tf.stack([seed, once]), count - 1
            )
            pair = self._decoded(self._drawn, [which, once, place, shuffled])
            return self._augment(*pair, tf.stack([seed, number]))

        samples = numbers.map(sample, num_parallel_calls=tf.data.AUTOTUNE)
        return samples.batch(batch, drop_remainder=True).prefetch(2)

    def validation(self, batch: int, count: int | None = None) -> tf.data.Dataset:
        """Give the main samples in order, uncropped, unflipped, in a line style of each one's own.

        Args:
            batch: Samples a batch; the last may have fewer.
            count: At most so many samples, taken evenly from all; records of shards are then
                kept in memory for the next time.
        """
        indices = np.arange(len(self.samples))
        if count is not None and count < len(indices):
            indices = indices[np.linspace(0, len(indices) - 1, count).astype(int)]

        def read(index):
            return self._lists[0].at(int(index), keep=count is not None)

        @tf.autograph.experimental.do_not_convert
        def sample(index):
            key = tf.stack([tf.cast(self.config.seed, tf.int64), index])
            return self._fit(*self._decoded(read, [index]), key)

        samples = tf.data.Dataset.from_tensor_slices(indices.astype("int64"))
        samples = samples.map(sample, num_parallel_calls=tf.data.AUTOTUNE)
        return samples.batch(batch).prefetch(1)

    def _source(self, listed) -> PictureList | ShardStream:
        # The short side beyond which detail would be thrown away anyway.
        limit = int(np.ceil(self.config.size * max(1.0, self.config.zoom[1])))
        if isinstance(listed, ShardRecords):
            return ShardStream(listed, self.config.seed, limit)
        return PictureList(listed, limit)

    def _drawn(self, which, once, place, shuffled):
        return self._lists[which].drawn(int(once), int(place), int(shuffled))

    def _decoded(self, read, numbers):
        """Read one sample: RGB (H, W, 3) and sketch (H, W, 1) or (0, 0, 1), float32."""

        def noted(*given):
            try:
                return read(*given)
            except SgruError as error:
                self.failure = error
                raise

        rgb, sketch = tf.numpy_function(noted, numbers, [tf.uint8, tf.uint8], stateful=False)
        rgb.set_shape((None, None, 3))
        sketch.set_shape((None, None, 1))
        return tf.cast(rgb, tf.float32), tf.cast(sketch, tf.float32)

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
        return self._hinted(square, key) if self.hints else square

    def _fit(self, rgb, sketch, key):
        """Bring the long side of one sample to the square, in the middle of it."""
        scale = self.config.size / tf.reduce_max(tf.shape(rgb)[:2])
        pair = _scaled(rgb, sketch, tf.cast(scale, tf.float32), _seed(key))
        square = _place(pair, self.config.size, tf.constant([0.5, 0.5]))
        return self._hinted(square, key, none=0.0) if self.hints else square

    def _hinted(self, square, key, **options):
        seed = tf.random.fold_in(_seed(key), 1)
        hints = simulate_hints(square[..., :3], square[..., 3:], seed, **options)
        return tf.concat([square, hints], axis=-1)


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
    square = tf.ensure_shape(square, (side, side, 4))
    # Through maps of nothing but 0 the norms have no finite gradient.
    black = tf.reduce_max(square[..., 3]) < 1.0
    return tf.where(black & [False, False, False, True], PAPER, square)
