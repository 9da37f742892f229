"""The texts and the sheet of what hints do: see `sgru_tf.hint_evaluation`."""

from __future__ import annotations

import numpy as np
from PIL import Image

from sgru_tf.evaluation_sheet import seen
from sgru_tf.hint_evaluation import NEAR, HintEvaluation
from sgru_tf.sheet import contact_sheet
from sgru_tf.tables import markdown_table, plain

_COLUMNS = {
    "at_hint": ("at the hint", ".1f"),
    "near_hints": ("near hints", ".1f"),
    "near_hints_without": ("there without", ".1f"),
    "whole_picture": ("whole picture", ".1f"),
    "psnr_best_db": ("PSNR of the best, dB", ".2f"),
}

HINT_NOTES = f"""\
- Hints were simulated: dabs, strokes and scribbles of the true colours, a little off; the same for
  all models, and those of fewer among those of more.
- Differences are CIE 1976, in L*a*b*; 2 is just to be seen. At the hint: the median over the pixels
  under hints, to the hint's own colour. Near: to the true colours, within {NEAR} pixels of a hint,
  and in the same places where no hints were given. All are means over the proposals."""


def hint_table(evaluation: HintEvaluation) -> str:
    """Tell in Markdown, with aligned columns, what more and more hints do."""
    rows = []
    for name, curves in evaluation.curves.items():
        for count, curve in curves.items():
            found = curve.numbers()
            cells = [
                format(found[key], form) if key in found else ""
                for key, (_, form) in _COLUMNS.items()
            ]
            rows.append([f"`{plain(name)}`, {count} hints", *cells])
    return markdown_table(["", *(title for title, _ in _COLUMNS.values())], rows)


def hint_numbers(evaluation: HintEvaluation) -> dict:
    """Give the same numbers for JSON: by model and number of hints."""
    return {
        name: {
            str(count): {key: round(value, 4) for key, value in curve.numbers().items()}
            for count, curve in curves.items()
        }
        for name, curves in evaluation.curves.items()
    }


def hint_sheet(evaluation: HintEvaluation) -> Image.Image:
    """Show what hints do: a row for each picture and number of hints.

    A row holds the sketch with the hints on it, and the first proposals; the first row of a
    picture ends in its true colours.
    """
    rows, labels = [], []
    for picture, answers in evaluation.panels:
        for index, (count, (hints, proposals)) in enumerate(answers.items()):
            shown = [_with_hints(picture.sketch, hints), *proposals[:5]]
            titles = [f"{count} hints", *(str(k + 1) for k in range(len(proposals[:5])))]
            if not index:
                shown.append(picture.truth)
                titles.append("true colours")
            rows.append([seen(pixels) for pixels in shown])
            labels.append(titles)
    return contact_sheet(rows, labels, cell=max(image.width for row in rows for image in row))


def _with_hints(sketch: np.ndarray, hints: np.ndarray) -> np.ndarray:
    mask = hints[..., 3:] / 255.0
    return np.rint(sketch[..., None] * (1 - mask) + hints[..., :3] * mask).astype(np.uint8)
