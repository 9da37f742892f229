"""Train with Keras on JAX, without TensorFlow: on CPUs, and on the GPUs and TPUs that JAX runs on.

sgru-prepare ART --out PAIRS --pairs --draws 4    draws the lines, on a machine with TensorFlow
pip install -e '.[jax]'                           for GPUs also 'jax[cuda13]', for TPUs 'jax[tpu]'
python examples/train_jax.py PAIRS OUT            the same command goes on with the next epoch
python infer.py sketch.png --model OUT            colours; with Keras on TensorFlow too

After every epoch OUT/last.keras holds the averaged weights, and OUT/history.csv the losses. The
devices of the machine share each batch.
"""

import dataclasses
import json
import os
import sys
from pathlib import Path

import click
import numpy as np

os.environ["KERAS_BACKEND"] = "jax"
try:
    import jax  # noqa: F401
    import keras
except ModuleNotFoundError as error:
    sys.exit(f"{error.name} is not installed: pip install keras jax")

from sgru_tf.config import LossConfig, ModelConfig, TrainConfig
from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file
from sgru_tf.folder import prepare_folder
from sgru_tf.losses import CollectionLoss, best_proposal, mean_proposal
from sgru_tf.model import build_sgru, in_float32
from sgru_tf.optimizing import build_optimizer
from sgru_tf.pairs import Pairs, find_pairs


def begin(out: Path, settings: dict) -> None:
    """Note the settings in a new folder, or check that it was begun with the same ones.

    Raises:
        SgruError: it was not, it holds something else, or it cannot be written.
    """
    prepare_folder(out)
    path = out / "settings.json"
    if not path.exists():
        if any(out.iterdir()):
            raise SgruError(f"{out}: is not empty, and no training was begun here; name another")
        with whole_file(path) as part:
            part.write_text(json.dumps(settings))
    before = json.loads(path.read_text())
    if before != settings:
        raise SgruError(f"{out}: was begun with {before}, not {settings}; name another folder")


def fit(data, out, width, epochs, steps, train: TrainConfig, loss: LossConfig) -> None:
    """Train, or go on training.

    Raises:
        SgruError: bad pictures or settings, or the loss is no longer a number.
    """
    found, validation = find_pairs(data), None
    for problem in found.problems:
        click.echo(f"skipped: {problem}", err=True)
    pairs = Pairs(found.train, train.size, train.batch, steps)
    if found.validation:
        validation = Pairs(found.validation, train.size, train.batch, vary=False)
    devices = len(keras.distribution.list_devices())
    if train.batch % devices:
        raise SgruError(f"--batch {train.batch} cannot be shared by {devices} devices")
    if devices > 1:
        keras.distribution.set_distribution(keras.distribution.DataParallel())
    loss = CollectionLoss(loss)
    begin(out, {"width": width, "size": train.size, "batch": train.batch, "steps": len(pairs)})

    keras.utils.set_random_seed(train.seed)
    total = epochs * len(pairs)
    optimizer = build_optimizer(dataclasses.replace(train, steps=total))
    # A short training must forget its first weights sooner.
    optimizer.use_ema, optimizer.ema_momentum = True, min(train.average, total / (total + 10))
    network = build_sgru(ModelConfig(width=width, working_size=train.size), train.precision)
    # Of the same weights; so that the network is saved without the optimizer.
    trainer = keras.Model(network.inputs, network.outputs)
    trainer.compile(optimizer, loss, metrics=[best_proposal, mean_proposal])

    def check(epoch, logs):
        if not np.isfinite(logs["loss"]):
            raise SgruError(f"{out}: the loss is no longer a number; lower --learning-rate")

    def save(epoch, logs):
        with whole_file(out / "last.keras") as part:
            in_float32(network).save(part)

    backup = keras.callbacks.BackupAndRestore(
        out / "backup", double_checkpoint=True, delete_checkpoint=False
    )
    callbacks = [
        pairs.at_epoch(),
        keras.callbacks.LambdaCallback(on_epoch_end=check),
        # Before the averaged weights take the place of the others.
        backup,
        keras.callbacks.SwapEMAWeights(swap_on_epoch=True),
        keras.callbacks.LambdaCallback(on_epoch_end=save),
        keras.callbacks.CSVLogger(out / "history.csv", append=True),
    ]
    done = trainer.fit(
        pairs,
        epochs=epochs,
        validation_data=validation,
        callbacks=callbacks,
        shuffle=False,
        verbose=1 if sys.stdout.isatty() else 2,
    )
    for problem in pairs.problems:
        click.echo(f"skipped: {problem}", err=True)
    if not done.epoch:
        click.echo(f"{out}: all epochs are done; to go further, give more --epochs")


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("data", type=click.Path(path_type=Path))
@click.argument("out", type=click.Path(path_type=Path))
@click.option("--width", default=0.25, help="Multiplier on all filters; 1.0 is the paper's.")
@click.option("--size", default=128, help="Side of the squares, a multiple of 32.")
@click.option("--batch", default=8, help="Sketches a step, over all devices together.")
@click.option("--epochs", type=click.IntRange(min=1), default=20)
@click.option("--steps", type=click.IntRange(min=1), help="Of an epoch; else all pairs once.")
@click.option("--learning-rate", default=1e-3, help="Peak of the schedule over all epochs.")
@click.option("--precision", type=click.Choice(["float32", "mixed_bfloat16"]), default="float32")
@click.option("--vgg", type=click.Choice(["vgg19", "vgg16"]), default="vgg19")
@click.option("--vgg-weights", default="imagenet", help="A file; none compares pixels alone.")
def main(data, out, width, epochs, steps, vgg, vgg_weights, **options):
    """Train on the pairs in DATA; OUT gets the weights, and what is needed to go on."""
    try:
        train = TrainConfig(**options)
        loss = LossConfig(vgg, vgg_weights, winner="colour", normalise_mask=True, mask_floor=0.1)
        fit(data, out, width, epochs, steps, train, loss)
    except (SgruError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("stopped; the same command goes on after the last finished epoch", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
