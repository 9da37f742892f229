"""Draw hair of drawn heads: what it is like, its locks, and all that hangs behind.

Every hairdo is made of a few kinds of parts whose numbers, lengths and bends are drawn. What lies
before the face draws `bangs.py`; see `heads.py`, and `marks.py` for what a mark is.
"""

import dataclasses

import numpy as np
from marks import Mark, lock, stroke, zigzag
from shapes import HAIR, SECOND, bow, frill, one_of, ring, smooth

BACKS = {"short": 0.2, "spiky": 0.1, "bob": 0.17, "long": 0.28, "twin tails": 0.1,
         "ponytail": 0.06, "high tail": 0.06, "buns": 0.03, "braids": 0.03,
         "drills": 0.03}  # fmt: skip
LONG_TOO = {"twin tails": 0.15, "ponytail": 0.2, "buns": 0.35, "braids": 0.2, "drills": 0.3}


@dataclasses.dataclass(frozen=True)
class Hair:
    """Of the hair of a head: half its breadth, x of its middle and of its parting.

    `strands` is how many lines are on it at most, `curl` how far locks swerve, `line` the width of
    lines, `turn` that of the view.
    """

    wide: float
    middle: float
    part: float
    strands: int
    curl: float
    line: float
    turn: float

    def crown(self, angle) -> np.ndarray:
        """Give points of the dome, angles from its top to the right, more than 90 degrees too."""
        angle = np.asarray(angle, float)
        flat = np.sign(np.sin(angle)) * np.abs(np.sin(angle)) ** 0.92 * self.wide
        deep = np.where(np.cos(angle) > 0, 0.56, 0.3)
        return np.stack([self.middle + flat, -0.44 - deep * np.cos(angle)], -1)


def draw_hair(rng, view, line: float) -> Hair:
    """Draw what the hair of a head is like as a whole."""
    part = rng.normal(0, 0.1) if rng.random() < 0.7 else rng.choice([-1, 1]) * rng.uniform(0.1, 0.3)
    strands, curl = rng.choice([0, 2, 5, 12]), rng.uniform(0.02, 0.14)
    middle, part = -0.3 * view.turn, part + 0.4 * view.turn
    return Hair(rng.uniform(0.46, 0.54), middle, part, strands, curl, line, view.turn)


def strands_on(rng, hair: Hair, roots, ends, within, most: int) -> list[Mark]:
    """Draw lines on hair from points near roots to points near ends, (N, 2) each."""
    marks = []
    for _ in range(rng.integers(0, most + 1) if most else 0):
        at = rng.integers(len(roots))
        begin, end = np.asarray(roots[at], float), np.asarray(ends[at], float)
        a, b = np.sort(rng.uniform(0.12, 1, 2))
        line = bow(begin, end, rng.normal(0, 0.06))[int(8 * a) : int(8 * b) + 2]
        if len(line) > 2:
            marks.append(stroke(line, rng.uniform(0.8, 1.6) * hair.line, within=(within,)))
    return marks


