"""Draw hair before the face of drawn heads: the dome with its bangs, and side locks.

See `heads.py`, and `hairdos.py` for the hair behind.
"""

import numpy as np
from hairdos import Hair, split_lock, strands_on
from marks import LIT, Mark, lock, stroke, zigzag
from shapes import HAIR, bow, one_of

BANGS = {"pointed": 0.3, "straight": 0.15, "parted": 0.17, "swept": 0.15, "free": 0.07,
         "spiky": 0.08, "between": 0.08}  # fmt: skip


def side_locks(rng, hair: Hair) -> list[Mark]:
    """Draw locks beside the cheeks; they may reach far below the chin."""
    marks, both = [], rng.random()
    long = rng.uniform(-0.25, 0.25) if rng.random() < 0.7 else rng.uniform(0.25, 1.6)
    for s in (-1, 1):
        if both < 0.12 or (both < 0.2 and s < 0):
            long_here = rng.uniform(-0.36, -0.2)
        else:
            long_here = long + rng.normal(0, 0.06)
        for _ in range(rng.integers(1, 3)):
            root = (hair.middle + s * (hair.wide - 0.09), -0.66)
            far = rng.uniform(0.34, 0.48) + 0.2 * rng.random() * max(0, long_here)
            tip = (s * far + hair.middle, long_here - rng.uniform(0, 0.1))
            marks += split_lock(rng, root, tip, rng.uniform(0.06, 0.11), hair, False,
                           rng.integers(1, 4))  # fmt: skip
    return marks


def _edge(rng, hair: Hair, kind: str):
    """Draw notches, tips and bulges of bangs, from the right to the left."""
    count = {"straight": rng.integers(4, 10), "free": rng.integers(2, 6)}.get(
        kind, rng.integers(3, 11))  # fmt: skip
    ends = hair.crown(np.array([1.62, -1.62]))[:, 0] * 0.98
    x = np.linspace(ends[0], ends[1], 2 * count + 1)
    x[1:-1] += rng.normal(0, 0.22 / count * 0.9, 2 * count - 1)
    u = np.abs(x - hair.part) / 0.5
    low, deep = rng.uniform(-0.56, -0.4), rng.uniform(0.08, 0.3)
    y = low + rng.normal(0, 0.05, len(x)) + 0.12 * np.abs(x / 0.45) ** 2
    lean = rng.normal(0, 0.03)
    bulge = rng.normal(0, 0.1, count)
    if kind == "straight":
        low, deep = rng.uniform(-0.58, -0.47), rng.choice([0.015, 0.05, 0.1])
        y = low + rng.normal(0, 0.008, len(x)) + 0.03 * (x / 0.45) ** 2
        bulge *= 0.3
    elif kind == "parted":
        y = -0.88 + 0.55 * u.clip(0, 1.1) ** rng.uniform(0.5, 0.9) + rng.normal(0, 0.02, len(x))
        bulge = np.sign(x[1::2] - hair.part) * -0.18
        deep *= 0.6
    elif kind == "swept":
        side = -np.sign(hair.part or 1)
        lean = side * rng.uniform(0.05, 0.16)
        y = low + 0.12 * side * x / 0.45 + rng.normal(0, 0.03, len(x))
        bulge = np.full(count, side * -0.22)
    elif kind == "free":
        y, deep = -0.83 + 0.45 * (np.abs(x - hair.middle) / 0.46) ** 3, 0.02
        y[1::2] += rng.uniform(0, 0.03)
    elif kind == "spiky":
        y += rng.normal(0, 0.08, len(x))
        deep *= 1.5
    notch = y[::2] - deep * rng.uniform(0.6, 1.2, count + 1)
    notch[[0, -1]] = -0.36, -0.36
    tip = np.stack([x[1::2] + lean, np.minimum(y[1::2], -0.3)], 1)
    return np.stack([x[::2], notch.clip(-0.88, -0.36)], 1), tip, bulge


def hair_before(rng, hair: Hair) -> tuple[np.ndarray, list[Mark]]:
    """Draw the dome and its bangs: their outline, and all marks."""
    kind = one_of(BANGS, rng)
    notches, tips, bulge = _edge(rng, hair, kind)
    edge = zigzag(rng, notches, tips, bulge)
    dome = hair.crown(np.linspace(-1.62, 1.62, 50))
    if rng.random() < 0.2:  # tufts at the crown
        at = rng.choice(50, 6, replace=False)
        dome[at] += (dome[at] - (0, -0.4)) * rng.uniform(0.03, 0.1)
    outline = np.concatenate([dome, edge[1:-1]])
    whorl = np.array([0.6 * hair.part, -0.97])
    marks = [Mark(outline, HAIR, shaded=True)]
    marks += _shine(rng, hair, outline)
    for number, notch in enumerate(notches[1:-1], 1):
        if rng.random() < 0.85 and kind != "free":
            far = rng.uniform(0.1, 0.9 if hair.strands > 2 else 0.5)
            line = bow(notch, notch + far * (whorl - notch), 0.12 * np.sign(notch[0] - whorl[0]))
            marks.append(stroke(line[::2], 1.4 * hair.line, (1, 0.9, 0.2)))
        if rng.random() < 0.25 and number < len(tips) and kind not in ("straight", "free"):
            begin = 0.5 * (tips[number] + notch) + 0.3 * (whorl - notch)
            end = tips[number] + rng.normal(0, 0.04, 2)
            marks.append(lock([begin, (begin + end) / 2 + (0.02, 0), end], 0.04, HAIR))
    marks += strands_on(rng, hair, 0.75 * whorl + 0.25 * tips + (0, -0.05), tips, outline,
                      hair.strands)  # fmt: skip
    if kind in ("parted", "free", "swept"):
        line = bow(whorl + (0, -0.02), (hair.part, -0.8), 0.05)
        marks.append(stroke(line, 1.3 * hair.line, within=(outline,)))
    if kind == "between" or rng.random() < 0.12:
        root, tip = (hair.part, -0.85), (0.75 * hair.turn + rng.normal(0, 0.04), -0.24)
        marks += split_lock(
            rng, root, tip, rng.uniform(0.03, 0.07), hair, False, rng.integers(1, 3)
        )
    if rng.random() < 0.35:
        for _ in range(rng.integers(1, 4)):
            root = hair.crown(rng.normal(0, 0.25)) + (0, 0.03)
            bend = root + rng.uniform((-0.2, -0.25), (0.2, -0.05))
            tip = bend + rng.uniform((-0.25, -0.1), (0.25, 0.15))
            marks.append(lock([root, bend, tip], rng.uniform(0.012, 0.04), HAIR))
    return outline, marks


def _shine(rng, hair: Hair, outline) -> list[Mark]:
    """Draw a band of light on the dome, in some."""
    kind = rng.random()
    if kind > 0.35:
        return []
    x = np.linspace(-0.8, 0.8, 2 * rng.integers(4, 14)) * hair.wide
    over = rng.uniform(-0.82, -0.7) + 0.25 * x**2
    thick, teeth = rng.uniform(0.02, 0.06), rng.uniform(0, 0.05)
    under = over + thick + teeth * (np.arange(len(x)) % 2)
    over = over - rng.choice([0, 0.6]) * teeth * (np.arange(len(x)) % 2)
    band = np.concatenate([np.stack([x, over], 1), np.stack([x, under], 1)[::-1]])
    band += (hair.middle, 0)
    return [Mark(band, HAIR, LIT, contour=None if kind < 0.12 else (), within=(outline,))]
