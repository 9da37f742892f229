"""Draw what drawn heads wear, as marks: hats, hoods, bands, ribbons, flowers; see `heads.py`.

It lies on the hair of `hairdos.py`, with an outline of its own.
"""

import numpy as np
from marks import OTHER, Mark, lock, stroke
from shapes import FIRST, SECOND, frill, one_of, ring, smooth

WEAR = {"none": 0.6, "witch": 0.05, "beret": 0.1, "cap": 0.06, "straw": 0.05, "beanie": 0.06,
        "hood": 0.08, "frill": 0.04, "band": 0.04, "ribbon": 0.07, "flowers": 0.04, "pins": 0.05,
        "phones": 0.03, "crown": 0.02, "cat band": 0.02, "top hat": 0.02, "veil": 0.02}  # fmt: skip
HATS = ("witch", "beret", "cap", "straw", "beanie", "hood", "top hat", "veil")


def draw_wear(rng, hair) -> tuple[str, list[Mark], list[Mark]]:
    """Draw what is worn: its kind, what of it lies behind the head, and what on it."""
    kind = one_of(WEAR, rng)
    cloth = rng.choice([SECOND, FIRST, OTHER], p=[0.78, 0.14, 0.08])
    trim = rng.choice([SECOND, FIRST, OTHER], p=[0.5, 0.3, 0.2])
    make = {"witch": _brimmed, "straw": _brimmed, "top hat": _brimmed, "hood": _hood, "veil": _hood,
            "beret": _beret, "cap": _cap, "beanie": _beanie, "ribbon": _ribbons,
            "flowers": _flowers, "pins": _pins}.get(kind, _on_crown)  # fmt: skip
    behind, before = make(rng, hair, kind, cloth, trim) if kind != "none" else ([], [])
    return kind, behind, before


def _shell(hair, low: float, high: float, grow: float, bend: float):
    """The outline of a cap on the dome, from its lower edge's right end over the top."""
    wide = hair.wide * grow
    angle = np.linspace(np.pi / 2, -np.pi / 2, 30)
    over = np.stack([hair.middle + wide * np.sin(angle), low - (low - high) * np.cos(angle)], 1)
    x = np.linspace(-1, 1, 16)
    edge = np.stack([hair.middle + wide * x, low + bend * (1 - x**2)], 1)
    return over, edge


def _creases(rng, hair, low: float, high: float, most: int = 4):
    creases = []
    for _ in range(rng.integers(0, most + 1)):
        begin = np.array([hair.middle + rng.uniform(-0.4, 0.4), rng.uniform(high, low)])
        way = rng.normal(0, 0.1, 2)
        creases.append(smooth([begin, begin + way + rng.normal(0, 0.02, 2), begin + 2 * way]))
    return tuple(creases)


def _strip(edge, deep: float, surface: int) -> Mark:
    """A band along an edge, (N, 2), as deep as told, above it."""
    return Mark(np.concatenate([edge, edge[::-1] - (0, deep)]), surface, shaded=True)


