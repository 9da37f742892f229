"""The contact sheet of an evaluation: sketches, true colours, and what each model made of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from sgru_tf.evaluation_data import Picture, spread
from sgru_tf.measuring import Measures
from sgru_tf.sheet import contact_sheet

CELL = 256
"""Longest side of a picture on the sheet, in pixels; small ones are enlarged by whole factors."""

COLUMNS = 8

_LETTER = 7.5  # mean width of a letter of the labels, in pixels


def evaluation_sheet(
    panels: Sequence[tuple[Picture, dict[str, tuple[np.ndarray, Measures]]]],
) -> Image.Image:
    """Lay samples out, a row for each sample and model.

    A row holds the sketch, the true colours, the first proposal, the best one, and some of the
    others; without true colours the sketch and the first proposals. First is the most natural;
    the numbers are those of the network's outputs. Labels tell the PSNR, and the model under the
    sketch if there are several.

    Args:
        panels: From `sgru_tf.evaluating.Evaluation`; at least one.

    Returns:
        An RGB image.
    """
    rows, labels = [], []
    for picture, answers in panels:
        for model, (proposals, measures) in answers.items():
            shown = [(picture.sketch, model if len(answers) > 1 else picture.name)]
            if picture.truth is None:
                shown += [(proposals[index], str(index + 1)) for index in measures.order]
            else:
                title = picture.name if len(answers) > 1 else "true colours"
                shown += [(picture.truth, title), *_with_ratios(proposals, measures)]
            rows.append([seen(pixels) for pixels, _ in shown[:COLUMNS]])
            labels.append([label for _, label in shown[:COLUMNS]])
    letters = int(max(picture.width for row in rows for picture in row) / _LETTER)
    labels = [[_cut(label, letters) for label in row] for row in labels]
    return contact_sheet(rows, labels, cell=CELL)


def _with_ratios(proposals: np.ndarray, measures: Measures) -> list[tuple[np.ndarray, str]]:
    """Give the first proposal, the best, and some others in between, labelled with their PSNR."""
    ratios, winner, first = measures.each["psnr"], measures.winner, measures.order[0]
    labels = [f"{number}, {ratio:.1f} dB" for number, ratio in enumerate(ratios, 1)]
    shown = [(proposals[first], f"first: {labels[first]}")]
    if len(proposals) > 1:
        shown.append((proposals[winner], f"best: {labels[winner]}"))
    others = [index for index in range(len(proposals)) if index not in (first, winner)]
    chosen = [others[place] for place in spread(len(others), COLUMNS - 4)]
    return shown + [(proposals[index], labels[index]) for index in chosen]


def seen(pixels: np.ndarray) -> Image.Image:
    """Bring a picture to the sheet's size; a small one by a whole factor, so that labels fit."""
    image = Image.fromarray(pixels)
    if max(image.size) > CELL:
        image.thumbnail((CELL, CELL), Image.Resampling.BILINEAR)
        return image
    times = CELL // max(image.size)
    return image.resize((image.width * times, image.height * times), Image.Resampling.NEAREST)


def _cut(text: str, letters: int) -> str:
    """Leave out the beginning of a text that is too long: names differ at their ends."""
    return text if len(text) <= letters else "..." + text[3 - letters :]
