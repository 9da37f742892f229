"""The command that draws lines and writes shards. Options and messages only."""

import os
import re
import signal
from collections import Counter
from pathlib import Path

import click

from sgru_tf.backgrounds import cut_jobs
from sgru_tf.cleaning import REASONS, Rules
from sgru_tf.errors import SgruError
from sgru_tf.folder import prepare_folder
from sgru_tf.prepare import STYLES, Recipe, draw_jobs, plan_pictures
from sgru_tf.sharding import SIDE, ShardWishes, make_shards
from sgru_tf.terminal import FileProgress, say, tell_plan
from sgru_tf.workers import cores

# So many problems are named; the report names all.
NAMED = 20
STOPPED = "\nstopped; what is finished is kept, the same command goes on from here"


class Part(click.ParamType):
    """Text such as 2/8, part 2 of 8."""

    name = "I/N"

    def convert(self, value, param, ctx):
        """Give the pair of numbers."""
        match = re.fullmatch(r"(\d+)/(\d+)", value) if isinstance(value, str) else None
        if match and 1 <= int(match[1]) <= int(match[2]):
            return int(match[1]), int(match[2])
        return self.fail(f"{value} is not a part such as 2/8", param, ctx)


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
    "pairs",
    default=None,
    help="Side-by-side pairs, or the line art alone.  [default: lines]  With --shards, --lines "
    "stores line art in them, which is otherwise drawn while training.",
)
@click.option(
    "--on-paper",
    is_flag=True,
    help="Write the colours instead, the plain background behind one figure painted white.",
)
@click.option(
    "--room",
    type=click.FloatRange(1, 8),
    default=1.0,
    show_default=True,
    help="With --on-paper: put the figure on a sheet so many times as large, at its lower edge.",
)
@click.option(
    "--style",
    type=click.Choice(STYLES),
    help="Even black lines on white, or the variety that training draws on the fly.  [default: "
    "clean; random with --draws]",
)
@click.option(
    "--draws",
    type=click.IntRange(1, 1000),
    default=1,
    show_default=True,
    help="With --pairs: write so many pairs of each picture, every one in a style of its own.",
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
    help="Shrink pictures whose long side is longer than so many pixels; with --shards, the "
    "short side.  [default of --shards: 333, what training at 256 x 256 shrinks to]",
)
@click.option("--recursive", is_flag=True, help="Look into subfolders too; --shards always does.")
@click.option("--overwrite", is_flag=True, help="Draw or write again what is there already.")
@click.option("--shards", type=click.IntRange(1, 99_999), help="Write so many TFRecord shards.")
@click.option("--scan", is_flag=True, help="Look at the pictures and report only.")
@click.option("--part", type=Part(), help="Only this part of the shards, or of the scan.")
@click.option("--name", default="art", show_default=True, help="What shards are named.")
@click.option("--lossless", is_flag=True, help="Keep colours to the bit, not as JPEG.")
@click.option("--crop/--no-crop", default=True, help="Cut bars and frames off.  [default: crop]")
@click.option(
    "--min-side",
    type=click.IntRange(min=0),
    default=128,
    show_default=True,
    help="Leave out pictures with a smaller side within their borders.",
)
@click.option(
    "--min-colour",
    type=click.FloatRange(0, 1),
    default=0.02,
    show_default=True,
    help="Leave out pictures with a smaller share of coloured pixels; 0 keeps all.",
)
@click.option(
    "--alike",
    type=click.IntRange(-1, 15),
    default=6,
    show_default=True,
    help="Leave out copies: bits of 64 in which their hashes may differ; -1 keeps all.",
)
@click.option("--jobs", type=click.IntRange(min=1), help="Processes.  [default: one a core]")
@click.pass_context
def prepare(ctx, art, out, **options):
    """Draw the lines of colour ART, to look at or to edit; or clean ART and pack it for training.

    For each NAME the line art is written to NAME.png: grey, of the picture's size. With --pairs,
    NAME.png holds the colours on the left and the lines on the right, each in the middle of a
    white square, which is what train.py takes for a pair; with --draws 3, NAME.draw2.png and
    NAME.draw3.png hold the same colours under other lines. Line art can be trained on too: with
    the pictures in images_rgb/, write it to images_bw/ beside it. What is there already is
    skipped.

    With --on-paper, NAME.png holds the colours of a figure on white: mixed in with --extra, such
    pictures teach train.py that paper stays paper. It is for pictures with one figure in the
    middle, faces for one; those without a plain background behind it are left out. --room 2 makes
    faces as small as those of whole figures are.

    With --shards, ART is one folder as train.py takes it. OUT gets NAME-00000-of-00064.tfrecord
    and so on, which train.py reads as well as pictures, and a report of what was left out. Parts
    can be written on several machines; --scan --part 1/8 shares the looking too, if OUT is one
    folder for all of them.
    """
    packing = options["shards"] is not None or options["scan"]
    _check(art, packing, **options)
    try:
        summary, status = (_pack if packing else _draw)(art, out, **options)
    except SgruError as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{summary} -> {os.path.relpath(out)}")
    ctx.exit(status)


