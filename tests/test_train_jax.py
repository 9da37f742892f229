"""The example that trains on JAX: it learns, goes on, and TensorFlow reads its weights."""

import csv
import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

from sgru_tf.config import LossConfig
from sgru_tf.loading import load_model
from sgru_tf.losses import CollectionLoss
from sgru_tf.pairs import Pairs, find_pairs

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="no JAX here"),
    pytest.mark.usefixtures("shallow"),
]

ROOT = Path(__file__).parent.parent
OPTIONS = "--width 0.01 --size 32 --batch 2 --epochs 3 --steps 4 --learning-rate 3e-3".split()
OPTIONS += ["--vgg-weights", "none"]
LOSS = LossConfig(winner="colour", normalise_mask=True, mask_floor=0.1, weights="none")

# TensorFlow is kept out, as Keras imports it of itself where it is installed.
SCRIPT = """
import importlib.abc, sys

class Keeper(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] == "tensorflow":
            raise ModuleNotFoundError(f"No module named {name}", name=name)

sys.meta_path.insert(0, Keeper())
sys.path[:0] = ["examples", "tests"]
import train_jax
import shallow
import click.testing, keras, numpy as np

lasting = shallow.shallow_network()
lasting.__enter__()
folder, options = sys.argv[1] + "/", sys.argv[2:]
pairs = folder + "pairs"

def run(*arguments):
    arguments = [*arguments[:2], *options, *arguments[2:]]
    done = click.testing.CliRunner().invoke(train_jax.main, arguments)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done

def refused(words, *arguments):
    done = run(*arguments)
    assert done.exit_code == 1 and words in done.stderr, done.output
    assert done.stderr.startswith("Error: ") and done.stderr.count("\\n") == 1, done.stderr

def stopped_in(epoch, *arguments):
    at_epoch = train_jax.Pairs.at_epoch
    def stopping(pairs):
        callback = at_epoch(pairs)
        tell = callback.on_epoch_begin
        def begin(number, logs=None):
            if number == epoch:
                raise KeyboardInterrupt
            tell(number, logs)
        callback.on_epoch_begin = begin
        return callback
    train_jax.Pairs.at_epoch = stopping
    done = run(*arguments)
    train_jax.Pairs.at_epoch = at_epoch
    assert done.exit_code == 130 and "the same command goes on" in done.stderr, done.output

devices = keras.distribution.list_devices()
assert len(devices) == 2
refused("2 devices", pairs, folder + "new", "--batch", "3")
stopped_in(1, pairs, folder + "shared")

keras.distribution.set_distribution(None)
keras.distribution.list_devices = lambda: devices[:1]
assert run(pairs, folder + "whole").exit_code == 0
model = keras.models.load_model(folder + "whole/last.keras", compile=False)
np.save(folder + "proposals.npy", model(np.load(folder + "sketch.npy")))
stopped_in(2, pairs, folder + "parts")
done = run(pairs, folder + "parts")
assert done.exit_code == 0, done.output
assert "Epoch 3/3" in done.output and "Epoch 2/3" not in done.output

refused("was begun with", pairs, folder + "parts", "--steps", "5")
refused("holds no pairs", folder + "plain", folder + "new")
refused("no such folder", folder + "nowhere", folder + "new")
refused("multiple of 32", pairs, folder + "new", "--size", "40")
refused("no such VGG weight file", pairs, folder + "new", "--vgg-weights", "no.h5")
refused("is not empty", pairs, folder + "plain")
assert "tensorflow" not in sys.modules
"""


def save_pairs(folder, count=6):
    """Rectangles of different colours, beside their outlines."""
    folder.mkdir()
    for index in range(count):
        random = np.random.default_rng(index)
        left, top = (int(value) for value in random.integers(4, 16, 2))
        colour = tuple(int(value) for value in random.integers(0, 256, 3))
        pair = Image.new("RGB", (80, 40), "white")
        pen = ImageDraw.Draw(pair)
        pen.rectangle((left, top, left + 20, top + 20), colour, "black")
        pen.rectangle((40 + left, top, 60 + left, top + 20), outline="black")
        pair.save(folder / f"{index}.png")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder of pairs and of three trainings, by one process that has two devices."""
    folder = tmp_path_factory.mktemp("jax")
    save_pairs(folder / "pairs")
    (folder / "plain").mkdir()
    Image.new("RGB", (50, 40), "red").save(folder / "plain/a.png")
    sketch = np.random.default_rng(0).uniform(0, 255, (1, 64, 32, 1)).astype("float32")
    np.save(folder / "sketch.npy", sketch)
    environment = dict(os.environ, JAX_PLATFORMS="cpu", KERAS_BACKEND="tensorflow")
    environment["XLA_FLAGS"] = "--xla_force_host_platform_device_count=2"
    # Compiling takes much longer than training here, and is needed twice.
    environment["JAX_DISABLE_MOST_OPTIMIZATIONS"] = "1"
    environment["JAX_COMPILATION_CACHE_DIR"] = str(folder / "cache")
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(folder), *OPTIONS],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert not (folder / "new").exists()
    return folder


def history(folder):
    with open(folder / "history.csv") as file:
        return [{key: float(value) for key, value in row.items()} for row in csv.DictReader(file)]


def test_it_learns(trained):
    losses = [row["val_loss"] for row in history(trained / "whole")]
    assert losses[2] < 0.9 * losses[0]


def test_the_weights_load_in_tensorflow(trained):
    model = load_model(trained / "whole")
    assert model.sgru_config.working_size == 32
    sketch = np.load(trained / "sketch.npy")
    np.testing.assert_allclose(model(sketch), np.load(trained / "proposals.npy"), atol=0.01)


def test_what_is_saved_is_what_was_validated_the_average(trained):
    held_back = find_pairs(trained / "pairs").validation
    sketch, target = Pairs(held_back, 32, 2, vary=False)[0]
    loss = CollectionLoss(LOSS)(target, load_model(trained / "whole")(sketch))
    told = history(trained / "whole")[-1]["val_loss"]
    assert float(loss) == pytest.approx(told, rel=1e-4)


def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(trained):
    whole, parts = history(trained / "whole"), history(trained / "parts")
    assert [row["epoch"] for row in parts] == [0, 1, 2]
    for one, other in zip(whole, parts, strict=True):
        assert other == pytest.approx(one, rel=1e-5)


def test_devices_share_a_batch(trained):
    """Two devices do what one does, but for the order of sums.

    Adam's first steps go by the sign even of a gradient that is next to nothing, so that is not to
    the last bit; and what a processor sums in which order is its own affair.
    """
    assert history(trained / "shared")[0] == pytest.approx(history(trained / "whole")[0], rel=1e-3)
