"""The page that shows what a hint changed: in every stage of the network, in every proposal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from sgru_tf.change import SHARE, Change, Repainted
from sgru_tf.heat import STAIN
from sgru_tf.inside_cells import Cells
from sgru_tf.panels import FAINT, framed, grid, stacked, words
from sgru_tf.recording import LEVELS, TAILS
from sgru_tf.sheet import in_rows

FAR = 40
"""Difference in L*a*b* from which on a place is shown darkest."""

LEAST, MOST = 0.001, 1.0
"""Relative changes up to which a place is shown white, and from which on darkest."""

_BAR, _COLUMNS = 300, 9


def hint_page(
    name: str,
    dabs: Image.Image,
    cells: Cells,
    changes: dict[str, Change],
    proposals: Sequence[Repainted],
) -> Image.Image:
    """Draw what a hint changed.

    Args:
        name: Of the sketch.
        dabs: The hints, an RGBA picture of the proportions of the sketch.
        cells: Of the sketch.
        changes: By the names of the stages, all of them.
        proposals: All of them.
    """
    large = cells.picture(cells.sketch, 2)
    paint = dabs.resize(large.size, Image.Resampling.BOX)
    large.paste(paint, mask=paint)
    head = stacked(
        words(f"{name}: what the hint reached", 20),
        words(
            "How much otherwise each stage answers because of the hint:\n"
            "the difference, as a part of what was there. Below each map\n"
            f"its total, and how far from the hint {SHARE:.0%} of it reach.",
            colour=FAINT,
        ),
        STAIN.legend(["0.1 %", "1 %", "10 %", "100 %"], _BAR),
        words(
            "Each proposal without the hint, with it, and the difference in\n"
            "L*a*b*: 2 is just to be seen, 100 is black and white.",
            colour=FAINT,
        ),
        STAIN.legend([str(FAR * step // 4) for step in range(5)], _BAR),
        gap=12,
    )
    stage = {name: _change(change, cells, dabs) for name, change in changes.items()}
    # Before the last encoder no stage sees hints. The maps of one size stand in one column.
    rows = [
        [*[None] * len(TAILS), *(stage[f"skip{level}"] for level in LEVELS), stage["encoder5"]],
        [stage[f"tail{index}"] for index in reversed(TAILS)]
        + [stage[f"decoder{level}"] for level in LEVELS],
    ]
    pictures = [_proposal(one, cells, dabs) for one in proposals]
    return framed(
        stacked(
            grid([[cells.marked(large, dabs), head]], 20),
            grid(rows),
            grid(in_rows(pictures, _COLUMNS)),
            gap=24,
        )
    )


def _change(change: Change, cells: Cells, dabs: Image.Image) -> Image.Image:
    shown = np.log(np.maximum(change.values, LEAST) / LEAST) / np.log(MOST / LEAST)
    note = f"{100 * change.total:.2g} %" + _far(change.reach)
    return stacked(
        words(f"{change.name}  1/{change.step}", 15),
        cells.marked(cells.under_lines(shown, change.step, STAIN), dabs),
        words(note, 12, FAINT),
    )


def _proposal(one: Repainted, cells: Cells, dabs: Image.Image) -> Image.Image:
    difference = cells.under_lines(one.difference / FAR, 1, STAIN)
    notes = [f"mean {one.mean:.1f}{_far(one.reach)}"]
    if one.asked:
        notes.append("to the hint {:.0f}, was {:.0f}".format(*reversed(one.asked)))
    return stacked(
        words(f"proposal {one.number}", 15),
        cells.picture(one.before),
        cells.picture(one.after),
        cells.marked(difference, dabs),
        words("\n".join(notes), 12, FAINT),
    )


def _far(reach: float | None) -> str:
    return "" if reach is None else f", within {reach:.0f} px"
