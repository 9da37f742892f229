"""The picture of a report: what each file makes of the same sketches, side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from sgru_tf.export.comparing import Comparison
from sgru_tf.sheet import contact_sheet

SHOWN = 3
"""Most sketches on the picture."""

MOST_WIDTH = 2400
"""Most width of the picture, in pixels."""

_CELL, _LEAST_CELL, _GAP = 320, 240, 8
_LETTER = 7.5  # mean width of a letter of the labels, in pixels


@dataclass
class Panel:
    """Files that saw the same sketches at the same size, and so have the same pictures to reach.

    All pictures are uint8, (H, W) or (H, W, 3), one for each sketch.

    Attributes:
        title: The size or settings that they share.
        truth: What made the pictures to reach: "Keras" or "Colorizer".
        names: A label for each sketch.
        sketches: The sketches.
        truths: The pictures to reach.
        columns: Of each file its kind, its name, and its comparison with the pictures to reach.
    """

    title: str
    truth: str
    names: list[str]
    sketches: list[np.ndarray]
    truths: list[np.ndarray]
    columns: list[tuple[str, str, Comparison]] = field(default_factory=list)


def report_sheet(panels: Sequence[Panel]) -> Image.Image:
    """Lay panels out under each other.

    A row for each sketch: the sketch, the picture to reach, and that of each file. Where there are
    more files than find room, the row goes on below, with the same two pictures first.

    Returns:
        An RGB image, at most MOST_WIDTH wide.
    """
    room = (MOST_WIDTH - _GAP) // (_LEAST_CELL + _GAP) - 2
    rows, labels = [], []
    for panel in panels:
        for start in range(0, max(1, len(panel.columns)), room):
            shown = slice(start, start + room)
            for index, name in enumerate(panel.names):
                pictures = [column[-1].answers[index] for column in panel.columns[shown]]
                rows.append([panel.sketches[index], panel.truths[index], *pictures])
                labels.append(
                    [name, f"{panel.truth}, {panel.title}", *_labels(panel, index)[shown]]
                )
    columns = max(len(row) for row in rows)
    cell = min(_CELL, (MOST_WIDTH - _GAP) // columns - _GAP)
    rows = [[_seen(picture, cell) for picture in row] for row in rows]
    letters = int(max(min(cell, p.width) for row in rows for p in row) / _LETTER)
    labels = [[_shortened(label, letters) for label in row] for row in labels]
    return contact_sheet(rows, labels, cell=cell)


def _labels(panel: Panel, index: int) -> list[str]:
    """Name each file by its kind, or in full where there are several of a kind; add its PSNR."""
    kinds = Counter(kind for kind, *_ in panel.columns)
    labels = []
    for kind, name, comparison in panel.columns:
        told = "" if comparison.problem else f", {comparison.ratios[index]:.1f} dB"
        labels.append((name if kinds[kind] > 1 else kind) + told)
    return labels


def _seen(picture: np.ndarray, cell: int) -> Image.Image:
    """Enlarge a small picture by a whole number, so that its label finds room."""
    image = Image.fromarray(picture)
    times = max(1, cell // max(image.size))
    return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)


def _shortened(label: str, letters: int) -> str:
    """Leave out the beginning of a label that is too long: names differ at their ends."""
    return label if len(label) <= letters else "..." + label[3 - letters :]
