"""The command that trains. Options and messages only: the work is done elsewhere."""

import dataclasses
import json
from pathlib import Path

import click

from sgru_tf.config import LossConfig, ModelConfig, TrainConfig
from sgru_tf.errors import SgruError
from sgru_tf.presets import PRESETS, preset
from sgru_tf.quiet import import_quietly
from sgru_tf.run_folder import RunConfig, RunFolder

FOLDER = click.Path(path_type=Path)


@click.command("train", context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("data", type=FOLDER)
@click.argument("run", type=FOLDER)
@click.option(
    "--preset",
    "preset_name",
    type=click.Choice(list(PRESETS)),
    help="Settings to start from.  [default: paper]",
)
@click.option(
    "--config",
    "config_file",
    type=click.Path(path_type=Path),
    help="JSON with any of the settings of a run's config.json; goes over the preset.",
)
@click.option(
    "--extra",
    "extras",
    type=(str, float),
    multiple=True,
    metavar="FOLDER SHARE",
    help="Another folder of pictures, and its share of all that is drawn (0 to 1). Repeatable.",
)
@click.option("--init", type=str, help="Start from the weights of this model.")
@click.option("--width", type=float, help="Multiplier on all filters; 1.0 is the paper's.")
@click.option("--proposals", type=int, help="Colourings of one sketch.")
@click.option(
    "--hints/--no-hints",
    default=None,
    help="A network that takes hints, colours at places; an --init without them is well enough.",
)
@click.option("--size", type=int, help="Side of the training squares, a multiple of 32.")
@click.option("--batch", type=int, help="Sketches a step, over all devices together.")
@click.option("--steps", type=int, help="Optimizer steps.")
@click.option("--learning-rate", type=float, help="Peak of the schedule.")
@click.option("--precision", help="float32, mixed_bfloat16 or mixed_float16.")
@click.option(
    "--recompute/--no-recompute",
    default=None,
    help="Compute maps again for the gradient instead of keeping them: less memory, more time.",
)
@click.option("--jit/--no-jit", default=None, help="Compile the step with XLA, for GPUs.")
@click.option(
    "--deterministic/--no-deterministic",
    default=None,
    help="Have GPUs too give the same bits each time, more slowly; CPUs always do.",
)
@click.option(
    "--keep", type=int, help="Newest checkpoints kept; the one of the best validation is too."
)
@click.option("--seed", type=int, help="Of the weights, the split and all random draws.")
@click.option("--winner", help="Which proposal learns the most: paper or colour.")
@click.option("--vgg", "backbone", help="Network of the perceptual loss: vgg19 or vgg16.")
@click.option(
    "--vgg-weights",
    "weights",
    help="imagenet (downloaded once by Keras), a weight file, or none for pixels alone.",
)
@click.option(
    "--vgg-precision",
    help="same as the network's, float32, or mixed_bfloat16 (a quarter of the time on new CPUs).",
)
@click.option(
    "--resume/--no-resume",
    default=True,
    show_default=True,
    help="Go on where RUN was stopped, or refuse to if something is there.",
)
@click.option("--override", is_flag=True, help="Go on with RUN though settings differ.")
@click.pass_context
def train(ctx, data, run, preset_name, config_file, extras, init, resume, override, **options):
    """Train a network on the pictures in DATA; everything it makes goes to RUN.

    DATA holds colour art (line art is then made on the fly), or side-by-side pairs, or the
    folders images_bw and images_rgb; either directly or in train/ and val/. Pictures are
    validated and drawn as a sheet in RUN/samples while it runs. Ctrl-C saves and stops; the same
    command goes on.
    """
    try:
        folder = RunFolder(run)
        if folder.exists() and not resume:
            raise SgruError(f"{run}: holds a training run already; name another folder")
        if folder.exists() and preset_name is None and config_file is None:
            base = folder.read_config()
        else:
            base = RunConfig(*preset(preset_name or "paper"), data=str(data))
        if config_file is not None:
            base = _overlay(base, config_file)
        config = dataclasses.replace(_apply(base, options), data=str(data))
        if extras:
            config = dataclasses.replace(config, extras=extras)
        if init:
            config = dataclasses.replace(config, init=init)

        import_quietly("tensorflow")
        import_quietly("keras")
        from sgru_tf.train_run import train as start

        stopped_by = start(config, run, say=click.echo, override=override)
    except SgruError as error:
        raise click.ClickException(str(error)) from error
    except KeyboardInterrupt:
        click.echo("stopped at once; the same command goes on from the last checkpoint", err=True)
        ctx.exit(130)
    ctx.exit(128 + stopped_by if stopped_by else 0)


def _apply(base: RunConfig, options: dict) -> RunConfig:
    """Put the options that were given over the settings; each names a field of one of the three."""
    given = {name: value for name, value in options.items() if value is not None}
    parts = {}
    for part, kind in (("model", ModelConfig), ("loss", LossConfig), ("train", TrainConfig)):
        fields = {field.name for field in dataclasses.fields(kind)}
        own = {name: value for name, value in given.items() if name in fields}
        parts[part] = dataclasses.replace(getattr(base, part), **own)
    if "size" in given:
        # A model trained at another size wants to be run at another size too.
        times = base.model.working_size / base.train.size
        working = min(4096, max(32, round(parts["train"].size * times)))
        parts["model"] = dataclasses.replace(parts["model"], working_size=working)
    return dataclasses.replace(base, **parts)


def _overlay(base: RunConfig, path: Path) -> RunConfig:
    try:
        given = json.loads(path.read_text())
        unknown = sorted(set(given) - {field.name for field in dataclasses.fields(RunConfig)})
        if unknown:
            raise SgruError(f"{path}: unknown table {unknown[0]}; see a run's config.json")
        parts = {
            part: type(getattr(base, part)).from_dict(
                getattr(base, part).to_dict() | given.get(part, {})
            )
            for part in ("model", "loss", "train")
        }
        if "extras" in given:
            parts["extras"] = tuple(
                (str(folder), float(share)) for folder, share in given["extras"]
            )
        if given.get("init"):
            parts["init"] = str(given["init"])
    except SgruError:
        raise
    except OSError as error:
        raise SgruError(f"{path}: cannot be read; {error.strerror}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise SgruError(f"{path}: is not a settings file; {error}") from error
    return dataclasses.replace(base, **parts)
