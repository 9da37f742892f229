"""Which list each draw of an epoch takes from: the main samples, and the extras by their share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Draws:
    """One epoch's draws; every epoch has the same pattern.

    Sample number n is draw `n % len(lists)` of epoch `n // len(lists)`. With list k and rank r
    there, it is draw number `epoch * times[k] + r` of that list: so each list is gone through
    evenly and without a gap, however often it is drawn from in an epoch.

    Attributes:
        lists: int64 (draws,), the list that each draw takes from; 0 is the main one.
        ranks: int64 (draws,), how many draws before it in the epoch took from the same list.
        times: int64 (lists,), draws of each list in an epoch.
    """

    lists: np.ndarray
    ranks: np.ndarray
    times: np.ndarray

    def __len__(self) -> int:
        return len(self.lists)


def draw_pattern(main: int, extras: list[tuple[int, float]], seed: int) -> Draws:
    """Spread the draws of all lists over an epoch.

    Args:
        main: Samples of the main list; each is drawn once an epoch.
        extras: Samples of each further list, and its share of all draws.
        seed: Decides where in the epoch each list is drawn from.
    """
    rest = 1.0 - sum(share for _, share in extras)
    times = [main, *(max(1, round(main * share / rest)) if n else 0 for n, share in extras)]
    lists = np.repeat(np.arange(len(times)), times)
    if extras:
        # RandomState, because NumPy promises that its stream never changes.
        lists = np.random.RandomState(seed).permutation(lists)
    ranks = np.zeros_like(lists)
    for number, count in enumerate(times):
        ranks[lists == number] = np.arange(count)
    return Draws(*(array.astype("int64") for array in (lists, ranks, np.array(times))))
