"""Finds pictures that are the same but for their size, their compression or their brightness."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from sgru_tf.looking import Look

# Mean distance of two thumbnails, in grey levels, under which the colours are the same. The hash
# sees structure alone: without this, a drawing coloured anew would count as a copy, and so would
# many a pair of pictures that are mostly one flat ground.
SAME_COLOURS = 8.0
# The distance of any one place of them, lest a small part that differs be lost in the mean.
SAME_PLACE = 40


def find_copies(looks: list[Look], distance: int) -> dict[str, str]:
    """Tell which pictures are copies of which.

    The largest come first; a picture that is alike to one that stays is a copy of it. So
    nothing is a copy of a copy, and of a chain of pictures that change little by little some
    stay.

    Args:
        looks: Readable pictures.
        distance: Bits, 0 to 15, by which the hashes of like pictures may differ.

    Returns:
        For the name of each copy the name of the picture that stays.
    """
    order = sorted(looks, key=lambda look: (-look.inner[0] * look.inner[1], look.name))
    hashes = np.array([look.hash for look in order], np.uint64)
    bands = _bands(hashes, distance)
    kept = np.zeros(len(order), bool)
    copies: dict[str, str] = {}
    for number, look in enumerate(order):
        near = [before[kept[before]] for before in (band.before(number) for band in bands)]
        near = np.unique(np.concatenate(near))
        near = near[np.bitwise_count(hashes[near] ^ hashes[number]) <= distance]
        same = next((other for other in near if _same(order[other], look)), None)
        if same is None:
            kept[number] = True
        else:
            copies[look.name] = order[same].name
    return copies


def _same(one: Look, other: Look) -> bool:
    apart = np.abs(one.colours() - other.colours())
    return bool(apart.mean() <= SAME_COLOURS and apart.max() <= SAME_PLACE)


class _Band:
    """Some bits of all hashes, sorted, so that hashes with the same bits lie together."""

    def __init__(self, bits: np.ndarray):
        self._sorted = np.argsort(bits, kind="stable")
        self._places = np.empty_like(self._sorted)
        self._places[self._sorted] = np.arange(len(bits))
        self._starts = np.searchsorted(bits[self._sorted], bits)

    def before(self, number: int) -> np.ndarray:
        """Give the numbers below this one that have the same bits."""
        return self._sorted[self._starts[number] : self._places[number]]


def _bands(hashes: np.ndarray, distance: int) -> list[_Band]:
    """Cut 64 bits into one band more than the distance.

    Two hashes that differ in no more bits than that are equal in at least one band, so only those
    that share a band need be compared.
    """
    edges = np.linspace(0, 64, distance + 2).astype(int).tolist()
    cut = np.uint64
    return [
        _Band(hashes >> cut(low) & cut((1 << (high - low)) - 1)) for low, high in pairwise(edges)
    ]
