"""Validation: what a network is judged by, and the sheet of samples."""

import numpy as np
import pytest
import tensorflow as tf
from test_data import flat_pairs

from sgru_tf.config import ModelConfig, TrainConfig
from sgru_tf.data import PictureData
from sgru_tf.validation import Judge, sample_sheet


class StubLoss:
    """Judges by the grey of the target alone."""

    def evaluate(self, target, proposals):
        grey = tf.reduce_mean(target[..., 0], axis=(1, 2))
        return {"best": grey, "mean": grey + 1.0}


def two_proposals(sketch, training):
    """Black and mid-grey, whatever the sketch: a network that is easily judged."""
    assert training is False
    black = tf.zeros_like(tf.repeat(sketch, 3, axis=-1))
    return tf.stack([black - 50.0, black + 100.0], axis=1)


two_proposals.sgru_config = ModelConfig(proposals=2)


def test_the_judge_weighs_every_sample_alike(tmp_path):
    data = PictureData(flat_pairs(tmp_path, 5), TrainConfig(size=32))
    judge = Judge(two_proposals, StubLoss(), data, batch=2)
    figures, sheet = judge()
    judged = {key: figures[key] for key in ("best", "mean", "diversity")}
    # Greys of 10 to 50; proposals are clipped to 0 and 100, whose L* are 0 and 42.37.
    assert judged == pytest.approx({"best": 30.0, "mean": 31.0, "diversity": 42.37}, abs=0.01)
    assert sheet.size == (4 * 32, 5 * 32)
    assert judge()[0] == figures


@pytest.mark.parametrize(
    ("count", "shown"), [(None, [0, 2, 4, 6, 8, 10, 12, 14]), (8, [0, 2, 4, 6, 9, 11, 13, 16])]
)
def test_the_sheet_shows_samples_from_all_over(tmp_path, count, shown):
    data = PictureData(flat_pairs(tmp_path, 17), TrainConfig(size=32))
    sheet = np.asarray(Judge(two_proposals, StubLoss(), data, 4, count)()[1])
    assert sheet.shape == (8 * 32, 4 * 32, 3)
    assert [(row - 10) // 10 for row in sheet[16::32, -16, 0]] == shown


def test_sheet_rows_are_sketch_proposals_and_truth():
    target = np.zeros((4, 4, 4))
    target[..., :3], target[..., 3] = (300.0, 20.4, 0.0), 200.0
    proposals = np.stack([np.full((4, 4, 3), value) for value in (-7.0, 90.6)])
    pixels = np.asarray(sample_sheet([(target, proposals)]))
    assert pixels.shape == (4, 16, 3)
    assert [pixels[0, x].tolist() for x in (0, 4, 8, 12)] == [
        [200, 200, 200],
        [0, 0, 0],
        [91, 91, 91],
        [255, 20, 0],
    ]
