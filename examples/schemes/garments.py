"""Draw clothes of bodies: tops, collars, what is worn over them, trousers; see `bodies.py`.

Half of a figure's widths are its shoulder, waist and hip, in this order.
"""

import numpy as np
from prints import printed
from shapes import FIRST, SECOND, Piece, folds_in, frill, mirrored, ring, smooth, tube

TOPS = {"fitted": 0.34, "loose": 0.26, "crop": 0.1, "swimsuit": 0.09, "off": 0.09, "robe": 0.12}
NECKS = {"round": 0.32, "pointed": 0.26, "high": 0.15, "straps": 0.17, "wide": 0.1}


def top(rng, figure, kind: str, neck: str, surface: int, dress: bool) -> Piece:
    """Draw a shirt, or a dress to the waist, without its sleeves.

    Args:
        rng: numpy Generator.
        figure: Half of the widths of shoulder, waist and hip.
        kind: Of `TOPS`.
        neck: Of `NECKS`.
        surface: What it is of.
        dress: Whether a skirt of the same cloth goes on below.
    """
    shoulder, waist, hip = figure
    edge, depth = _neck(rng, shoulder, kind, neck)
    side = [(shoulder - 0.08, 0.27), (shoulder + 0.02, 0.4), (0.93 * shoulder, 0.66)]
    if neck == "straps" or kind == "swimsuit":
        side = [(0.9 * shoulder, 0.63)]
    elif kind == "off":
        side = [(shoulder + 0.03, 0.62), (0.93 * shoulder, 0.75)]
    bust = (max(0.86 * shoulder, waist) * rng.uniform(0.95, 1.12), rng.uniform(0.8, 0.95))
    end = 1.5 if dress else rng.uniform(1.4, 1.95)
    last = (1.05 * waist if dress else hip * rng.uniform(0.9, 1.15), end)
    rest = [bust, (waist * rng.uniform(1.0, 1.15), 1.22), last]
    if kind == "loose" and not dress:
        wide, end = max(shoulder, hip) * rng.uniform(0.9, 1.4), rng.uniform(1.45, 2.4)
        rest = [((0.95 * shoulder + wide) / 2, 1.0), (wide, end - 0.15), (0.97 * wide, end)]
    elif kind == "crop" and not dress:
        end = rng.uniform(0.92, 1.18)
        rest = [bust, (max(bust[0] * 0.93, waist) * rng.uniform(1, 1.2), end)]
    elif kind == "swimsuit":
        end = 2.16
        rest = [bust, (waist, 1.25), (hip * 1.01, rng.uniform(1.55, 1.8)), (0.1, 2.13)]
    side = smooth([edge[-1], *side, *rest])
    right = np.concatenate([edge, side, [(0.0, end + 0.05)]])
    outline = np.concatenate([right, right[::-1] * (-1, 1)])
    folds = folds_in(rng, 9, (-shoulder, 0.6), (shoulder, end))
    if rng.random() < 0.35:
        folds += [smooth([(s * 0.06, 0.9), (s * 0.25, 1.0), (s * 0.42, 0.85)]) for s in (-1, 1)]
    if rng.random() < 0.15:
        folds.append(np.array([(0.0, depth), (0.0, 2.4)]))
    if kind == "loose" and rng.random() < 0.5:
        folds.append(np.array([(-2.0, end - 0.1), (0, end - 0.05), (2.0, end - 0.1)]))
    return Piece(outline, surface, (*folds, *printed(rng, end)))


