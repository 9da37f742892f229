"""The page that shows what a hint changed: in every stage of the network, in every proposal."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from sgru_tf.change import SHARE, Change, Repainted
from sgru_tf.heat import STAIN
from sgru_tf.inside_cells import Cells, Ring
from sgru_tf.panels import FAINT, framed, grid, short, stacked, widened, words
from sgru_tf.recording import LEVELS, TAILS
from sgru_tf.sheet import in_rows

FAR = 40
"""Difference in L*a*b* from which on a place is shown darkest."""

LEAST, MOST = 0.001, 1.0
"""Relative changes up to which a place is shown white, and from which on darkest."""

_BAR, _COLUMNS, _GAP = 300, 9, 8


def hint_page(
    name: str,
    hints: np.ndarray,
    cells: Cells,
    changes: dict[str, Change],
    proposals: Sequence[Repainted],
) -> Image.Image:
    """Draw what a hint changed.

    Args:
        name: Of the sketch.
        hints: float32 (h, w, 4), from `sgru_tf.hints.working_hints`.
        cells: Of the sketch.
        changes: By the names of the stages, all of them.
        proposals: All of them.
    """
    ring = Ring(hints[..., 3] > 0, cells.size)
    shown = {name: _change(change, cells, ring) for name, change in changes.items()}
    width = max(picture.width for picture in shown.values())
    stage = {name: widened(picture, width) for name, picture in shown.items()}
    # Before the last encoder no stage sees hints. Maps of one size stand in one column.
    upper = [*(stage[f"skip{level}"] for level in LEVELS), stage["encoder5"]]
    lower = [stage[f"tail{index}"] for index in reversed(TAILS)]
    left = widened(_sketch(hints, cells), len(lower) * width + (len(lower) - 1) * _GAP)
    lower += [stage[f"decoder{level}"] for level in LEVELS]
    pictures = [widened(_proposal(one, cells, ring), width) for one in proposals]
    return framed(
        stacked(
            grid([[left, stacked(_head(name), grid([upper], _GAP), gap=16)]], _GAP),
            grid([lower], _GAP),
            grid(in_rows(pictures, _COLUMNS), _GAP),
            gap=16,
        )
    )


def _head(name: str) -> Image.Image:
    stages = stacked(
        words(
            "How much otherwise each stage answers because of the\n"
            "hint: the difference, as a part of what was there. Its total,\n"
            f"and how far from the hint {100 * SHARE:.0f} % of it reach.",
            colour=FAINT,
        ),
        STAIN.legend(["0.1 %", "1 %", "10 %", "100 %"], _BAR),
        gap=12,
    )
    proposals = stacked(
        words(
            "Each output of the network without the hint, with it, and their\n"
            "difference in CIE Lab: 2 is just to be seen. Its mean, how far it\n"
            "reaches, and how far the colour is from that of the hint.",
            colour=FAINT,
        ),
        STAIN.legend([str(FAR * quarter // 4) for quarter in range(5)], _BAR),
        gap=12,
    )
    return stacked(
        words(f"{name}: what the hint reached", 20), grid([[stages, proposals]], 32), gap=12
    )


def _sketch(hints: np.ndarray, cells: Cells) -> Image.Image:
    large = cells.picture(cells.sketch, 2)
    paint = Image.fromarray(np.rint(hints * (1, 1, 1, 255)).astype(np.uint8))
    paint = paint.resize(large.size, Image.Resampling.BILINEAR)
    large.paste(paint, mask=paint)
    return Ring(hints[..., 3] > 0, large.size).around(large)


def _change(change: Change, cells: Cells, ring: Ring) -> Image.Image:
    scaled = np.log(np.maximum(change.values, LEAST) / LEAST) / np.log(MOST / LEAST)
    return stacked(
        words(f"{change.name}  1/{change.step}", 15),
        ring.around(cells.under_lines(scaled, change.step, STAIN)),
        words(f"{short(100 * change.total)} %{_far(change.reach)}", 12, FAINT),
    )


def _proposal(one: Repainted, cells: Cells, ring: Ring) -> Image.Image:
    notes = [f"{one.mean:.1f}{_far(one.reach)}"]
    if one.asked:
        before, after = one.asked
        notes.append(f"to hint {after:.0f}, was {before:.0f}")
    return stacked(
        words(f"output {one.number}", 15),
        cells.picture(one.before),
        cells.picture(one.after),
        ring.around(cells.under_lines(one.difference / FAR, 1, STAIN)),
        words("\n".join(notes), 12, FAINT),
    )


def _far(reach: float | None) -> str:
    return "" if reach is None else f", within {reach:.0f} px"
