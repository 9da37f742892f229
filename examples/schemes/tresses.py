"""Draw long hair, and what is worn on the head; see `bodies.py`."""

import numpy as np
from shapes import HAIR, SECOND, Piece, folds_in, mirrored, smooth, tube

LOCKS = (0.3, 0.9, 1, 0.7, 0.02), (0.4, 1, 0.8, 0.45, 0.02), (0.3, 1, 0.7, 0.3, 0.02)  # widths


def _lock(rng, root, tip, wide: float) -> Piece:
    """A lock of hair, tapering to its tip, with strands."""
    root, tip = np.asarray(root, float), np.asarray(tip, float)
    way = tip - root
    sway = np.outer(rng.normal(0, 0.08, 2), (-way[1], way[0]))
    path = [root, root + 0.33 * way + sway[0], root + 0.7 * way + sway[1], tip]
    middle = smooth(path)
    strands = []
    for _ in range(rng.integers(0, 5)):
        begin, end = np.sort(rng.integers(0, len(middle), 2))
        if end - begin > 5:
            fan = np.linspace(1, 0.2, end - begin)[:, None] * (rng.uniform(-wide, wide), 0)
            strands.append(middle[begin:end] + fan)
    shape = LOCKS[rng.integers(len(LOCKS))]
    return tube(path, wide * np.array(shape), HAIR, strands)


def long_hair(rng):
    """Locks and tails behind the body, and before it."""
    behind, before = [], []
    length = rng.uniform(0.5, 2.6)
    if rng.random() < 0.55:
        wide = rng.uniform(0.45, 0.8)
        for place in rng.permutation(np.linspace(-1, 1, rng.integers(4, 9))):
            tip = (place * wide * rng.uniform(0.8, 1.2), length + rng.normal(0, 0.15))
            behind.append(_lock(rng, (place * 0.4, -0.4), tip, rng.uniform(0.14, 0.26)))
    for s in (-1, 1):
        if rng.random() < 0.5:
            for _ in range(rng.integers(1, 4)):
                root = (s * rng.uniform(0.32, 0.46), rng.uniform(-0.35, -0.1))
                tip = (s * rng.uniform(0.2, 0.75), length * rng.uniform(0.4, 1.0))
                before.append(_lock(rng, root, tip, rng.uniform(0.05, 0.14)))
    kind = rng.random()
    if kind < 0.4:
        sides = (-1, 1) if kind < 0.2 else (rng.choice([-1, 1]),)
        height = rng.uniform(-0.95, -0.35)
        far, down = rng.uniform(0.3, 1.2), rng.uniform(0.3, 2.2)
        for s in sides:
            for _ in range(rng.integers(1, 5)):
                reach = far * rng.uniform(0.6, 1.2), down * rng.uniform(0.8, 1.1)
                tip = (s * (0.4 + reach[0]), height + reach[1])
                root = (s * rng.uniform(0.3, 0.45), height)
                behind.append(_lock(rng, root, tip, rng.uniform(0.12, 0.28)))
    return behind, before


def worn_on_head(rng) -> list[Piece]:
    """A hat, or a bow on the hair."""
    kind = rng.random()
    if kind < 0.14:
        wide, low, high = rng.uniform((0.48, -0.82, -1.3), (0.6, -0.68, -1.08))
        half = [(0.0, high), (0.6 * wide, high + 0.05), (wide, (low + high) / 2 + 0.1), (wide, low)]
        dome = mirrored([*half, (0.0, low + 0.08)])
        pieces = [Piece(dome, SECOND, tuple(folds_in(rng, 4, (-wide, high), (wide, low))))]
        if rng.random() < 0.6:
            turn = np.linspace(0, 2 * np.pi, 40)
            reach = wide * rng.uniform(1.05, 1.6)
            brim = np.stack([reach * np.cos(turn), low + 0.05 + 0.09 * np.sin(turn)], 1)
            pieces.insert(rng.integers(0, 2), Piece(brim, SECOND))
        return pieces
    if kind < 0.26:
        at = np.array([rng.choice([-1, 1]) * rng.uniform(0.2, 0.5), rng.uniform(-1.0, -0.75)])
        size, pieces = rng.uniform(0.12, 0.3), []
        for s in (-1, 1):
            loop = at + np.array([(0, 0), (s * size, -0.8 * size), (s * size * 1.1, 0.4 * size)])
            outline = smooth(loop, closed=True)
            pieces.append(Piece(outline, SECOND))
        return pieces
    return []
