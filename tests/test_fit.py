"""`model.fit` with callbacks, on the batches of the training loop: its losses are the loop's."""

import csv
from unittest import mock

import keras
import numpy as np
import pytest
import tensorflow as tf
from shallow import shallow_network, two_tone
from tensorflow.core.util import event_pb2
from test_sources import make_side_by_side

from sgru_tf import step as loop
from sgru_tf.config import LossConfig, TrainConfig
from sgru_tf.data import PictureData
from sgru_tf.frugal_loss import FrugalLoss
from sgru_tf.loading import load_model
from sgru_tf.losses import CollectionLoss, best_proposal, mean_proposal
from sgru_tf.model import build_sgru
from sgru_tf.optimizing import build_optimizer
from sgru_tf.run_folder import RunConfig
from sgru_tf.sources import find_samples

pytestmark = pytest.mark.usefixtures("shallow")

# The paper's loss, on maps that cost nothing; the weights are never looked for.
LOSS = LossConfig()
TRAIN = TrainConfig(size=32, batch=2, steps=3, warmup=0, validation_share=0.3)


def sketch_and_target(target):
    return target[..., 3:], target


@pytest.fixture(scope="module")
def features():
    """Five maps of the sizes of VGG's."""
    keras.utils.set_random_seed(3)
    image = x = keras.Input((None, None, 3))
    maps = []
    for level in range(5):
        x = keras.layers.Conv2D(4, 3, strides=min(level, 1) + 1, padding="same")(x)
        maps.append(x)
    model = keras.Model(image, maps)
    model.trainable = False
    return model


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Batches to train on and to validate on, as the training loop takes them."""
    folder = tmp_path_factory.mktemp("pairs")
    make_side_by_side(folder, "abcdefgh")
    found = find_samples(folder, TRAIN.validation_share)
    train, held_back = PictureData(found.train, TRAIN), PictureData(found.validation, TRAIN)
    # The pairs have sketches of their own, but lines in style would be traced all the same.
    with mock.patch("sgru_tf.data.random_line_art", two_tone):
        return train.training(0, TRAIN.batch), held_back.validation(TRAIN.batch)


@pytest.fixture(scope="module")
def begin(tiny_config):
    """The model as it is before training; not to be changed by a test."""
    keras.utils.set_random_seed(1)
    with shallow_network():
        return build_sgru(tiny_config)


@pytest.fixture(scope="module")
def fitted(begin, features, data, tmp_path_factory):
    """The folder, the history and the model of three epochs of one batch."""
    folder = tmp_path_factory.mktemp("fit")
    with shallow_network():
        model = build_sgru(begin.sgru_config)
    model.set_weights(begin.get_weights())
    model.compile(
        build_optimizer(TRAIN),
        loss=CollectionLoss(LOSS, features),
        metrics=[best_proposal, mean_proposal],
    )
    best = folder / "best.keras"
    history = model.fit(
        data[0].map(sketch_and_target),
        validation_data=data[1].map(sketch_and_target),
        steps_per_epoch=1,
        epochs=TRAIN.steps,
        shuffle=False,
        verbose=0,
        callbacks=[
            keras.callbacks.ModelCheckpoint(best, monitor="val_loss", save_best_only=True),
            keras.callbacks.TensorBoard(folder / "events", profile_batch=0),
            keras.callbacks.CSVLogger(folder / "losses.csv"),
        ],
    ).history
    return folder, history, model


def test_the_losses_are_those_of_the_loop_on_the_same_batches(
    fitted, begin, features, data, monkeypatch
):
    monkeypatch.setattr(loop, "build_features", lambda config, dtype: features)
    config = RunConfig(begin.sgru_config, LOSS, TRAIN, data="")
    step = loop.Step(config, tf.distribute.get_strategy(), begin)
    assert isinstance(step.loss, FrugalLoss)
    batches = iter(data[0])
    losses = [float(step(next(batches), tf.constant(0.0))["loss"]) for _ in range(TRAIN.steps)]
    assert fitted[1]["loss"] == pytest.approx(losses, rel=1e-4)
    assert np.ptp(losses) > 0.01 * losses[0]
    for ours, theirs, first in zip(
        fitted[2].get_weights(), step.model.get_weights(), begin.get_weights(), strict=True
    ):
        # Float noise turns the sign of gradients that are nearly 0, which Adam makes steps of.
        far = np.abs(ours - theirs) > 0.05 * np.abs(ours - first).max()
        assert far.mean() < 0.01
    assert len(losses) == len(fitted[1]["val_loss"])


def test_the_best_model_is_kept_and_loads(fitted, features, data):
    folder, history, _ = fitted
    model = load_model(folder / "best.keras")
    loss, losses = CollectionLoss(LOSS, features), []
    for target in data[1]:
        losses += np.asarray(loss.call(target, model(target[..., 3:]))).tolist()
    assert np.mean(losses) == pytest.approx(min(history["val_loss"]), rel=1e-4)


def test_what_fit_tells_is_written(fitted):
    folder, history, _ = fitted
    names = {"loss", "best_proposal", "mean_proposal"}
    assert set(history) == names | {f"val_{name}" for name in names}
    with open(folder / "losses.csv") as file:
        rows = list(csv.DictReader(file))
    for name, values in history.items():
        assert [float(row[name]) for row in rows] == pytest.approx(values)
    for part, tag in (("train", "epoch_loss"), ("validation", "epoch_loss")):
        told = []
        for path in (folder / "events" / part).iterdir():
            for record in tf.data.TFRecordDataset(str(path)):
                values = event_pb2.Event.FromString(record.numpy()).summary.value
                told += [tf.make_ndarray(v.tensor).item() for v in values if v.tag == tag]
        assert told == pytest.approx(history["loss" if part == "train" else "val_loss"])
