"""Tell the surfaces of a picture apart by seeds that were set by hand, and lay it on white paper.

Seeds of a picture are points that lie well inside of its surfaces, in percent of its width and
height::

    {"mia.jpg": {"paper": [[5, 5], [95, 40]], "skin": [[52, 30]], "hair": [[50, 8], [31.5, 40]],
                 "top": [[48, 70]], "second": [[50, 90]], "white": [], "iris": [[47, 31]]}}

All seeds flood the picture at once, and a pixel goes to the one that reaches it with the least
change of colour: lines and edges are barriers, so each piece between them wants a seed of its own.
That is more work than `repaint_figures.py` asks for, and lets surfaces of one colour be told apart.
What is `paper` becomes white, so that of a scene the figure stays; `white` becomes white, too, with
its shade; `as_drawn` is left alone. `second` is what has the second colour of clothes: skirts,
stockings, ribbons, hats, and what is held, as books.
"""

import heapq

import numpy as np
from nine import FIRST, HAIR, IRIS, SECOND
from PIL import Image, ImageFilter
from repaint_figures import blurred, dyed, soft, usual_lightness

from sgru_tf.errors import SgruError
from sgru_tf.gamut import rgb_of
from sgru_tf.metrics import lab

KINDS = ("paper", "skin", "hair", "top", "second", "white", "iris", "as_drawn")
PLACES = {"hair": HAIR, "top": FIRST, "second": SECOND, "iris": IRIS}  # in a scheme
SKIN = "#f6dcc6"  # all skin, in whatever light it was painted
SIDE = 400  # pixels of the long side where pieces are told apart
LIGHTNESS = 0.6  # how much it counts beside a* and b*
STEP, UNLIKE, EDGE = 0.5, 0.35, 1.0  # what a pixel costs; what colours unlike the seed's, and edges
DARK, LIGHTER = 35.0, 45.0  # L*: a surface usually darker than the first is drawn so light


def told_apart(rgb: np.ndarray, seeds: dict) -> np.ndarray:
    """Give for each pixel of a picture the kind of the seed that reaches it first.

    Args:
        rgb: (H, W, 3) uint8.
        seeds: Of each of `KINDS` points, x and y in percent.

    Returns:
        uint8 (h, w), places in `KINDS`; the long side is `SIDE` at most.

    Raises:
        SgruError: there are no seeds.
    """
    small = Image.fromarray(rgb)
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    space = lab(np.asarray(small.filter(ImageFilter.MedianFilter(3)))) * (LIGHTNESS, 1, 1)
    height, width = space.shape[:2]
    colours = [tuple(colour) for colour in space.reshape(-1, 3).tolist()]
    cost, owner = [float("inf")] * len(colours), [0] * len(colours)
    front, own = [], []
    for number, kind in enumerate(KINDS):
        for x, y in seeds.get(kind, ()):
            row = min(max(int(y * height / 100), 1), height - 2)
            column = min(max(int(x * width / 100), 1), width - 2)
            around = [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
            usual = np.median([space[place] for place in around], axis=0)
            own.append((number, tuple(usual)))
            for i, j in around:
                cost[i * width + j], owner[i * width + j] = 0.0, len(own) - 1
                front.append((0.0, i * width + j, len(own) - 1))
    if not own:
        raise SgruError("has no seeds")
    heapq.heapify(front)
    while front:
        spent, place, seed = heapq.heappop(front)
        if spent > cost[place] or owner[place] != seed:
            continue
        here, usual = colours[place], own[seed][1]
        column = place % width
        near = [place - width, place + width]
        near += [place - 1] * (column > 0) + [place + 1] * (column < width - 1)
        for other in near:
            if 0 <= other < len(colours):
                there = colours[other]
                reached = spent + STEP + UNLIKE * _apart(there, usual) + EDGE * _apart(there, here)
                if reached < cost[other] - 1e-9:
                    cost[other], owner[other] = reached, seed
                    heapq.heappush(front, (reached, other, seed))
    kinds = np.array([number for number, _ in own], np.uint8)
    return kinds[owner].reshape(height, width)


def surfaces_of(rgb: np.ndarray, seeds: dict):
    """Lay a picture on white paper, and tell its surfaces.

    Returns:
        The picture, (H, W, 3) uint8; and of each surface its place in a scheme and how far a pixel
        belongs to it, float32 (H, W).
    """
    kinds = told_apart(rgb, seeds)
    shares = {
        kind: _enlarged(soft(kinds == number), rgb.shape) for number, kind in enumerate(KINDS)
    }
    space = lab(rgb)
    for kind in PLACES:
        own = shares[kind] > 0.5
        usual = np.median(space[own, 0]) if own.any() else 100.0
        if usual < DARK:
            # Black hair would stay black in all nine, and its sketch be one patch of ink.
            power = np.log(LIGHTER / 100) / np.log(max(usual, 1.0) / 100)
            light = 100 * (space[..., 0].clip(0, 100) / 100) ** power
            space[..., 0] += shares[kind] * (light - space[..., 0])
    for kind, colour in (("skin", SKIN), ("white", "#fafafa")):
        own = shares[kind] > 0.5
        if own.any():
            new = dyed(space, usual_lightness(space, own), colour)
            space = space + shares[kind][..., None] * (new - space)
    picture = rgb_of(space).astype(np.float32)
    picture += shares["paper"][..., None] * (255 - picture)
    # `soft` widens shares by a pixel, for lines; on paper that would be a halo around the figure.
    inside = 1 - _enlarged(blurred(kinds == KINDS.index("paper")), rgb.shape)
    surfaces = [(place, shares[kind] * inside) for kind, place in PLACES.items()]
    return np.rint(picture).astype(np.uint8), surfaces


def _apart(one, other) -> float:
    return ((one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2) ** 0.5


def _enlarged(share: np.ndarray, shape) -> np.ndarray:
    picture = Image.fromarray(np.rint(255 * share).astype("u1"))
    return np.asarray(picture.resize(shape[1::-1], Image.Resampling.BICUBIC), np.float32) / 255
