"""Packs a training run for the repository: weights rounded to float16, the file deflated.

    python benchmarks/pack.py RUN sgru_tf/pretrained/sgru-small.keras

The result is an ordinary `.keras` file of float32 variables whose values float16 can hold, which
is what makes it compress to half the size. Refused are weights with which a value would differ by a
grey level; with hints one in a thousand, as where two hints meet a last bit decides between them.

    python benchmarks/pack.py RUN OUT --saturation 1 --saturation 1.2 ...

An average of what might be is paler than any of it. So each proposal's colours can be moved away
from grey by a factor, all over the picture; below 1, towards it. `--distance-from-white`, given in
the same way, makes what a proposal draws lighter (below 1) or darker, and leaves white paper
white. Both are linear, and done in the last layer.

The settings of the run go beside it as `config.json`, without the folders of its machine; if it
added hints to the model of another run, be it in several runs, that one's too, as `before`.
"""

import dataclasses
import json
import os
import zipfile
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click
import numpy as np


@click.command()
@click.argument("run", type=click.Path(exists=True, file_okay=False))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--saturation",
    "factors",
    type=float,
    multiple=True,
    help="Factor on the colours of a proposal; as many times as there are proposals.",
)
@click.option(
    "--distance-from-white",
    "distances",
    type=float,
    multiple=True,
    help="Factor on how far from white a proposal is; as many times as there are proposals.",
)
def main(run, out, factors, distances):
    """Pack the best model of RUN into the file OUT."""
    from sgru_tf import build_sgru, load_model
    from sgru_tf.network_input import network_input
    from sgru_tf.run_folder import RunFolder

    trained = load_model(run)
    for name, given in (("saturation", factors), ("distance-from-white", distances)):
        if given and len(given) != trained.sgru_config.proposals:
            raise click.UsageError(f"--{name}: give {trained.sgru_config.proposals} of them")
    if factors:
        saturate(trained, factors)
    if distances:
        lighten(trained, distances)
    config = trained.sgru_config
    if factors or distances:
        config = dataclasses.replace(config, schemes=())  # its colours are others now
    packed = build_sgru(config)
    packed.set_weights([w.astype("float16").astype("float32") for w in trained.get_weights()])

    sketch = np.random.default_rng(0).uniform(size=(1, 256, 256, 1)) > 0.1
    sketch = 255 * sketch.astype("float32")
    hints = np.zeros((1, 256, 256, 4), "float32")
    for row, column in np.random.default_rng(1).integers(8, 248, (16, 2)):
        hints[0, row : row + 4, column : column + 4] = (row, column, 128, 1)
    for given in (None, hints)[: 1 + trained.sgru_config.hints]:
        asked = network_input(trained.sgru_config, sketch, given)
        shown = [np.clip(np.asarray(network(asked)), 0, 255) for network in (trained, packed)]
        apart = np.abs(shown[0] - shown[1])
        judged = np.quantile(apart, 1.0 if given is None else 0.999)
        name = "without hints" if given is None else "with hints"
        print(f"{name}: largest difference {apart.max():.2f} grey levels, judged {judged:.2f}")
        if judged >= 1:
            raise click.ClickException("float16 does not hold these weights well enough")

    part = f"{out}.part.keras"
    packed.save(part)
    with zipfile.ZipFile(part) as source, zipfile.ZipFile(f"{out}.part", "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name), zipfile.ZIP_DEFLATED, compresslevel=9)
    os.remove(part)
    os.replace(f"{out}.part", out)
    parts = settings(RunFolder(run))
    before = trained_before(run)
    if before:
        parts["before"] = settings(before)
    (out.parent / "config.json").write_text(json.dumps(parts, indent=2) + "\n")
    print(f"{out}: {os.path.getsize(out) / 1e6:.2f} MB")


def saturate(model, factors) -> None:
    """Move the colours of each proposal away from grey by its factor, in the last layer."""
    luma = np.array([0.299, 0.587, 0.114])  # ITU-R BT.601
    kernel, bias = model.get_layer("last").get_weights()
    for part in (kernel, bias):
        # Red, green and blue of proposal u are the channels u, N + u and 2N + u.
        colours = part.reshape(*part.shape[:-1], 3, len(factors))
        grey = np.tensordot(colours, luma, (-2, 0))[..., None, :]
        colours[:] = grey + (colours - grey) * np.array(factors)
    model.get_layer("last").set_weights([kernel, bias])


def lighten(model, factors) -> None:
    """Move the colours of each proposal towards white by its factor, in the last layer."""
    kernel, bias = model.get_layer("last").get_weights()
    factors = np.tile(factors, 3)
    # White is 1 in what the last layer gives.
    model.get_layer("last").set_weights([kernel * factors, 1 + (bias - 1) * factors])


def trained_before(run):
    """Give the run whose network a run added hints to, or None."""
    from sgru_tf.run_folder import RunFolder

    folder, config = None, RunFolder(run).read_config()
    while config.train.hints_only:
        folder = RunFolder(config.init or "")
        if not folder.exists():
            return None
        config = folder.read_config()
    return folder


def settings(run) -> dict:
    """Give the settings of a run, without its folders."""
    all_ = json.loads(run.read_config().to_json())
    parts = {part: all_[part] for part in ("model", "loss", "train")}
    parts["loss"]["weights"] = Path(parts["loss"]["weights"]).name
    return parts


if __name__ == "__main__":
    main()
