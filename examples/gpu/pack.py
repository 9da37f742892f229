"""Pack what `examples/gpu/train.py` needs into few small files, for a machine that is lent bare.

python examples/gpu/pack.py pictures FACES faces.npz --side 256
python examples/gpu/pack.py schemes PAINTED figures.npz --variants 3
python examples/gpu/pack.py vgg vgg16_notop.weights.h5 vgg16.npz
"""

import os
import sys
from io import BytesIO
from pathlib import Path

import click
import numpy as np
from PIL import Image, ImageChops

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schemes"))

from draws import ZOOMS
from loose import Loose
from nine import IRIS
from variants import read_figure, vary

from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file
from sgru_tf.prepare import read_art


@click.group(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
def main():
    """Make files for `train.py`, which needs Keras and JAX and no other part of this machine."""


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--side", type=click.IntRange(min=32), default=512, help="Long side at most.")
@click.option("--quality", type=click.IntRange(1, 100), default=80, help="Of WebP.")
@click.option(
    "--bare",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="Folder of masks of the same names: 255 where no line is to be drawn, as in empty eyes.",
)
def pictures(folder, out, side, quality, bare):
    """Write the pictures of FOLDER to OUT, alpha composited on white."""
    packed, failed = [], 0
    for path in sorted(folder.iterdir()):
        try:
            picture = Image.fromarray(np.asarray(read_art(path)))
            if bare:
                picture.putalpha(ImageChops.invert(Image.open(bare / path.name).convert("L")))
        except (SgruError, OSError, ValueError) as error:
            failed += 1
            click.echo(f"skipped: {error}", err=True)
            continue
        picture.thumbnail((side, side), Image.Resampling.LANCZOS)
        packed.append(_webp(picture, quality))
    if not packed:
        raise click.ClickException(f"{folder}: holds no picture that can be read")
    lengths = np.array([len(one) for one in packed])
    with whole_file(out) as part, part.open("wb") as file:
        np.savez(file, bytes=np.concatenate(packed), lengths=lengths)
    click.echo(f"pictures {len(packed)}, skipped {failed} -> {out}")


@main.command()
@click.argument("painted", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--variants", type=click.IntRange(min=1), default=1, help="Of each figure.")
@click.option("--quality", type=click.IntRange(1, 100), default=80, help="Of WebP.")
@click.option("--seed", default=0)
def schemes(painted, out, variants, quality, seed):
    """Write the figures of PAINTED, a folder of paint.py or dolls.py, to OUT.

    Each is turned and stretched at random, and arms and locks are pasted over most of them.
    """
    files = sorted(painted.glob("*.npz"))
    packed, tables, irises, zooms = [], [], [], []
    try:
        loose = Loose(files)
        for number, file in enumerate(files):
            kind = file.stem.split(".")[-1]
            if kind not in ZOOMS:
                continue
            figure, rng = read_figure(file), np.random.default_rng([seed, number])
            for _ in range(variants):
                rgb, label, table = vary(figure, kind, loose, rng)
                picture = Image.fromarray(rgb)
                picture.putalpha(Image.fromarray(label))
                packed.append(_webp(picture, quality))
                tables.append(table)
                irises.append(next((i + 1 for i, row in enumerate(table) if row[0] == IRIS), 0))
                zooms.append(ZOOMS[kind])
    except SgruError as error:
        raise click.ClickException(str(error)) from error
    if not packed:
        raise click.ClickException(f"{painted}: holds no figures of paint.py or dolls.py")
    with whole_file(out) as part, part.open("wb") as file:
        np.savez(
            file,
            bytes=np.concatenate(packed),
            lengths=np.array([len(one) for one in packed]),
            tables=np.concatenate(tables),
            rows=np.array([len(table) for table in tables]),
            irises=np.array(irises),
            zooms=np.array(zooms),
        )
    click.echo(f"figures {len(packed)} -> {out}")


def _webp(picture, quality: int):
    store = BytesIO()
    picture.save(store, "WEBP", quality=quality, method=4, exact=True)
    return np.frombuffer(store.getvalue(), np.uint8)


@main.command()
@click.argument("weights", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--backbone", type=click.Choice(["vgg19", "vgg16"]), default="vgg16")
def vgg(weights, out, backbone):
    """Write the layers of a VGG that the loss uses to OUT, in half precision."""
    os.environ.setdefault("KERAS_BACKEND", "jax")
    from sgru_tf.config import LossConfig
    from sgru_tf.perceptual import build_features

    try:
        features = build_features(LossConfig(backbone, str(weights)))
    except SgruError as error:
        raise click.ClickException(str(error)) from error
    arrays = [np.asarray(value, np.float16) for value in features.get_weights()]
    with whole_file(out) as part, part.open("wb") as file:
        np.savez(file, *arrays)
    click.echo(f"arrays {len(arrays)} -> {out}")


if __name__ == "__main__":
    main()
