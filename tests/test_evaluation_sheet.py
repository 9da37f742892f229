"""The sheet of an evaluation: samples in rows, beside what each model made of them."""
# ruff: noqa: F811

import numpy as np
from PIL import Image
from test_evaluate import (  # noqa: F401
    GREENISH,
    REDDISH,
    Painter,
    flat,
    here,
    painters,
    pairs,
    run,
)

from sgru_tf.evaluation_sheet import CELL, COLUMNS, evaluation_sheet
from sgru_tf.measuring import measure


def test_the_sheet_has_a_row_for_each_sample_and_model(here, painters):
    painters["many.keras"] = Painter([(k, 0, 0) for k in range(12)])
    pairs(here / "d", [REDDISH] * 10)
    run("many.keras", "d", "--out", "o")
    with Image.open(here / "o" / "evaluation.png") as sheet:
        assert sheet.width == COLUMNS * (CELL + 8) + 8
        assert sheet.height == 8 * (CELL + 22 + 8) + 8
        middle = np.asarray(sheet)[8 + CELL // 2, 8 + CELL // 2 :: CELL + 8]
    # The sketch at its dark half, truth, first and best (the same one here), and four of the rest
    # in the network's order.
    assert middle[0].tolist() == [102] * 3
    assert middle[1].tolist() == list(REDDISH)
    assert [int(pixel[0]) for pixel in middle[2:8]] == [11, 11, 0, 3, 6, 10]


def test_the_sheet_of_a_large_narrow_picture_and_one_proposal(painters):
    from sgru_tf.evaluation_data import Picture

    tall = Picture("x" * 99, np.full((600, 40), 255, np.uint8), flat(REDDISH, (600, 40)))
    proposals = flat(GREENISH, (600, 40))[None]
    answers = {"m": (proposals, measure(proposals, tall.truth))}
    sheet = evaluation_sheet([(tall, answers)])
    assert sheet.height == CELL + 22 + 16
    assert sheet.width == 3 * (48 + 8) + 8