def _neck(rng, shoulder: float, kind: str, neck: str):
    """The edge of a neckline, from the middle to the right, and its depth."""
    deep = {"round": (0.22, 0.4), "pointed": (0.35, 0.75), "high": (0.1, 0.16), "wide": (0.3, 0.5)}
    depth, rise, bow = rng.uniform(*deep.get(neck, (0.5, 0.68))), 0.2, 0.06
    wide = {"high": 0.16, "straps": 0.8 * shoulder}.get(neck, rng.uniform(0.18, 0.32))
    if kind == "robe":
        depth, wide, bow = rng.uniform(0.5, 0.8), 0.2, -0.03
    elif neck == "straps" or kind == "swimsuit":
        wide, rise = 0.8 * shoulder, 0.52
    elif kind == "off":
        depth, wide, rise = rng.uniform(0.5, 0.62), shoulder, 0.5
    elif neck == "pointed":
        bow = -0.04
    elif neck == "wide":
        wide, rise = 0.65 * shoulder, 0.25
    return smooth([(0.0, depth), (0.6 * wide, (depth + rise) / 2 + bow), (wide, rise)]), depth


def straps(shoulder: float, surface: int = FIRST) -> list[Piece]:
    """Draw what holds a top that bares the shoulders."""
    return [
        tube([(s * 0.55 * shoulder, 0.66), (s * 0.5 * shoulder, 0.24)], [0.04, 0.04], surface)
        for s in (-1, 1)
    ]


def off_shoulder_frill(rng, shoulder: float) -> Piece:
    """Draw a frill that goes round both arms and the breast."""
    across = np.linspace(-1, 1, 30)
    edge = np.stack([across * (shoulder + 0.1), 0.5 + 0.1 * (1 - across**2)], 1)
    return frill(rng, edge, (0, 1), rng.uniform(0.15, 0.35), FIRST)


def collar(rng, neck: str) -> list[Piece]:
    """A collar, and what is tied there: a bow, a tie, a scarf."""
    pieces = []
    if neck in ("round", "pointed") and rng.random() < 0.4:
        low, wide = rng.uniform(0.45, 0.75), rng.uniform(0.25, 0.55)
        for s in (-1, 1):
            flap = [(s * 0.15, 0.08), (s * wide, 0.25), (s * wide * 0.9, 0.45), (s * 0.05, low)]
            pieces.append(Piece(np.array(flap), SECOND))
    knot, kind = np.array([0.0, rng.uniform(0.3, 0.6)]), rng.random()
    if kind < 0.24:
        pieces += bow_knot(rng, knot, rng.uniform(0.16, 0.34), rng.uniform(0.2, 0.5))
    elif kind < 0.36:
        end = knot + (rng.normal(0, 0.05), rng.uniform(0.4, 0.8))
        pieces.append(tube([knot - (0, 0.15), knot, end], [0.05, 0.04, 0.09, 0.01], SECOND))
    elif kind < 0.46:
        pieces += _scarf(rng)
    return pieces


def bow_knot(rng, knot, size: float, tail: float) -> list[Piece]:
    """Draw a bow: where, how large, and how long its ends are."""
    knot, pieces = np.asarray(knot, float), []
    for s in (-1, 1):
        end = knot + (s * rng.uniform(0.2, 0.6) * tail, tail)
        bend = (knot + end) / 2 + (s * 0.1 * tail, 0)
        pieces.append(tube([knot, bend, end], size * np.array([0.12, 0.3, 0.34]), SECOND))
    for s in (-1, 1):
        loop = [(0, 0), (s * 0.6 * size, -0.6 * size), (s * 1.1 * size, -0.5 * size),
                (s * 1.15 * size, 0.4 * size), (s * 0.6 * size, 0.45 * size)]  # fmt: skip
        fold = smooth([knot, knot + (s * 0.5 * size, 0.02)])
        pieces.append(Piece(smooth(knot + np.array(loop), closed=True), SECOND, (fold,)))
    pieces.append(Piece(ring(knot, (0.17 * size, 0.2 * size)), SECOND))
    return pieces


