"""The order in which the records of a set of shards are drawn: a function of seed and number.

One round goes through every record once. The shards are put in a random order, the records of
each in a random order of their own, and the whole row of records is cut into up to eight equal
lanes. Draws take turns between the lanes: neighbouring samples come from different shards, and of
two workers, which take every other number, each reads the shards of its own lanes.

To know what is drawn at any place, nothing has to be read, and to read on from there, no more
than the shards that the lanes are in.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np

MOST_LANES = 8
"""So many shards are read from at a time."""


class ShardOrder:
    """Where each draw lies.

    Args:
        counts: Records of each shard that take part.
        seed: Of all orders.

    Attributes:
        total: Records in a round.
        lanes: Lanes: a power of two, at most MOST_LANES and the number of shards.
    """

    def __init__(self, counts: Sequence[int], seed: int):
        self.counts = np.array(counts, "int64")
        self.seed = seed
        self.total = int(self.counts.sum())
        self.lanes = 1
        while 2 * self.lanes <= min(MOST_LANES, len(self.counts)):
            self.lanes *= 2
        self._row = lru_cache(4)(self._row)
        self._within = lru_cache(8 * MOST_LANES)(self._within)

    def find(self, round_: int, place: int) -> tuple[int, int]:
        """Give the shard, and the record among those of it that take part.

        Args:
            round_: Number of the pass through all records.
            place: Draw within the round, 0 to `total` - 1.
        """
        lane, step = place % self.lanes, place // self.lanes
        each, more = divmod(self.total, self.lanes)
        # The first lanes are longer by one where the records do not divide evenly.
        position = lane * each + min(lane, more) + step
        order, ends = self._row(round_)
        nth = int(np.searchsorted(ends, position, side="right"))
        shard = int(order[nth])
        offset = position - int(ends[nth] - self.counts[shard])
        return shard, int(self._within(round_, shard)[offset])

    def ahead(self, round_: int, place: int) -> int:
        """Give a shard that the lane of a draw will soon be in, so that it can be read by then.

        How soon differs from lane to lane, lest all want the disk at once.
        """
        lane = place % self.lanes
        steps = self.total * (1 + lane) // (2 * self.lanes * len(self.counts)) + 1
        later = place + self.lanes * steps
        return self.find(round_ + later // self.total, later % self.total)[0]

    def _row(self, round_: int):
        """Give the order of the shards in a round, and where each ends in the row of records."""
        # RandomState, because NumPy promises that its stream never changes.
        order = np.random.RandomState([1, self.seed, round_]).permutation(len(self.counts))
        return order, np.cumsum(self.counts[order])

    def _within(self, round_: int, shard: int) -> np.ndarray:
        generator = np.random.RandomState([2, self.seed, round_, shard])
        return generator.permutation(int(self.counts[shard]))
