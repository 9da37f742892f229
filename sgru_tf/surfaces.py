"""Whole surfaces: where the network wavers between two, one of them is decided for, in all nine.

A network that was trained in schemes gives every proposal a colour of skin, of hair and of clothes
of its own (`ModelConfig.schemes`); white is paper. So the colours of the nine at a place tell what
it is taken for: the shares of a mixture of these four. Where it could not decide, in a sleeve or in
a wide skirt, they are mixed, which looks like fog. Here it is decided, between the sketch's lines,
by `sgru_tf.potts`, and the colours are moved accordingly. What the schemes do not explain (blush)
stays; where it is much, as in some portraits, everything does. Eyes get colours
of their own: `sgru_tf.eyes`; and what an artist asks for comes afterwards: `sgru_tf.patches`.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np

from sgru_tf import eyes
from sgru_tf.linelayer import fill, ink_free_weights
from sgru_tf.neighbours import grown, reached
from sgru_tf.potts import potts

SIDE = 320
"""Lengths below are of pictures with this long side, in pixels; the shipped weights' own."""

EXPLAINED, UNEXPLAINED = 5.5, 7.0
"""How far, in grey levels, the median coloured pixel lies from what the schemes can explain: up to
the first the colours are moved all the way, from the second on not at all. At the first look it was
1.4 to 4.6 of 37 sketches of known surfaces, 1.5 to 5.1 of 16 of 20 validation faces, and 6.5 to 8.3
of the other four."""

OPEN_POWER = 32
"""How fast a line closes a surface with its ink: openness = (sketch / paper) ** OPEN_POWER."""

BORDER, LEAST = 16.0, 0.2
"""What a border costs each side on bare paper, and anywhere, in the logarithm of a share: so dear
that a surface between lines is mostly of one kind, and that slivers go with what is around them."""

FAINT = 0.03
"""Added to a share before its logarithm is taken: how sure the network can be at most."""

BARE, ANY = 0.6, 0.5
"""Inside of a figure white counts so much against a colour: a hole is more likely than a white
surface without an outline of its own. And what is white there may be any surface: so much of its
share each of them gets, lest a trace of skin decides for half a skirt."""

SKIN_ODDS = 0.9
"""The share of skin counts so much: on 15 sketches of artists' pictures less than half of what the
network took for skin was skin."""

SHARP, BLUR, MOST_BLUR = 3, 20, 40
"""Power that makes shares unlike; and steps, of a pixel each, in which a border without a line is
softened, in larger pictures more, up to a limit of time: by some three pixels, four at most."""

LIGHT = 0.1
"""So much more white than a surface has on the average may a pixel keep: light on hair."""

GAP = 4
"""The paper around a figure does not reach through openings so narrow in its outline."""

WORST_CONDITION = 1e10
"""Colours whose sums of products are conditioned worse are mixtures of each other."""

COUNTED = 16.0
"""Pixels that lie so far from it say nothing about how far the schemes explain a picture."""

KNOWN, UNKNOWN = 13.0, 21.0
"""How far, in grey levels, a pixel lies from what the schemes can explain: up to the first it is of
them, from the second on it is something else: blush. A shade between sleeve and arm: 8 to 14."""

PAPER, SKIN, HAIR, CLOTHES = range(4)
EYES = 3  # their place in a scheme, after skin, hair and clothes


@dataclass(frozen=True)
class Settled:
    """Colour layers whose surfaces are decided, and what `sgru_tf.patches` colours them by.

    Attributes:
        pictures: float32 (N, h, w, 3), RGB 0-255.
        amounts: float32 (4, h, w), how much paper, skin, hair and clothes is in each pixel now, 1
            as bright as their colours.
        irises: float32 (h, w), how far a pixel belongs to an iris, 0-1.
        part: How far the schemes explain the picture, 0-1; see `EXPLAINED`. At 0 the pictures are
            those that were given.
    """

    pictures: np.ndarray
    amounts: np.ndarray
    irises: np.ndarray
    part: float


