"""The order of records: all of them, each once, and the shards of each worker its own."""

import pytest

from sgru_tf.shard_order import ShardOrder


def test_going_on_reads_the_shards_of_the_place_only():
    order = ShardOrder([10] * 64, 0)
    reading = {order.find(3, place)[0] for place in range(320, 328)}
    assert len(reading) == 8


@pytest.mark.parametrize("workers", [2, 4, 8])
def test_each_worker_reads_shards_of_its_own(workers):
    order = ShardOrder([10] * 64, 0)
    read = [
        {order.find(2, place)[0] for place in range(index, order.total, workers)}
        for index in range(workers)
    ]
    assert set.union(*read) == set(range(64))
    assert sum(map(len, read)) == 64


@pytest.mark.parametrize("counts", [[1], [3, 1], [5, 0, 2], [1] * 9, [7, 9, 8, 1, 30, 2, 5, 4, 3]])
def test_an_order_goes_through_all(counts):
    order = ShardOrder(counts, 5)
    everything = {(shard, n) for shard, count in enumerate(counts) for n in range(count)}
    rounds = [[order.find(r, place) for place in range(order.total)] for r in range(3)]
    for drawn in rounds:
        assert len(drawn) == len(everything) and set(drawn) == everything
    assert sum(counts) < 4 or rounds[0] != rounds[1] != rounds[2]
    for place in range(order.total):
        assert 0 <= order.ahead(0, place) < len(counts)


def test_what_will_be_wanted_is_read_ahead():
    order = ShardOrder([100] * 32, 0)
    announced = set()
    for place in range(3200, 3200 + 3200):
        round_, at = divmod(place, order.total)
        shard = (round_, order.find(round_, at)[0])
        # The first shard of each lane has no one to announce it.
        assert at < 800 or shard in announced
        ahead = order.ahead(round_, at)
        announced |= {(round_, ahead), (round_ + 1, ahead)}