def _brimmed(rng, hair, kind: str, cloth: int, trim: int):
    low, bend = rng.uniform(-0.78, -0.64), rng.uniform(-0.05, 0.1)
    high = rng.uniform(-1.3, -1.08)
    over, edge = _shell(hair, low, high, rng.uniform(0.95, 1.06), bend)
    side = rng.choice([-1, 1])
    if kind == "witch":
        wide, tip = hair.wide, (hair.middle + side * rng.uniform(0, 0.6), rng.uniform(-1.75, -1.35))
        mid = (hair.middle + side * rng.uniform(-0.1, 0.2), rng.uniform(-1.3, -1.15))
        over = smooth([edge[-1], (0.75 * wide + hair.middle, low - 0.25), (mid[0] + 0.17, mid[1]),
                       tip, (mid[0] - 0.15, mid[1] + 0.05), (hair.middle - 0.75 * wide, low - 0.25),
                       edge[0]])  # fmt: skip
    elif kind == "top hat":
        wide = hair.wide * rng.uniform(0.75, 0.95)
        over = np.array([edge[-1], (hair.middle + wide, high - 0.25),
                         (hair.middle - wide, high - 0.25), edge[0]])  # fmt: skip
    dome = Mark(np.concatenate([over, edge[1:-1]]), cloth,
                folds=_creases(rng, hair, low, high), shaded=True)  # fmt: skip
    reach = rng.uniform(1.2, 2.1 if kind != "top hat" else 1.5) * hair.wide
    flat, lean = rng.uniform(0.08, 0.24), rng.normal(0, 0.08)
    middle = (hair.middle, low + 0.3 * bend)
    brim = ring(middle, (reach, flat), lean, 60)
    brim[:, 1] += rng.normal(0, 0.05) * np.cos(3 * (brim[:, 0] - middle[0]) / reach)
    below = brim[:, 1] >= middle[1] + bend * (1 - ((brim[:, 0] - middle[0]) / reach) ** 2) - 0.02
    marks = [dome]
    if rng.random() < 0.7:
        marks.append(_strip(edge, rng.uniform(0.05, 0.14), trim))
    if rng.random() < 0.5:  # seen from above: the brim is before the face; else around behind it
        return [], [Mark(brim, cloth, shaded=True), *marks]
    behind = [Mark(brim, cloth, shaded=True)]
    front = brim[below]
    if rng.random() < 0.5 and len(front) > 4:
        front = front[np.argsort(front[:, 0])]
        rim = np.concatenate([front, (edge + (0, 0.01))[::-1]])
        marks.append(Mark(rim, cloth, shaded=True))
    return behind, marks


def _beret(rng, hair, kind: str, cloth: int, trim: int):
    side = rng.choice([-1, 1])
    size = rng.uniform((0.46, 0.2), (0.62, 0.32))
    middle = np.array([hair.middle + side * rng.uniform(0, 0.2), rng.uniform(-1.02, -0.88)])
    shape = ring(middle, size, side * rng.uniform(0.05, 0.4), 40)
    shape = smooth(shape[::4] + rng.normal(0, 0.015, (10, 2)), closed=True)
    marks = [Mark(shape, cloth, folds=_creases(rng, hair, -0.75, -1.1), shaded=True)]
    if rng.random() < 0.4:
        marks.append(Mark(ring(middle - (0, size[1]), (0.025, 0.05)), cloth))
    return [], marks


def _cap(rng, hair, kind: str, cloth: int, trim: int):
    low, high = rng.uniform(-0.78, -0.66), rng.uniform(-1.2, -1.06)
    over, edge = _shell(hair, low, high, 1.04, rng.uniform(-0.03, 0.05))
    x, top = hair.middle, (hair.middle, high)
    seams = tuple(smooth([top, (x + s * 0.25, -0.95), (x + s * 0.3, low)]) for s in (-1, 1))
    marks = [Mark(np.concatenate([over, edge[1:-1]]), cloth, folds=seams, shaded=True)]
    side = rng.uniform(-0.3, 0.3) + hair.turn
    peak = smooth([(x + side - 0.36, low - 0.04), (x + side - 0.3, low + 0.07),
                   (x + side, low + rng.uniform(0.1, 0.18)), (x + side + 0.3, low + 0.07),
                   (x + side + 0.36, low - 0.04), (x + side, low - 0.02)], closed=True)  # fmt: skip
    marks.append(Mark(peak, trim if rng.random() < 0.4 else cloth, shaded=True))
    if rng.random() < 0.4:
        marks.append(Mark(ring((x + side, low - 0.16), (0.08, 0.08)), trim))
    return [], marks


def _beanie(rng, hair, kind: str, cloth: int, trim: int):
    low, high = rng.uniform(-0.78, -0.6), rng.uniform(-1.28, -1.08)
    over, edge = _shell(hair, low, high, rng.uniform(1.02, 1.1), rng.uniform(-0.08, 0.04))
    ribs = tuple(smooth([(hair.middle + 0.55 * x, high + 0.05), (hair.middle + 0.95 * x, low)])
                 for x in np.linspace(-0.45, 0.45, rng.integers(2, 9)))  # fmt: skip
    marks = [Mark(np.concatenate([over, edge[1:-1]]), cloth, shaded=True,
                  folds=ribs if rng.random() < 0.5 else ())]  # fmt: skip
    if rng.random() < 0.6:
        marks.append(_strip(edge + (0, 0.03), rng.uniform(0.1, 0.18), trim))
    if rng.random() < 0.5:
        marks.append(Mark(ring((hair.middle, high), rng.uniform(0.09, 0.17, 2)), trim, shaded=True))
    return [], marks


