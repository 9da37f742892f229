"""Draw sleeves on arms; see `bodies.py`."""

import numpy as np
from limbs import Limb
from shapes import FIRST, SECOND, Piece, folds_in, frill, one_of, smooth, tube

BARE = {"none": 0.38, "short": 0.1, "cap": 0.06, "puff": 0.11, "frilled": 0.06, "tee": 0.12,
        "off": 0.06, "rolled": 0.05}  # fmt: skip
LONG = {"long": 0.3, "cuffed": 0.2, "bell": 0.15, "bishop": 0.12, "kimono": 0.13, "detached": 0.1}


def sleeve_of(rng, bare: float) -> str:
    """Draw a kind of sleeve; it is none or a short one as often as told."""
    return one_of(BARE if rng.random() < bare else LONG, rng)


def sleeve(rng, limb: Limb, kind: str, size: float) -> list[Piece]:
    """Draw a sleeve.

    Args:
        rng: numpy Generator.
        limb: The arm.
        kind: Of `BARE` or `LONG`.
        size: 0..1, how long and wide it is of its kind; that of both arms.
    """
    elbow = limb.at(1)
    folds = folds_in(rng, 6, elbow - 0.25, elbow + 0.25)
    high = folds_in(rng, 4, limb.at(0) - 0.1, limb.at(0.6) + 0.1)
    if kind in ("short", "cap", "tee"):
        end, wide = {"short": (0.35 + 0.5 * size, (1.15, 1.2, 1.2 + 0.3 * size)),
                     "cap": (0.2 + 0.15 * size, (1.1, 1.35, 1.2)),
                     "tee": (0.5 + 0.5 * size, (1.1, 1.5, 1.6 + 0.6 * size))}[kind]  # fmt: skip
        hem = limb.at(end - 0.08) + np.outer((-1, 1), _across(limb, 0)) * 0.3
        return limb.part(-0.05, end, FIRST, wide, [*high, hem], caps=(0.5, 0.2))
    if kind in ("puff", "off"):
        return _puff(rng, limb, size, 0.25 if kind == "off" else -0.1)
    if kind == "frilled":
        end, across = 0.25 + 0.3 * size, _across(limb, 0)
        edge = limb.at(end) + np.outer(np.linspace(-1, 1, 9), across) * 1.5 * limb.wide(end)
        trim = frill(rng, edge, limb.ways[0], 0.1 + 0.2 * size, FIRST)
        return [trim, *limb.part(-0.05, end, FIRST, (1.1, 1.4, 1.4), high, caps=(0.5, 0.1))]
    if kind == "rolled":
        end = 0.6 + 0.6 * size
        roll = limb.part(end - 0.1, end + 0.06, FIRST, (1.6, 1.6), caps=(0.2, 0.2))
        return [*limb.part(-0.05, end, FIRST, (1.1, 1.3, 1.4), [*high], caps=(0.5, 0.1)), *roll]
    if kind == "kimono":
        return _hanging(rng, limb, size)
    begin = 0.3 + 0.5 * size if kind == "detached" else -0.05
    loose = rng.uniform(1.1, 1.7)
    wide = [1.1, loose, loose, loose, loose * rng.uniform(1, 1.6)]
    end = rng.uniform(1.65, 2.02)
    if kind in ("bell", "detached"):
        wide[3:] = loose * 1.25, loose * (1.9 + 1.6 * size)
    elif kind == "bishop":
        wide, end = [1.1, 1.3, 1.5, 2.6 + size, 2.2 + size, 1.3], 1.9
    pieces = limb.part(begin, end, FIRST, wide, [*high, *folds], caps=(0.5, 0.25))
    if kind in ("cuffed", "bishop"):
        cuff = limb.part(end - 0.05, end + 0.16, SECOND, (1.9, 1.9), caps=(-0.1, 0.2))
        pieces += cuff
    return pieces


def _across(limb: Limb, half: int):
    way = limb.ways[half]
    return np.array([-way[1], way[0]])


def _puff(rng, limb: Limb, size: float, begin: float) -> list[Piece]:
    end = begin + 0.4 + 0.35 * size
    wide = rng.uniform(1.6, 2.1) + 0.7 * size
    across = _across(limb, 0)
    low, gathers = limb.at(end), []
    for place in np.linspace(-0.8, 0.8, rng.integers(0, 6)):
        foot = low + place * limb.wide(end) * across
        top = foot - rng.uniform(0.08, 0.25) * limb.ways[0] + 0.5 * place * 0.2 * across
        gathers.append(smooth([foot, (foot + top) / 2, top]))
    shape = (0.9, 0.85 * wide, wide, 0.95 * wide, 0.8 * wide, 1.1)
    puff = limb.part(begin, end, FIRST, shape, gathers, caps=(0.9, 0.2))
    if rng.random() < 0.6:
        return [*puff, *limb.part(end - 0.02, end + 0.09, SECOND, (1.15, 1.15), caps=(-0.1, 0.2))]
    if rng.random() < 0.5:
        edge = low + np.outer(np.linspace(-1, 1, 7), across) * 1.15 * limb.wide(end)
        return [frill(rng, edge, limb.ways[0], 0.09, FIRST), *puff]
    return puff


def _hanging(rng, limb: Limb, size: float) -> list[Piece]:
    """A wide sleeve that hangs from an arm."""
    shoulder, elbow, wrist = limb.at(0), limb.at(1), limb.at(1.75 + 0.2 * size)
    deep, down = rng.uniform(0.35, 0.6) + 0.5 * size, np.array([0.0, 1.0])
    upright = abs(limb.ways[1][1])
    side = np.sign(shoulder[0]) or 1.0
    # What hangs from an upright arm lies beside it.
    down = down + np.array([side, 0]) * 0.9 * upright
    down *= deep / np.hypot(*down)
    up = limb.wide(1) * 1.3 * _across(limb, 1)
    up = up if up @ down < 0 else -up
    corners = [shoulder + (0, -0.14), (shoulder + elbow) / 2 + up, elbow + up, wrist + up]
    bottom = [wrist + down, wrist + down * 1.05 - 0.1 * limb.ways[1], elbow + 0.75 * down]
    under = shoulder + 0.35 * (elbow - shoulder) + 0.5 * down
    edge = smooth([*corners, wrist + 0.5 * down, *bottom, under, shoulder + (-0.1 * side, 0.25)],
                  closed=True)  # fmt: skip
    mouth = tube([wrist + 0.8 * up, wrist + 0.5 * down, wrist + 0.95 * down],
                 [0.02, 0.07, 0.05], SECOND, caps=(1, 1))  # fmt: skip
    low, high = np.minimum(elbow, wrist + down), np.maximum(elbow, wrist + down)
    return [Piece(edge, FIRST, tuple(folds_in(rng, 6, low, high))), mouth]
