"""Draw long hair: masses, locks, tails and braids, hanging or blown; see `bodies.py`."""

import dataclasses

import numpy as np
from shapes import HAIR, SECOND, Piece, bow, ring, smooth, tube

LOCKS = (0.5, 0.9, 1, 0.7, 0.02), (0.5, 1, 0.8, 0.45, 0.02), (0.5, 1, 0.7, 0.3, 0.02)  # widths


@dataclasses.dataclass(frozen=True)
class Manner:
    """How the hair of a figure is drawn: most strands on a lock, wind, how it curls."""

    strands: int
    wind: float
    curl: float


def _blown(points, manner: Manner):
    """Let the wind move points, the more the lower they are."""
    points = np.asarray(points, float)
    deep = (points[:, 1] + 0.1).clip(0)
    x = points[:, 0] + 0.4 * manner.wind * deep**1.3
    return np.stack([x, points[:, 1] - 0.16 * abs(manner.wind) * deep**1.2], 1)


def _lock(rng, path, wide: float, manner: Manner, tips: int = 1) -> list[Piece]:
    """A lock of hair along a path, tapering to its tips, with strands."""
    path = np.asarray(path, float)
    middle = smooth(path)
    pieces, strands, count = [], [], len(middle)
    for _ in range(tips - 1):
        leave = int(count * rng.uniform(0.35, 0.7))
        way = middle[-1] - middle[leave]
        aside = np.array([-way[1], way[0]]) * rng.normal(0, 0.4)
        end = middle[-1] + 0.4 * aside - rng.uniform(-0.1, 0.3) * way
        bend = (middle[leave] + end) / 2 + 0.35 * aside
        width = wide * rng.uniform(0.3, 0.6) * np.array([1, 0.8, 0.02])
        pieces.append(tube([middle[leave], bend, end], width, HAIR, open_start=True))
    for _ in range(rng.integers(0, manner.strands + 1)):
        begin, end = np.sort(rng.integers(0, count, 2))
        if end - begin > 5:
            way = middle[-1] - middle[0]
            across = np.array([-way[1], way[0]]) / max(np.hypot(*way), 1e-6)
            fan = np.linspace(1, 0.15, end - begin)[:, None] * rng.uniform(-wide, wide)
            strands.append(middle[begin:end] + fan * across)
    shape = LOCKS[rng.integers(len(LOCKS))]
    return [*pieces, tube(path, wide * np.array(shape), HAIR, strands, open_start=True)]


def _hanging(rng, root, tip, wide: float, manner: Manner) -> list[Piece]:
    """A lock from its root to its tip, as it would hang without wind."""
    root, tip = np.asarray(root, float), np.asarray(tip, float)
    way = tip - root
    sway = np.outer(rng.normal(0, manner.curl, 3), (-way[1], way[0]))
    path = [root + t * way + s for t, s in zip((0.3, 0.55, 0.8), sway, strict=True)]
    tips = rng.choice([1, 1, 2, 3, 4])
    return _lock(rng, _blown([root, *path, tip], manner), wide, manner, tips)


def _mass(rng, length: float, manner: Manner) -> list[Piece]:
    """All the hair behind a body, in one piece with many tips."""
    wide, low = rng.uniform(0.5, 0.85), rng.uniform(0.35, 1.15)
    tips = rng.integers(3, 10)
    places = np.linspace(-1, 1, 2 * tips + 1)
    places[1:-1] += rng.normal(0, 0.25 / tips, 2 * tips - 1)
    deep = rng.uniform(0.1, 0.5)
    ends = length + rng.normal(0, 0.12, 2 * tips + 1) - 0.15 * length * np.abs(places) ** 2
    ends[::2] -= deep
    edge = np.stack([places * low, ends], 1)
    lines = [bow(a, b, rng.normal(0, 0.1)) for a, b in zip(edge, edge[1:], strict=False)]
    sides = [smooth([(s * 0.3, -0.85), (s * 0.52, -0.5), (s * wide, 0.1),
                     (s * (wide + low) / 2, (0.3 + ends[0]) / 2), edge[0 if s < 0 else -1]])
             for s in (-1, 1)]  # fmt: skip
    outline = np.concatenate([sides[0], *lines, sides[1][::-1]])
    strands = []
    for place in rng.uniform(-1, 1, rng.integers(0, 3 * manner.strands + 1)):
        root, end = (place * 0.5, rng.uniform(-0.3, 0.6)), (place * low, length)
        line = bow(root, end, rng.normal(0, 0.06))
        strands.append(_blown(line[rng.integers(0, 4) :], manner))
    return [Piece(_blown(outline, manner), HAIR, tuple(strands))]


def _tail(rng, path, wide: float, manner: Manner) -> list[Piece]:
    """A bundle of locks along a path."""
    path, pieces = np.asarray(path, float), []
    reach = np.linspace(0, 1, len(path))[:, None] ** 1.5
    spread = wide * rng.uniform(0.4, 1.6)
    for _ in range(rng.integers(2, 7)):
        fan = reach * rng.normal(0, spread, 2) + reach * (1 - reach) * rng.normal(0, wide, 2)
        along = path + fan
        along[-1] += rng.uniform(-0.25, 0.1) * (path[-1] - path[-2])
        pieces += _lock(rng, along, wide * rng.uniform(0.35, 0.75), manner, rng.choice([1, 2, 3]))
    return [*pieces, *_lock(rng, path, wide, manner, rng.choice([1, 2, 3]))]


