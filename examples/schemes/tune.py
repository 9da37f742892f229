"""Teach each proposal a scheme of its own: hair of one colour, clothes of another.

    python examples/schemes/tune.py OUT --init RUN --schemes PAINTED --keep FACES 0.36 1.0 1.35 \\
        --keep SCENES 0.14 0.8 1.4 --steps 1500 --size 256 --size 320 --size 384

`train.py` lets the proposal that comes nearest to the one true picture learn the most; from a
figure in red hair and a blue dress now the red learns, now the blue, and both learn little of it.
PAINTED (`paint.py`, `dolls.py`) has a figure in the colours of all nine, so here every one has a
truth of its own, and learns nine times as much from a figure: what is hair, what is cloth, what is
skin and what is paper, and in a third of the sketches what colour an empty eye is to have. Arms and
locks are pasted over most of them (`loose.py`). Loss: the mean absolute difference in RGB, by the
weights of `weighing.py`. On the paper of a third of the sketches are strokes without meaning, as of
a signature or of scenery, which stay paper.

What could be cloth, or hair, or paper, becomes by that loss a colour between, the median of each
channel, and so, of dark and bright ones, often that of skin. With `--squared` it becomes their
mean, by how likely each is: a mixture, which `sgru_tf.surfaces` takes apart and decides about.

A part of every batch is kept: sketches of the folders of `--keep`, whose truth is what the model
drew before, or another, `--teacher` (so nothing that it knows of faces is lost for figures). Of a
folder with images_bw and images_rgb the sketches are taken as they are.

OUT/last.keras holds averaged weights, written every 200 steps and at the end. The model must be
without hints; `train.py --preset hints --init OUT/last.keras` adds them. Steps are computed by
TensorFlow, or by PyTorch (`learners.py`, `deep.py`), which is not among the packages of the
project.
"""

import dataclasses
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import click
import keras
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from learners import TensorFlowLearner, TorchLearner
from pairs import Squares
from weighing import SKIN

from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file
from sgru_tf.folder import prepare_folder
from sgru_tf.interrupts import StopWish
from sgru_tf.loading import load_model
from sgru_tf.model import build_sgru

WARMUP, SAVE_EVERY = 60, 200


def save(config, learner, out: Path) -> None:
    """Write averaged weights to OUT/last.keras."""
    copy = build_sgru(config)
    learner.write(copy)
    with whole_file(out / "last.keras") as part:
        copy.save(part)


FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
COUNT = click.IntRange(min=1)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--init", required=True, type=click.Path(exists=True), help="Model to start from.")
@click.option("--teacher", type=click.Path(exists=True), help="Model to keep to; that of --init.")
@click.option("--schemes", required=True, type=FOLDER, help="What paint.py and dolls.py wrote.")
@click.option(
    "--keep",
    required=True,
    multiple=True,
    type=(FOLDER, float, float, float),
    help="FOLDER, its share, least and largest zoom. Repeatable.",
)
@click.option("--scenery", type=FOLDER, help="What scenery.py wrote, to stand behind figures.")
@click.option("--steps", type=COUNT, default=1500)
@click.option(
    "--size",
    "sizes",
    type=click.IntRange(min=32),
    multiple=True,
    default=(256, 320, 384),
    help="Of the squares: a multiple of 32. Repeatable: each step draws one.",
)
@click.option("--batch", type=(COUNT, COUNT), default=(2, 1), help="In schemes, and kept.")
@click.option("--learning-rate", default=5e-4)
@click.option(
    "--precision",
    type=click.Choice(["mixed_bfloat16", "float32"]),
    default="mixed_bfloat16",
    help="float32 where the processor cannot compute in bfloat16 itself.",
)
@click.option(
    "--engine",
    type=click.Choice(["tensorflow", "torch"]),
    default="tensorflow",
    help="PyTorch compiles the step, for minutes, and is then faster on CPUs.",
)
@click.option(
    "--inner",
    is_flag=True,
    help="Only what works at a quarter of the size and less learns, so colours stay; of PyTorch.",
)
@click.option(
    "--deep",
    is_flag=True,
    help="As --inner, but in most steps what works at half the size and more is not even computed.",
)
@click.option("--muon", is_flag=True, help="Kernels learn by another optimizer; of PyTorch.")
@click.option("--squared", is_flag=True, help="The loss of schemes is squared; of PyTorch.")
@click.option(
    "--skin",
    type=click.FloatRange(min=0),
    default=SKIN,
    help="How much more skin counts than cloth; of PyTorch.",
)
@click.option(
    "--average",
    type=click.FloatRange(0, 1),
    default=0.995,
    help="What stays of the averaged weights at each step; 0.998 for long runs of few squares.",
)
@click.option("--seed", default=0)
def main(out, init, teacher, schemes, keep, scenery, sizes, precision, engine, **how):
    """Teach the proposals of a model schemes; OUT gets the weights."""
    try:
        for size in sizes:
            if size % 32:
                raise SgruError(f"--size is {size}: use a multiple of 32")
        trained, kept = load_model(init), load_model(teacher or init)
        squares = Squares(schemes, keep, how["seed"], scenery)
        for path, config in ((init, trained.sgru_config), (teacher, kept.sgru_config)):
            if config.hints:
                raise SgruError(f"{path}: has hints; give a model without")
            if len(squares.figures[0][2]) != config.proposals:
                told = f"{path}: has {config.proposals} proposals; paint.py paints for nine"
                raise SgruError(told)
        prepare_folder(out)
        keras.utils.set_random_seed(how["seed"])
        learner = make_learner(trained, kept, precision, engine, **how)
        # What it will draw is not what it drew.
        config = dataclasses.replace(trained.sgru_config, schemes=())
        fit(learner, config, squares, out, sizes, **how)
    except (SgruError, OSError) as error:
        raise click.ClickException(str(error)) from error


