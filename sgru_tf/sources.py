"""Finds the training pictures in a folder, by looking at what lies in it.

Four layouts are known, each either in the folder itself or in its `train/` and `val/`:

- the published one: `images_bw/` and `images_rgb/` with a sketch and its colours of one stem;
- side-by-side pairs: pictures twice as wide as high, colours left, sketch right;
- a plain folder of colour art, whose line art is made on the fly;
- shards of any of these, which `sgru_tf.shards` describes; they may lie in a bucket.

Finding reads headers only, and names everything that cannot be used.
"""

import dataclasses
import hashlib
import itertools
import re
from pathlib import Path

import numpy as np
from PIL import ExifTags

from sgru_tf.errors import SgruError
from sgru_tf.files import SUFFIXES, open_picture
from sgru_tf.images import read_colour
from sgru_tf.remote import is_folder, is_remote, joined, located
from sgru_tf.shard_set import ShardRecords, find_shards

SKETCHES, COLOURS = "images_bw", "images_rgb"
# Smaller pictures hold no drawing, and enlarging them teaches blur.
LEAST_SIDE = 32
# Looking at so many pictures decides whether a folder holds side-by-side pairs.
LOOKED_AT = 12
# What ends the names of all versions of a picture but the first.
_DRAW = re.compile(r"(\.draw\d+)+$")


def draw_name(stem: str, number: int) -> str:
    """Name one of the versions in which a picture's lines were drawn: a, a.draw2, a.draw3.

    Args:
        stem: The picture's name without its extension.
        number: Of the version; the first is 1, and has the name of the picture.
    """
    return stem if number == 1 else f"{stem}.draw{number}"


@dataclasses.dataclass(frozen=True)
class Sample:
    """One training picture.

    Attributes:
        name: Its path within the data folder, without the extension; decides the split.
        colour: File of the colours.
        sketch: File of the line art; the same file where they stand side by side, None where
            the line art is made on the fly.
    """

    name: str
    colour: Path
    sketch: Path | None = None

    @property
    def side_by_side(self) -> bool:
        """Whether one file holds the colours (left) and the sketch (right)."""
        return self.sketch == self.colour


@dataclasses.dataclass(frozen=True)
class Found:
    """What a data folder holds.

    Attributes:
        train: Samples to train on, in the order of their names, or records of shards.
        validation: Samples to validate on, or records of shards.
        problems: One line for each file that cannot be used, and for a `val/` without any.
    """

    train: list[Sample] | ShardRecords
    validation: list[Sample] | ShardRecords
    problems: list[str]


def find_samples(
    folder, validation_share: float = 0.03, seed: int = 0, least_side: int = LEAST_SIDE
) -> Found:
    """Look for training pictures.

    Args:
        folder: The data folder; for shards also a bucket, `gs://...`.
        validation_share: Share of the pictures kept for validation, if there is no `val/`. All
            versions of a picture (see `draw_name`) are kept, or none.
        seed: Of the hash that chooses them.
        least_side: Least side of pictures and of pairs that stand side by side.

    Returns:
        Samples to train on and to validate on, and the problems met.

    Raises:
        SgruError: the folder is missing, or holds nothing usable; a shard is missing.
    """
    folder = located(folder)
    if not is_folder(folder):
        raise SgruError(f"{folder}: no such folder of training pictures")
    problems: list[str] = []
    main, val = joined(folder, "train"), joined(folder, "val")
    main = main if is_folder(main) else folder
    train, held = _look(main, problems, least_side, without=Path(val)), None
    if is_folder(val):
        held = _look(val, problems, least_side)
        if not held:
            problems.append(f"{val}: holds no usable picture; nothing is validated")
    if held is None:
        train, held = _split(train, validation_share, seed)
    if not train:
        why = f"; {len(problems)} cannot be used, the first: {problems[0]}" if problems else ""
        raise SgruError(f"{folder}: no training pictures found{why}")
    return Found(train, held, problems)


def _split(samples, share: float, seed: int):
    """Take the samples to validate on away from those to train on; give both."""
    shards = isinstance(samples, ShardRecords)
    names = samples.names if shards else [sample.name for sample in samples]
    drawn = [_hash(name, seed) for name in names]
    held = [value < share for value in drawn]
    if not any(held) and share:
        # A run without a single picture to judge by would save no best model.
        least = min(drawn, default=0.0)
        held = [value == least for value in drawn]
    if not any(held) or all(held):
        return samples, []
    kept = [not value for value in held]
    if shards:
        return samples.only(kept), samples.only(held)
    return list(itertools.compress(samples, kept)), list(itertools.compress(samples, held))