def _loose(rng, root, tip, manner: Manner) -> Piece:
    """A thin strand that flies."""
    root, tip = np.asarray(root, float), np.asarray(tip, float)
    way = tip - root
    bends = np.outer(rng.normal(0, 0.16, 2), (-way[1], way[0]))
    path = _blown([root, root + 0.35 * way + bends[0], root + 0.7 * way + bends[1], tip], manner)
    width = rng.uniform(0.012, 0.06)
    return tube(path, width * np.array([0.6, 1, 0.8, 0.5, 0.02]), HAIR, open_start=True)


def _braid(rng, path, wide: float, manner: Manner) -> list[Piece]:
    """A braid: lenses that lean to the left and right, and a tuft."""
    middle = smooth(_blown(path, manner), steps=16)
    long = np.hypot(*np.diff(middle, axis=0).T).sum()
    count, pieces = max(4, round(long / (0.8 * wide))), []
    steps = np.linspace(0, 1, count, endpoint=False) * long
    far = np.concatenate([[0], np.cumsum(np.hypot(*np.diff(middle, axis=0).T))])
    for number in range(count):
        at = min(int(np.searchsorted(far, steps[number])), len(middle) - 2)
        way = middle[at + 1] - middle[at]
        turn, side = np.arctan2(way[1], way[0]), (-1) ** number
        size = wide * (1 - 0.35 * number / count)
        across = np.array([-np.sin(turn), np.cos(turn)])
        lens = ring(middle[at] + 0.4 * side * size * across, (size, 0.62 * size),
                    turn - side * 0.6, 14)  # fmt: skip
        pieces.append(Piece(lens, HAIR))
    end, way = middle[-1], middle[-1] - middle[-4]
    way /= max(np.hypot(*way), 1e-6)
    tuft = _lock(rng, [end, end + 0.2 * way, end + 0.4 * way], wide * 0.8, manner, 3)
    knot = tube([end - 0.05 * way, end + 0.05 * way], [0.5 * wide] * 2, SECOND)
    return [*tuft, *pieces[::-1], knot]


def long_hair(rng):
    """Draw masses, locks, tails and braids behind the body, and before it."""
    wind = 0.0 if rng.random() < 0.55 else rng.normal(0, 0.9)
    manner = Manner(rng.choice([0, 1, 3, 6]), float(np.clip(wind, -2, 2)), rng.uniform(0.02, 0.12))
    behind, before = [], []
    length = rng.uniform(0.4, 1.6) if rng.random() < 0.55 else rng.uniform(1.6, 3.4)
    kind = rng.random()
    if kind < 0.3:
        behind += _mass(rng, length, manner)
    if 0.2 < kind < 0.6:
        wide = rng.uniform(0.4, 0.9)
        for place in rng.permutation(np.linspace(-1, 1, rng.integers(4, 10))):
            tip = (place * wide * rng.uniform(0.8, 1.3), length * rng.uniform(0.75, 1.1))
            thick = rng.uniform(0.1, 0.26)
            behind += _hanging(rng, (place * 0.4, -0.4), tip, thick, manner)
    if rng.random() < 0.5:
        behind += _tails(rng, manner)
    if rng.random() < 0.4:
        for _ in range(rng.integers(1, 8)):
            root = rng.choice([-1, 1]) * rng.uniform(0.3, 0.45), rng.uniform(-0.6, 0.0)
            tip = np.add(root, rng.uniform((-0.8, 0.2), (0.8, 0.5 + length)))
            (behind if rng.random() < 0.7 else before).append(_loose(rng, root, tip, manner))
    for s in (-1, 1):
        if rng.random() < 0.45:
            for _ in range(rng.integers(1, 4)):
                root = (s * rng.uniform(0.32, 0.46), rng.uniform(-0.35, -0.1))
                tip = (s * rng.uniform(0.2, 0.75), length * rng.uniform(0.4, 1.0))
                calm = dataclasses.replace(manner, wind=0.4 * manner.wind)
                before += _hanging(rng, root, tip, rng.uniform(0.05, 0.16), calm)
    return behind, before


def _tails(rng, manner: Manner) -> list[Piece]:
    """Twin tails, a ponytail or braids, tied on the head, all behind the body."""
    kind, height = rng.random(), rng.uniform(-0.9, -0.2)
    far, down = rng.uniform(0.1, 1.1), rng.uniform(0.4, 3.2)
    wide, pieces = rng.uniform(0.1, 0.26), []
    sides = (-1, 1) if kind < 0.6 else (rng.choice([-1, 1]),)
    lift = rng.uniform(-0.5, 0.4) if rng.random() < 0.4 else 0.2  # a tail that flies rises first
    for s in sides:
        edge = 0.46 * np.sqrt(1 - ((height + 0.45) / 0.6) ** 2)
        root = np.array([s * rng.uniform(0.7, 1.0) * edge, height])
        path = [root, root + (s * (0.12 + 0.6 * far), 0.5 * lift + 0.05 * down),
                root + (s * far, 0.4 * down),
                root + (s * far * rng.uniform(0.5, 1.2), 0.75 * down),
                root + (s * far * rng.uniform(0.4, 1.5), down)]  # fmt: skip
        if rng.random() < 0.22:
            pieces += _braid(rng, path, 0.7 * wide, manner)
        else:
            pieces += _tail(rng, _blown(path, manner), wide, manner)
        if rng.random() < 0.35:
            pieces.append(Piece(ring(root + (s * 0.05, 0), (0.09, 0.12)), SECOND))
    if kind > 0.9:
        for s in (-1, 1):
            bun = ring((s * rng.uniform(0.24, 0.36), -0.88), (0.2, 0.18))
            pieces.append(Piece(bun, HAIR))
    return pieces
