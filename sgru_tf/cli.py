"""The commands. Options and messages only: the work is done elsewhere."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from pathlib import Path

import click

from sgru_tf.errors import SgruError
from sgru_tf.folder import FORMATS, PickError, Wishes, colour_jobs, plan, prepare_folder


class _Picks(click.ParamType):
    """Numbers of proposals, as in 1,4."""

    name = "NUMBERS"

    def convert(self, value, param, ctx):
        if isinstance(value, tuple):
            return value
        parts = [part.strip() for part in value.split(",")]
        if not all(part.isascii() and part.isdigit() and 0 < int(part) < 10**4 for part in parts):
            self.fail(f"{value!r}: give numbers from 1 on, with commas, as in 1,4", param, ctx)
        return tuple(sorted({int(part) for part in parts}))


@click.command("infer", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("sketches", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Folder for the results; created if need be.  [default: colored/ beside a file, "
    "FOLDER_colored/ beside a folder]",
)
@click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="A .keras file, the folder of a training run, or a published TF1 checkpoint's prefix.  "
    "[default: the shipped weights]",
)
@click.option("--pick", type=_Picks(), default=(), help="Write these proposals only, as in 1,4.")
@click.option(
    "--sheet/--no-sheet",
    default=True,
    show_default=True,
    help="Write NAME_sheet.png: the sketch and all proposals, labelled.",
)
@click.option(
    "--size",
    type=click.IntRange(32, 4096),
    help="Long side in pixels at which the network works; results always have the sketch's own "
    "size.  [default: what the model was trained for]",
)
@click.option(
    "--format",
    "suffix",
    type=click.Choice(FORMATS, case_sensitive=False),
    default="png",
    show_default=True,
    help="WebP is lossless, slow for large sketches; JPEG is 4:4:4, quality 95, without alpha.",
)
@click.option(
    "--lines",
    type=click.Choice(["sharp", "network"]),
    default="sharp",
    show_default=True,
    help="The sketch's own lines at full size, or the picture as the network drew it, resized.",
)
@click.option(
    "--level/--no-level",
    default=True,
    show_default=True,
    help="Make tinted or photographed paper white first.",
)
@click.option("--recursive", is_flag=True, help="Look into the subfolders of folders too.")
@click.option("--overwrite", is_flag=True, help="Colour again what is done already.")
@click.pass_context
def infer(ctx, sketches, out, model, pick, sheet, size, suffix, lines, level, recursive, overwrite):
    """Colour sketches: image files, or folders of them.

    For each NAME the proposals NAME_1.png, NAME_2.png ... and a contact sheet NAME_sheet.png are
    written, at the sketch's own size and with its own lines. What is done already is skipped.
    """

    def open_colorizer():
        from sgru_tf.colorizer import Colorizer

        return Colorizer(model, size=size, lines=lines, level=level)

    wishes = Wishes(pick, sheet, suffix, overwrite)
    counts: Counter = Counter()
    status = 0
    jobs = []
    try:
        if out is not None:
            prepare_folder(out)
        jobs, problems, own = plan(sketches, out, recursive=recursive)
        for problem in problems:
            _say(f"failed: {problem}")
        counts["failed"] += len(problems)
        if own:
            _say(f"{own} of the pictures are results of an earlier run and were left out")
        progress = _Progress(len(jobs))
        told_of_alpha = False
        for outcome in colour_jobs(jobs, wishes, open_colorizer):
            counts[outcome.status] += 1
            if outcome.status == "failed":
                progress.clear()
                _say(f"failed: {outcome.message}")
            if outcome.has_alpha and suffix == "jpg" and not told_of_alpha:
                progress.clear()
                _say("note: JPEG has no transparency; transparent sketches are put on white")
                told_of_alpha = True
            progress.show(outcome.status)
        progress.clear()
    except PickError as error:
        raise click.BadParameter(str(error), ctx, param_hint="'--pick'") from error
    except SgruError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        _say("\nstopped; what is finished is kept, the same command goes on from here")
        status = 130
    folders = {str(job.folder.absolute()) for job in jobs}
    click.echo(
        f"coloured {counts['coloured']}, skipped {counts['skipped']}, failed {counts['failed']}"
        + (f" -> {os.path.relpath(os.path.commonpath(folders))}" if folders else "")
    )
    ctx.exit(status or (1 if counts["failed"] else 0))


def _say(text: str) -> None:
    click.echo(text, err=True)


class _Progress:
    """One line on stderr: files done, speed, time left. In a log, a line every half minute."""

    def __init__(self, total: int):
        self.total = total
        self.done = self.coloured = 0
        self.start = self.last = time.monotonic()
        self.first = 0.0
        self.live = sys.stderr.isatty()

    def show(self, status: str) -> None:
        self.done += 1
        self.coloured += status != "skipped"
        now = time.monotonic()
        # The first file has waited for the model, so it counts only while it is the only one.
        if self.coloured == 1:
            self.first = now
        if self.total < 2 or not self.coloured or (not self.live and now - self.last < 30):
            return
        self.last = now
        each = now - self.start
        if self.coloured > 1:
            each = (now - self.first) / (self.coloured - 1)
        left = each * (self.total - self.done)
        text = f"{self.done}/{self.total} files, {each:.1f} s each, {_clock(left)} left"
        click.echo(f"\r\x1b[K{text}" if self.live else text, err=True, nl=not self.live)

    def clear(self) -> None:
        if self.live:
            click.echo("\r\x1b[K", err=True, nl=False)


def _clock(seconds: float) -> str:
    minutes, seconds = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"
