"""Hair, irises, skin and fabrics of a Live2D figure, told apart by its parts and their colours.

The map of parts (`poses.mjs`) tells hair from body exactly; what of the body is skin and what is
cloth, and which cloth, the colours tell. L*a*b* everywhere.
"""

import dataclasses

import numpy as np
from PIL import Image, ImageFilter

from sgru_tf.metrics import lab

LIGHTNESS = 0.5  # how much it counts beside a* and b* where fabrics are told apart
FABRICS = 5  # colours sought in the clothes, of which neighbours in hue are one fabric
LEAST = 300  # pixels of a fabric
INK = 22.0  # L* under which a line is black on any surface
SKIN_SHADE = (-18.0, 14.0, 8.0)  # from skin in the light to skin in its shade
SKIN_APART = 7.0  # distance from the line between the two, lightness counting 0.4
FLUSH = 2.5  # so many times as far, and as deep, is the shade between fingers


@dataclasses.dataclass(frozen=True)
class Rule:
    """What the colours of one model do not tell.

    Attributes:
        clothed: Parts on which no skin shows, as on one whose sweater has skin's colour.
        skin_red: a* from which a colour is cloth; None is never.
        heads_only: Whether whole figures are left as they were drawn.
        waist: Where clothes of the legs begin, as a part of the figure's height.
        bare_above: Above it, as a part of that height, the body is skin, as a neck in shade.
    """

    clothed: tuple[str, ...] = ()
    skin_red: float | None = None
    heads_only: bool = False
    waist: float = 1.0
    bare_above: float = 0.0


@dataclasses.dataclass(frozen=True)
class Surfaces:
    """Masks (H, W) bool: `hair`, `iris`, and of the clothes one `fabrics` each, largest first.

    White and black ones are not among them, but if all are, the white is. `white` is what else of
    the clothes is white.
    """

    hair: np.ndarray
    iris: np.ndarray
    fabrics: list[np.ndarray]
    white: np.ndarray


def find_surfaces(rgb, shown, kinds: list[str], rule: Rule, rng) -> Surfaces:
    """Tell the surfaces of a figure.

    Args:
        rgb: (H, W, 3) uint8, on white.
        shown: (H, W) uint8, 0 for paper, else which part a pixel shows: 1 is the first of `kinds`;
            larger numbers than there are kinds, painted but of no known part.
        kinds: Names of the parts, as in parts.json.
        rule: Of the model.
        rng: numpy Generator, with which fabrics are sought.
    """
    number = {kind: place + 1 for place, kind in enumerate(kinds)}
    space = _smooth_lab(rgb)
    hair, face = shown == number["hair"], shown == number["face"]
    tied = _tied(space, hair)
    body = np.isin(shown, [number[kind] for kind in ("arm", "leg", "neck", "body")]) | tied
    skin = _skin_coloured(space, _tone(space, face))
    if rule.skin_red is not None:
        skin &= space[..., 1] < rule.skin_red
    skin &= ~np.isin(shown, [number[kind] for kind in rule.clothed]) & ~tied
    cloth = body & ~skin & (space[..., 0] > INK)
    return Surfaces(hair & ~tied, shown == number["iris"], *_fabrics(space, cloth, rng))


def find_sleeve(rgb, alpha, tone, rule: Rule):
    """Tell what of an arm that was drawn alone is cloth with a colour, skin, and white cloth.

    Give three masks, (H, W) bool; lines are in none.

    Args:
        rgb: (H, W, 3) uint8.
        alpha: (H, W) bool: where the arm is.
        tone: L*a*b* of the figure's skin, (3,); see `skin_tone`.
        rule: Of the model.
    """
    space = _smooth_lab(rgb)
    light, chroma = space[..., 0], np.hypot(space[..., 1], space[..., 2])
    white = (light > 68) & (chroma < 13) & ~_skin_coloured(space, tone)
    skin = _skin_coloured(space, tone, FLUSH) & ~white
    if rule.skin_red is not None:
        skin &= space[..., 1] < rule.skin_red
    if "arm" in rule.clothed:
        skin[:] = False
    drawn = alpha & (light > INK)
    return drawn & ~skin & ~white, drawn & skin, _opened(drawn & white, 5, 9)


