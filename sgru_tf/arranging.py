"""Proposals as the artist gets them: moved towards a reference if there is one, and in order."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from sgru_tf.ordering import fitting_order, natural_order
from sgru_tf.palette import Palette, palette_of
from sgru_tf.recolouring import recoloured


def arranged(
    flats: Sequence[np.ndarray],
    line: np.ndarray | None,
    *,
    order: str,
    reference: Palette | None = None,
    strength: float = 0.0,
    asked: np.ndarray | None = None,
    plain: Sequence[np.ndarray] | None = None,
) -> tuple[list[np.ndarray], list[int]]:
    """Recolour proposals and sort them.

    Args:
        flats: colour layers in the network's order, uint8 (h, w, 3) each.
        line: the line layer at their size, uint8 (h, w); None if the lines are in the colours.
        order: one of `sgru_tf.ordering.ORDERS`. "natural" puts the best fit first where there is
            a reference.
        reference: colours to move towards.
        strength: how far, 0-1.
        asked: bool (h, w), where the artist asked for a colour; None for nowhere.
        plain: the colour layers as they were before the artist asked for anything. They are sorted
            in place of the others: with each new hint, proposals keep their places.

    Returns:
        The colour layers in their order, and for each which output of the network it is.
    """
    flats, palettes = list(flats), []
    if reference is not None:
        for index, flat in enumerate(flats):
            palettes.append(palette_of(flat))
            flats[index] = recoloured(flat, palettes[-1], reference, strength, asked)
    heads = list(range(len(flats)))
    if plain is not None:
        settings = {"order": order, "reference": reference, "strength": strength}
        heads = arranged(plain, line, **settings)[1]
    elif order == "natural" and len(flats) > 1:
        seen = flats if line is None else [_under(flat, line) for flat in flats]
        if reference is None:
            heads = natural_order(seen)
        else:
            heads = fitting_order(seen, palettes, reference)
    return [flats[head] for head in heads], heads


def _under(flat: np.ndarray, line: np.ndarray) -> np.ndarray:
    black = Image.new("RGB", flat.shape[1::-1])
    return np.asarray(Image.composite(Image.fromarray(flat), black, Image.fromarray(line)))
