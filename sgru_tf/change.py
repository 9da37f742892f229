"""What a hint changes, and how far from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image

from sgru_tf.metrics import lab

SHARE = 0.9
"""Part of a change that lies within its reach."""


@dataclass(frozen=True)
class Change:
    """What a hint changed in a stage.

    Attributes:
        name: As `sgru_tf.recording` names it.
        step: Side of a place of the map, in pixels of the working sketch.
        values: From `change_map`.
        total: Relative change of the whole map; 1 is as large as what was there.
        reach: Distance from the hint, in pixels of the working sketch, that holds most of the
            change; None if nothing changed.
    """

    name: str
    step: int
    values: np.ndarray
    total: float
    reach: float | None


@dataclass(frozen=True)
class Repainted:
    """One proposal without the hint and with it.

    Attributes:
        number: From 1 on.
        before: RGB picture.
        after: The same with the hint.
        difference: Their distance in L*a*b*, float32 (h, w).
        asked: Median distance to the hint's colours where they are painted, before and after; None
            if nothing is painted.
        reach: Distance from the hint, in pixels of `difference`, that holds most of it; None if
            nothing changed.
    """

    number: int
    before: Image.Image
    after: Image.Image
    difference: np.ndarray
    asked: tuple[float, float] | None
    reach: float | None

    @property
    def mean(self) -> float:
        """The mean of the difference."""
        return float(self.difference.mean(dtype=np.float64))

    @classmethod
    def of(
        cls,
        number: int,
        before: Image.Image,
        after: Image.Image,
        hints: np.ndarray,
        distance: np.ndarray,
    ) -> Repainted:
        """Compare two pictures of the size (h, w).

        Args:
            number: From 1 on.
            before: RGB picture.
            after: RGB picture.
            hints: float32 (h, w, 4), from `sgru_tf.hints.working_hints`.
            distance: (h, w), from `distance_to`.
        """
        maps = [lab(np.asarray(picture)) for picture in (before, after)]
        difference = np.linalg.norm(maps[1] - maps[0], axis=-1)
        painted = hints[..., 3] > 0
        asked = None
        if painted.any():
            wanted = lab(np.rint(hints[painted][:, :3]).astype(np.uint8))
            away = (np.linalg.norm(one[painted] - wanted, axis=-1) for one in maps)
            asked = tuple(float(np.median(one)) for one in away)
        return cls(number, before, after, difference, asked, reach(difference, distance))


def change_map(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Give how much a map changed at each place.

    The norm over the channels of the difference, over that of the whole map at a place of average
    strength (root mean square). The root mean square of the result is the relative change of the
    map.

    Args:
        before: (h, w, C).
        after: The same shape.

    Returns:
        float32 (h, w); 1 is a change as large as what was there.
    """
    there = np.sqrt(np.mean(_squares(before), dtype=np.float64))
    moved = np.sqrt(_squares(after - before))
    return (moved / max(there, 1e-12)).astype(np.float32)


def _squares(values: np.ndarray) -> np.ndarray:
    # Without a second map of that size, which may be large.
    return np.einsum("hwc,hwc->hw", values, values)


def total_change(change: np.ndarray) -> float:
    """Give the relative change of a map from its `change_map`."""
    return float(np.sqrt(np.mean(np.square(change), dtype=np.float64)))


def distance_to(mask: np.ndarray) -> np.ndarray:
    """Give the distance of each pixel to the nearest true one, in pixels.

    Args:
        mask: bool (H, W).

    Returns:
        float32 (H, W); infinite where nothing is true.
    """
    height, width = mask.shape
    rows = np.arange(height, dtype=np.float32)[:, None]
    above = np.maximum.accumulate(np.where(mask, rows, -np.inf), axis=0)
    below = np.minimum.accumulate(np.where(mask, rows, np.inf)[::-1], axis=0)[::-1]
    squares = np.minimum(rows - above, below - rows).astype(np.float32) ** 2
    columns = np.arange(width, dtype=np.float32)
    across = (columns[:, None] - columns) ** 2
    return np.sqrt(np.stack([np.min(across + row, axis=1) for row in squares]))


def reach(change: np.ndarray, distance: np.ndarray, step: int = 1) -> float | None:
    """Give the distance from the hints within which SHARE of a change lies.

    Args:
        change: (h, w), 0 and more.
        distance: (H, W), from `distance_to`.
        step: Side of a place of `change`, in pixels of `distance`.

    Returns:
        In pixels of `distance`; None if nothing changed, or there are no hints.
    """
    rows, columns = (np.arange(side) // step for side in distance.shape)
    weights = change[np.ix_(rows, columns)].ravel()
    order = np.argsort(distance, axis=None)
    total = np.cumsum(weights[order], dtype=np.float64)
    if not total[-1] or not np.isfinite(distance).all():
        return None
    return float(distance.ravel()[order][np.searchsorted(total, SHARE * total[-1])])