def skin_tone(rgb, face):
    """Give the L*a*b* of a face's skin, (3,), of (H, W, 3) uint8 and where the face is."""
    return _tone(_smooth_lab(rgb), face)


def _smooth_lab(rgb):
    return lab(np.asarray(Image.fromarray(rgb).filter(ImageFilter.MedianFilter(5))))


def _tone(space, face):
    return np.median(space[face & (space[..., 0] > 60)], axis=0)


def _tied(space, hair):
    """Ribbons and hats, which are parts of the hair: of another hue, or white."""
    own = np.median(space[hair], axis=0)
    chroma = np.hypot(space[..., 1], space[..., 2])
    hue_apart = np.linalg.norm((space - own)[..., 1:], axis=-1) > 24
    white = (space[..., 0] > 86) & (chroma < 7) & (np.hypot(own[1], own[2]) > 9)
    tied = hair & ((hue_apart & (space[..., 0] < own[0] + 25)) | white)
    return _opened(tied, 5, 7) & hair


def _opened(mask, least, wide):
    picture = Image.fromarray(np.where(mask, 255, 0).astype("u1"))
    picture = picture.filter(ImageFilter.MinFilter(least)).filter(ImageFilter.MaxFilter(wide))
    return np.asarray(picture) > 0


def _skin_coloured(space, tone, reach=1.0):
    weights = np.array([0.4, 1.0, 1.0])
    shade, apart = SKIN_SHADE * weights, (space - tone) * weights
    along = np.clip((apart * shade).sum(-1) / (shade * shade).sum(), -0.1, 1.15 * reach)
    return np.linalg.norm(apart - along[..., None] * shade, axis=-1) < SKIN_APART * reach


def _fabrics(space, cloth, rng):
    points = space[cloth] * (LIGHTNESS, 1, 1)
    if len(points) <= 500:
        return [], np.zeros_like(cloth)
    centres = _means(points[rng.choice(len(points), min(6000, len(points)), False)], rng)
    nearest = ((space * (LIGHTNESS, 1, 1))[..., None, :] - centres).__pow__(2).sum(-1).argmin(-1)
    sizes = [int((cloth & (nearest == place)).sum()) for place in range(FABRICS)]
    coloured, white = [], []
    for place in np.argsort(sizes)[::-1]:
        if sizes[place] < LEAST:
            continue
        light, a, b = centres[place] * (1 / LIGHTNESS, 1, 1)
        chroma, hue = np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360
        if light > 68 and chroma < 13:
            white.append(place)
        elif not (light < 24 and chroma < 9):
            _join(coloured, place, hue, chroma > 9)
    groups = [places for _, _, places in coloured]
    if white and not groups:
        groups, white = [white], []
    fabrics = [cloth & np.isin(nearest, places) for places in groups]
    return fabrics, cloth & np.isin(nearest, white)


def _join(groups, place, hue, vivid):
    for of, is_vivid, places in groups:
        if abs((hue - of + 180) % 360 - 180) < 35 and vivid == is_vivid:
            places.append(place)
            return
    groups.append((hue, vivid, [place]))


def _means(points, rng, turns: int = 12):
    """The centres of `FABRICS` clusters (Lloyd's k-means)."""
    centres = points[rng.choice(len(points), FABRICS, replace=False)]
    for _ in range(turns):
        nearest = ((points[:, None] - centres) ** 2).sum(-1).argmin(1)
        groups = [points[nearest == place] for place in range(FABRICS)]
        centres = np.array(
            [
                group.mean(0) if len(group) else old
                for group, old in zip(groups, centres, strict=True)
            ]
        )
    return centres
