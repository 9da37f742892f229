"""The command that draws lines. Options and messages only: the work is done elsewhere."""

import os
from collections import Counter
from pathlib import Path

import click

from sgru_tf.errors import SgruError
from sgru_tf.folder import prepare_folder
from sgru_tf.prepare import STYLES, Recipe, draw_jobs, plan_pictures
from sgru_tf.terminal import FileProgress, say, tell_plan


@click.command("prepare", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("art", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder for the results; created if need be.",
)
@click.option(
    "--pairs/--lines",
    default=False,
    help="Side-by-side pairs, or the line art alone.  [default: lines]",
)
@click.option(
    "--style",
    type=click.Choice(STYLES),
    default="clean",
    show_default=True,
    help="Even black lines on white, or the variety that training draws on the fly.",
)
@click.option(
    "--seed",
    type=int,
    default=0,
    show_default=True,
    help="Of the random style: the same seed and name give the same lines.",
)
@click.option(
    "--size",
    type=click.IntRange(min=32),
    help="Shrink pictures whose long side is longer than so many pixels.",
)
@click.option("--recursive", is_flag=True, help="Look into the subfolders of folders too.")
@click.option("--overwrite", is_flag=True, help="Draw again what is there already.")
@click.pass_context
def prepare(ctx, art, out, pairs, style, seed, size, recursive, overwrite):
    """Draw the lines of colour ART, image files or folders of them, to look at or to edit.

    For each NAME the line art is written to NAME.png: grey, of the picture's size. With --pairs,
    NAME.png holds the colours on the left and the lines on the right, each in the middle of a
    white square, which is what train.py takes for a pair. Line art can be trained on too: with
    the pictures in images_rgb/, write it to images_bw/ beside it. What is there already is
    skipped.
    """
    counts: Counter = Counter()
    status = 0
    try:
        jobs, problems, own = plan_pictures(art, out, recursive=recursive)
        prepare_folder(out)
        tell_plan(problems, own)
        counts["failed"] += len(problems)
        progress = FileProgress(len(jobs))
        for outcome in draw_jobs(jobs, out, Recipe(pairs, style, seed, size, overwrite)):
            counts[outcome.status] += 1
            if outcome.status == "failed":
                progress.clear()
                say(f"failed: {outcome.message}")
            progress.show(outcome.status == "skipped")
        progress.clear()
    except SgruError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        say("\nstopped; what is finished is kept, the same command goes on from here")
        status = 130
    click.echo(
        f"drawn {counts['drawn']}, skipped {counts['skipped']}, failed {counts['failed']}"
        f" -> {os.path.relpath(out)}"
    )
    ctx.exit(status or (1 if counts["failed"] else 0))
