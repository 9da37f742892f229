"""The command that evaluates. Options and messages only: the work is done elsewhere."""

import os
from pathlib import Path

import click

from sgru_tf.errors import SgruError
from sgru_tf.evaluation_data import STYLES
from sgru_tf.evaluation_run import NAME, Wishes, evaluate_models
from sgru_tf.terminal import say


@click.command("evaluate", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("models", metavar="MODEL...", nargs=-1, required=True)
@click.argument("data")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help=f"Folder for {NAME}.md, {NAME}.json and {NAME}.png; created if need be.",
)
@click.option(
    "--sketches", is_flag=True, help="DATA holds sketches alone, whose true colours nobody knows."
)
@click.option(
    "--size",
    type=click.IntRange(32, 4096),
    help="Long side in pixels to which all pictures are brought.  [default: what the first MODEL "
    "is meant for]",
)
@click.option(
    "--count",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="At most so many pictures, evenly spread.",
)
@click.option(
    "--style",
    type=click.Choice(STYLES),
    default=STYLES[0],
    show_default=True,
    help="Line art drawn as in validation, each picture in a fixed style of its own, or in even "
    "black lines. Only where DATA holds colours alone.",
)
@click.option(
    "--held-back",
    is_flag=True,
    help="Only the pictures that training on DATA holds back, by the settings of the first MODEL "
    "if it is a run folder. Of a DATA with a val/ only that is taken anyway.",
)
@click.option(
    "--vgg",
    "backbone",
    type=click.Choice(["vgg19", "vgg16"]),
    default="vgg19",
    show_default=True,
    help="Network of the feature distance.",
)
@click.option(
    "--vgg-weights",
    "weights",
    default="none",
    show_default=True,
    help="imagenet (downloaded once by Keras), a weight file, or none for no feature distance.",
)
@click.option(
    "--simulate-hints",
    "hints",
    metavar="NUMBERS",
    default="",
    help="Colour with so many simulated hints too, as in 0,1,4,16,64, and measure how well they "
    "are obeyed.",
)
@click.pass_context
def evaluate(ctx, models, data, out, **wishes):
    """Measure how well each MODEL colours the pictures in DATA.

    MODEL is what infer.py takes: a .keras or .tflite file, a run folder, the prefix of a published
    TF1 checkpoint; or the word "shipped" for the shipped weights. All see the same sketches.

    DATA is what train.py takes: colour art, whose lines are drawn, side-by-side pairs, images_bw
    and images_rgb, or shards; of a folder with a val/ only that. Or sketches alone, with
    --sketches.

    Told are PSNR, SSIM and feature distance of the first, the mean and the best proposal, beside
    baselines that need no network; how much the proposals differ, how colourful they are, and how
    often each is the best.
    """
    status = 0
    numbers = [part.strip() for part in wishes["hints"].split(",") if part.strip()]
    if not all(part.isascii() and part.isdigit() for part in numbers):
        raise click.BadParameter(
            "give numbers, as in 0,1,4,16,64", ctx, param_hint="--simulate-hints"
        )
    wishes["hints"] = tuple(map(int, numbers))
    try:
        outcome = evaluate_models(models, data, out, Wishes(**wishes))
        click.echo(outcome.table)
        click.echo(
            f"judged {outcome.judged}, failed {len(outcome.failed)} -> {os.path.relpath(out)}"
        )
        status = 1 if outcome.failed else 0
    except SgruError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        say("\nstopped; nothing was written")
        status = 130
    ctx.exit(status)
