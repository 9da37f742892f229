"""What is kept of the maps of a network: few enough numbers and planes to show."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgru_tf.change import Change, change_map, reach, total_change

SHUT, OPEN = 0.1, 0.9
"""A gate is nearly shut below the one, nearly open above the other."""

CHANNELS = 5
"""Channels of a stage that are kept."""

EXTREMES = 2
"""Channels of a gate that are kept at either end."""

MULTIPLE = 32
"""The working sketch is padded to multiples of so many pixels."""

_ALIKE = 0.9  # correlation from which on one of two channels says it all


@dataclass(frozen=True)
class Plane:
    """One map (h, w), float32, and what it is.

    Attributes:
        values: The map.
        channel: Its channel, from 0 on; None for all of them together.
    """

    values: np.ndarray
    channel: int | None = None

    @property
    def mean(self) -> float:
        """The mean of the map."""
        return float(self.values.mean(dtype=np.float64))


@dataclass(frozen=True)
class Stage:
    """What a stage hands on.

    Attributes:
        name: As `sgru_tf.recording` names it.
        step: Side of a place of the map, in pixels of the working sketch.
        channels: How many there are.
        strength: Mean of the absolute values over all channels.
        varying: The channels with the largest standard deviation, of those that are alike only
            the first.
    """

    name: str
    step: int
    channels: int
    strength: Plane
    varying: list[Plane]

    @classmethod
    def of(cls, name: str, step: int, values: np.ndarray) -> Stage:
        """Look at a map (h, w, C)."""
        return cls(name, step, values.shape[-1], Plane(np.abs(values).mean(-1)), _varying(values))


@dataclass(frozen=True)
class Gate:
    """How far a swish gate is open, 0 to 1.

    Attributes:
        name: As `sgru_tf.recording` names it.
        step: Side of a place of the map, in pixels of the working sketch.
        channels: How many there are.
        mean: Mean over the channels.
        nearly_shut: Part of all places and channels that is less than SHUT open.
        nearly_open: Part that is more than OPEN open.
        most_open: The channels with the largest means, at most EXTREMES.
        most_shut: Those with the smallest, the smallest first.
    """

    name: str
    step: int
    channels: int
    mean: Plane
    nearly_shut: float
    nearly_open: float
    most_open: list[Plane]
    most_shut: list[Plane]

    @classmethod
    def of(cls, name: str, step: int, values: np.ndarray) -> Gate:
        """Look at a map (h, w, C) of 0 to 1."""
        order = np.argsort(values.mean(axis=(0, 1), dtype=np.float64), kind="stable")
        kept = min(EXTREMES, len(order) // 2)  # none is at both ends
        most_shut, most_open = (
            [Plane(values[..., channel].copy(), int(channel)) for channel in chosen[:kept]]
            for chosen in (order, order[::-1])
        )
        mean = Plane(values.mean(-1))
        shut, open_ = float((values < SHUT).mean()), float((values > OPEN).mean())
        return cls(name, step, len(order), mean, shut, open_, most_open, most_shut)


class Looker:
    """Sees a network run without hints, and then with some.

    Args:
        shape: Height and width of the working sketch: the network sees it padded, and what lies
            in the padding is left out of everything.
        keep: Keep whole maps for `compare`; they take much memory.

    Attributes:
        stages: By name, in the order of the network.
        gates: Likewise.
    """

    def __init__(self, shape: tuple[int, int], *, keep: bool = False):
        self.shape = shape
        self.stages: dict[str, Stage] = {}
        self.gates: dict[str, Gate] = {}
        self._kept: dict[str, np.ndarray] | None = {} if keep else None

    def see(self, kind: str, name: str, values: np.ndarray) -> None:
        """Take in a map, as `sgru_tf.recording.See`."""
        values, step = self._cropped(values)
        if kind == "gate":
            self.gates[name] = Gate.of(name, step, values)
            return
        self.stages[name] = Stage.of(name, step, values)
        if self._kept is not None:
            self._kept[name] = values

    def compare(self, distance: np.ndarray):
        """Begin to compare with what is seen next.

        Args:
            distance: To the hints, from `sgru_tf.change.distance_to`.

        Returns:
            What to tell the maps to, and a dictionary of `Change`s that it fills.
        """
        found: dict[str, Change] = {}

        def see(kind: str, name: str, values: np.ndarray) -> None:
            if kind != "stage":
                return
            values, step = self._cropped(values)
            change = change_map(self._kept.pop(name), values)
            found[name] = Change(
                name, step, change, total_change(change), reach(change, distance, step)
            )

        return see, found

    def _cropped(self, values: np.ndarray) -> tuple[np.ndarray, int]:
        height, width = self.shape
        step = (height + -height % MULTIPLE) // values.shape[0]
        return values[: -(-height // step), : -(-width // step)], step


def _varying(values: np.ndarray) -> list[Plane]:
    flat = values.reshape(-1, values.shape[-1])
    flat = flat - flat.mean(axis=0, dtype=np.float64).astype(np.float32)
    spread = np.sqrt(np.einsum("nc,nc->c", flat, flat) / len(flat))
    chosen: list[int] = []
    for channel in np.argsort(-spread, kind="stable"):
        others = flat[:, chosen]
        products = np.abs(flat[:, channel] @ others) / len(flat)
        if spread[channel] and np.all(products < _ALIKE * spread[channel] * spread[chosen]):
            chosen.append(int(channel))
        if len(chosen) == CHANNELS:
            break
    return [Plane(values[..., channel].copy(), channel) for channel in chosen]
