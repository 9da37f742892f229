"""The command that looks inside. Options and messages only: the work is done elsewhere."""

import os
from pathlib import Path

import click

from sgru_tf.errors import SgruError
from sgru_tf.inside_run import Wishes, look_inside
from sgru_tf.options import hint_file_option, hint_option, level_option
from sgru_tf.terminal import say


@click.command("visualize", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("sketch", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder for the pictures and inside.json; created if need be.",
)
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="A .keras file, the folder of a training run, or a published TF1 checkpoint's prefix; no "
    ".tflite file.  [default: the shipped weights]",
)
@hint_option
@hint_file_option
@click.option(
    "--size",
    type=click.IntRange(32, 1024),
    help="Long side in pixels at which the network works.  [default: what the model is meant for]",
)
@level_option
@click.pass_context
def visualize(ctx, sketch, out, dabs, hint_file, **wishes):
    """Show what a model does inside while it colours SKETCH.

    levels.png shows what each stage of the network hands on, gates.png how far each swish gate is
    open, inside.json their numbers.

    With hints, and a model that takes some, hint.png shows what each stage and each proposal
    changes because of them, and how far from them.
    """
    try:
        sight = look_inside(sketch, out, Wishes(hints=hint_file, points=dabs, **wishes))
    except SgruError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        say("\nstopped")
        ctx.exit(130)
    click.echo(sight.summary)
    click.echo(f"{', '.join(sight.files)} -> {os.path.relpath(out)}")
