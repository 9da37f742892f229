"""Train on one GPU for a given time, with Keras on JAX: pictures, lines and steps all on the GPU.

    python examples/gpu/train.py OUT --minutes 6 --init RUN --vgg-weights vgg16.npz \\
        --pictures faces.npz 11 1.0 1.4 --pictures figures.npz 5 0.7 1.6

With `--schemes figures.npz 16` every batch has figures in nine schemes, too (`figures.py`), of
which all proposals learn at once.

It needs JAX, Keras, this folder and `examples/schemes`, and no TensorFlow. Network, loss and most
settings are those of `train.py --preset finish`; `examples/gpu/pack.py` makes the files. The
schedule goes by the clock, so that a lease of so many minutes ends with a finished training: the
rate (warm-up, then cosine), the weight of the losers and the balance are set by the share of the
time that is gone. So two runs are never the same to the bit. With
XLA_FLAGS="--xla_gpu_autotune_level=1 --xla_gpu_enable_triton_gemm=false" an H100 took 6,948 steps
of 32 squares of 256 x 256 in 453 seconds, after 119 of loading and compiling; an H200 16.9 steps a
second, and 16.0 with half of the squares in schemes, after 172. Two sizes at once were not compiled
after 180 seconds.

OUT/last.keras holds the averaged weights, written every 75 seconds, at the end and when
interrupted; `--init OUT` goes on from them. OUT/history.csv has the losses, OUT/config.json the
settings. `--until` ends the training in time for a machine that is taken back.
"""

import csv
import dataclasses
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

os.environ["KERAS_BACKEND"] = "jax"
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import click
import jax
import keras
import numpy as np
from figures import load_figures
from squares import load_pictures
from steps import begin, build_figures, build_squares, build_step, by_the_clock

from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file
from sgru_tf.folder import prepare_folder
from sgru_tf.interrupts import StopWish
from sgru_tf.loading import load_model
from sgru_tf.losses import CollectionLoss
from sgru_tf.model import build_sgru
from sgru_tf.perceptual import truncate
from sgru_tf.presets import preset
from sgru_tf.run_folder import RunConfig

POSITIVE, BFLOAT = click.IntRange(min=1), "mixed_bfloat16"
COLUMNS = ("step", "seconds", "size", "loss", "best", "mean", "schemes", "gradient", "rate")
SAVE_EVERY = 75.0  # seconds


def build_vgg(path: Path, backbone: str, dtype: str) -> keras.Model:
    """Build the feature network from a file of `pack.py`.

    Raises:
        SgruError: the file holds something else.
    """
    keras.config.set_dtype_policy(dtype)
    build = {"vgg19": keras.applications.VGG19, "vgg16": keras.applications.VGG16}[backbone]
    features = truncate(build(include_top=False, weights=None))
    keras.config.set_dtype_policy("float32")
    try:
        with np.load(path) as file:
            features.set_weights([file[name].astype("float32") for name in file.files])
    except (OSError, ValueError) as error:
        raise SgruError(f"{path}: is not {backbone} as pack.py writes it; {error}") from error
    return features


def save(network, state, config: RunConfig, out: Path) -> None:
    """Write the averaged weights to OUT/last.keras, and the settings beside them."""
    copy = build_sgru(network.sgru_config)
    for variable, value in zip(copy.trainable_variables, state["averaged"], strict=True):
        variable.assign(value)
    with whole_file(out / "last.keras") as part:
        copy.save(part)
    train = dataclasses.replace(config.train, steps=max(1, int(state["number"])))
    with whole_file(out / "config.json") as part:
        part.write_text(dataclasses.replace(config, train=train).to_json())


