"""Reads samples out of shards: few at a time in memory, the next ones in the background."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future

import numpy as np

from sgru_tf.shard_order import ShardOrder
from sgru_tf.shard_set import ShardRecords
from sgru_tf.shards import Shard, decode, read_shard

# Shards read from the disk or the network at the same time.
_AT_ONCE = 4


class ShardStream:
    """Samples of shards, in the random order of training or by their place.

    Memory: the lanes of `ShardOrder` (eight at most) with a shard each, and the next one of each.

    Args:
        records: What `find_samples` has found.
        seed: Of the order.
        limit: Short side to which larger pictures are shrunk.

    Attributes:
        problems: Always empty: a damaged shard is an error, not a picture to be replaced.
    """

    def __init__(self, records: ShardRecords, seed: int, limit: int):
        self.records, self.limit = records, limit
        self.problems: list[str] = []
        self._order = ShardOrder([len(chosen) for chosen in records.chosen], seed)
        self._ends = np.cumsum([len(chosen) for chosen in records.chosen])
        self._cache = _Cache(records.shards, 2 * self._order.lanes + 2)
        self._in_order = _Cache(records.shards, 2)
        self._kept: dict[int, bytes] = {}

    def __len__(self) -> int:
        return len(self.records)

    def drawn(self, round_: int, place: int, _shuffled: int) -> tuple[np.ndarray, np.ndarray]:
        """Decode the sample that a round (one pass through all) has at a place.

        Args:
            round_: Number of the pass.
            place: Draw within it.
            _shuffled: Not used: shards have an order of their own.

        Returns:
            RGB (H, W, 3) and sketch (H, W, 1) or (0, 0, 1), uint8.

        Raises:
            SgruError: the shard is damaged or gone.
        """
        shard, nth = self._order.find(round_, place)
        self._cache.want(self._order.ahead(round_, place))
        number = int(self.records.chosen[shard][nth])
        return self._decode(shard, number, self._cache.record(shard, number))

    def at(self, index: int, keep: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Decode the sample at a place in the order of the shards.

        Args:
            index: Its place.
            keep: Keep the record in memory, as it will be asked for again.

        Returns:
            RGB (H, W, 3) and sketch (H, W, 1) or (0, 0, 1), uint8.

        Raises:
            SgruError: the shard is damaged or gone.
        """
        shard = int(np.searchsorted(self._ends, index, side="right"))
        chosen = self.records.chosen[shard]
        number = int(chosen[index - int(self._ends[shard]) + len(chosen)])
        record = self._kept.get(index)
        if record is None:
            record = self._in_order.record(shard, number)
        if keep:
            self._kept[index] = record
        return self._decode(shard, number, record)

    def _decode(self, shard: int, number: int, record: bytes):
        where = f"{self.records.shards[shard].path}, record {number}"
        return decode(record, where, self.limit)


class _Cache:
    """The shards that were wanted last, each read once, in threads of their own."""

    def __init__(self, shards: tuple[Shard, ...], most: int):
        self._shards, self._most = shards, most
        self._loaded: OrderedDict[int, Future] = OrderedDict()
        self._lock = threading.Lock()
        self._slots = threading.Semaphore(_AT_ONCE)

    def want(self, number: int) -> Future:
        """Have a shard read if it is not in memory; the one not wanted for longest goes."""
        with self._lock:
            future = self._loaded.get(number)
            if future is None:
                future = self._loaded[number] = Future()
                # No pool: the interpreter would wait for its threads at the end.
                threading.Thread(target=self._load, args=(number, future), daemon=True).start()
            self._loaded.move_to_end(number)
            while len(self._loaded) > self._most:
                self._loaded.popitem(last=False)
        return future

    def record(self, number: int, record: int) -> bytes:
        return bytes(self.want(number).result()[record])

    def _load(self, number: int, future: Future) -> None:
        with self._slots:
            try:
                future.set_result(read_shard(self._shards[number]))
            except BaseException as error:  # whoever waits for the shard is to be told
                future.set_exception(error)
