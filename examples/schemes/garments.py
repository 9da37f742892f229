"""Draw clothes of bodies: tops, sleeves, collars, skirts, trousers; see `bodies.py`."""

import numpy as np
from shapes import FIRST, SECOND, Piece, folds_in, mirrored, smooth, tube


def top(rng, shoulder, waist, hip, neckline: str, bottom: str) -> Piece:
    """Draw a shirt, or a dress to the waist, without its sleeves."""
    deep = {"round": (0.22, 0.4), "pointed": (0.35, 0.7), "high": (0.1, 0.16)}
    depth = rng.uniform(*deep.get(neckline, (0.5, 0.65)))
    wide = {"high": 0.16, "straps": 0.8 * shoulder}.get(neckline, rng.uniform(0.18, 0.32))
    rise = 0.52 if neckline == "straps" else 0.2
    bow = -0.04 if neckline == "pointed" else 0.06
    neck = smooth([(0.0, depth), (0.6 * wide, (depth + rise) / 2 + bow), (wide, rise)])
    side = [(shoulder - 0.08, 0.27), (shoulder + 0.02, 0.4), (0.93 * shoulder, 0.65)]
    if neckline == "straps":
        side = [(0.9 * shoulder, 0.62)]
    end = rng.uniform(1.4, 1.7) if bottom == "skirt" else rng.uniform(1.5, 1.9)
    flare = hip * rng.uniform(0.9, 1.15)
    if bottom == "dress":
        end, flare = 1.35, 1.05 * waist
    side = smooth([(wide, rise), *side, (waist * rng.uniform(1.02, 1.2), 1.25), (flare, end)])
    right = np.concatenate([neck, side, [(0.0, end + 0.05)]])
    outline = np.concatenate([right, right[::-1] * (-1, 1)])
    folds = folds_in(rng, 9, (-shoulder, 0.6), (shoulder, 1.5))
    if rng.random() < 0.4:
        folds += [smooth([(s * 0.06, 0.9), (s * 0.25, 1.0), (s * 0.42, 0.85)]) for s in (-1, 1)]
    if rng.random() < 0.2:
        folds.append(np.array([(0.0, depth), (0.0, 2.0)]))
    return Piece(outline, FIRST, tuple(folds))


def straps(shoulder: float) -> list[Piece]:
    """Draw what holds a top that bares the shoulders."""
    return [
        tube([(s * 0.55 * shoulder, 0.62), (s * 0.5 * shoulder, 0.24)], [0.04, 0.04], FIRST)
        for s in (-1, 1)
    ]


def collar(rng, neckline: str) -> list[Piece]:
    """A collar, and what is tied there: a bow, a tie, a scarf."""
    pieces = []
    if neckline in ("round", "pointed") and rng.random() < 0.45:
        low, wide = rng.uniform(0.45, 0.75), rng.uniform(0.25, 0.5)
        for s in (-1, 1):
            flap = np.array(
                [(s * 0.15, 0.08), (s * wide, 0.25), (s * wide * 0.9, 0.45), (s * 0.05, low)]
            )
            pieces.append(Piece(flap, SECOND))
    knot = np.array([0.0, rng.uniform(0.3, 0.6)])
    kind = rng.random()
    if kind < 0.3:
        for s in (-1, 1):
            tail = [knot, knot + (s * rng.uniform(0.05, 0.2), rng.uniform(0.2, 0.45))]
            pieces.append(tube(tail, [0.03, 0.07, 0.08], SECOND))
            size = rng.uniform(0.16, 0.32)
            loop = knot + np.array([(0, 0), (s * size, -0.6 * size), (s * size * 1.1, 0.5 * size)])
            outline = smooth(loop, closed=True)
            fold = smooth([knot, knot + (s * 0.5 * size, 0.02)])
            pieces.append(Piece(outline, SECOND, (fold,)))
        pieces.append(tube([knot - (0, 0.05), knot + (0, 0.05)], [0.05, 0.05], SECOND))
    elif kind < 0.45:
        end = knot + (rng.normal(0, 0.05), rng.uniform(0.4, 0.8))
        pieces.append(tube([knot - (0, 0.15), knot, end], [0.05, 0.04, 0.09, 0.01], SECOND))
    return pieces


def skirt(rng, waist: float, surface: int) -> Piece:
    """Draw a skirt, short or long, with pleats or without."""
    top, end = rng.uniform(1.2, 1.4), rng.uniform(2.0, 3.6)
    flare = waist + rng.uniform(0.2, 0.75) * (end - top) ** 0.7
    waves, phase = rng.integers(2, 9), rng.uniform(0, 6)
    across = np.linspace(-1, 1, 40)
    hem = end + 0.08 * (1 - across**2) + rng.uniform(0, 0.05) * np.sin(waves * across * 3 + phase)
    hem = np.stack([across * flare, hem], 1)
    side = smooth([(waist, top), ((waist + flare) / 1.9, (top + end) / 2)])
    outline = np.concatenate([side * (-1, 1), hem, side[::-1]])
    folds = []
    for place in rng.uniform(-0.95, 0.95, rng.integers(0, 14)):
        to = (place * flare, end + 0.1)
        begin = (place * waist, top) if rng.random() < 0.5 else (place * flare * 0.9, end - 0.4)
        folds.append(smooth([begin, (np.add(begin, to) / 2 + rng.normal(0, 0.02, 2)), to]))
    if rng.random() < 0.3:
        folds.append(hem - (0, rng.uniform(0.06, 0.15)))
    return Piece(outline, surface, tuple(folds))


def seat(waist: float, hip: float) -> Piece:
    """Draw of trousers what is above the legs."""
    half = [(waist, 1.3), (hip + 0.03, 1.85), (0.75 * hip, 2.2), (0.0, 2.12)]
    return Piece(mirrored(half), SECOND, (np.array([(0.0, 1.5), (0.0, 2.2)]),))
