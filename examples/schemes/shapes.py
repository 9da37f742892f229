"""What drawn bodies are made of: pieces with an outline, a surface, and folds.

Lengths are in heads, from the top of the hair to the chin; the chin is the origin, y points down.
"""

import dataclasses

import numpy as np

SKIN, HAIR, FIRST, SECOND = range(1, 5)  # what a piece is of; clothes have two colours


@dataclasses.dataclass(frozen=True)
class Piece:
    """A piece of a body.

    Attributes:
        outline: (N, 2) float, closed.
        surface: What it is of: `SKIN`, `HAIR`, `FIRST` or `SECOND`.
        folds: Lines, each (M, 2), cut off where the piece ends.
        contour: Its edge as far as a line is drawn there, each part (M, 2); None is all of it.
    """

    outline: np.ndarray
    surface: int
    folds: tuple[np.ndarray, ...] = ()
    contour: tuple[np.ndarray, ...] | None = None


def smooth(points, closed: bool = False, steps: int = 12) -> np.ndarray:
    """Draw a curve through points, (N, 2) to (M, 2) (Catmull and Rom's spline)."""
    points = np.asarray(points, float)
    ends = (points[-1:], points[:2]) if closed else (points[:1], points[-1:])
    padded = np.concatenate([ends[0], points, ends[1]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    spans = []
    for a, b, c, d in zip(padded, padded[1:], padded[2:], padded[3:], strict=False):
        spans.append(
            b + t * (c - a) / 2 + t**2 * (a - 2.5 * b + 2 * c - d / 2)
            + t**3 * (1.5 * (b - c) + (d - a) / 2)
        )  # fmt: skip
    return np.concatenate([*spans, points[:1] if closed else points[-1:]])


def tube(points, widths, surface: int, folds=(), open_end: bool = False) -> Piece:
    """Draw what is long and round: a limb, a sleeve, a lock.

    Args:
        points: (N, 2) along its middle.
        widths: Half of its width at even distances along it.
        surface: What it is of.
        folds: Lines on it.
        open_end: Whether no line is drawn at its far end.
    """
    middle = smooth(points)
    along = np.gradient(middle, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    places = np.linspace(0, 1, len(middle))
    wide = np.interp(places, np.linspace(0, 1, len(widths)), widths)[:, None]
    left, right = middle + across * wide, middle - across * wide
    outline = np.concatenate([left, right[::-1]])
    return Piece(outline, surface, tuple(folds), (left, right) if open_end else None)


def folds_in(rng, most: int, low, high) -> list[np.ndarray]:
    """Short curved lines between two corners."""
    folds = []
    for _ in range(rng.integers(0, most + 1)):
        begin, way = rng.uniform(low, high), rng.normal(0, 0.16, 2)
        folds.append(smooth([begin, begin + way + rng.normal(0, 0.03, 2), begin + 2 * way]))
    return folds


def mirrored(half) -> np.ndarray:
    """Draw an outline from its right half, (N, 2), top to bottom."""
    right = smooth(half)
    return np.concatenate([right, right[::-1] * (-1, 1)])
