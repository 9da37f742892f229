"""Draw bodies, their clothes and long hair, as pieces: as many as are wanted, none like another.

Painted figures that may be used are few, and what hand-drawn sketches show in a hundred ways - arms
bent, folded, behind the back or raised, sleeves that end anywhere, hair that falls over a shirt -
they show in a few. Their shapes need not be beautiful, they only have to be told apart: by where
they are, how they hang together and how they taper. Lengths and places are those of `shapes.py`.
"""

import dataclasses

import numpy as np
from garments import collar, seat, skirt, straps, top
from shapes import FIRST, SECOND, SKIN, Piece, folds_in, mirrored, smooth, tube
from tresses import long_hair, worn_on_head

SLEEVES = {"none": 0.3, "short": 0.34, "puff": 0.16, "long": 0.2}
BOTTOMS = {"dress": 0.35, "skirt": 0.4, "trousers": 0.25}
NECKLINES = {"round": 0.35, "pointed": 0.3, "high": 0.15, "straps": 0.2}
ARMS = {  # degrees from hanging straight down: the upper arm, and from there the forearm; its layer
    "hanging": ((3, 25), (-15, 25), "beside"),
    "behind": ((12, 40), (-85, -45), "behind"),
    "akimbo": ((35, 65), (-110, -70), "beside"),
    "folded": ((5, 30), (-125, -80), "before"),
    "at face": ((15, 60), (-170, -125), "before"),
    "raised": ((75, 150), (-20, 110), "before"),
    "out": ((40, 95), (-30, 30), "beside"),
}


def draw_body(rng) -> dict[str, list[Piece]]:
    """Draw a body and its clothes; the head is not part of it.

    Args:
        rng: numpy Generator.

    Returns:
        Pieces from the back to the front: "behind" and "beneath" the head, and "before" it.
    """
    sleeve, bottom, neckline = (_one_of(kinds, rng) for kinds in (SLEEVES, BOTTOMS, NECKLINES))
    shoulder, waist, hip = rng.uniform(0.5, 0.68), rng.uniform(0.3, 0.42), rng.uniform(0.42, 0.56)
    layers = {"behind": [], "beside": [], "before": []}
    for side in (-1, 1):
        for layer, piece in _arm(rng, side, shoulder, sleeve):
            layers[layer].append(piece)
    fabric = FIRST if bottom == "dress" else SECOND
    body = [
        *_legs(rng, hip, bottom),
        _torso(shoulder, waist, hip),
        *([seat(waist, hip)] if bottom == "trousers" else []),
        *([] if bottom == "trousers" else [skirt(rng, waist, fabric)]),
        top(rng, shoulder, waist, hip, neckline, bottom),
        *(straps(shoulder) if neckline == "straps" else []),
        *collar(rng, neckline),
    ]
    behind, before = long_hair(rng)
    pieces = {
        "behind": behind + layers["behind"],
        "beneath": body + layers["beside"],
        "before": before + layers["before"] + worn_on_head(rng),
    }
    warp = _warp(rng)
    return {
        place: [
            dataclasses.replace(
                piece,
                outline=warp(piece.outline),
                folds=tuple(map(warp, piece.folds)),
                contour=piece.contour and tuple(map(warp, piece.contour)),
            )
            for piece in listed
        ]
        for place, listed in pieces.items()
    }


def _one_of(kinds, rng) -> str:
    return str(rng.choice(list(kinds), p=list(kinds.values())))


def _arm(rng, side: int, shoulder: float, sleeve: str):
    """The pieces of an arm, each with its layer."""
    upper, lower, layer = ARMS[str(rng.choice(list(ARMS)))]
    first, second = np.radians(rng.uniform(*upper)), np.radians(rng.uniform(*lower))
    lengths, thick = rng.uniform((0.6, 0.55), (0.95, 0.9)), rng.uniform(0.105, 0.155)
    root = np.array([side * (shoulder - 0.09), 0.36])
    ways = [np.array([side * np.sin(a), np.cos(a)]) for a in (first, first + second)]
    elbow = root + lengths[0] * ways[0]
    wrist = elbow + lengths[1] * ways[1]
    middle = [root, (root + elbow) / 2, elbow, (elbow + wrist) / 2, wrist]
    hand = _hand(rng, wrist, ways[1], 0.62 * thick)
    skin = tube(middle, [thick, thick, 0.85 * thick, 0.8 * thick, 0.55 * thick], SKIN, (), True)
    pieces = [*hand, skin] if rng.random() < 0.5 else [skin, *hand]
    if sleeve == "long":
        loose = thick * rng.uniform(1.1, 1.7)
        end = elbow + rng.uniform(0.5, 1.0) * (wrist - elbow)
        path = [root, (root + elbow) / 2, elbow, (elbow + end) / 2, end]
        width = loose * np.array([1, 1, 1, 1, rng.uniform(0.6, 1.4)])
        pieces.append(tube(path, width, FIRST, folds_in(rng, 6, elbow - 0.25, elbow + 0.25)))
    elif sleeve != "none":
        length = rng.uniform(0.3, 0.9) if sleeve == "short" else rng.uniform(0.3, 0.55)
        end = root + length * (elbow - root)
        puff = rng.uniform(1.5, 2.1) if sleeve == "puff" else rng.uniform(1.05, 1.3)
        last = 1.1 if sleeve == "puff" else rng.uniform(1.1, 1.6)
        width = thick * np.array([1.1, puff, puff if sleeve == "puff" else 1.2, last])
        hem = end + np.array([[-0.2, -0.04], [0.2, -0.04]]) * np.sign(ways[0][1] or 1)
        folds = [*folds_in(rng, 4, np.minimum(root, end), np.maximum(root, end)), hem]
        pieces.append(tube([root - 0.08 * ways[0], (root + end) / 2, end], width, FIRST, folds))
        if sleeve == "puff":
            cuff = [end, end + 0.09 * ways[0]]
            pieces.append(tube(cuff, [1.15 * thick, 1.15 * thick], SECOND))
    return [(layer, piece) for piece in pieces]