def settle(pictures, sketch: np.ndarray, schemes: np.ndarray) -> Settled:
    """Decide what surfaces are, and colour them so.

    Args:
        pictures: (N, h, w, 3), RGB 0-255, the colour layers in the network's order.
        sketch: uint8 (h, w), 0 = ink, 255 = paper, what the network was shown.
        schemes: float32 (N, 4, 3), RGB 0-255, each proposal's skin, hair, clothes and eyes; see
            `scheme_colours`. If there is none for eyes, they stay as they are.
    """
    pictures = np.asarray(pictures, np.float32)
    colours = with_paper(schemes)
    amounts, rest = explained(pictures, colours)
    light = amounts.sum(0)
    shares = amounts / np.maximum(light, 1e-3)
    openness = opened(sketch)
    part = _part(rest, shares, openness)
    if part == 0:
        return Settled(pictures, amounts, np.zeros_like(light), part)
    scale = max(sketch.shape) / SIDE
    known = np.clip((UNKNOWN - rest) / (UNKNOWN - KNOWN), 0, 1)
    outside = paper_around(openness, shares[PAPER], scale)
    doubt = np.where(outside, 0, shares[PAPER])
    trust = known * (1 - (1 - BARE) * doubt)
    decided = _decided(shares, openness, trust, doubt, scale)
    grey = eyes.greys(shares[PAPER], light, outside, scale)
    moved = part * known * light * (1 - eyes.protected(grey, scale))
    change = moved * (_with_light(decided, shares) - shares)
    # Under a line nothing was decided: it is as beside it, as the colour layer is.
    change = fill(change.transpose(1, 2, 0), ink_free_weights(sketch)).transpose(2, 0, 1)
    moves = np.tensordot(colours.transpose(0, 2, 1), change, (2, 0)).transpose(0, 2, 3, 1)
    result, irises = np.clip(pictures + moves, 0, 255), np.zeros_like(light)
    if schemes.shape[1] > EYES:
        irises = part * eyes.irises(grey, shares[SKIN] + shares[HAIR], light, scale)
        result = np.clip(eyes.tinted(result, irises, schemes[:, EYES]), 0, 255)
    return Settled(result, amounts + change, irises, part)


def part_explained(pictures, sketch: np.ndarray, schemes: np.ndarray) -> float:
    """Tell how far the schemes explain pictures, 0-1; arguments as for `settle`."""
    amounts, rest = explained(np.asarray(pictures, np.float32), with_paper(schemes))
    shares = amounts / np.maximum(amounts.sum(0), 1e-3)
    return _part(rest, shares, opened(sketch))


def opened(sketch: np.ndarray) -> np.ndarray:
    """Tell where a surface may go on: float32 (h, w), 1 on bare paper, 0 on a line."""
    # The paper may be tinted still.
    return (sketch.astype(np.float32) / max(sketch.max(), 1)) ** OPEN_POWER


def scheme_colours(schemes) -> np.ndarray:
    """Turn `ModelConfig.schemes`, "#rrggbb" each, into float32 (N, M, 3), RGB 0-255."""
    rows = [[list(bytes.fromhex(colour[1:])) for colour in scheme] for scheme in schemes]
    return np.array(rows, np.float32)


def with_paper(schemes: np.ndarray) -> np.ndarray:
    """Put white before each proposal's skin, hair and clothes: float32 (N, 4, 3), RGB 0-255."""
    white = np.full((len(schemes), 1, 3), 255)
    return np.concatenate([white, schemes[:, :EYES]], 1).astype(np.float32)