def _hash(name: str, seed: int) -> float:
    """Give a number in 0..1 that depends on the picture's name and the seed alone."""
    name = _DRAW.sub("", name)
    digest = hashlib.sha256(f"{seed}/{name}".encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") / 2**64


def _look(folder: str, problems: list[str], least: int, without: Path | None = None):
    shards = find_shards(folder)
    if shards is not None:
        return shards
    if is_remote(folder):
        raise SgruError(f"{folder}: holds no shards; pictures are read from disks only")
    return _pictures(Path(folder), problems, least, without)


def _pictures(
    root: Path, problems: list[str], least: int, without: Path | None = None
) -> list[Sample]:
    if (root / SKETCHES).is_dir() and (root / COLOURS).is_dir():
        return _pairs(root, problems)
    sizes = {path: _size(path, problems) for path in _files(root, without)}
    sizes = {path: size for path, size in sizes.items() if size}
    side_by_side = _looks_side_by_side(sizes)
    samples = []
    for path, (width, height) in sizes.items():
        if side_by_side and width != 2 * height:
            problems.append(f"{path}: is not twice as wide as high, as its neighbours are")
        elif _big_enough(path, (height if side_by_side else width, height), problems, least):
            samples.append(Sample(_name(path, root), path, path if side_by_side else None))
    return samples


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).with_suffix("").as_posix()


def _files(root: Path, without: Path | None = None) -> list[Path]:
    """List the pictures in a folder and below it, but not those hidden or in folder `without`."""
    found = (path for path in root.rglob("*") if path.suffix.lower() in SUFFIXES)
    found = (path for path in found if without not in path.parents)
    parts = ((path, path.relative_to(root).parts) for path in found if path.is_file())
    return sorted(path for path, below in parts if not any(p.startswith(".") for p in below))


def _by_name(root: Path, problems: list[str]) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for path in _files(root):
        first = found.setdefault(_name(path, root), path)
        if first != path:
            problems.append(f"{path}: has the name of {first.name}, which is used")
    return found


def _pairs(root: Path, problems: list[str]) -> list[Sample]:
    """Match the published layout by stem; the extensions may differ."""
    sketches, colours = _by_name(root / SKETCHES, problems), _by_name(root / COLOURS, problems)
    for name in sorted(set(sketches) ^ set(colours)):
        path = sketches.get(name) or colours[name]
        problems.append(f"{path}: has no partner in {COLOURS if name in sketches else SKETCHES}")
    samples = []
    for name in sorted(set(sketches) & set(colours)):
        both = colours[name], sketches[name]
        sizes = [_size(path, problems) for path in both]
        if None in sizes or not all(map(_big_enough, both, sizes, [problems] * 2)):
            continue
        ratios = [width / height for width, height in sizes]
        if abs(ratios[0] / ratios[1] - 1) > 0.02:
            problems.append(
                f"{sketches[name]}: is {sizes[1][0]} x {sizes[1][1]}, its colours "
                f"{sizes[0][0]} x {sizes[0][1]}; the two must have the same shape"
            )
            continue
        samples.append(Sample(name, colours[name], sketches[name]))
    return samples


def _size(path: Path, problems: list[str]) -> tuple[int, int] | None:
    """Read width and height from the header, as they are when the picture is upright."""
    try:
        with open_picture(path) as image:
            # Not where EXIF may follow the pixels (PNG): Pillow would decode them to look.
            exif = image.getexif() if "exif" in image.info else {}
            turned = exif.get(ExifTags.Base.Orientation) in (5, 6, 7, 8)
            return image.size[::-1] if turned else image.size
    except SgruError as error:
        problems.append(str(error))
        return None


def _big_enough(
    path: Path, size: tuple[int, int], problems: list[str], least: int = LEAST_SIDE
) -> bool:
    width, height = size
    if min(size) >= least:
        return True
    problems.append(f"{path}: is too small, {width} x {height}; {least} is the least side")
    return False


def _looks_side_by_side(sizes: dict[Path, tuple[int, int]]) -> bool:
    """Tell pairs from wide pictures: the right half of a pair is grey and mostly light."""
    looked_at = list(sizes.items())[:: max(1, len(sizes) // LOOKED_AT)]
    votes = [size[0] == 2 * size[1] and _right_half_is_sketch(path) for path, size in looked_at]
    return sum(votes) > len(votes) / 2


def _right_half_is_sketch(path: Path) -> bool:
    try:
        pixels = np.asarray(read_colour(path).resize((128, 64)), np.int16)[:, 64:]
    except SgruError:
        return False
    return np.median(np.ptp(pixels, axis=-1)) < 16 and np.median(pixels) > 160