def _hood(rng, hair, kind: str, cloth: int, trim: int):
    thick, deep = rng.uniform(0.07, 0.18), rng.uniform(0.05, 0.3)
    if cloth == SECOND and kind == "hood" and rng.random() < 0.5:
        cloth = FIRST
    inner = hair.wide * rng.uniform(0.84, 1.02)
    angle = np.linspace(-2.5, 2.5, 40)
    top = rng.uniform(-0.86, -0.72)
    around = np.stack([hair.middle + inner * np.sin(angle), -0.4 + (top + 0.4) * np.cos(angle)], 1)
    peak = 0.12 * rng.random() * np.exp(-((angle / 0.5) ** 2))
    out = np.stack([hair.middle + (inner + thick) * np.sin(angle),
                    -0.4 - (0.66 + peak) * np.cos(angle) + deep * (np.cos(angle) < -0.2)],
                   1)  # fmt: skip
    if kind == "veil":
        long = rng.uniform(0.3, 1.6)
        sides = [out[0] + (-0.15, long), out[-1] + (0.15, long)]
        back = np.concatenate([out, [sides[1], sides[0]]])
        band = Mark(np.concatenate([out[8:-8], around[8:-8][::-1]]), cloth, shaded=True)
        strip = Mark(np.concatenate([around[8:-8] * (1.04, 1.04), around[8:-8][::-1]]), trim)
        return [Mark(back, cloth, shaded=True, behind=True)], [band, strip]
    rim = Mark(np.concatenate([out, around[::-1]]), cloth, shaded=True,
               folds=_creases(rng, hair, 0, -1, 6))  # fmt: skip
    marks = [rim]
    if rng.random() < 0.35:  # an animal's ears on it
        for s in (-1, 1):
            root = np.array([hair.middle + s * 0.3, -0.95])
            ear = smooth([root + (-0.13, 0.06), root + (s * 0.1, -rng.uniform(0.2, 0.4)),
                          root + (0.13, 0.06)], steps=6)  # fmt: skip
            marks.insert(0, Mark(ear, cloth, shaded=True))
    return [Mark(out, cloth, shaded=True, behind=True)], marks


def _arc(hair, up: float, reach: float, grow: float = 1.0):
    """A line over the dome from side to side."""
    angle = np.linspace(-reach, reach, 32)
    points = hair.crown(angle)
    return (points - (hair.middle, -0.44)) * (grow, up) + (hair.middle, -0.44)


def _on_crown(rng, hair, kind: str, cloth: int, trim: int):
    up = rng.uniform(0.6, 0.97)
    arc = _arc(hair, up, rng.uniform(1.0, 1.45))
    deep = rng.uniform(0.04, 0.12)
    if kind == "frill":
        piece = frill(rng, arc, (0, -1), rng.uniform(0.07, 0.17), cloth)
        marks = [Mark(piece.outline, cloth, folds=piece.folds, shaded=True)]
        return [], [*marks, _strip(arc, deep, trim)]
    marks = [_strip(arc, deep, cloth)]
    if kind == "band":
        if rng.random() < 0.5:
            at = arc[rng.integers(2, 30)]
            marks += bow_marks(rng, at, rng.uniform(0.12, 0.22), trim)
    elif kind == "cat band":
        for s in (-1, 1):
            root = arc[16 + s * 9]
            tip = root + (s * 0.1, -rng.uniform(0.22, 0.32))
            ear = smooth([root + (-0.13, 0.02), tip, root + (0.13, 0.02)], steps=6)
            marks.insert(0, Mark(ear, cloth, shaded=True))
            marks.insert(1, Mark(0.55 * ear + 0.45 * (root - (0, 0.05)), trim))
    elif kind == "phones":
        arc = _arc(hair, 1.06, 1.5, 1.04)
        marks = [_strip(arc, 0.05, cloth)]
        size = rng.uniform((0.07, 0.12), (0.12, 0.17))
        for s in (-1, 1):
            at = (hair.middle + s * (hair.wide + 0.02), -0.4)
            marks += [Mark(ring(at, size), cloth, shaded=True), Mark(ring(at, size * 0.6), trim)]
    elif kind == "crown":
        wide, low = rng.uniform(0.15, 0.4), rng.uniform(-0.98, -0.88)
        teeth = np.linspace(-1, 1, 2 * rng.integers(3, 6) - 1)
        top = low - np.where(np.arange(len(teeth)) % 2, 0.08, rng.uniform(0.17, 0.28))
        edge = np.stack([hair.middle + wide * 1.1 * teeth, top], 1)
        bottom = np.stack([hair.middle - wide * teeth, low + 0.05 * (1 - teeth**2)], 1)
        kind_of = OTHER if rng.random() < 0.6 else cloth
        return [], [Mark(np.concatenate([edge, bottom]), kind_of, shaded=True)]
    return [], marks


