"""The command that colours. Options and messages only: the work is done elsewhere."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import click

from sgru_tf.errors import SgruError
from sgru_tf.folder import colour_jobs, plan, prepare_folder
from sgru_tf.options import (
    hint_file_option,
    hint_option,
    level_option,
    lines_option,
    looks_option,
    surfaces_option,
)
from sgru_tf.palette import reference_palette
from sgru_tf.results import FORMATS, LAYERS, PickError, Wishes
from sgru_tf.terminal import FileProgress, say, tell_plan

_KEPT = {
    "jpg": "is put on white, as JPEG has none",
    "ora": "is given back, but soft lines without paper are thin in GIMP and MyPaint",
}


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
    help="A .keras or .tflite file, the folder of a training run, or a published TF1 checkpoint's "
    "prefix.  "
    "[default: the shipped weights]",
)
@hint_file_option
@hint_option
@click.option(
    "--reference",
    type=click.Path(path_type=Path),
    help="A picture whose colours you want, the same for all sketches: proposals are sorted by how "
    "well theirs fit, and move towards it.",
)
@click.option(
    "--reference-strength",
    "strength",
    type=click.FloatRange(0, 1),
    help="How far the colours move towards those of the reference, 0 to 1; 0 sorts only.  "
    "[default: 0.7]",
)
@click.option(
    "--order",
    type=click.Choice(["natural", "network"]),
    default="natural",
    show_default=True,
    help="What is number 1: the most natural proposal, or the best fit to the reference; or the "
    "network's first output, in which a number means the same for every sketch.",
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
    "size.  [default: what the model is meant for]",
)
@click.option(
    "--format",
    "suffix",
    type=click.Choice(FORMATS, case_sensitive=False),
    default="png",
    show_default=True,
    help="WebP is lossless, slow for large sketches; JPEG is 4:4:4, quality 95, without alpha; "
    "ora is an OpenRaster file, NAME.ora, for Krita, GIMP and MyPaint: lines above all proposals.",
)
@click.option(
    "--layer",
    type=click.Choice(LAYERS, case_sensitive=False),
    default="picture",
    show_default=True,
    help="colour: the flat colours without ink, NAME_1_colour.png ..., to lie under your lines.",
)
@lines_option
@surfaces_option
@looks_option
@level_option
@click.option(
    "--alpha/--no-alpha",
    default=True,
    show_default=True,
    help="Give a sketch's transparency back, or show the colours that it would hide.",
)
@click.option("--recursive", is_flag=True, help="Look into the subfolders of folders too.")
@click.option("--overwrite", is_flag=True, help="Colour again what is done already.")
@click.pass_context
def infer(
    ctx,
    sketches,
    out,
    model,
    hint_file,
    dabs,
    reference,
    strength,
    order,
    pick,
    sheet,
    size,
    suffix,
    layer,
    lines,
    surfaces,
    looks,
    level,
    alpha,
    recursive,
    overwrite,
):
    """Colour sketches: image files, or folders of them.

    For each NAME the proposals NAME_1.png, NAME_2.png ... and a contact sheet NAME_sheet.png are
    written, at the sketch's own size and with its own lines. What is done already is skipped.
    """

    if layer == "colour" and lines == "network":
        _refuse(ctx, "with --lines network the ink is in the colours; leave one of the two out")
    if layer == "colour" and suffix == "ora":
        _refuse(ctx, "an OpenRaster file has the colours in layers of their own; leave it out")

    if strength is not None and reference is None:
        reason = "there is no --reference whose colours could be taken"
        raise click.BadParameter(reason, ctx, param_hint="'--reference-strength'")

    def open_colorizer():
        from sgru_tf.colorizer import Colorizer

        taken = {"order": order, "surfaces": surfaces, "looks": looks}
        taken |= {} if palette is None else {"reference": palette}
        if strength is not None:
            taken["reference_strength"] = strength
        return Colorizer(model, size=size, lines=lines, level=level, **taken)

    wishes = Wishes(pick, sheet, suffix, overwrite, alpha, layer)
    counts: Counter = Counter()
    status = 0
    jobs = []
    try:
        # Before anything is coloured, and once: all sketches get the same colours.
        palette = None if reference is None else reference_palette(reference)
        if out is not None:
            prepare_folder(out)
        jobs, problems, own = plan(sketches, out, recursive=recursive)
        if reference is not None and len(jobs) > 1:
            # It may lie among the pages that are to be coloured like it.
            jobs = [job for job in jobs if job.source.resolve() != reference.resolve()]
        tell_plan(problems, own)
        counts["failed"] += len(problems)
        progress = FileProgress(len(jobs))
        told_of_alpha = False
        hints = ([hint_file] if hint_file else []) + list(dabs)
        if hints and len(jobs) > 1:
            raise SgruError(
                f"--hints and --hint are for one sketch, not {len(jobs)}; for many, put "
                "NAME_hints.png beside each"
            )
        for outcome in colour_jobs(jobs, wishes, open_colorizer, hints):
            counts[outcome.status] += 1
            if outcome.status == "failed":
                progress.clear()
                say(f"failed: {outcome.message}")
            if outcome.has_alpha and alpha and not told_of_alpha:
                progress.clear()
                kept = _KEPT.get(suffix, "is given back")
                say(f"note: transparency {kept}; --no-alpha shows the colours that it hides")
                told_of_alpha = True
            progress.show(outcome.status == "skipped")
        progress.clear()
        if reference is not None and counts["skipped"]:
            there = f"{counts['skipped']} sketches were coloured before, perhaps in other colours"
            say(f"note: {there}; --overwrite colours them again")
    except PickError as error:
        raise click.BadParameter(str(error), ctx, param_hint="'--pick'") from error
    except SgruError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        say("\nstopped; what is finished is kept, the same command goes on from here")
        status = 130
    folders = {str(job.folder.absolute()) for job in jobs}
    click.echo(
        f"coloured {counts['coloured']}, skipped {counts['skipped']}, failed {counts['failed']}"
        + (f" -> {os.path.relpath(os.path.commonpath(folders))}" if folders else "")
    )
    ctx.exit(status or (1 if counts["failed"] else 0))


def _refuse(ctx: click.Context, reason: str) -> None:
    raise click.BadParameter(f"colour: {reason}", ctx, param_hint="'--layer'")