def split_lock(rng, root, tip, wide: float, hair: Hair, behind: bool, tips: int = 1) -> list[Mark]:
    """Draw a lock from a root to its tip, which may be split, with strands."""
    root, tip = np.asarray(root, float), np.asarray(tip, float)
    way, marks = tip - root, []
    across = np.array([-way[1], way[0]])
    sway = rng.normal(0, hair.curl, 2) / max(1, 1.6 * np.hypot(*way))
    path = [root, root + 0.4 * way + sway[0] * across, root + 0.75 * way + sway[1] * across, tip]
    for _ in range(tips - 1):
        leave = rng.uniform(0.3, 0.6)
        begin = root + leave * way + sway[0] * across
        end = tip + rng.normal(0, 1.1 * wide, 2) - rng.uniform(-0.05, 0.25) * way
        bend = (begin + end) / 2 + rng.normal(0, 0.1) * across
        marks.append(lock([begin, bend, end], rng.uniform(0.4, 0.7) * wide, HAIR, behind=behind))
    shape = rng.uniform((0.5, 0.8, 0.6, 0.2), (0.9, 1.1, 1, 0.7))
    whole = lock(path, wide, HAIR, [*shape, 0], behind=behind)
    places = rng.uniform(-0.6, 0.6, (6, 1)) * wide * np.array([1, 0])
    strands = strands_on(rng, hair, path[0] + places, tip + 0.3 * places, whole.outline,
                       hair.strands // 2)  # fmt: skip
    return [*marks, whole, *strands]


def _mass(rng, hair: Hair, low: float, wide: float, foot: float, behind: bool, deep=None):
    """Draw hair around and below the skull, in one piece that ends in tips."""
    count = rng.integers(3, 11)
    deep = rng.uniform(0.0, 0.25) * (low + 0.6) if deep is None else deep
    places = np.linspace(1, -1, 2 * count + 1)
    places[1:-1] += rng.normal(0, 0.2 / count, 2 * count - 1)
    ends = low + rng.normal(0, 0.35 * deep + 0.01, 2 * count + 1) - 0.1 * (low + 1) * places**2
    ends[::2] -= deep
    edge = np.stack([hair.middle + places * foot, ends], 1)
    bulge = rng.normal(0, 0.12, count) + 0.12 * np.sign(edge[1::2, 0])
    bottom = zigzag(rng, edge[::2], edge[1::2], bulge)
    top = hair.crown(np.linspace(-1.4, 1.4, 20))
    waves = rng.normal(0, 0.4 * hair.curl, 2) if low > 0.3 else np.zeros(2)
    right, left = edge[0], edge[-1]
    right = smooth(
        [
            top[-1],
            (hair.middle + wide, 0.3 * low - 0.25),
            (right[0] * 0.6 + 0.4 * wide + waves[0], 0.65 * low),
            right,
        ],
        steps=8,
    )
    left = smooth([left, (left[0] * 0.6 - 0.4 * wide + waves[1], 0.65 * low),
                   (hair.middle - wide, 0.3 * low - 0.25), top[0]], steps=8)  # fmt: skip
    outline = np.concatenate([top, right[1:], bottom[1:], left[1:-1]])
    roots = edge[::2] * (0.8, 0) + (0, -0.35)
    strands = strands_on(rng, hair, roots, edge[::2], outline, 2 * hair.strands)
    strands = [dataclasses.replace(mark, behind=behind) for mark in strands]
    return [Mark(outline, HAIR, shaded=True, behind=behind), *strands]


def _curls(path, wide: float, braid: bool, behind: bool) -> list[Mark]:
    """Draw a drill or a braid along a path."""
    middle = smooth(path, steps=12)
    along = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(middle, axis=0).T))])
    count, marks = max(4, round(along[-1] / (wide * (1.0 if braid else 0.8)))), []
    even = np.linspace(0, along[-1], 8 * count + 1)
    middle = np.stack([np.interp(even, along, of) for of in middle.T], 1)
    for number in range(count):
        at = min(int(len(middle) * number / count), len(middle) - 2)
        way = middle[at + 1] - middle[at]
        turn = np.arctan2(way[1], way[0])
        share = number / count
        size = wide * ((1 - 0.35 * share) if braid else (1 - 0.85 * share**1.5))
        aside = (-1) ** number * np.array([-np.sin(turn), np.cos(turn)])
        if braid:
            place, flat, lean = middle[at] + 0.4 * size * aside, 0.62, -0.6 * (-1) ** number
        else:
            place, flat, lean = middle[at], 0.75, np.pi / 2 + 0.35
        lens = ring(place, (size, flat * size), turn + lean, 18)
        marks.append(Mark(lens, HAIR, shaded=True, behind=behind))
    return marks[::-1]


