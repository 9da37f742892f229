"""The files of a set of shards: training pictures as TFRecords, and an index beside each.

    NAME-00003-of-00064.tfrecord    tf.train.Example of `colour`, `name` and perhaps `lines`
    NAME-00003-of-00064.json        how many records, their names, the file's size and CRC

`colour` is an encoded picture, JPEG of quality 95 without chroma subsampling (colours end at
lines, and halved chroma would bleed over them) or lossless WebP; `lines` is a grey PNG; `name` is
the sample's name. The index is written last: a shard without one is not finished.
"""

from __future__ import annotations

import io
import json
import re
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from sgru_tf.errors import SgruError, one_line
from sgru_tf.files import told_plainly, whole_file
from sgru_tf.quiet import import_quietly
from sgru_tf.reading import as_arrays, fitted
from sgru_tf.remote import read_bytes, size_of

SUFFIX = ".tfrecord"
FORMAT = "sgru_tf shard 1"
_NAME = re.compile(r"^(?P<name>.+)-(?P<number>\d{5})-of-(?P<total>\d{5})\.tfrecord$")


@dataclass(frozen=True)
class Shard:
    """A finished shard, as its index tells of it.

    Attributes:
        path: The TFRecord file; may be in a bucket.
        names: Names of its samples, one for each record, in their order.
        size: Bytes of the file.
        crc: CRC-32 of the file.
        plan: Digest of the pictures and settings of the whole set, the same in each shard of it.
        settings: Settings that the set was written with.
    """

    path: str
    names: tuple[str, ...]
    size: int
    crc: int
    plan: str
    settings: dict

    def __len__(self) -> int:
        return len(self.names)


def shard_name(name: str, number: int, total: int) -> str:
    """Give the file name of a shard; numbers begin with 0."""
    return f"{name}-{number:05d}-of-{total:05d}{SUFFIX}"


def parse_name(file_name: str) -> tuple[str, int, int] | None:
    """Give the name, number and total that `shard_name` made a file name of, or None."""
    match = _NAME.match(file_name)
    return match and (match["name"], int(match["number"]), int(match["total"]))


def index_path(path: str) -> str:
    """Give the path of a shard's index."""
    return path.removesuffix(SUFFIX) + ".json"


def encode(
    name: str, colour: Image.Image, sketch: Image.Image | None, lossless: bool = False
) -> bytes:
    """Make a record.

    Args:
        name: Name of the sample.
        colour: Mode RGB.
        sketch: Mode L and of the same size, or None.
        lossless: Colours as lossless WebP, twice as large as the JPEG.
    """
    import tensorflow as tf

    if lossless:
        values = {"colour": _encoded(colour, "WEBP", lossless=True, quality=50, method=2)}
    else:
        values = {"colour": _encoded(colour, "JPEG", quality=95, subsampling=0)}
    if sketch is not None:
        values["lines"] = _encoded(sketch, "PNG", compress_level=6)
    values["name"] = name.encode("utf-8", "surrogateescape")
    features = {
        key: tf.train.Feature(bytes_list=tf.train.BytesList(value=[value]))
        for key, value in values.items()
    }
    example = tf.train.Example(features=tf.train.Features(feature=features))
    return example.SerializeToString(deterministic=True)


def decode(record: bytes, where: str, limit: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Decode a record.

    Args:
        record: What `encode` made.
        where: What to call it in messages.
        limit: Shrink the picture so that its short side is at most so long.

    Returns:
        RGB (H, W, 3) and sketch (H, W, 1), uint8; the sketch is (0, 0, 1) if there is none.

    Raises:
        SgruError: it is no such record.
    """
    import tensorflow as tf

    with told_plainly(where):
        features = tf.train.Example.FromString(record).features.feature
        pictures = []
        for key, mode in (("colour", "RGB"), ("lines", "L")):
            data = features[key].bytes_list.value if key in features else ()
            pictures.append(_decoded(data[0], mode) if data else None)
        if pictures[0] is None:
            raise SgruError(f"{where}: holds no colours; it was not written by sgru-prepare")
        return as_arrays(*fitted(*pictures, limit))


def write_shard(path: Path, records: Iterable[tuple[str, bytes]], plan: str, settings: dict) -> int:
    """Write a shard, then its index; each is whole, or it is not there.

    Args:
        path: Its file; the name is one of `shard_name`.
        records: Names, and what `encode` made of their samples.
        plan: Digest of the pictures and settings of the whole set.
        settings: The settings, for people and for messages.

    Returns:
        Number of records.

    Raises:
        SgruError: a file cannot be written, or what gives the records has raised it.
    """
    import_quietly("tensorflow")
    import tensorflow as tf

    names = []
    for leftover in path.parent.glob(f".part-*-{path.name}"):
        leftover.unlink(missing_ok=True)
    with whole_file(path) as part:
        try:
            with tf.io.TFRecordWriter(str(part)) as writer:
                for name, record in records:
                    names.append(name)
                    writer.write(record)
        except tf.errors.OpError as error:
            raise SgruError(f"{path}: cannot be written; {one_line(error)}") from error
        data = part.read_bytes()
    index = {"format": FORMAT, "count": len(names), "bytes": len(data), "crc32": zlib.crc32(data)}
    index |= {"plan": plan, "settings": settings, "names": names}
    write_json(Path(index_path(str(path))), index)
    return len(names)


def write_json(path: Path, value) -> None:
    """Write JSON, whole or not at all.

    Raises:
        SgruError: the file cannot be written.
    """
    with whole_file(path) as part:
        part.write_text(json.dumps(value, indent=1) + "\n")


def read_index(path: str) -> Shard:
    """Read what the index of a shard says, and see whether the shard has its size.

    Args:
        path: The shard; may be in a bucket.

    Raises:
        SgruError: the index is missing or not one, or the shard is cut off.
    """
    data = read_bytes(index_path(path))
    try:
        index = json.loads(data)
        if index["format"] != FORMAT:
            raise ValueError(index["format"])
        names = tuple(index["names"])
        shard = Shard(path, names, index["bytes"], index["crc32"], index["plan"], index["settings"])
        if index["count"] != len(names):
            raise ValueError("count")
    except (ValueError, KeyError, TypeError) as error:
        raise SgruError(f"{index_path(path)}: is not the index of a shard") from error
    size = size_of(path)
    if size != shard.size:
        raise SgruError(
            f"{path}: is damaged, {size} bytes instead of {shard.size}; copy it anew, or delete "
            "it and write it again with sgru-prepare"
        )
    return shard


def read_shard(shard: Shard) -> list[memoryview]:
    """Read all records of a shard into memory, and check them.

    Raises:
        SgruError: the shard is damaged or gone.
    """
    data = read_bytes(shard.path)
    records, place = [], 0
    if zlib.crc32(data) == shard.crc:
        view = memoryview(data)
        while place + 16 <= len(data):
            # A TFRecord: 8 bytes of length, 4 of its CRC, the record, 4 of its CRC.
            (length,) = struct.unpack_from("<Q", data, place)
            records.append(view[place + 12 : place + 12 + length])
            place += 16 + length
    if len(records) != len(shard) or place != len(data):
        raise SgruError(
            f"{shard.path}: is damaged, its CRC is wrong; copy it anew, or delete it and write it "
            "again with sgru-prepare"
        )
    return records


def _encoded(picture: Image.Image, form: str, **options) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, form, **options)
    return stream.getvalue()


def _decoded(data: bytes, mode: str) -> Image.Image:
    with Image.open(io.BytesIO(data), formats=("JPEG", "WEBP", "PNG")) as picture:
        return picture.convert(mode)
