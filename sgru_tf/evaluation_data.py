"""Pictures to evaluate on: sketches at the working size, beside their true colours if known.

Both sides of a picture are brought to the working size by their long side, in proportion. Line
art is drawn at that size, as validation draws it: the style of picture number i of a folder is a
function of i alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from PIL import Image

from sgru_tf.config import TrainConfig
from sgru_tf.errors import SgruError
from sgru_tf.folder import plan
from sgru_tf.images import read_sketch, working_shape
from sgru_tf.levelling import level_paper
from sgru_tf.metrics import SSIM_WINDOW
from sgru_tf.quiet import import_quietly
from sgru_tf.reading import read_sample
from sgru_tf.remote import is_folder, joined, located
from sgru_tf.shard_set import ShardRecords
from sgru_tf.shard_stream import ShardStream
from sgru_tf.sources import Found, Sample, find_samples

STYLES = ("random", "clean")
"""Line art as training draws it, in a style of its own for each picture; or even black lines."""


@dataclass(frozen=True)
class Picture:
    """What is judged.

    Attributes:
        name: Of the file, to show.
        sketch: uint8 (h, w), 0 = ink, 255 = paper; the long side is the working size.
        truth: The true colours, uint8 (h, w, 3), or None.
    """

    name: str
    sketch: np.ndarray
    truth: np.ndarray | None = None


def find_pictures(data, held_back: TrainConfig | None = None) -> Found:
    """Look for pictures whose true colours are known, as training looks for its own.

    Args:
        data: A folder, or a bucket of shards, as `train.py` takes it. What lies in its `val/` is
            taken if there is one.
        held_back: Of a folder without `val/`, take only the pictures that a training with these
            settings holds back from learning; all if None.

    Returns:
        The pictures as `validation`, and what is wrong with the others.

    Raises:
        SgruError: the folder is missing, or holds nothing usable.
    """
    data = located(data)
    if is_folder(joined(data, "val")):
        data, held_back = joined(data, "val"), None
    if held_back is None:
        found = find_samples(data, validation_share=0.0)
        return replace(found, train=[], validation=found.train)
    found = find_samples(data, held_back.validation_share, held_back.seed)
    if not found.validation:
        raise SgruError(f"{data}: training holds no picture of it back; leave --held-back out")
    return found


class TruePictures:
    """Pictures with their true colours, read when asked for.

    Args:
        samples: What `find_pictures` found.
        size: Long side in pixels to which both sides are brought.
        style: One of STYLES; for those whose line art must be drawn.
        count: At most so many, evenly spread; all if None. Records of shards are then kept in
            memory, as they are read twice.

    Attributes:
        drawn: Whether line art had to be drawn for any picture read so far.
    """

    def __init__(
        self,
        samples: list[Sample] | ShardRecords,
        size: int,
        style: str = "random",
        count: int | None = None,
    ):
        """Choose the pictures; none is read yet."""
        self.drawn = False
        self._size, self._style, self._fitted = size, style, None
        self._numbers = spread(len(samples), count)
        # Shrunk by the same steps as in validation, so that both judge the same pixels.
        limit = int(np.ceil(size * max(1.0, TrainConfig().zoom[1])))
        if isinstance(samples, ShardRecords):
            stream = ShardStream(samples, 0, limit)
            self._names = self._places = samples.names
            self._decode = lambda number: stream.at(number, keep=count is not None)
        else:
            self._names = [sample.name for sample in samples]
            self._places = [str(sample.colour) for sample in samples]
            self._decode = lambda number: read_sample(samples[number], limit)

    def __len__(self) -> int:
        """Number of pictures."""
        return len(self._numbers)

    def mean_colour(self, index: int) -> np.ndarray:
        """Give the mean RGB of a picture, float (3,).

        Raises:
            SgruError: a file is damaged; the line names it.
        """
        return self._decode(self._numbers[index])[0].mean(axis=(0, 1))

    def read(self, index: int) -> Picture:
        """Read a picture.

        Raises:
            SgruError: a file is damaged, or the picture too narrow; the line names it.
        """
        import_quietly("tensorflow")
        import tensorflow as tf

        if self._fitted is None:
            signature = [tf.TensorSpec((None, None, n), tf.uint8) for n in (3, 1)]
            signature += [tf.TensorSpec((2,), tf.int32)] * 2
            self._fitted = tf.function(self._fit, input_signature=signature, autograph=False)
        number = self._numbers[index]
        rgb, sketch = self._decode(number)
        width, height = working_shape(rgb.shape[1], rgb.shape[0], self._size)
        if min(width, height) < SSIM_WINDOW:
            raise SgruError(
                f"{self._places[number]}: is too narrow, {width} x {height} when its long side is "
                f"brought to {self._size}; judge it at a larger --size"
            )
        both = self._fitted(rgb, sketch, (height, width), (TrainConfig().seed, number)).numpy()
        both = np.rint(np.clip(both, 0, 255)).astype(np.uint8)
        self.drawn = self.drawn or not sketch.size
        return Picture(self._names[number], both[..., 3], both[..., :3])

    def _fit(self, rgb, sketch, size, seed):
        """Resize a sample and give it line art if it has none: (h, w, 4) float32."""
        import tensorflow as tf

        from sgru_tf.linework import line_art, random_line_art

        rgb = tf.image.resize(tf.cast(rgb, tf.float32), size, antialias=True)

        def draw():
            if self._style == "clean":
                return line_art(rgb, relative=True)
            return random_line_art(rgb, seed)

        lines = tf.cond(
            tf.size(sketch) > 0,
            lambda: tf.image.resize(tf.cast(sketch, tf.float32), size, antialias=True),
            lambda: tf.ensure_shape(draw(), (None, None, 1)),
        )
        return tf.concat([rgb, lines], axis=-1)


class Sketches:
    """Sketches whose true colours nobody knows, read when asked for, as `infer.py` reads them.

    Args:
        paths: Their files.
        size: Long side in pixels to which they are brought.
        count: At most so many, evenly spread; all if None.
    """

    drawn = False

    def __init__(self, paths: Sequence[Path], size: int, count: int | None = None):
        """Choose the sketches; none is read yet."""
        self._paths = [paths[number] for number in spread(len(paths), count)]
        self._size = size

    def __len__(self) -> int:
        """Number of sketches."""
        return len(self._paths)

    def mean_colour(self, index: int) -> None:
        """Give None: the true colours are not known."""

    def read(self, index: int) -> Picture:
        """Read a sketch, its paper made white.

        Raises:
            SgruError: the file is damaged; the line names it.
        """
        path = self._paths[index]
        line = level_paper(read_sketch(path).grey)
        size = working_shape(line.shape[1], line.shape[0], self._size)
        small = Image.fromarray(line).resize(size, Image.Resampling.BILINEAR)
        return Picture(path.stem, np.asarray(small))


def find_sketches(data) -> tuple[list[Path], list[str]]:
    """Look for sketches in a folder and below it, but not among results of `infer.py`.

    Args:
        data: The folder; or one sketch.

    Returns:
        The files, and what is wrong with others.

    Raises:
        SgruError: there are none.
    """
    jobs, problems, own = plan([Path(data)], recursive=True)
    if not jobs:
        why = problems[0] if problems else f"{data}: no sketches, only {own} results of infer.py"
        raise SgruError(why)
    return [job.source for job in jobs], problems


def spread(total: int, count: int | None) -> list[int]:
    """Choose at most `count` of `total` places, evenly spread, as validation chooses them."""
    if count is None or count >= total:
        return list(range(total))
    return np.linspace(0, total - 1, count).astype(int).tolist()
