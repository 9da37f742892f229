"""Find the colours that a model's proposals give to skin, hair and clothes, and write them into it.

    python examples/schemes/measure.py MODEL DOLLS OUT.keras

MODEL, a `.keras` file, was taught schemes (`tune.py`); DOLLS holds files of `dolls.py`, whose
surfaces are known. Of each, lines are drawn and coloured. A colour of a scheme is the median of the
pixels of its surface on which the proposals agree with it so far, as far as they are not white; it
is begun with what the dolls were painted in, and found in three rounds. OUT is MODEL with
`ModelConfig.schemes`, from which `sgru_tf.surfaces` makes surfaces whole; for eyes it takes those
of `nine.py`.
"""

import dataclasses
import json
import sys
import zipfile
from pathlib import Path

import click
import numpy as np
import tensorflow as tf

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from nine import FIRST, HAIR, SCHEMES, SECOND, SIDE, read_painted

from sgru_tf.colorizer import Colorizer
from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file
from sgru_tf.levelling import level_paper
from sgru_tf.linelayer import colour_layer
from sgru_tf.linework import random_line_art
from sgru_tf.loading import load_model
from sgru_tf.surfaces import CLOTHES, explained, scheme_colours, with_paper
from sgru_tf.surfaces import HAIR as HAIR_OF_FOUR
from sgru_tf.surfaces import SKIN as SKIN_OF_FOUR

PLACES = {HAIR: HAIR_OF_FOUR, FIRST: CLOTHES, SECOND: CLOTHES}
"""Of a surface's place in a scheme, its number among the four of `sgru_tf.surfaces`."""

SKIN = "#f6dcc6"  # of dolls, roughly: what the rounds begin with
ROUNDS = 3
CLEAN = 245  # grey level of bare paper
OTHER, LEAST = 0.08, 0.3  # at most of other surfaces but white; at least of its own
ENOUGH = 1000  # pixels of a surface, over all dolls


def surfaces_of(held) -> np.ndarray:
    """Number the pixels of a doll by their surfaces, as `sgru_tf.surfaces` does, 0 for others."""
    numbers = np.zeros(held["label"].shape, int)
    for index, (place, _) in enumerate(held["table"]):
        numbers[held["label"] == index + 1] = PLACES.get(int(place), 0)
    red, _, blue = held["rgb"].astype(int).transpose(2, 0, 1)
    numbers[(held["label"] == 0) & (red > blue + 12) & (red > 170)] = SKIN_OF_FOUR
    return numbers


def coloured(colorizer: Colorizer, file: Path, seed: int):
    """Colour lines of a doll.

    Returns:
        (N, P, 3) uint8, the colours of its bare pixels of known surfaces, and these (P,).
    """
    with read_painted(file) as held:
        picture, numbers = held["rgb"], surfaces_of(held)
    height, width = picture.shape[:2]
    square = np.full((SIDE, SIDE, 3), 255, np.float32)
    square[:height, :width] = picture
    drawn = random_line_art(tf.constant(square), tf.constant([seed, 0], tf.int32))
    lines = np.rint(np.asarray(drawn)[:height, :width, 0]).astype(np.uint8)
    sketch = level_paper(lines.copy())
    answer = colorizer.network(_padded(sketch)[None, :, :, None])[0][:, :height, :width]
    layers = np.stack([colour_layer(one, sketch) for one in np.asarray(answer)])
    chosen = (sketch > CLEAN) & (numbers > 0)
    return np.rint(layers[:, chosen]).astype(np.uint8), numbers[chosen]


def _padded(sketch: np.ndarray) -> np.ndarray:
    room = [(0, -side % 32) for side in sketch.shape]
    return np.pad(sketch, room, constant_values=255).astype(np.float32)


def agreed(pixels: np.ndarray, numbers: np.ndarray, schemes: np.ndarray) -> np.ndarray:
    """Give the schemes' colours after one round.

    Args:
        pixels: (N, P, 3) uint8.
        numbers: (P,), the surface of each.
        schemes: float32 (N, 3, 3), skin, hair and clothes so far.

    Raises:
        SgruError: there is too little of a surface.
    """
    amounts, _ = explained(pixels[:, None].astype(np.float32), with_paper(schemes))
    amounts = amounts[:, 0]
    shares = amounts / np.maximum(amounts.sum(0), 1e-3)
    found = schemes.copy()
    for number in (1, 2, 3):
        own = shares[number]
        chosen = (numbers == number) & (own + shares[0] > 1 - OTHER) & (own > LEAST)
        if chosen.sum() < ENOUGH:
            raise SgruError(f"of surface {number} there are {chosen.sum()} pixels; give more dolls")
        found[:, number - 1] = np.median(pixels[:, chosen], 1)
    return found


def rewrite(model: Path, out: Path, config: dict) -> None:
    """Copy a `.keras` file, its weights as they are and as they are packed, with other settings."""
    with whole_file(out) as part, zipfile.ZipFile(model) as source:
        with zipfile.ZipFile(part, "w") as target:
            for entry in source.infolist():
                content = source.read(entry)
                if entry.filename == "config.json":
                    settings = json.loads(content)
                    settings["config"]["config"] = config
                    content = json.dumps(settings)
                target.writestr(entry, content, entry.compress_type, compresslevel=9)


@click.command()
@click.argument("model", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("dolls", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.argument("out", type=click.Path(path_type=Path))
@click.option(
    "--count",
    type=click.IntRange(1),
    default=40,
    show_default=True,
    help="Dolls that are coloured.",
)
def measure(model: Path, dolls: Path, out: Path, count: int):
    """Write MODEL with the colours of its schemes as OUT."""
    try:
        network = load_model(model)
        if network.sgru_config.proposals != len(SCHEMES):
            raise SgruError(f"{model}: has {network.sgru_config.proposals} proposals, not nine")
        files = sorted(dolls.glob("*.doll.npz"))
        files = files[:: max(1, len(files) // count)][:count]
        if not files:
            raise SgruError(f"{dolls}: holds no NAME.doll.npz of dolls.py")
        colorizer = Colorizer(network, order="network")
        found = [coloured(colorizer, file, seed) for seed, file in enumerate(files)]
        pixels = np.concatenate([part for part, _ in found], 1)
        numbers = np.concatenate([part for _, part in found])
        schemes = scheme_colours([(SKIN, hair, first) for hair, first, _, _ in SCHEMES])
        for _ in range(ROUNDS):
            schemes = agreed(pixels, numbers, schemes)
        named = [[f"#{bytes(np.rint(c).astype('u1')).hex()}" for c in row] for row in schemes]
        # Of eyes the network paints a tint only: they get what it was to learn.
        named = [[*row, eyes] for row, (*_, eyes) in zip(named, SCHEMES, strict=True)]
        config = dataclasses.replace(network.sgru_config, schemes=named)
        rewrite(model, out, config.to_dict())
    except (SgruError, OSError) as error:
        raise click.ClickException(str(error)) from error
    for row in named:
        click.echo(" ".join(row))


if __name__ == "__main__":
    measure()
