"""Measures a picture: its size within its borders, its colour, and what it is alike to."""

from __future__ import annotations

import base64
import dataclasses
import hashlib

import numpy as np
from PIL import Image

from sgru_tf.borders import inner_box
from sgru_tf.errors import SgruError
from sgru_tf.reading import read_pictures
from sgru_tf.sources import Sample

# Distance of the channels, in grey levels, over which a pixel counts as coloured: pale pictures
# keep over it, the noise of JPEG and the tint of paper under it.
_COLOURED = 12
THUMB = 8
"""Side of the thumbnail by which pictures of like structure are compared."""


@dataclasses.dataclass(frozen=True)
class Look:
    """What is to be known of a picture to choose among thousands.

    Attributes:
        name: Its name in the collection.
        problem: Why it cannot be read; all else is then empty.
        size: Width and height of the colours as they are.
        box: The part within borders; left, top, right, bottom.
        colour: Share of the pixels that have a colour, 0 to 1.
        hash: 64 bits of structure: which of two neighbours in a grid of 9 x 8 is lighter.
        thumb: RGB of a grid of THUMB x THUMB, as base64.
        digest: Of the bytes of its files.
    """

    name: str
    problem: str = ""
    size: tuple[int, int] = (0, 0)
    box: tuple[int, int, int, int] = (0, 0, 0, 0)
    colour: float = 0.0
    hash: int = 0
    thumb: str = ""
    digest: str = ""

    @property
    def inner(self) -> tuple[int, int]:
        """Width and height within borders."""
        left, top, right, bottom = self.box
        return right - left, bottom - top

    @property
    def cropped(self) -> bool:
        """Whether there are borders."""
        return self.inner != self.size

    def colours(self) -> np.ndarray:
        """Give the thumbnail, int16 (THUMB * THUMB * 3,)."""
        return np.frombuffer(base64.b64decode(self.thumb), np.uint8).astype(np.int16)

    @classmethod
    def from_dict(cls, values: dict) -> Look:
        """Give back what `dataclasses.asdict` and JSON made of it."""
        return cls(**values | {key: tuple(values[key]) for key in ("size", "box")})


def look_at(name: str, sample: Sample, crop: bool) -> Look:
    """Measure a picture.

    Args:
        name: Its name in the collection.
        sample: Its files.
        crop: Look for borders; not done where there is a sketch, which must keep its place.

    Returns:
        What was found; unreadable pictures have a `problem`.
    """
    try:
        picture, sketch = read_pictures(sample)
        digest = hashlib.blake2b(digest_size=16)
        for path in dict.fromkeys(filter(None, (sample.colour, sample.sketch))):
            digest.update(path.read_bytes())
    except SgruError as error:
        return Look(name, str(error))
    except OSError as error:
        return Look(name, f"{sample.colour}: {error.strerror}")
    box = (0, 0, *picture.size)
    if crop and sketch is None:
        box = inner_box(np.asarray(picture))
    inner = picture.crop(box)
    small = inner.resize((72, 64), Image.Resampling.BOX)
    channels = np.asarray(small).astype(np.int16)
    colour = float((np.ptp(channels, axis=-1) > _COLOURED).mean())
    thumb = small.resize((THUMB, THUMB), Image.Resampling.BOX).tobytes()
    return Look(
        name,
        size=picture.size,
        box=box,
        colour=round(colour, 4),
        hash=difference_hash(small),
        thumb=base64.b64encode(thumb).decode(),
        digest=digest.hexdigest(),
    )


def difference_hash(picture: Image.Image) -> int:
    """Give 64 bits: in a grid of 9 x 8, whether each place is darker than the next to its right."""
    grid = picture.convert("L").resize((9, 8), Image.Resampling.BOX)
    greys = np.asarray(grid).astype(np.int16)
    bits = greys[:, :-1] < greys[:, 1:]
    return int.from_bytes(np.packbits(bits).tobytes(), "big")
