"""Draw bodies, their clothes and long hair, as pieces: as many as are wanted, none like another.

Painted figures that may be used are few, and what hand-drawn sketches show in a hundred ways - arms
bent, folded, behind the back or raised, wide skirts without a fold, hair that falls over a shirt or
flies - they show in a few. Their shapes need not be beautiful, they only have to be told apart: by
where they are, how they hang together and how they taper. `FIRST` is what is worn above the waist,
and dresses; `SECOND` are skirts, trousers, stockings, trimmings, hats, and a shirt under a jacket.
Lengths and places are those of `shapes.py`.
"""

import dataclasses

import garments
import numpy as np
from limbs import ARMS, BENT, HOW_OFTEN, arm, gloves, legs, sash
from shapes import FIRST, HAIR, SECOND, SKIN, Piece, mirrored, one_of, smooth
from skirts import skirt
from sleeves import sleeve, sleeve_of
from tresses import long_hair
from worn import hood_up, on_back, thing_held, worn_on_head

SIZES = {"child": (0.2, (0.55, 0.75)), "young": (0.4, (0.75, 0.98)), "adult": (0.4, (0.95, 1.18))}
OUTER = {"none": 0.66, "jacket": 0.2, "cape": 0.08, "hood": 0.06}
BOTTOMS = {"dress": 0.57, "skirt": 0.34, "trousers": 0.09}
PLAIN = 0.34  # of the bodies: no fold on any cloth
ALIKE = 0.45  # of the bodies: both arms are in one pose


def draw_body(rng, with_hat: bool = True) -> dict[str, list[Piece]]:
    """Draw a body and its clothes; the head is not part of it.

    Args:
        rng: numpy Generator.
        with_hat: Whether the head is bare, so that some get a hat.

    Returns:
        Pieces from the back to the front: "behind" and "beneath" the head, and "before" it.
    """
    shares = {name: row[0] for name, row in SIZES.items()}
    size = rng.uniform(*SIZES[one_of(shares, rng)][1])
    stout = rng.uniform(0.85, 1.1) if rng.random() < 0.75 else rng.uniform(1.1, 1.4)
    layers = _dressed(rng, stout)
    behind, before = long_hair(rng)
    warp = _warp(rng)
    body = _moved(_folded_less(rng, layers), lambda points: warp(points * size))
    hair = {"behind": behind, "before": before, "worn": worn_on_head(rng) if with_hat else []}
    hair = _moved(hair, warp)
    # Arms lie on the hair, or hair on the arms.
    front = [hair["before"], body["before"]][:: rng.choice([1, 1, -1])]
    return {
        "behind": hair["behind"] + body["behind"],
        "beneath": body["beneath"],
        "before": front[0] + front[1] + hair["worn"],
    }


def _dressed(rng, stout: float) -> dict[str, list[Piece]]:
    """A body of usual size, in layers, without its hair."""
    shoulder = rng.uniform(0.5, 0.66) * (0.7 + 0.3 * stout)
    waist, hip = rng.uniform((0.3, 0.42), (0.42, 0.56)) * stout
    figure = shoulder, waist, hip
    outer, bottom = one_of(OUTER, rng), one_of(BOTTOMS, rng)
    kind, neck = one_of(garments.TOPS, rng), one_of(garments.NECKS, rng)
    if kind == "swimsuit":
        bottom = "none" if rng.random() < 0.6 else bottom
    if kind in ("crop", "swimsuit") and bottom == "dress":
        bottom = "skirt"
    if outer == "jacket" and kind in ("off", "robe"):
        kind = "fitted"
    inner = SECOND if outer == "jacket" else FIRST
    arms = _arms(rng, shoulder, kind, outer, stout)
    body = [] if outer != "hood" else [garments.hood(rng)]
    behind = on_back(rng) + arms["behind"]
    if outer == "hood" and rng.random() < 0.4:
        behind.append(hood_up())
    coat_behind, coat = garments.jacket(rng, figure) if outer == "jacket" else ([], [])
    cape_behind, cape = garments.cape(rng, figure) if outer == "cape" else ([], [])
    fabric = inner if bottom == "dress" else SECOND
    skirt_behind, skirt_before = ([], []) if bottom in ("none", "trousers") else skirt(
        rng, waist, fabric)  # fmt: skip
    heavy = rng.random() < 0.2
    body += [
        *coat_behind,
        *skirt_behind,
        *legs(rng, hip, 0.75 + 0.25 * stout, bottom == "trousers", heavy),
        _torso(rng, figure),
        *([garments.seat(waist, hip)] if bottom == "trousers" else []),
    ]
    shirt = [garments.top(rng, figure, kind, neck, inner, bottom == "dress")]
    if neck == "straps" or kind == "swimsuit":
        shirt += garments.straps(shoulder, inner)
    # A shirt is tucked in, or hangs over.
    tucked = bottom == "dress" or kind == "swimsuit" or rng.random() < 0.55
    body += [*shirt, *skirt_before] if tucked else [*skirt_before, *shirt]
    if kind == "robe":
        body += garments.crossed_collar(rng, figure)
    elif kind == "off":
        body += [garments.off_shoulder_frill(rng, shoulder)] if rng.random() < 0.5 else []
    else:
        body += garments.collar(rng, neck)
    if bottom == "trousers" and rng.random() < 0.25:
        body += garments.overalls(rng, figure)
    elif rng.random() < 0.15:
        body.append(garments.belt(rng, waist))
    return {
        "behind": cape_behind + behind,
        "beneath": body + coat + arms["beside"] + cape,
        "before": arms["before"],
    }


