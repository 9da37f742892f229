"""`sgru-export`, also `python -m sgru_tf.export`: options and messages only."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from sgru_tf.errors import SgruError
from sgru_tf.options import level_option, lines_option, looks_option, surfaces_option
from sgru_tf.terminal import say

_MODEL = click.option(
    "--model",
    type=click.Path(path_type=Path),
    help="A .keras file, the folder of a training run, or a published TF1 checkpoint's prefix.  "
    "[default: the shipped weights]",
)


class _Size(click.ParamType):
    """256, or 256x384 for width x height."""

    name = "SIZE"

    def convert(self, value, param, ctx):
        if isinstance(value, tuple):
            return value
        parts = value.lower().split("x")
        if len(parts) > 2 or not all(part.isascii() and part.isdigit() for part in parts):
            self.fail(f"{value!r}: give 256, or WIDTHxHEIGHT as in 256x384", param, ctx)
        sides = tuple(int(part) for part in parts)
        if any(side % 32 or not 32 <= side <= 4096 for side in sides):
            self.fail(f"{value!r}: sides are multiples of 32, 32-4096", param, ctx)
        return sides * 2 if len(sides) == 1 else sides


@click.group("sgru-export", context_settings={"help_option_names": ["-h", "--help"]})
def export():
    """Turn a trained model into files that run elsewhere."""


@export.command("saved-model")
@_MODEL
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder that the server watches; the model becomes OUT/1, or the next number.",
)
@click.option(
    "--size",
    type=click.IntRange(32, 4096),
    help="Long side in pixels at which the network works.  [default: what the model is meant for]",
)
@lines_option
@surfaces_option
@looks_option
@level_option
@click.option(
    "--max-megapixels",
    type=click.FloatRange(0.001, 120),
    default=16,
    show_default=True,
    help="Larger sketches are refused before they are decoded.",
)
def saved_model(model, out, size, lines, surfaces, looks, level, max_megapixels):
    """Write a SavedModel for TensorFlow Serving."""
    with _plain_errors():
        loaded, _ = _loaded(model)
        from sgru_tf.export.saved_model import export_saved_model

        say("writing the SavedModel")
        folder = export_saved_model(
            loaded,
            out,
            size=size,
            lines=lines,
            surfaces=surfaces,
            looks=looks,
            level=level,
            max_pixels=round(max_megapixels * 10**6),
        )
    click.echo(folder)


@export.command("tflite")
@_MODEL
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Folder for the files.")
@click.option(
    "--size",
    "sizes",
    type=_Size(),
    multiple=True,
    help="Size in pixels: 256, or WIDTHxHEIGHT; multiples of 32. May be given several times.  "
    "[default: what the model is meant for]",
)
@click.option(
    "--precision",
    "precisions",
    type=click.Choice(["float32", "float16", "dynamic", "int8"]),
    multiple=True,
    help="May be given several times.  [default: all four]",
)
@click.option(
    "--input",
    "input_dtype",
    type=click.Choice(["uint8", "float32"]),
    default="uint8",
    show_default=True,
    help="Type of the inputs. Some GPU delegates take float32 only.",
)
@click.option(
    "--calibration",
    type=click.Path(path_type=Path),
    help="Folder of sketches from which int8 learns its ranges.  [default: the bundled samples]",
)
@click.option(
    "--allow-loss",
    is_flag=True,
    help="Write files too that come less near to the Keras model than their precision should.",
)
def tflite(model, out, sizes, precisions, input_dtype, calibration, allow_loss):
    """Write TFLite files for phones and browsers.

    Every file is run and compared with the Keras model on sample sketches before it is written.
    """
    refused = 0
    with _plain_errors():
        loaded, name = _loaded(model)
        from sgru_tf.export.tflite import PRECISIONS, export_tflite

        side = -(-loaded.sgru_config.working_size // 32) * 32
        for done in export_tflite(
            loaded,
            out,
            name=name,
            sizes=sizes or ((side, side),),
            precisions=precisions or PRECISIONS,
            input_dtype=input_dtype,
            calibration=calibration,
            allow_loss=allow_loss,
            tell=say,
        ):
            if done.problem:
                refused += 1
                say(f"not written: {done.path}: {done.problem}")
                continue
            click.echo(
                f"{done.path}  {done.bytes / 1e6:.2f} MB, PSNR against Keras "
                f"{done.likeness.mean:.1f} dB, worst {done.likeness.least:.1f} dB"
            )
    if refused:
        hint = "" if allow_loss else " (--allow-loss writes files that miss their threshold)"
        say(f"{refused} not written{hint}")
        sys.exit(1)


@export.command("report")
@_MODEL
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    help="Folder with exported files; report.md, report.json and report.png are written into it.",
)
@click.option(
    "--sketches",
    type=click.Path(path_type=Path),
    help="Folder of sketches to compare on.  [default: the bundled samples]",
)
@click.option(
    "--runs",
    type=click.IntRange(1, 1000),
    default=15,
    show_default=True,
    help="Timed runs of each file; the median is reported.",
)
def report(model, out, sketches, runs):
    """Measure exported files: size, speed, memory, likeness to the Keras model."""
    with _plain_errors():
        from sgru_tf.export.report import write_report
        from sgru_tf.loading import shipped_model

        done = write_report(
            lambda: _loaded(model)[0],
            out,
            sketches=sketches,
            runs=runs,
            keras_file=model or shipped_model(),
        )
    for failure in done.failures:
        say(f"failed: {out / failure.name}: {failure.problem}")
    for path in done.paths:
        click.echo(path)
    if done.failures:
        sys.exit(1)


def _loaded(path):
    """Load a model; give it and a name for its files."""
    from sgru_tf.quiet import import_quietly

    import_quietly("keras")
    from sgru_tf.loading import load_model, shipped_model

    say("loading the model")
    model = load_model(path)
    named = Path(path).resolve() if path else shipped_model()
    name = named.name if named.is_dir() else named.stem
    return model, name.replace(" ", "_") or "sgru"


class _plain_errors:  # noqa: N801
    """Turn what a user can mend into one line and status 1, Ctrl-C into status 130."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, trace):
        if isinstance(error, SgruError):
            raise click.ClickException(str(error)) from error
        if isinstance(error, ModuleNotFoundError):
            raise click.ClickException(
                f"{error.name} is not installed: install with the extras [tf,export]"
            ) from error
        if isinstance(error, KeyboardInterrupt):
            say("stopped")
            sys.exit(130)


if __name__ == "__main__":
    export(prog_name="sgru-export")