def _scarf(rng) -> list[Piece]:
    high, pieces = rng.uniform(0.1, 0.17), []
    for s in (-1, 1) if rng.random() < 0.3 else (rng.choice([-1, 1]),):
        tail = rng.uniform((0.05, 0.8), (0.5, 1.7)) * (s, 1)
        path = [(s * 0.15, 0.25), (s * 0.25, 0.5), tail]
        pieces.append(tube(path, [0.1, 0.13, rng.uniform(0.1, 0.2)], SECOND))
    ends = [(-0.3, 0.02), (-0.15, 0.18), (0.15, 0.18), (0.3, 0.02)]
    wrap = tube(ends, [0.7 * high, high, high, 0.7 * high], SECOND, caps=(0.5, 0.5))
    return [*pieces, wrap]


def crossed_collar(rng, figure) -> list[Piece]:
    """Draw the edges of a robe, and its sash."""
    waist, pieces, wide = figure[1], [], rng.uniform(0.04, 0.09)
    for s in (-1, 1):
        path = [(s * 0.2, 0.14), (s * 0.14, 0.45), (-s * 0.12, rng.uniform(0.85, 1.0))]
        pieces.append(tube(path, [wide, wide, wide], SECOND))
    low, high = rng.uniform((1.2, 0.95), (1.5, 1.15))
    half = smooth([(1.08 * waist, high), (1.14 * waist, (low + high) / 2), (1.1 * waist, low)])
    band = np.concatenate([half, half[::-1] * (-1, 1)])
    return [*pieces, Piece(band, SECOND, tuple(folds_in(rng, 3, (-waist, high), (waist, low))))]


def jacket(rng, figure) -> tuple[list[Piece], list[Piece]]:
    """Draw a jacket, a coat or a vest, open or not: what is behind the legs, and the front."""
    shoulder, waist, hip = figure
    end = rng.uniform(0.95, 2.0) if rng.random() < 0.6 else rng.uniform(2.2, 3.9)
    spread = rng.uniform(0.9, 1.2) + max(end - 1.8, 0) * rng.uniform(0.0, 0.6)
    fit = rng.uniform(1.1, 1.7)
    gaps = rng.uniform(0.02, 0.22), rng.uniform(0.03, 0.3), rng.uniform(0.05, 0.55)
    front, corners = [], []
    for s in (-1, 1):
        side = [(0.17, 0.13), (shoulder - 0.06, 0.25), (shoulder + 0.04, 0.42),
                (0.98 * shoulder, 0.7)]  # fmt: skip
        last = max(hip, waist * fit) * spread * rng.uniform(0.9, 1.1)
        if end > 1.3:
            side.append((waist * fit, 1.25))
        side.append((last, end))
        inner = smooth([(gaps[2] * last, end + rng.normal(0, 0.04)), (gaps[1] * waist * 2, 1.0),
                        (gaps[0], 0.5), (0.12, 0.16)])  # fmt: skip
        if end <= 1.0:
            inner = smooth([(0.3 * last, end), (gaps[0] + 0.05, 0.5), (0.12, 0.16)])
        outline = np.concatenate([smooth(side), inner]) * (s, 1)
        corners.append(outline[len(smooth(side)) - 1])
        folds = folds_in(rng, 5, (0.1 * s, 0.6), (0.9 * shoulder * s, end))
        front.append(Piece(outline, FIRST, tuple(folds)))
        if rng.random() < 0.55:
            flap = [(s * 0.14, 0.08), (s * 0.34, 0.3), (s * 0.26, 0.5), (s * gaps[0], 0.85)]
            front.append(Piece(np.array([*flap, (s * 0.08, 0.4)]), FIRST))
    behind = []
    if end > 2.1:
        sides = np.array([(waist * fit, 1.3), corners[1], (0, end - 0.1)])
        outline = np.concatenate([sides, (sides * (-1, 1))[::-1]])
        behind.append(Piece(outline, FIRST))
    return behind, front


