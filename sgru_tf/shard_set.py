"""Finds shards in a folder or a bucket, and sees that each set of them is complete."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from sgru_tf.errors import SgruError
from sgru_tf.remote import joined, names_in
from sgru_tf.shards import SUFFIX, Shard, index_path, parse_name, read_index, shard_name

# Indexes are small, and a bucket takes its time for each.
_READERS = 16


@dataclass(frozen=True, eq=False)
class ShardRecords:
    """Records of shards, all or some of them; stands where a list of samples could stand.

    Attributes:
        shards: The shards.
        chosen: For each shard the numbers of its records that take part, rising.
    """

    shards: tuple[Shard, ...]
    chosen: tuple[np.ndarray, ...]

    def __len__(self) -> int:
        return sum(map(len, self.chosen))

    @property
    def names(self) -> list[str]:
        """Names of the samples, in the order of the shards."""
        pairs = zip(self.shards, self.chosen, strict=True)
        return [shard.names[number] for shard, chosen in pairs for number in chosen]

    def only(self, wanted: Sequence[bool]) -> ShardRecords:
        """Give those records for which `wanted`, as long as this, is true."""
        wanted = np.asarray(wanted, bool)
        ends = np.cumsum([len(chosen) for chosen in self.chosen])
        parts = np.split(wanted, ends[:-1])
        pairs = zip(self.chosen, parts, strict=True)
        return ShardRecords(self.shards, tuple(chosen[part] for chosen, part in pairs))


def find_shards(folder: str) -> ShardRecords | None:
    """Look for shards.

    Args:
        folder: Folder, or bucket, that they lie in directly.

    Returns:
        All their records; None if there is no TFRecord file.

    Raises:
        SgruError: a shard or an index is missing, cut off or of another set than its neighbours.
    """
    names = names_in(folder)
    # Hidden files are what is being written at this moment.
    files = [name for name in names if name.endswith(SUFFIX) and not name.startswith(".")]
    if not files:
        return None
    sets: dict[tuple[str, int], set[int]] = defaultdict(set)
    for file in files:
        parsed = parse_name(file)
        if parsed is None:
            raise SgruError(
                f"{joined(folder, file)}: is not named as a shard, {shard_name('NAME', 3, 64)}"
            )
        name, number, total = parsed
        sets[name, total].add(number)
    shards: list[Shard] = []
    for (name, total), numbers in sorted(sets.items()):
        wanted = [shard_name(name, number, total) for number in range(total)]
        _tell_missing(folder, [wanted[n] for n in range(total) if n not in numbers], total)
        _tell_missing(folder, [n for n in map(index_path, wanted) if n not in set(names)], total)
        with ThreadPoolExecutor(_READERS) as pool:
            found = list(pool.map(read_index, [joined(folder, file) for file in wanted]))
        odd = next((shard for shard in found if shard.plan != found[0].plan), None)
        if odd:
            raise SgruError(
                f"{odd.path}: was written from other pictures or with other settings than "
                f"{wanted[0]}; write all parts of a set from the same"
            )
        shards += found
    return ShardRecords(tuple(shards), tuple(np.arange(len(shard)) for shard in shards))


def _tell_missing(folder: str, missing: list[str], total: int) -> None:
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        raise SgruError(
            f"{joined(folder, missing[0])}{more} of {total} shards: missing or not finished; copy "
            "it there, or write it with sgru-prepare"
        )
