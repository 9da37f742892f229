"""Draw what is worn on the head, held in hands, or grows on backs; see `bodies.py`."""

import numpy as np
from garments import bow_knot
from shapes import FIRST, HAIR, SECOND, Piece, folds_in, frill, mirrored, one_of, ring, smooth, tube

HATS = {"none": 0.64, "hat": 0.11, "witch": 0.03, "beret": 0.04, "cap": 0.03, "bow": 0.06,
        "band": 0.04, "ears": 0.05}  # fmt: skip
THINGS = ("book", "stick", "bag", "balloon", "umbrella", "plush", "flower", "cup")


def worn_on_head(rng) -> list[Piece]:
    """Draw a hat, a bow or a band on the hair, or an animal's ears."""
    kind = one_of(HATS, rng)
    wide, low, high = rng.uniform((0.48, -0.77, -1.35), (0.64, -0.54, -1.1))
    side = rng.choice([-1, 1])
    if kind in ("hat", "witch", "cap"):
        half = [(0.0, high), (0.6 * wide, high + 0.05), (wide, (low + high) / 2 + 0.1), (wide, low)]
        dome = mirrored([*half, (0.0, low + 0.08)])
        if kind == "witch":
            tip = (side * rng.uniform(0, 0.4), -1.48)
            side_of = [(0.9 * wide, low), (0.45 * wide, -1.15), tip, (-0.45 * wide, -1.1)]
            dome = smooth([*side_of, (-0.9 * wide, low), (0, low + 0.08)], closed=True)
        pieces = [Piece(dome, SECOND, tuple(folds_in(rng, 4, (-wide, high), (wide, low))))]
        reach = wide * rng.uniform(1.05, 1.8 if kind == "hat" else 1.4)
        if kind == "cap":
            peak = ring((side * 0.45 * wide, low + 0.05), (0.75 * wide, 0.09), side * 0.15)
            pieces.append(Piece(peak, SECOND))
        elif rng.random() < 0.7:
            brim = ring((0, low + 0.05), (reach, rng.uniform(0.07, 0.16)), rng.normal(0, 0.06), 40)
            pieces.insert(rng.integers(0, 2), Piece(brim, SECOND))
        if rng.random() < 0.4:
            pieces += bow_knot(rng, (side * 0.7 * wide, low), rng.uniform(0.1, 0.2), 0.2)
        return pieces
    if kind == "beret":
        middle = (side * rng.uniform(0.05, 0.15), rng.uniform(-0.86, -0.76))
        size = rng.uniform((0.52, 0.22), (0.64, 0.3))
        return [Piece(ring(middle, size, side * rng.uniform(0.1, 0.35), 40), SECOND)]
    if kind == "bow":
        at = np.array([side * rng.uniform(0.0, 0.5), rng.uniform(-1.05, -0.75)])
        return bow_knot(rng, at, rng.uniform(0.12, 0.36), rng.uniform(0.1, 0.5))
    if kind == "band":
        angle = np.linspace(-0.95, 0.95, 24)
        edge = np.stack([0.5 * np.sin(angle), -0.4 - 0.55 * np.cos(angle)], 1)
        return [frill(rng, edge, (0, -1), rng.uniform(0.06, 0.16), SECOND)]
    if kind == "ears":
        pieces, long = [], rng.uniform(0.3, 0.5)
        for s in (-1, 1):
            root, tip = np.array([s * 0.3, -0.85]), np.array([s * 0.42, -0.9 - long])
            ear = smooth([root + (0.13 * s, 0.12), tip, root + (-0.13 * s, 0)], closed=True)
            pieces.append(Piece(ear, HAIR))
        return pieces
    return []


def hood_up() -> Piece:
    """Draw a hood around the head, to lie behind it."""
    half = [(0.0, -1.2), (0.45, -1.05), (0.66, -0.5), (0.56, 0.05), (0.35, 0.35), (0.0, 0.4)]
    return Piece(mirrored(half), FIRST)


