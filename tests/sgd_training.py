"""Trains as `train.py` does, but with SGD, and records every step; also a script of its own.

    python tests/sgd_training.py ART OUT '[["RUN", DEVICES, STOP], ...]'

Each run goes to OUT/RUN, up to step STOP and its checkpoint, on so many logical CPU devices; with 0
on the hosts that TF_CONFIG names. The chief adds what it recorded to OUT/RUN.json.

Adam's first steps go by the sign of gradients, of which some are next to nothing, so that its
weights cannot be compared closely. SGD's follow the gradient itself, its length included. The leaky
ReLUs are made straight, as rounding decides on which side of their kink some values lie.
"""

import contextlib
import functools
import json
import os
import sys
from pathlib import Path
from unittest import mock

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ["CUDA_VISIBLE_DEVICES"] = ""

import keras
import tensorflow as tf
from shallow import ONE_LEVEL, two_tone

from sgru_tf.config import LossConfig, ModelConfig, TrainConfig
from sgru_tf.devices import default_strategy
from sgru_tf.run_folder import RunConfig
from sgru_tf.step import Step
from sgru_tf.train_run import train

STEPS = 6


def settings(art) -> RunConfig:
    """A run of six steps on a batch of four, of which some are clipped and some are not."""
    return RunConfig(
        ModelConfig(width=1 / 12, proposals=3, working_size=32),
        LossConfig(weights="none", winner="colour", normalise_mask=True, mask_floor=0.1),
        TrainConfig(
            size=32,
            batch=4,
            steps=STEPS,
            learning_rate=1e-4,
            warmup=0,
            clip_norm=68.0,
            average=0.5,
            seed=3,
            validation_count=2,
            log_every=1,
            validate_every=4,
            checkpoint_every=2,
        ),
        str(art),
    )


def train_a_part(art, run: Path, strategy: tf.distribute.Strategy, stop: int = STEPS) -> list[str]:
    """Begin a run or go on with it, up to a step; give what was said.

    One device leaves out the validation, whose tracing takes seconds.

    Adds the mean loss and the norm of the gradient of every step to `RUN.json`, beside the run.
    """
    said, steps, call = [], {}, Step.__call__

    def recorded(self, batch, wish):
        number = int(self.number.numpy()) + 1
        totals = call(self, batch, tf.constant(1.0) if number == stop < STEPS else wish)
        steps[str(number)] = [float(totals["loss"]), float(totals["gradient"])]
        return totals

    # Momentum, for the sake of a state that has to go with the weights.
    sgd = functools.partial(keras.optimizers.SGD, momentum=0.9)
    changes = ONE_LEVEL | {
        "keras.optimizers.AdamW": sgd,
        "sgru_tf.layers.LEAK": 1.0,
        "sgru_tf.data.random_line_art": two_tone,
        "sgru_tf.devices.default_strategy": lambda: strategy,
        "sgru_tf.step.Step.__call__": recorded,
    }
    if strategy.num_replicas_in_sync == 1:
        changes["sgru_tf.training.Trainer._validate"] = lambda *_: None
    with contextlib.ExitStack() as patches:
        for change in changes.items():
            patches.enter_context(mock.patch(*change))
        train(settings(art), run, say=said.append)
    # All hosts take all steps, and one of them says so.
    if any(line.startswith("step ") for line in said):
        record = run.with_suffix(".json")
        before = json.loads(record.read_text()) if record.exists() else {}
        record.write_text(json.dumps(before | steps))
    return said


def state(run: Path, step: int) -> dict:
    """Read all variables of a checkpoint by name: weights, their averages, momentum, shares."""
    reader = tf.train.load_checkpoint(str(run / "checkpoints" / f"step-{step}"))
    names = reader.get_variable_to_shape_map()
    return {name: reader.get_tensor(name) for name in names if "ATTRIBUTES" in name}


def main(art, out, parts):
    """Do all parts, one after the other."""
    if "TF_CONFIG" in os.environ:
        hosts = default_strategy()
    else:
        cpu = tf.config.list_physical_devices("CPU")[0]
        halves = [tf.config.LogicalDeviceConfiguration()] * 2
        tf.config.set_logical_device_configuration(cpu, halves)
    for run, devices, stop in json.loads(parts):
        if devices == 0:
            strategy = hosts
        elif devices == 1:
            strategy = tf.distribute.get_strategy()
        else:
            strategy = tf.distribute.MirroredStrategy([f"CPU:{i}" for i in range(devices)])
        print(*train_a_part(art, Path(out) / run, strategy, stop), sep="\n", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
