"""Measure how much of each surface a model takes for what it is.

    python examples/schemes/shares.py MODEL TRUTHS --complete

TRUTHS holds files of `paint.py` or `dolls.py` from which MODEL did not learn. Of each, lines are
drawn and coloured, as `infer.py` does it, whole surfaces and all. The nine colours of a place tell
what it is taken for: a mixture of paper, skin, hair and clothes (`sgru_tf.surfaces`). What is told
is, of each of the four, the mean share of the true one on its bare pixels, 0 to 1, of every picture
that shows enough of it; and the mean of the four. The model card's tables are of drafts of this,
which drew other lines: compare models in one run.

With `--complete` all surfaces of pictures that artists painted have outlines, as in real sketches
(`outlines.py`); without, those of pale pictures have next to no line.
"""

import sys
import zlib
from itertools import count
from pathlib import Path

import click
import numpy as np
import tensorflow as tf
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from draws import WHITE
from measure import CLEAN, surfaces_of
from nine import read_painted
from outlines import completed, outlines

from sgru_tf.colorizer import Colorizer
from sgru_tf.errors import SgruError
from sgru_tf.levelling import level_paper
from sgru_tf.linework import random_line_art
from sgru_tf.surfaces import explained, scheme_colours, with_paper

NAMES = "paper", "skin", "hair", "clothes"
SIDE = 320  # pixels of the sketches' long side
ENOUGH = 200  # bare pixels of a surface that a picture is to show, if it is to count
UNKNOWN = 255  # of a pixel that is neither paper nor of a surface that is told apart


def truth(held) -> np.ndarray:
    """Number pixels by the places of `NAMES`, (H, W) uint8; greys and eyes are `UNKNOWN`."""
    numbers = surfaces_of(held)
    paper = (held["label"] == 0) & (held["rgb"].min(-1) >= WHITE)
    return np.where(numbers > 0, numbers, np.where(paper, 0, UNKNOWN)).astype("u1")


def sketch_of(file: Path, complete: bool):
    """Draw lines of a picture, the same each time.

    Returns:
        The sketch, (h, w) uint8, and the truth about it, (h, w) uint8.
    """
    with read_painted(file) as held:
        rgb, numbers = held["rgb"], truth(held)
        borders = outlines(rgb, held["label"]) if complete else None
    seed = zlib.crc32(file.name.encode()) % 2**30
    rng = np.random.default_rng(seed)
    scale = SIDE / max(rgb.shape[:2])
    size = round(rgb.shape[1] * scale), round(rgb.shape[0] * scale)

    def square(picture):
        sheet = Image.new(picture.mode, (SIDE, SIDE), "white")
        sheet.paste(picture.resize(size, Image.Resampling.LANCZOS))
        return np.asarray(sheet)

    drawn = square(Image.fromarray(rgb))
    styles = count()

    def draw(picture):
        style = tf.constant([seed, next(styles)], tf.int32)
        return random_line_art(tf.constant(picture, tf.float32), style).numpy()

    if complete:
        lines = completed(drawn, drawn.min(-1) < WHITE, square(borders), draw, rng)
    else:
        lines = draw(drawn)
    sketch = level_paper(np.rint(lines[: size[1], : size[0], 0]).astype("u1"))
    numbers = Image.fromarray(numbers).resize(size, Image.Resampling.NEAREST)
    return sketch, np.asarray(numbers)


def shares(pictures: np.ndarray, sketch: np.ndarray, numbers: np.ndarray, colours) -> list[float]:
    """Give the share of the true surface for each of the four, not a number if there is too little.

    Args:
        pictures: (N, h, w, 3) uint8, in the network's order.
        sketch: (h, w) uint8.
        numbers: (h, w) uint8, of `truth`.
        colours: (N, 4, 3) float32, of paper, skin, hair and clothes.
    """
    amounts, _ = explained(pictures.astype(np.float32), colours)
    parts = amounts / np.maximum(amounts.sum(0), 1e-3)
    found = []
    for place in range(len(NAMES)):
        own = (numbers == place) & (sketch > CLEAN)
        found.append(float(parts[place][own].mean()) if own.sum() >= ENOUGH else np.nan)
    return found


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("model", type=click.Path(path_type=Path, exists=True))
@click.argument(
    "truths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False)
)
@click.option("--complete", is_flag=True, help="Outlines of all surfaces, but of drawn figures.")
def main(model: Path, truths, complete: bool):
    """Tell how much of each surface in TRUTHS, one folder or more, MODEL takes for what it is."""
    try:
        colorizer = Colorizer(model, order="network")
        if not colorizer.network.schemes:
            raise SgruError(f"{model}: names no schemes; measure.py finds them")
        colours = with_paper(scheme_colours(colorizer.network.schemes))
        for folder in truths:
            files = [file for file in sorted(folder.glob("*.npz")) if ".part." not in file.name]
            if not files:
                raise SgruError(f"{folder}: holds no pictures of paint.py")
            found = []
            for file in files:
                sketch, numbers = sketch_of(file, complete and ".doll." not in file.name)
                found.append(shares(colorizer(sketch), sketch, numbers, colours))
            known = [np.array(of)[np.isfinite(of)] for of in zip(*found, strict=True)]
            means = [of.mean() if of.size else np.nan for of in known]
            told = ", ".join(f"{name} {of:.3f}" for name, of in zip(NAMES, means, strict=True))
            click.echo(f"{folder}: {told}; mean {np.nanmean(means):.3f} of {len(files)} pictures")
    except (SgruError, OSError) as error:
        raise click.ClickException(str(error)) from error


if __name__ == "__main__":
    main()