def _hand(rng, wrist, way, wide: float) -> list[Piece]:
    across = np.array([-way[1], way[0]]) * rng.choice([-1, 1])
    knuckles = wrist + 0.16 * way
    palm = tube([wrist - 0.03 * way, knuckles], [0.8 * wide, 1.1 * wide], SKIN, (), True)
    curl, spread, pieces = rng.uniform(0, 0.8), rng.uniform(0.1, 0.5), []
    for finger in range(4):
        place = (finger - 1.5) / 1.5
        root = knuckles + 0.75 * wide * place * across - 0.02 * way
        turn = way + spread * place * across
        tip = root + rng.uniform(0.12, 0.19) * turn * (1 - 0.4 * curl) + 0.1 * curl * across
        bend = (root + tip) / 2 + 0.03 * curl * turn
        pieces.append(tube([root, bend, tip], [0.3 * wide, 0.3 * wide, 0.14 * wide], SKIN))
    thumb = wrist + 0.05 * way + 0.8 * wide * across
    end = thumb + 0.09 * way + rng.uniform(0.02, 0.1) * across
    pieces += [palm, tube([thumb, end], [0.32 * wide, 0.2 * wide], SKIN)]
    return pieces


def _torso(shoulder: float, waist: float, hip: float) -> Piece:
    half = [(0.13, -0.12), (0.14, 0.1), (0.3, 0.21), (shoulder, 0.36), (0.9 * shoulder, 0.65),
            (waist, 1.3), (hip, 1.85), (0.6 * hip, 2.15)]  # fmt: skip
    outline = mirrored(half)
    bones = [smooth([(s * 0.08, 0.27), (s * 0.3, 0.25)]) for s in (-1, 1)]
    return Piece(outline, SKIN, tuple(bones))


def _legs(rng, hip: float, bottom: str) -> list[Piece]:
    pieces, covered = [], rng.choice(["bare", "socks", "stockings"], p=[0.5, 0.25, 0.25])
    for s in (-1, 1):
        root = np.array([s * 0.5 * hip, 1.9])
        knee = root + (s * rng.uniform(-0.12, 0.15), rng.uniform(0.9, 1.25))
        ankle = knee + (rng.uniform(-0.15, 0.15), rng.uniform(0.9, 1.2))
        path = [root, (root + knee) / 2, knee, (knee + ankle) / 2, ankle]
        width = np.array([0.52 * hip, 0.24, 0.16, 0.17, 0.09])
        if bottom == "trousers":
            short = rng.random() < 0.3
            end = [root, (root + knee) / 2, knee] if short else path
            width_of = width[: len(end)] * 1.15 + (0.03 if short else 0.02)
            folds = folds_in(rng, 6, knee - 0.3, knee + 0.3)
            pieces += [tube(path, width, SKIN), tube(end, width_of, SECOND, folds)]
        else:
            pieces.append(tube(path, width, SKIN))
            if covered == "stockings":
                above = knee + rng.uniform(0.3, 0.6) * (root - knee)
                pieces.append(tube([above, knee, ankle], [0.23, 0.18, 0.1], SECOND))
            elif covered == "socks":
                under = knee + rng.uniform(0.2, 0.8) * (ankle - knee)
                pieces.append(tube([under, ankle], [0.19, 0.16, 0.1], SECOND))
        toe = ankle + (s * rng.uniform(0.02, 0.2), 0.26)
        pieces.append(tube([ankle - (0, 0.05), ankle + (0, 0.08), toe], [0.11, 0.12, 0.09], SECOND))
    return pieces


def _warp(rng):
    """Bend, lean and widen a body as a whole, and hold it at the chin."""
    waves = [(0.02 * rng.normal(size=3), rng.uniform(1, 3, 3), rng.uniform(0, 6, 3)) for _ in "xy"]
    lean, bend = rng.normal(0, 0.08), rng.normal(0, 0.03)
    half = rng.uniform(0.8, 1.1, 2)

    def warp(points):
        x, y = np.asarray(points, float).T
        x = x * np.where(y > 0.1, np.where(x < 0, *half), 1.0)
        moved = [
            sum(a * (np.sin(f * along + p) - np.sin(p)) for a, f, p in zip(*wave, strict=True))
            for along, wave in zip((y, x), waves, strict=True)
        ]
        return np.stack([x + moved[0] + lean * y + bend * y**2, y + moved[1]], 1)

    return warp