def _arms(rng, shoulder: float, kind: str, outer: str, stout: float) -> dict[str, list[Piece]]:
    poses = [one_of(HOW_OFTEN, rng) for _ in "lr"]
    if rng.random() < ALIKE:
        poses[1] = poses[0]
    bare = 0.72 if BENT & set(poses) else 0.5
    bare = 0.2 if outer == "jacket" else 0.9 if kind in ("crop", "swimsuit") else bare
    cloth, length = sleeve_of(rng, bare), rng.uniform(0, 1)
    if kind == "robe" and rng.random() < 0.7:
        cloth = "kimono"
    elif kind == "off":
        cloth = "off" if rng.random() < 0.6 else "detached"
    elif kind == "loose" and rng.random() < 0.4:
        cloth = "tee"
    elif kind == "swimsuit" and rng.random() < 0.8:
        cloth = "none"
    gloved = rng.random() < 0.12
    thick = rng.uniform(0.105, 0.15) * (0.6 + 0.4 * stout)
    layers = {"behind": [], "beside": [], "before": []}
    for side, pose in zip((-1, 1), poses, strict=True):
        limb, skin, hand = arm(rng, side, shoulder, pose, thick)
        if gloved:
            hand = [dataclasses.replace(piece, surface=SECOND) for piece in hand]
        pieces = [*hand, *skin] if rng.random() < 0.5 else [*skin, *hand]
        if gloved:
            pieces += gloves(rng, limb)
        elif rng.random() < 0.05:
            pieces += sash(rng, limb)
        if cloth != "none":
            pieces += sleeve(rng, limb, cloth, length)
        if rng.random() < 0.07 and pose not in ("behind", "behind head"):
            pieces += thing_held(rng, limb.joints[2], limb.ways[1])
        layers[ARMS[pose][3]] += pieces
    return layers


def _torso(rng, figure) -> Piece:
    shoulder, waist, hip = figure
    half = [(0.13, -0.12), (0.14, 0.1), (0.3, 0.21), (shoulder - 0.02, 0.34),
            (0.9 * shoulder, 0.65), (waist, 1.25), (hip, 1.85), (0.6 * hip, 2.15),
            (0.0, 2.18)]  # fmt: skip
    lines = [smooth([(s * 0.08, 0.27), (s * 0.3, 0.25)]) for s in (-1, 1)]
    lines += [np.array([(0.0, 1.35), (0.0, 1.42)])] if rng.random() < 0.7 else []
    outline = mirrored(half)
    # Legs go on from it: no line is between.
    sides = [outline[(s * outline[:, 0] > 0) & (outline[:, 1] < 1.9)] for s in (1, -1)]
    return Piece(outline, SKIN, tuple(lines), tuple(sides))


def _moved(pieces, move) -> dict[str, list[Piece]]:
    """Move all points of pieces by a function."""
    every = [piece for listed in pieces.values() for piece in listed]
    lines = [line for of in every for line in (of.outline, *of.folds, *(of.contour or ()))]
    if not lines:
        return pieces
    # All at once: a call for each takes far longer.
    ends = np.cumsum([len(line) for line in lines])
    moved = iter(np.split(move(np.concatenate(lines)), ends[:-1]))

    def taken(piece):
        outline, folds = next(moved), tuple(next(moved) for _ in piece.folds)
        contour = piece.contour and tuple(next(moved) for _ in piece.contour)
        return dataclasses.replace(piece, outline=outline, folds=folds, contour=contour)

    return {place: [taken(piece) for piece in listed] for place, listed in pieces.items()}


def _folded_less(rng, pieces) -> dict[str, list[Piece]]:
    """Leave out all folds of cloth, some, or none."""
    keep = 0.0 if rng.random() < PLAIN else rng.uniform(0.3, 1.3)
    return {
        place: [
            piece
            if piece.surface in (SKIN, HAIR)
            else dataclasses.replace(
                piece, folds=tuple(fold for fold in piece.folds if rng.random() < keep)
            )
            for piece in listed
        ]
        for place, listed in pieces.items()
    }


def _warp(rng):
    """Bend, lean, turn and widen a body as a whole, and hold it at the chin."""
    waves = [(0.02 * rng.normal(size=3), rng.uniform(1, 3, 3), rng.uniform(0, 6, 3)) for _ in "xy"]
    lean, bend = rng.normal(0, (0.1, 0.025)).clip((-0.2, -0.05), (0.2, 0.05))
    half, turn = rng.uniform(0.85, 1.1, 2), np.clip(rng.normal(0, 0.06), -0.18, 0.18)
    if rng.random() < 0.35:
        half[rng.integers(2)] *= rng.uniform(0.6, 0.9)  # it is turned: a half is seen less

    def warp(points):
        x, y = np.asarray(points, float).T
        low = y.clip(0)
        share = (y / 0.3).clip(0, 1)
        x = x * (1 + share * (np.where(x < 0, *half) - 1))
        # Its middle shifts to a side, as that of what turns.
        x = x + turn * share * (1 - (x / 0.6) ** 2).clip(0)
        moved = [
            sum(a * (np.sin(f * along + p) - np.sin(p)) for a, f, p in zip(*wave, strict=True))
            for along, wave in zip((y, x), waves, strict=True)
        ]
        return np.stack([x + moved[0] + lean * low + bend * low**2, y + moved[1]], 1)

    return warp