def fit(config: RunConfig, groups, figures, sizes, minutes: float, until: float, out: Path) -> None:
    """Train for so many minutes.

    Args:
        config: Model, loss and train settings; `loss.weights` is a file of `pack.py` or `none`.
        groups: Of the pictures: file, how many of a batch, least and largest zoom.
        figures: Of the figures in nine schemes: file, and how many of a batch.
        sizes: Sides of the squares, which take turns.
        minutes: Of training; loading and compiling not counted.
        until: Seconds after the start at which the training ends at the latest.
        out: Folder for the weights.

    Raises:
        SgruError: a file cannot be read, no time is left, or the loss is no longer a number.
        KeyboardInterrupt: it was told to stop, and has saved.
    """
    started, train = time.perf_counter(), config.train

    def tell(words):
        click.echo(f"{time.perf_counter() - started:.0f} s: {words}")

    def left():
        seconds = min(60 * minutes, until - (time.perf_counter() - started))
        if seconds <= 0:
            raise SgruError(f"{out}: no time is left to train; raise --minutes or --until")
        return seconds

    files = {path: load_pictures(path) for path in {group[0] for group in groups}}
    stores = [files[group[0]] for group in groups]
    keras.utils.set_random_seed(train.seed)
    network = build_sgru(config.model, train.precision)
    if config.init:
        _start_from(network, config.init)
    features, weights = None, config.loss.weights
    if weights != "none":
        features = build_vgg(Path(weights), config.loss.backbone, train.precision)
    loss = CollectionLoss(config.loss, features)
    state, key = begin(network), jax.random.key(train.seed)
    tell(f"begins; {jax.devices()[0].device_kind}")
    left()

    draws = [build_squares(train, groups, size, sizes) for size in sizes]
    poses = [build_figures(figures, size, sizes) for size in sizes] if figures else []
    painted = [load_figures(path) for path, _ in figures]
    tell("loaded")

    def drawn(turn, key):
        return draws[turn](stores, key), poses[turn](painted, key) if poses else None

    step = build_step(network, loss, train)
    with ThreadPoolExecutor() as pool:
        steps = []
        for turn in range(len(sizes)):
            shapes = jax.eval_shape(partial(drawn, turn), key)
            steps.append(pool.submit(step.lower(state, *shapes, 0.0, 0.0, 0.0).compile))
        for turn in range(len(sizes)):
            jax.block_until_ready(drawn(turn, key))
        steps = [one.result() for one in steps]
    tell("compiled")

    length = left()
    begun = saved = time.perf_counter()
    number, told = 0, None
    with (out / "history.csv").open("w", newline="") as file, StopWish(click.echo) as wish:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        while not wish.signal and (seconds := time.perf_counter() - begun) < length:
            rate, losers, balance = by_the_clock(train, config.loss, seconds / length, number)
            turn, before = number % len(steps), told
            squares = drawn(turn, jax.random.fold_in(key, number))
            state, told = steps[turn](state, *squares, rate, losers, balance)
            if before is not None:
                # One step ahead of the GPU and no more, or the clock would mean nothing.
                jax.block_until_ready(before["loss"])
            number += 1
            if number % train.log_every < len(steps):
                values = [float(told[name]) for name in COLUMNS[3:-1]]
                if not np.isfinite(values[0]):
                    raise SgruError(f"{out}: the loss is no longer a number")
                row = [number, round(seconds, 1), sizes[turn], *np.round(values, 2)]
                table.writerow([*row, round(rate, 7)])
                file.flush()
                speed = number / max(time.perf_counter() - begun, 1e-6)
                click.echo(
                    f"step {number}  {sizes[turn]} px  loss {values[0]:.1f}  "
                    f"schemes {values[3]:.1f}  {speed:.1f} steps/s  {length - seconds:.0f} s left"
                )
            if time.perf_counter() - saved > SAVE_EVERY:
                save(network, state, config, out)
                saved = time.perf_counter()
    save(network, state, config, out)
    if wish.signal:
        raise KeyboardInterrupt
    tell(f"done: {number} steps")


def _start_from(network, init) -> None:
    try:
        network.set_weights(load_model(init).get_weights())
    except ValueError as error:
        raise SgruError(
            f"{init}: is of another width or has hints; --init cannot start from it"
        ) from error


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--init", type=click.Path(exists=True), help="Model or run to start from.")
@click.option(
    "--pictures",
    "groups",
    required=True,
    multiple=True,
    type=(click.Path(exists=True, dir_okay=False, path_type=Path), POSITIVE, float, float),
    help="FILE of pack.py, how many of each batch, least and largest zoom. Repeatable.",
)
@click.option(
    "--schemes",
    "figures",
    multiple=True,
    type=(click.Path(exists=True, dir_okay=False, path_type=Path), POSITIVE),
    help="FILE of pack.py schemes, how many of each batch beside the pictures. Repeatable.",
)
@click.option("--vgg", type=click.Choice(["vgg19", "vgg16"]), default="vgg16")
@click.option("--vgg-weights", default="none", help="FILE of pack.py; none compares pixels alone.")
@click.option("--minutes", type=click.FloatRange(min=0.0), default=6.0, help="Of training.")
@click.option("--until", default=1e9, help="Ends so many seconds after the start at the latest.")
@click.option(
    "--size",
    "sizes",
    type=POSITIVE,
    multiple=True,
    default=(256,),
    help="Repeatable: they take turns, the larger ones with fewer squares.",
)
@click.option("--width", default=0.25, help="Multiplier on all filters; 1.0 is the paper's.")
@click.option("--learning-rate", default=1e-3, help="Peak of the schedule.")
@click.option("--precision", type=click.Choice(["float32", "mixed_bfloat16"]), default=BFLOAT)
@click.option("--seed", default=0)
def main(out, init, groups, figures, vgg, vgg_weights, minutes, until, sizes, width, **options):
    """Train on packed pictures for so many MINUTES; OUT gets the averaged weights."""
    try:
        model, loss, train = preset("finish")
        batch = sum(group[1] for group in [*groups, *figures])
        config = RunConfig(
            dataclasses.replace(model, width=width),
            dataclasses.replace(loss, backbone=vgg, weights=vgg_weights),
            dataclasses.replace(
                train,
                batch=batch,
                size=sizes[0],
                zoom=groups[0][2:],
                jit=True,
                log_every=50,
                **options,
            ),
            data=groups[0][0].name,
            extras=tuple(
                (path.name, round(count / batch, 3)) for path, count, *_ in [*groups[1:], *figures]
            ),
            init=init,
        )
        for size in sizes:
            dataclasses.replace(config.train, size=size)
        prepare_folder(out)
        fit(config, groups, figures, sizes, minutes, until, out)
    except (SgruError, OSError) as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("stopped; --init OUT goes on from OUT/last.keras, if it was written", err=True)
        sys.exit(130)


if __name__ == "__main__":
    main()