def _bundle(rng, path, wide: float, hair: Hair, behind: bool) -> list[Mark]:
    """Draw a tail: locks along a path, (N, 2), that fan out."""
    path, marks = np.asarray(path, float), []
    reach = np.linspace(0, 1, len(path))[:, None]
    for number in range(rng.integers(2, 7)):
        fan = reach**1.5 * rng.normal(0, 0.9 * wide, 2)
        along = path + fan
        along[-1] += rng.uniform(-0.3, 0.1) * (path[-1] - path[-2])
        share = 1 if number == 0 else rng.uniform(0.4, 0.8)
        shape = rng.uniform((0.35, 0.8, 0.8, 0.4), (0.7, 1.1, 1.1, 0.9))
        one = lock(along, share * wide, HAIR, [*shape, 0], behind=behind)
        places = rng.uniform(-0.6, 0.6, (5, 1)) * wide * np.array([1, 0.2])
        marks += [one, *strands_on(rng, hair, along[1] + places, along[-1] + 0.3 * places,
                                 one.outline, hair.strands // 2)]  # fmt: skip
    return marks


def _tails(rng, hair: Hair, kind: str) -> list[Mark]:
    """Draw tails, braids, drills or buns on one side or both."""
    sides = (-1, 1)
    if kind == "ponytail" or (kind != "buns" and rng.random() < 0.12):
        sides = (rng.choice([-1, 1]),)
    angle, far, down = rng.uniform((0.5, 0.1, 0.3), (1.6, 0.9, 2.4))
    wide, rise = rng.uniform(0.1, 0.24), rng.uniform(-0.25, 0.15)
    behind, tied, marks = rng.random() < 0.7, rng.random(), []
    bands = [rng.uniform(0.04, 0.09), rng.uniform(0.06, 0.12)]
    for s in sides:
        root = hair.crown(s * angle) * (0.97, 0.97)
        if kind == "buns":
            bun = ring(root + (s * 0.06, -0.02), (wide + 0.05, wide + 0.03), 0, 30)
            swirl = ring(root + (s * 0.06, -0.02), (0.5 * wide, 0.45 * wide))[:18]
            marks.append(Mark(bun, HAIR, folds=(swirl,), shaded=True))
            continue
        path = [root, root + (s * (0.12 + 0.4 * far), rise), root + (s * far, 0.45 * down),
                root + (s * far * rng.uniform(0.6, 1.2), 0.75 * down),
                root + (s * far * rng.uniform(0.4, 1.4), down)]  # fmt: skip
        if kind in ("braids", "drills"):
            marks += _curls(path, 0.75 * wide, kind == "braids", behind)
        else:
            marks += _bundle(rng, path, wide, hair, behind)
        if tied < 0.6:
            marks.append(Mark(ring(root + (s * 0.05, 0), bands, s * 0.4), SECOND, shaded=True))
    return marks


def _high_tail(rng, hair: Hair) -> list[Mark]:
    """Draw a tail tied on top of the head: it stands above it, and falls behind a side."""
    side, angle = rng.choice([-1, 1]), rng.uniform(0, 0.6)
    root = hair.crown(side * angle) * (1, 0.97)
    size = rng.uniform((0.14, 0.12), (0.3, 0.3))
    top = root + (side * rng.uniform(0, 0.15), -0.7 * size[1])
    marks, behind = [], rng.random() < 0.7
    if rng.random() < 0.75:
        far, down = rng.uniform((0.5, 0.1), (0.95, 1.4))
        path = [root, top + (side * 0.3, -0.1), (side * far, -0.5), (side * far, 0.4 * down),
                (side * far * rng.uniform(0.8, 1.3), down)]  # fmt: skip
        marks += _bundle(rng, path, rng.uniform(0.12, 0.24), hair, behind)
    swirl = ring(top, 0.6 * size)[: rng.integers(3, 18)]
    marks.append(Mark(ring(top, size, rng.normal(0, 0.3), 30), HAIR, folds=(swirl,), shaded=True))
    if rng.random() < 0.8:
        wide = 0.9 * size[0] / hair.wide
        edge = hair.crown(np.linspace(side * angle - wide, side * angle + wide, 12)) + (0, 0.04)
        way = np.array([np.sin(side * angle), -np.cos(angle)])
        band = frill(rng, edge, way, rng.uniform(0.08, 0.16), SECOND)
        marks.append(Mark(band.outline, SECOND, folds=band.folds, shaded=True))
    return marks


def hair_behind(rng, hair: Hair) -> list[Mark]:
    """Draw the hair that is seen behind a face, and what hangs from it."""
    kind, marks = one_of(BACKS, rng), []
    if rng.random() < 0.2:
        for _ in range(rng.integers(1, 7)):
            root = np.array([rng.choice([-1, 1]) * 0.4, rng.uniform(-0.6, 0)])
            tip = root * (1, 1) + (np.sign(root[0]) * rng.uniform(0, 0.9), rng.uniform(-0.2, 1.6))
            marks += split_lock(rng, root, tip, rng.uniform(0.012, 0.05), hair, rng.random() < 0.7)
    full = kind == "long" or rng.random() < LONG_TOO.get(kind, 0)
    if full:
        long = rng.uniform(0.25, 1.2) if rng.random() < 0.55 else rng.uniform(1.2, 3)
        wide = rng.uniform(0.5, 0.8)
        foot = wide * rng.uniform(0.6, 1.3)
        if rng.random() < 0.35:
            for place in rng.permutation(np.linspace(-1, 1, rng.integers(4, 10))):
                tip = (place * foot * 1.2, long * rng.uniform(0.75, 1.1))
                root, thick = (place * 0.36, -0.4), rng.uniform(0.1, 0.2)
                marks += split_lock(rng, root, tip, thick, hair, True, rng.integers(1, 4))
        else:
            marks += _mass(rng, hair, long, wide, foot, True)
    if kind in LONG_TOO:
        marks += _tails(rng, hair, kind)
    if kind == "high tail":
        marks += _high_tail(rng, hair)
    if kind == "spiky":
        marks += _spikes(rng, hair)
    if kind == "bob":
        low = rng.uniform(-0.12, 0.3)
        wide = hair.wide + rng.uniform(0.0, 0.16)
        return [*marks, *_mass(rng, hair, low, wide, wide * rng.uniform(0.7, 1.02), True,
                               rng.choice([0.015, 0.06, 0.12]))]  # fmt: skip
    nape = rng.uniform(-0.22, 0.06)
    return [*marks, *_mass(rng, hair, nape, hair.wide, rng.uniform(0.26, 0.46), True, 0.08)]


def _spikes(rng, hair: Hair) -> list[Mark]:
    """Draw spikes that stand out all around."""
    marks, reach, lean = [], rng.uniform(0.1, 0.3), rng.normal(0, 0.3)
    most = rng.uniform(1.5, 2.3)
    angles = np.linspace(-most, most, rng.integers(7, 16))
    for angle in rng.permutation(angles + rng.normal(0, 0.12, len(angles))):
        root = hair.crown(angle) * 0.85 + (0, -0.06)
        way = np.array([np.sin(angle + lean), -np.cos(angle + lean)])
        tip = root + way * (0.1 + reach * rng.uniform(0.2, 1.3))
        bend = (root + tip) / 2 + 0.3 * lean * reach * np.array([way[1], -way[0]])
        marks.append(lock([root - 0.1 * way, bend, tip], rng.uniform(0.08, 0.2), HAIR,
                          (1.1, 0.75, 0.38, 0)))  # fmt: skip
    return marks