def cape(rng, figure) -> tuple[list[Piece], list[Piece]]:
    """Draw a cape or a cloak: what is behind the body, and what lies on the shoulders."""
    shoulder = figure[0]
    behind, front = [], []
    if rng.random() < 0.6:
        end, wide = rng.uniform(2.0, 4.3), rng.uniform(0.8, 1.9)
        across, wind = np.linspace(-1, 1, 50), rng.normal(0, 0.4)
        hem = np.stack([across * wide + wind, end + 0.1 * np.sin(
            rng.uniform(3, 12) * across + rng.uniform(0, 6))], 1)  # fmt: skip
        sides = [smooth([(s * (shoulder - 0.1), 0.3), (s * (shoulder + 0.12), 0.6),
                         (s * (0.5 * wide + 0.4) + 0.3 * wind, 0.5 * end),
                         hem[0 if s < 0 else -1]]) for s in (-1, 1)]  # fmt: skip
        behind.append(Piece(np.concatenate([sides[0], hem, sides[1][::-1]]), FIRST,
                            tuple(folds_in(rng, 5, (-wide, 1.0), (wide, end)))))  # fmt: skip
    if not behind or rng.random() < 0.5:
        end, wide = rng.uniform(0.65, 1.5), shoulder + rng.uniform(0.1, 0.4)
        gap = 0.0 if rng.random() < 0.6 else rng.uniform(0.05, 0.3)
        for s in (-1, 1):
            t = np.linspace(0, 1, 24)
            hem = np.stack([wide + (gap - wide) * t, end + 0.15 * np.sin(np.pi * t / 2)
                            + 0.03 * np.sin(rng.uniform(6, 16) * t)], 1)  # fmt: skip
            side = smooth([(0.14, 0.1), (0.7 * shoulder, 0.22), (shoulder + 0.1, 0.45), hem[0]])
            outline = np.concatenate([side, hem, [(gap / 3, 0.25)]]) * (s, 1)
            front.append(Piece(outline, FIRST, tuple(folds_in(rng, 3, (-wide, 0.4), (wide, end)))))
        if rng.random() < 0.4:
            front += bow_knot(rng, (0.0, 0.3), rng.uniform(0.12, 0.25), 0.4)
    return behind, front


def hood(rng) -> Piece:
    """Draw a hood that lies behind the neck."""
    wide, high = rng.uniform(0.36, 0.58), rng.uniform(-0.25, -0.02)
    half = [(0.0, high), (0.7 * wide, high + 0.03), (wide, 0.16), (0.6 * wide, 0.42), (0.0, 0.5)]
    return Piece(mirrored(half), FIRST)


def seat(waist: float, hip: float) -> Piece:
    """Draw of trousers what is above the legs."""
    half = [(1.02 * waist, 1.3), (hip + 0.03, 1.85), (0.7 * hip, 2.26), (0.0, 2.24)]
    outline = mirrored(half)
    sides = [outline[(s * outline[:, 0] > 0) & (outline[:, 1] < 1.9)] for s in (1, -1)]
    return Piece(outline, SECOND, (np.array([(0.0, 1.5), (0.0, 2.2)]),), tuple(sides))


def overalls(rng, figure) -> list[Piece]:
    """Draw the bib of trousers, and its straps."""
    waist, half, high = figure[1], rng.uniform(0.2, 0.36), rng.uniform(0.6, 0.85)
    bib = mirrored([(0.0, high), (half, high), (1.1 * half, 1.0), (waist, 1.35), (0.0, 1.5)])
    pieces = [Piece(bib, SECOND)]
    for s in (-1, 1):
        path = [(s * half * 0.85, high + 0.08), (s * 0.36, 0.5), (s * 0.36, 0.23)]
        pieces.append(tube(path, [0.06, 0.06, 0.06], SECOND))
    return pieces


def belt(rng, waist: float) -> Piece:
    """Draw a belt."""
    high, deep = rng.uniform(1.15, 1.45), rng.uniform(0.04, 0.1)
    across = np.linspace(-1, 1, 12)
    upper = np.stack([across * waist * 1.12, high + 0.04 * (1 - across**2)], 1)
    return Piece(np.concatenate([upper, upper[::-1] + (0, deep)]), SECOND)