def on_back(rng) -> list[Piece]:
    """Draw a sash's ends, an animal's tail or wings, to lie behind a body."""
    kind, side = rng.random(), rng.choice([-1, 1])
    if kind < 0.09:
        tail = rng.uniform(0.3, 1.5)
        return bow_knot(rng, (0.0, rng.uniform(1.1, 1.5)), rng.uniform(0.5, 0.95), tail)
    if kind < 0.14:
        path = [(0.1 * side, 1.8), (0.6 * side, 2.2), (rng.uniform(0.8, 1.3) * side, 1.8),
                rng.uniform((0.8, 0.7), (1.6, 1.6)) * (side, 1)]  # fmt: skip
        wide = rng.uniform(0.06, 0.3)
        return [tube(path, wide * np.array([0.4, 0.8, 1.2, 1, 0.1]), HAIR, caps=(0, 1))]
    if kind < 0.17:
        pieces = []
        for s in (-1, 1):
            long = rng.uniform(0.8, 1.5)
            tips = [(1.0, -0.5), (1.1, 0.1), (0.95, 0.4), (0.75, 0.65), (0.5, 0.8)]
            for x, y in tips:
                tip = np.array([s * x * long, 0.7 + y * long])
                bend = np.array([s * 0.5 * x * long, 0.4 + 0.2 * y])
                pieces.append(tube([(s * 0.15, 0.7), bend, tip], [0.1, 0.2, 0.16, 0.03], SECOND))
        return pieces
    return []


def thing_held(rng, hand, way) -> list[Piece]:
    """Draw what a hand holds, to lie before it.

    Args:
        rng: numpy Generator.
        hand: Where it is.
        way: Where the forearm points to, x and y.
    """
    kind, hand = rng.choice(THINGS), np.asarray(hand) + 0.12 * np.asarray(way)
    turn = rng.normal(0, 0.3)
    if kind in ("book", "bag", "cup"):
        size = {"book": (0.22, 0.3), "bag": (0.35, 0.28), "cup": (0.09, 0.11)}[kind]
        turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        box = np.array([(-1, -1), (1, -1), (0.95, 1), (-0.95, 1)]) * size @ turned
        low = (0, size[1]) if kind == "bag" else (0, 0)
        return [Piece(hand + low + box, SECOND)]
    if kind == "stick":
        along = np.array([np.sin(turn), np.cos(turn)])
        ends = hand - rng.uniform(0.4, 1.3) * along, hand + rng.uniform(0.3, 2.0) * along
        return [tube(ends, [0.03, 0.03], SECOND)]
    if kind == "umbrella":
        top = hand - (0.5 * turn, 1.3)
        half = [(0, -0.35), (0.6, -0.2), (0.95, 0.15)]
        return [tube([hand, top], [0.02, 0.02], SECOND),
                Piece(top + mirrored([*half, (0.5, 0.08), (0, 0.12)]), SECOND)]  # fmt: skip
    if kind == "balloon":
        top = hand + (turn, -rng.uniform(0.6, 1.2))
        return [tube([hand, top], [0.006, 0.006], SECOND), Piece(ring(top, (0.26, 0.32)), SECOND)]
    if kind == "plush":
        ears = [Piece(ring(hand + (x, -0.32), (0.09, 0.09)), SECOND) for x in (-0.15, 0.15)]
        return [*ears, Piece(ring(hand + (0, 0.2), (0.22, 0.28)), SECOND),
                Piece(ring(hand + (0, -0.15), (0.24, 0.2)), SECOND)]  # fmt: skip
    petals = [Piece(ring(hand + 0.1 * np.array([np.cos(a), np.sin(a)]) - (0, 0.25), (0.08, 0.08)),
                    SECOND) for a in np.linspace(0, 5.2, 6)]  # fmt: skip
    return [tube([hand, hand - (0, 0.25)], [0.012, 0.012], SECOND), *petals]
