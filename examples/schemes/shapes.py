"""What drawn bodies are made of: pieces with an outline, a surface, and folds.

Lengths are in heads, from the top of the hair to the chin; the chin is the origin, y points down.
"""

import dataclasses
import functools

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


def one_of(kinds, rng) -> str:
    """Draw a name of a dict of names and weights."""
    weights = np.array(list(kinds.values()), float)
    return list(kinds)[rng.choice(len(weights), p=weights / weights.sum())]


def smooth(points, closed: bool = False, steps: int = 12) -> np.ndarray:
    """Draw a curve through points, (N, 2) to (M, 2) (Catmull and Rom's spline)."""
    points = np.asarray(points, float)
    ends = (points[-1:], points[:2]) if closed else (points[:1], points[-1:])
    padded = np.concatenate([ends[0], points, ends[1]])
    bases = _bases(steps)
    spans = sum(bases[i] * padded[i : len(padded) - 3 + i, None] for i in range(4))
    return np.concatenate([spans.reshape(-1, 2), points[:1] if closed else points[-1:]])


@functools.cache
def _bases(steps: int) -> np.ndarray:
    """How much each of four points weighs between the middle two."""
    t = np.linspace(0, 1, steps, endpoint=False)
    return np.stack([
        (-t + 2 * t**2 - t**3) / 2, 1 - 2.5 * t**2 + 1.5 * t**3,
        (t + 4 * t**2 - 3 * t**3) / 2, (t**3 - t**2) / 2,
    ])[..., None]  # fmt: skip


def bow(begin, end, bulge: float) -> np.ndarray:
    """Draw a line from a point to a point that swerves to its left by a part of its length."""
    begin, end = np.asarray(begin, float), np.asarray(end, float)
    way, t = end - begin, np.linspace(0, 1, 9)[:, None]
    return begin + t * way + 4 * t * (1 - t) * bulge * np.array([way[1], -way[0]])


def tube(
    points,
    widths,
    surface: int,
    folds=(),
    open_end: bool = False,
    open_start: bool = False,
    caps=(0.0, 0.0),
    steps: int = 12,
) -> Piece:
    """Draw what is long and round: a limb, a sleeve, a lock.

    Args:
        points: (N, 2) along its middle.
        widths: Half of its width at even distances along it.
        surface: What it is of.
        folds: Lines on it.
        open_end: Whether no line is drawn at its far end.
        open_start: Whether no line is drawn where it begins.
        caps: How far its ends bulge, as parts of half their width.
        steps: Points of its outline between two of its middle.
    """
    middle = smooth(points, steps=steps)
    along = np.gradient(middle, axis=0)
    along /= np.maximum(np.hypot(*along.T)[:, None], 1e-6)
    across = np.stack([-along[:, 1], along[:, 0]], 1)
    table = smooth(np.stack([np.linspace(0, 1, len(widths)), widths], 1))
    wide = np.interp(np.linspace(0, 1, len(middle)), *table.T).clip(0)[:, None]
    left, right = middle + across * wide, (middle - across * wide)[::-1]
    arc = np.linspace(0, np.pi, 9)[1:-1, None]
    over, under = np.zeros((2, 0, 2))
    if caps[1]:
        over = np.cos(arc) * across[-1] + caps[1] * np.sin(arc) * along[-1]
        over = middle[-1] + wide[-1] * over
    if caps[0]:
        under = np.cos(arc) * across[0] + caps[0] * np.sin(arc) * along[0]
        under = middle[0] - wide[0] * under
    outline = np.concatenate([left, over, right, under])
    contour = None
    if open_start and open_end:
        contour = left, right
    elif open_end:
        contour = (np.concatenate([right, under, left]) if caps[0] else left, right)
        contour = contour[:1] if caps[0] else contour
    elif open_start:
        contour = (np.concatenate([left, over, right]),)
    return Piece(outline, surface, tuple(folds), contour)


def folds_in(rng, most: int, low, high) -> list[np.ndarray]:
    """Short curved lines between two opposite corners."""
    low, high = np.minimum(low, high), np.maximum(low, high)
    folds = []
    for _ in range(rng.integers(0, most + 1)):
        begin, way = rng.uniform(low, high), rng.normal(0, 0.16, 2)
        folds.append(smooth([begin, begin + way + rng.normal(0, 0.03, 2), begin + 2 * way]))
    return folds


def mirrored(half) -> np.ndarray:
    """Draw an outline from its right half, (N, 2), top to bottom."""
    right = smooth(half)
    return np.concatenate([right, right[::-1] * (-1, 1)])


def frill(rng, edge, way, deep: float, surface: int) -> Piece:
    """Draw a gathered strip along a line.

    Args:
        rng: numpy Generator.
        edge: (N, 2), where it is sewn on.
        way: Where it hangs from there: x, y.
        deep: Its breadth.
        surface: What it is of.
    """
    edge = np.asarray(edge, float)
    steps = np.hypot(*np.diff(edge, axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    waves = max(2, round(along[-1] / rng.uniform(0.1, 0.22)))
    t = np.linspace(0, 1, 8 * waves + 1)
    seam = np.stack([np.interp(t * along[-1], along, of) for of in edge.T], 1)
    reach = deep * (1 + 0.22 * np.cos(2 * np.pi * waves * t))
    hem = seam + reach[:, None] * np.asarray(way) + 0.02 * rng.normal(size=2)
    folds = [np.stack([seam[i] + 0.2 * (hem[i] - seam[i]), hem[i]]) for i in range(4, len(t), 8)]
    return Piece(np.concatenate([seam, hem[::-1]]), surface, tuple(folds))


def ring(middle, size, turn: float = 0.0, points: int = 24) -> np.ndarray:
    """Draw an ellipse: its middle, half of its width and height, and its turn in radians."""
    angle = np.linspace(0, 2 * np.pi, points, endpoint=False)
    flat = np.stack([np.cos(angle), np.sin(angle)], 1) * size
    cos, sin = np.cos(turn), np.sin(turn)
    return np.asarray(middle) + flat @ np.array([[cos, sin], [-sin, cos]])