def bow_marks(rng, at, size: float, surface: int) -> list[Mark]:
    """Draw a bow with its knot at a point."""
    at, marks = np.asarray(at, float), []
    flat, lean = rng.uniform(0.4, 0.9), rng.normal(0, 0.3)
    turned = np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    long = rng.uniform(0, 2.5) if rng.random() < 0.5 else 0
    for s in (-1, 1):
        if long:
            end = at + (s * size * rng.uniform(0.3, 0.9), size * long)
            ribbon = lock([at, (at + end) / 2 + (0.1 * s * size, 0), end], 0.3 * size, surface,
                          (0.4, 0.8, 1))  # fmt: skip
            marks.append(ribbon)
        wing = np.array([(0, -0.1), (0.55, -flat), (1.05, -0.75 * flat), (1, 0.7 * flat),
                         (0.5, 0.7 * flat), (0, 0.1)]) * (s, 1)  # fmt: skip
        crease = np.array([(0.1, 0), (0.5, -0.15 * flat)]) * (s, 1)
        marks.append(Mark(at + size * smooth(wing, closed=True, steps=5) @ turned, surface,
                          folds=(at + size * crease @ turned,), shaded=True))  # fmt: skip
    marks.append(Mark(ring(at, (0.2 * size, 0.24 * size)), surface, shaded=True))
    return marks


def _ribbons(rng, hair, kind: str, cloth: int, trim: int):
    size, angle = rng.uniform(0.1, 0.34), rng.uniform(0.2, 1.3)
    sides, marks = rng.choice([0, 1, 2], p=[0.2, 0.4, 0.4]), []
    for s in ((0,), (rng.choice([-1, 1]),), (-1, 1))[sides]:
        marks += bow_marks(rng, hair.crown(s * angle) * (0.95, 0.97), size, cloth)
    return ([], marks) if rng.random() < 0.7 else (marks, [])


def _flowers(rng, hair, kind: str, cloth: int, trim: int):
    marks, side = [], rng.choice([-1, 1])
    for _ in range(rng.integers(1, 5)):
        at = hair.crown(side * rng.uniform(0.3, 1.4)) * rng.uniform(0.82, 0.95)
        size, count = rng.uniform(0.06, 0.14), rng.integers(4, 8)
        for angle in np.arange(count) * 2 * np.pi / count + rng.uniform(0, 1):
            petal = at + 0.75 * size * np.array([np.cos(angle), np.sin(angle)])
            marks.append(Mark(ring(petal, (0.6 * size, 0.42 * size), angle, 14), cloth))
        marks.append(Mark(ring(at, (0.35 * size, 0.35 * size)), trim))
    return [], marks


def _pins(rng, hair, kind: str, cloth: int, trim: int):
    marks, side = [], rng.choice([-1, 1])
    turn, at = rng.uniform(-0.9, 0.9), hair.crown(side * rng.uniform(0.7, 1.1)) * (0.85, 0.85)
    for number in range(rng.integers(1, 4)):
        place = at + (0, 0.07 * number)
        shape = rng.random()
        if shape < 0.6:
            along = 0.09 * np.array([np.cos(turn), np.sin(turn)])
            cross = np.array([-along[1], along[0]]) * 0.2
            bar = [place - along - cross, place + along - cross, place + along + cross,
                   place - along + cross]  # fmt: skip
            marks.append(Mark(np.array(bar), cloth))
        else:
            star = ring(place, (0.07, 0.07), turn, 10)
            star[::2] = place + 0.45 * (star[::2] - place)
            marks.append(Mark(star, cloth))
    marks.append(stroke([at, at + (0.01, 0)], 0.005))
    return [], marks[:-1]