def make_learner(trained, kept, precision, engine, inner, deep, muon, squared, skin, **how):
    """Give what is to learn; see `main`."""
    rate = rates(how["learning_rate"], how["steps"])
    given = trained, kept, rate, how["average"], precision
    if engine == "tensorflow":
        options = {"inner": inner, "deep": deep, "muon": muon, "squared": squared}
        asked = [name for name, value in (options | {"skin": skin != SKIN}).items() if value]
        if asked:
            raise SgruError(f"--{asked[0]}: for --engine torch")
        return TensorFlowLearner(*given)
    ways = {"muon": muon, "squared": squared, "skin": skin}
    try:
        if deep:
            from deep import DeepLearner

            return DeepLearner(*given, how["seed"], **ways)
        return TorchLearner(*given, inner, **ways)
    except ImportError as error:
        raise SgruError(f"--engine torch: {error}; pip install torch") from error


def rates(highest: float, steps: int):
    """Learning rates that rise at first, and then fall along half a cosine."""
    warmup = min(WARMUP, steps // 2)
    return keras.optimizers.schedules.CosineDecay(
        0.02 * highest, steps - warmup, warmup_target=highest, warmup_steps=warmup, alpha=0.02
    )


def fit(learner, config, squares, out, sizes, steps, batch, seed, **_) -> None:
    """Train, and say how it goes; see `main`."""
    many, few = batch

    def draw(number):
        side = int(np.random.default_rng([seed, number]).choice(sizes))
        places = range(number * many, (number + 1) * many)
        drawn = [squares.scheme(place, side, learner.shrink(number)) for place in places]
        kept = [squares.keep(number * few + place, side) for place in range(few)]
        return np.stack([sketch for sketch, _ in drawn] + kept), np.stack([n for _, n in drawn])

    begun, losses = time.perf_counter(), []
    with ThreadPoolExecutor(2) as pool, StopWish(click.echo) as wish:
        waiting = [pool.submit(draw, number) for number in range(4)]
        for number in range(1, steps + 1):
            found = learner.step(*waiting.pop(0).result())
            losses += [found] if found else []
            if number + 3 < steps:
                waiting.append(pool.submit(draw, number + 3))
            if number % 20 == 0 or number == steps:
                told = "the reader learns"
                if losses:
                    learnt, kept = np.mean(losses, axis=0)
                    told = f"schemes {learnt:.4f}  kept {kept:.4f}"
                left = (time.perf_counter() - begun) / number * (steps - number) / 60
                click.echo(f"step {number}/{steps}  {told}  {left:.1f} min left")
                losses = []
            if number % SAVE_EVERY == 0 or number == steps or wish.signal:
                save(config, learner, out)
            if wish.signal:
                click.echo("stopped; --init OUT/last.keras goes on from there")
                break


if __name__ == "__main__":
    main()