def _check(
    art, packing, shards, scan, part, pairs, on_paper, room, lossless, name, style, draws, **_
) -> None:
    """Refuse options that do not go together."""
    if on_paper and (packing or pairs is not None or style or draws > 1):
        raise click.UsageError("--on-paper writes colours alone; pack or draw them afterwards")
    if room > 1 and not on_paper:
        raise click.UsageError("--room belongs to --on-paper")
    if shards is not None and scan:
        raise click.UsageError("--scan only looks; --shards looks too, and writes")
    if packing and len(art) > 1:
        raise click.UsageError("shards are written of one folder ART")
    if packing and pairs:
        raise click.UsageError("--pairs are pictures; --shards --lines stores line art")
    if re.search(r"[/\\]|^\.|^$", name):
        raise click.UsageError("--name is the beginning of a file name, without a folder")
    if not packing and (part or lossless):
        raise click.UsageError("--part and --lossless belong to --shards")
    if packing and draws > 1:
        raise click.UsageError("--draws writes pairs; pack the folder of pairs, with --alike -1")
    if draws > 1 and not pairs:
        raise click.UsageError("--draws belongs to --pairs")
    if draws > 1 and style == "clean":
        raise click.UsageError("--style clean has no variety for --draws; leave one of the two out")


def _draw(
    art, out, pairs, on_paper, room, style, draws, seed, size, recursive, overwrite, **_
) -> tuple[str, int]:
    """Draw lines, or cut backgrounds; give the summary and the exit status."""
    style = style or ("random" if draws > 1 else "clean")
    recipe = Recipe(bool(pairs), style, draws, seed, size, overwrite)
    counts: Counter = Counter()
    status = 0
    try:
        jobs, problems, own = plan_pictures(art, out, recursive=recursive)
        prepare_folder(out)
        tell_plan(problems, own)
        counts["failed"] += len(problems)
        progress = FileProgress(len(jobs))
        cut = cut_jobs(jobs, size, overwrite, room)
        for outcome in cut if on_paper else draw_jobs(jobs, out, recipe):
            counts[outcome.status] += 1
            if outcome.status == "failed":
                progress.clear()
                say(f"failed: {outcome.message}")
            progress.show(outcome.status == "skipped")
        progress.clear()
    except KeyboardInterrupt:
        say(STOPPED)
        status = 130
    summary = f"drawn {counts['drawn']}"
    if on_paper:
        summary = f"cut {counts['cut']}, without a plain background {counts['without']}"
    summary += f", skipped {counts['skipped']}, failed {counts['failed']}"
    return summary, status or (1 if counts["failed"] else 0)


def _pack(art, out, pairs, size, jobs, crop, min_side, min_colour, alike, **given):
    """Clean and write shards; give the summary and the exit status."""
    prepare_folder(out)
    lines = pairs is False
    shared = ("shards", "part", "name", "seed", "lossless", "overwrite")
    wishes = ShardWishes(
        size=size or SIDE,
        style=given["style"] or "clean",
        lines=lines,
        rules=Rules(crop, min_side, min_colour, alike),
        jobs=jobs or cores(),
        **{key: given[key] for key in shared},
    )
    bars = []
    # The SIGTERM of a cluster ends it as Ctrl-C does.
    before = signal.signal(signal.SIGTERM, signal.default_int_handler)

    def progress(total: int):
        for bar in bars:
            bar.clear()
        bars.append(FileProgress(total))
        return bars[-1].show

    try:
        done = make_shards(art[0], out, wishes, progress)
    except KeyboardInterrupt:
        say(STOPPED)
        return "stopped", 130
    finally:
        signal.signal(signal.SIGTERM, before)
        for bar in bars:
            bar.clear()
    for problem in done.problems[:NAMED]:
        say(f"left out: {problem}")
    if len(done.problems) > NAMED:
        say(f"left out: {len(done.problems) - NAMED} more, named in the report")
    if done.large:
        size = f"{done.large / 2**20:.0f} MiB"
        say(f"the largest shard has {size}: with more --shards, training takes less memory")
    text = f"looked at {done.looked}"
    if done.counts:
        reasons = ", ".join(f"{done.counts[reason]} {reason}" for reason in REASONS)
        text = f"{done.counts['kept']} pictures kept, {done.counts['cropped']} of them cropped; "
        text += f"left out: {reasons}"
    if wishes.shards:
        text += f"; shards written {done.written}, skipped {done.skipped}"
    return text, 1 if done.problems else 0
