"""Draw anime heads, endlessly varied, whose every surface is known, for `dolls.py`.

Of figures whose surfaces are known there are few models, so few hairdos and faces. These are drawn
instead: a view, a face (`features.py`, `ears.py`), hair (`hairdos.py`, `bangs.py`), and in many
what is worn on the head (`headwear.py`), in random colours. They need not be beautiful, but have
the shapes that hand-drawn ones have.
"""

import colorsys
import dataclasses

import numpy as np
from bangs import hair_before, side_locks
from ears import animal_ears, ears
from features import View, face, face_outline
from hairdos import draw_hair, hair_behind
from headwear import HATS, draw_wear
from marks import EYES, INK, LIT, OTHER, Look, Mark, moved, painted
from PIL import Image
from shapes import FIRST, HAIR, SECOND, SKIN

TILT, TURN, NOD = 20.0, 0.2, 0.045  # at most: degrees, radians, heads
WIDTH = 0.003, 0.008  # of lines, heads
SHADED = 0.5  # of the heads have shadows
THROUGH = 0.25  # of the heads: brows are seen through the hair
ANIMAL = 0.07  # of the heads have an animal's ears
DARK_SKIN = 0.05  # of the heads: a sketch does not tell, so more would only blur what all learn


@dataclasses.dataclass(frozen=True)
class Head:
    """A head: `rgb`, (H, W, 3) uint8; `label`, (H, W) uint8, what a pixel is of, 0 for none.

    `other` is true where it is of a head, but keeps its colours. `chin` is x, y of its lowest
    point, `high` its height, in pixels; `skin` the colour of its skin, (3,) float. `behind` is true
    where it lies behind a body, None where that is not known.
    """

    rgb: np.ndarray
    label: np.ndarray
    other: np.ndarray
    chin: tuple[float, float]
    high: float
    skin: np.ndarray
    behind: np.ndarray | None = None


def resized(head: Head, high: float) -> Head:
    """Give a head of another height in pixels."""
    scale = high / head.high
    size = tuple(max(1, round(side * scale)) for side in head.label.shape[::-1])

    def nearest(array):
        return np.asarray(Image.fromarray(array).resize(size, Image.Resampling.NEAREST))

    return dataclasses.replace(
        head,
        rgb=np.asarray(Image.fromarray(head.rgb).resize(size, Image.Resampling.LANCZOS)),
        label=nearest(head.label),
        other=nearest(head.other),
        chin=(head.chin[0] * scale, head.chin[1] * scale),
        high=high,
        behind=None if head.behind is None else nearest(head.behind),
    )


def draw_head(rng, high: float) -> Head:
    """Draw a head.

    Args:
        rng: numpy Generator.
        high: Pixels from the top of its hair to its chin.
    """
    look = _look(rng)
    turn = rng.uniform(-TURN, TURN) if rng.random() < 0.7 else 0.0
    view = View(turn, rng.uniform(-NOD, NOD))
    angle = np.radians(rng.uniform(-TILT, TILT)) if rng.random() < 0.6 else 0.0
    marks = [_tinted(mark, look) for mark in _marks(rng, view, look)]
    cos, sin = np.cos(angle), np.sin(angle)
    tilt = np.array([[cos, sin], [-sin, cos]])
    marks = [moved(mark, lambda points: points @ tilt) for mark in marks]
    rgb, kind, behind, chin = painted(marks, look, high)
    label = np.where(kind == OTHER, 0, kind).astype(np.uint8)
    skin = np.array(look.colours[SKIN], float)
    return Head(rgb, label, kind == OTHER, chin, float(high), skin, behind)


def _marks(rng, view: View, look: Look) -> list[Mark]:
    """All marks of a head, from the back to the front."""
    hair = draw_hair(rng, view, look.width)
    outline = face_outline(rng, view)
    kind, worn_behind, worn = draw_wear(rng, hair)
    marks = [*worn_behind, *hair_behind(rng, hair)]
    if rng.random() < 0.85 and kind not in ("hood", "veil"):
        marks += ears(rng, view)
    features, brows = face(rng, view, outline, look)
    marks += features
    dome, before = hair_before(rng, hair)
    if look.light is not None or rng.random() < 0.15:
        dark = tuple(look.shade * np.array(look.colours[SKIN]))
        cast = dome + (0, rng.uniform(0.015, 0.05))
        marks.insert(marks.index(features[0]) + 1,
                     Mark(cast, SKIN, dark, contour=(), within=(outline,)))  # fmt: skip
    locks = side_locks(rng, hair)
    if rng.random() < ANIMAL and kind not in HATS:
        before = [*animal_ears(rng, hair.crown), *before]
    marks += [*locks, *before] if rng.random() < 0.7 else [*before[:1], *locks, *before]
    if rng.random() < THROUGH:
        marks += brows
    else:
        place = marks.index(features[-1]) + 1
        marks[place:place] = brows
    return [*marks, *worn]


def _tinted(mark: Mark, look: Look) -> Mark:
    """Give light on hair its colour."""
    if mark.colour is not LIT:
        return mark
    return dataclasses.replace(mark, colour=tuple(0.45 * np.array(look.colours[HAIR]) + 140))


def _look(rng) -> Look:
    skin = rng.uniform((0.04, 0.11, 0.94), (0.085, 0.3, 1.0))
    if rng.random() < DARK_SKIN:
        skin = rng.uniform((0.05, 0.35, 0.6), (0.08, 0.5, 0.85))
    # No surface is as dark as lines, or it would be taken for them, and stay dark in every scheme.
    hair = rng.uniform((0, 0.1, 0.5), (1, 0.75, 1))
    if rng.random() < 0.5:
        hair = rng.uniform((0.02, 0.1, 0.45), (0.14, 0.65, 0.98))
    if rng.random() < 0.1:
        hair[1:] = rng.uniform((0, 0.85), (0.1, 1))
    colours = {SKIN: skin, HAIR: hair, EYES: rng.uniform((0, 0.4, 0.45), (1, 0.95, 0.95))}
    for cloth in (FIRST, SECOND, OTHER):
        colours[cloth] = rng.uniform((0, 0.05, 0.5), (1, 0.8, 1))
    colours = {of: tuple(255 * np.array(colorsys.hsv_to_rgb(*hsv))) for of, hsv in colours.items()}
    if rng.random() < 0.6:
        colours[OTHER] = (248.0, 248.0, 248.0)
    dark = rng.random()
    ink = rng.uniform(0, 35, 3) if dark < 0.6 else rng.uniform((40, 20, 10), (95, 70, 60))
    colours[INK] = tuple(ink)
    light = None
    if rng.random() < SHADED:
        light = rng.choice([-1, 1]) * rng.uniform(0.01, 0.05), rng.uniform(-0.04, 0.0)
    width = float(np.exp(rng.uniform(*np.log(WIDTH))))
    return Look(colours, tuple(ink), width, light, rng.uniform(0.75, 0.92))