def explained(pictures: np.ndarray, colours: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Explain each pixel's N colours by those of four surfaces, each lit or shaded.

    Non-negative least squares, by trying every set of surfaces that can be told apart.

    Args:
        pictures: float32 (N, h, w, 3).
        colours: float32 (N, M, 3), of the surfaces in each proposal.

    Returns:
        The amount of each surface, float32 (M, h, w), 1 as bright as `colours`; and what is left
        unexplained, float32 (h, w), root mean square in grey levels.
    """
    count, height, width, _ = pictures.shape
    # White and skin are much alike: in single precision they could not always be told apart.
    colours = colours.astype(np.float64)
    alike = np.einsum("nmc,nkc->mk", colours, colours)
    onto = np.zeros((colours.shape[1], height * width))
    length = np.zeros(height * width)
    for picture, own in zip(pictures.reshape(count, -1, 3), colours, strict=True):
        exact = picture.T.astype(np.float64)
        onto += own @ exact
        length += np.einsum("cp,cp->p", exact, exact)
    best, amounts = np.zeros_like(length), np.zeros_like(onto)
    for chosen, solution in solutions(alike):
        tried = solution @ onto[chosen]
        gain = (tried * onto[chosen]).sum(0)
        # More surfaces must explain more than rounding does.
        better = (tried >= 0).all(0) & (gain > best * (1 + 1e-9))
        best[better] = gain[better]
        amounts[:, better] = 0
        amounts[np.ix_(chosen, better)] = tried[:, better]
    rest = np.sqrt(np.maximum(length - best, 0) / (3 * count))
    amounts, rest = amounts.astype(np.float32), rest.astype(np.float32)
    return amounts.reshape(-1, height, width), rest.reshape(height, width)


def solutions(alike: np.ndarray) -> list[tuple[list[int], np.ndarray]]:
    """Give the sets of surfaces that can be told apart, small ones first, and their inverses.

    Args:
        alike: (M, M), the sums of products of the surfaces' colours.

    Returns:
        Of each set the numbers of its surfaces, and the inverse of their part of `alike`. Left out
        are sets with a black colour or with colours that are mixtures of each other.
    """
    numbers = range(len(alike))
    found = []
    for chosen in (list(c) for n in numbers for c in combinations(numbers, n + 1)):
        part = alike[np.ix_(chosen, chosen)]
        if part.diagonal().min() > 0 and np.linalg.cond(part) < WORST_CONDITION:
            found.append((chosen, np.linalg.inv(part)))
    return found


def paper_around(openness: np.ndarray, white: np.ndarray, scale: float = 1.0) -> np.ndarray:
    """Find the paper around the figure: white, and reached from the top or a side without a line.

    Only through openings of some `GAP` pixels and more, on a grid of cells of that size.

    Args:
        openness: float32 (h, w), 1 on bare paper, 0 on a line.
        white: float32 (h, w), the share of white there.
        scale: How much larger than `SIDE` the picture is.

    Returns:
        bool (h, w).
    """
    free = (openness > 0.1) & (white > 0.3)
    height, width = free.shape
    cell = max(GAP, round(GAP * scale))
    padded = np.pad(free, ((0, -height % cell), (0, -width % cell)), mode="edge")
    room = padded.reshape(padded.shape[0] // cell, cell, -1, cell).all((1, 3))
    edge = np.zeros_like(room)
    edge[0], edge[:, 0], edge[:, -1] = True, True, True
    around = grown(reached(edge, room))
    return around.repeat(cell, 0).repeat(cell, 1)[:height, :width] & free


def _part(rest, shares, openness) -> float:
    """How far colours are moved in this picture, 0-1; see `EXPLAINED`."""
    coloured = (openness > 4e-4) & (shares[PAPER] < 0.7) & (rest < COUNTED)
    if not coloured.any():
        return 0.0
    unexplained = float(np.median(rest[coloured]))
    return min(1.0, max(0.0, (UNEXPLAINED - unexplained) / (UNEXPLAINED - EXPLAINED)))


def _decided(shares, openness, trust, doubt, scale: float) -> np.ndarray:
    likely = shares + FAINT
    likely[SKIN] -= (1 - SKIN_ODDS) * shares[SKIN]
    likely[SKIN:] += ANY * doubt
    costs = -np.log(likely)
    costs -= costs.min(0)
    costs *= trust * (0.02 + 0.98 * openness)
    decided = potts(costs, openness, BORDER * scale, LEAST * scale) ** SHARP
    decided /= decided.sum(0)
    return softened(decided, openness, min(round(BLUR * scale), MOST_BLUR))


def softened(shares: np.ndarray, openness: np.ndarray, steps: int) -> np.ndarray:
    """Soften borders on bare paper: each step mixes neighbours, as far as no line lies there.

    Args:
        shares: float32 (M, h, w).
        openness: float32 (h, w), 1 on bare paper, 0 on a line.
        steps: How many.
    """
    right = np.minimum(openness[:, 1:], openness[:, :-1])
    below = np.minimum(openness[1:], openness[:-1])
    mass = np.ones_like(openness)
    mass[:, 1:] += right
    mass[:, :-1] += right
    mass[1:] += below
    mass[:-1] += below
    for _ in range(steps):
        mixed = shares.copy()
        mixed[:, :, 1:] += right * shares[:, :, :-1]
        mixed[:, :, :-1] += right * shares[:, :, 1:]
        mixed[:, 1:] += below * shares[:, :-1]
        mixed[:, :-1] += below * shares[:, 1:]
        shares = mixed / mass
    return shares


def _with_light(decided, shares) -> np.ndarray:
    """Leave colours some of the white that they had: pale hair pale, light on it as it was."""
    lit = decided.copy()
    for surface in (SKIN, HAIR, CLOTHES):
        weight = shares[surface] ** 2
        usual = (weight * shares[PAPER]).sum() / max(weight.sum(), 1e-6)
        white = decided[surface] * np.minimum(shares[PAPER], usual + LIGHT)
        lit[surface] -= white
        lit[PAPER] += white
    return lit
