"""Set seeds of many more pictures as they were set by hand: what colours tell a small network.

    python examples/schemes/sow.py SOWN.json --like FACES faces_seeds.json \\
        --like SCENES scenes_seeds.json --pictures FACES --vgg-weights VGG16 --count 1000
    python examples/schemes/paint.py OUT --sown FACES SOWN.json

To set seeds by hand (`seeded.py`) takes minutes a picture, and what is hair and what is skin is far
easier to tell from a painting than from its sketch: a few hundred pictures teach it. A network on
the features of VGG (Simonyan and Zisserman, ICLR 2015; "hypercolumns", Hariharan and others,
CVPR 2015) learns the surfaces of LIKE, and tells those of PICTURES at a quarter of their size.
Where it is sure, and is so all around, a seed is set; where lines and edges lie, the flood of
`seeded.py` finds out. Pictures it is least sure of are left out. Every `TENTH` of LIKE, if it is
square, is not learnt from: of these it is told how much the seeds and their flood have right.
"""

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click
import keras
import numpy as np
from keras import layers, ops
from PIL import Image, ImageEnhance

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from seeded import KINDS, told_apart

from sgru_tf.config import LossConfig
from sgru_tf.cores import usable_cores
from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file
from sgru_tf.metrics import lab
from sgru_tf.perceptual import build_features
from sgru_tf.prepare import read_art
from sgru_tf.terminal import FileProgress, say

SIDE, CELL = 256, 4  # pixels of what VGG sees, and of a cell, of which one surface is told
TOLD = KINDS[:-1]  # what it learns to tell; what is left as it was drawn has no look of its own
DRAWS = 3  # squares of each picture
ZOOMS = 1.0, 1.7  # of squares of pictures larger than `SIDE`
LIGHT = 0.8, 1.2  # brightness and colour of squares
SURE = 0.85  # the probability from which a seed is set
LEAST = {"iris": 2, "white": 6}  # cells of a surface, or it has no seeds
USUAL = 8  # for all others
NEAR, EYE = 4, (82.0, 3.5)  # cells; white of an eye is so light at least and so yellow at most
PALE = 3.0  # skin that is hardly more yellow is as white as eyes
TENTH = 10
WIDTH, RATE, DROP = 96, 1e-3, 0.2  # of the network: channels, learning rate, dropout
EPOCHS, BATCH = 12, 8


def squares(rgb: np.ndarray, seeds: dict, seed):
    """Draw squares of a picture, and what is where in them.

    Args:
        rgb: (H, W, 3) uint8.
        seeds: As `seeded.told_apart` has them.
        seed: Of all draws.

    Returns:
        Of each (`SIDE`, `SIDE`, 3) uint8 and (`SIDE` / `CELL`, `SIDE` / `CELL`) uint8, places in
        `KINDS`.
    """
    rng, drawn = np.random.default_rng(seed), []
    picture, kinds = Image.fromarray(rgb), Image.fromarray(told_apart(rgb, seeds))
    short = min(picture.size)
    for number in range(DRAWS):
        side = short / (rng.uniform(*ZOOMS) if number else 1.0)
        left, top = (rng.uniform(0, length - side) for length in picture.size)
        part, box = [], np.array([left, top, left + side, top + side])
        for whole, size, way in (
            (picture, SIDE, Image.Resampling.LANCZOS),
            (kinds, SIDE // CELL, Image.Resampling.NEAREST),
        ):
            scale = np.divide(whole.size, picture.size)
            within = np.minimum(box * np.tile(scale, 2), np.tile(whole.size, 2))
            part.append(whole.resize((size, size), way, tuple(within.tolist())))
        if number:
            for enhance in (ImageEnhance.Brightness, ImageEnhance.Color):
                part[0] = enhance(part[0]).enhance(rng.uniform(*LIGHT))
        square, cells = (np.asarray(one) for one in part)
        if rng.random() < 0.5:
            square, cells = square[:, ::-1], cells[:, ::-1]
        drawn.append((square, cells))
    return drawn


def features(vgg: keras.Model) -> keras.Model:
    """Give what the network is to have of VGG: maps of 1/4, 1/8 and 1/16 of the size."""
    fine, finer, quarter, eighth, sixteenth = vgg.outputs
    near = [
        layers.AveragePooling2D(4)(fine),
        layers.AveragePooling2D(2)(finer),
        quarter,
    ]
    return keras.Model(vgg.inputs[0], [layers.Concatenate()(near), eighth, sixteenth])


def build_teller(shapes) -> keras.Model:
    """Build the network: from the three maps to (B, h, w, `TOLD`), logits, of cells.

    Args:
        shapes: (h, w, channels) of the maps, the largest first.
    """
    maps, seen = [keras.Input(shape) for shape in shapes], []
    for number, map_ in enumerate(maps):
        x = layers.Conv2D(WIDTH, 1)(layers.LayerNormalization()(map_))
        if number:
            x = layers.UpSampling2D(2**number, interpolation="bilinear")(x)
        seen.append(x)
    x = layers.SpatialDropout2D(DROP)(layers.Activation("gelu")(layers.Concatenate()(seen)))
    for wide in (1, 2, 4):
        y = layers.Conv2D(WIDTH, 3, padding="same", dilation_rate=wide, activation="gelu")(x)
        x = y if wide == 1 else x + y
    x = layers.Dropout(DROP)(x)
    return keras.Model(maps, layers.Conv2D(len(TOLD), 1, dtype="float32")(x))


def learn(see: keras.Model, pictures, seed: int) -> keras.Model:
    """Teach a network what is where.

    Args:
        see: Of `features`.
        pictures: Squares and cells of `squares`.
        seed: Of the order in which they come.
    """
    # Maps of all squares are held, in half precision, as VGG takes most of the time.
    maps = [_half(see, np.stack(pictures_of)) for pictures_of in _batches([p for p, _ in pictures])]
    maps = [np.concatenate(of_one_size) for of_one_size in zip(*maps, strict=True)]
    cells = np.stack([cells for _, cells in pictures])
    known = (cells < len(TOLD)).astype("float32")
    cells = np.minimum(cells, len(TOLD) - 1)
    teller = build_teller([one.shape[1:] for one in maps])
    steps = EPOCHS * max(1, len(pictures) // BATCH)
    teller.compile(
        keras.optimizers.AdamW(keras.optimizers.schedules.CosineDecay(RATE, steps)),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    rng = np.random.default_rng(seed)
    for epoch in range(EPOCHS):
        losses = []
        for chosen in _batches(rng.permutation(len(cells))[: steps // EPOCHS * BATCH]):
            chosen = np.sort(chosen)
            shown = [one[chosen].astype("float32") for one in maps]
            losses.append(teller.train_on_batch(shown, cells[chosen], known[chosen]))
        click.echo(f"epoch {epoch + 1} of {EPOCHS}, loss {np.mean(losses):.3f}")
    return teller


def _batches(things):
    return [things[start : start + BATCH] for start in range(0, len(things), BATCH)]


def _half(see, shown):
    return [np.array(one).astype("float16") for one in see(shown)]


def sown(rgb: np.ndarray, see: keras.Model, teller: keras.Model) -> tuple[dict, float]:
    """Set seeds of a square picture.

    Returns:
        Of each surface its points, as `seeded.told_apart` has them, and how sure the network is of
        all, 0..1.
    """
    square = np.asarray(Image.fromarray(rgb).resize((SIDE, SIDE), Image.Resampling.LANCZOS))
    both = np.stack([square, square[:, ::-1]])
    told = np.array(ops.softmax(teller(see(both))))
    told = (told[0] + told[1, :, ::-1]) / 2
    sure, kinds = told.max(-1), told.argmax(-1)
    padded, side = np.pad(kinds, 1, mode="edge"), len(kinds)
    beside = ((0, 1), (2, 1), (1, 0), (1, 2))
    alike = [padded[i : i + side, j : j + side] == kinds for i, j in beside]
    seeds = {}
    for number, kind in enumerate(TOLD):
        rows, columns = np.nonzero((kinds == number) & (sure > SURE) & np.all(alike, 0))
        enough = len(rows) >= LEAST.get(kind, USUAL)
        points = np.stack([columns + 0.5, rows + 0.5], -1) * (100 / side)
        seeds[kind] = np.round(points, 1).tolist() if enough else []
    eye_whites(square, seeds)
    return seeds, float(np.log(sure).mean())


def eye_whites(square: np.ndarray, seeds: dict) -> None:
    """Make white what is so beside irises: too little for the network, which takes it for skin.

    Args:
        square: (H, W, 3) uint8.
        seeds: Of each surface its points, which change.
    """
    side = len(square) // CELL
    means = square.reshape(side, CELL, side, CELL, 3).mean((1, 3)).astype("uint8")
    light, _, yellow = np.moveaxis(lab(means), -1, 0)

    def cells(kind):
        points = np.array(seeds[kind]).reshape(-1, 2)
        return tuple((points[:, ::-1] * (side / 100)).astype(int).T)

    near, skin = np.zeros((2, side, side), bool)
    for row, column in zip(*cells("iris"), strict=True):
        near[max(row - NEAR, 0) : row + NEAR + 1, max(column - NEAR, 0) : column + NEAR + 1] = True
    skin[cells("skin")] = True
    if not skin.any() or np.median(yellow[skin]) < EYE[1] + PALE:
        return  # the whole face is white
    for kind in set(TOLD) - {"skin"}:
        near[cells(kind)] = False
    white = near & (light > EYE[0]) & (yellow < EYE[1])
    for kind, where in (("skin", skin & ~white), ("white", white)):
        points = np.stack(np.nonzero(where)[::-1], -1) + 0.5
        listed = np.round(points * (100 / side), 1).tolist()
        seeds[kind] = listed if kind == "skin" else seeds[kind] + listed


FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--like", required=True, multiple=True, type=(FOLDER, FILE), help="And their seeds.")
@click.option("--pictures", required=True, type=FOLDER, help="Square ones, to set seeds of.")
@click.option("--vgg-weights", required=True, type=FILE, help="Of VGG16, without its top.")
@click.option("--leave", multiple=True, help="Names of LIKE, as '0363*', to leave out.")
@click.option("--count", type=click.IntRange(min=1), default=1000, help="So many are kept.")
@click.option("--seed", default=0)
def main(out, like, pictures, vgg_weights, leave, count, seed):
    """Set seeds of PICTURES as LIKE have them; OUT gets those it is surest of."""
    try:
        keras.utils.set_random_seed(seed)
        # Those to leave out are not sown either.
        tasks, asked, by_hand = [], [], set()
        for folder, seeds in like:
            for number, (name, given) in enumerate(json.loads(seeds.read_text()).items()):
                by_hand.add((folder / name).resolve())
                if any(Path(name).match(one) for one in leave):
                    continue
                if not any(given.values()):
                    raise SgruError(f"{seeds}: {name} has no seeds")
                rgb = np.asarray(read_art(folder / name))
                if number % TENTH == TENTH - 1 and rgb.shape[0] == rgb.shape[1]:
                    asked.append((rgb, given))
                else:
                    tasks.append((rgb, given, [seed, len(tasks)]))
        with ProcessPoolExecutor(usable_cores()) as pool:
            taught = [one for some in pool.map(squares, *zip(*tasks, strict=True)) for one in some]
        see = features(build_features(LossConfig(backbone="vgg16", weights=str(vgg_weights))))
        teller = learn(see, taught, seed)
        if asked:
            tell_how_right(asked, see, teller)
        files = [file for file in sorted(pictures.iterdir()) if file.resolve() not in by_hand]
        found, failed = sow_all(files, see, teller)
        surest = sorted(found, key=lambda one: one[0])[-count:]
        listed = {name: seeds for _, name, seeds in sorted(surest, key=lambda one: one[1])}
        with whole_file(out) as part:
            part.write_text(json.dumps(listed))
    except (SgruError, OSError, AttributeError, TypeError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"pictures {len(listed)} of {len(files)}, failed {failed} -> {out}")
    sys.exit(1 if failed else 0)


def sow_all(files, see, teller):
    """Set seeds of files; give how sure of each, its name and its seeds, and how many failed."""
    found, failed, progress = [], 0, FileProgress(len(files))
    for file in files:
        try:
            seeds, sure = sown(np.asarray(read_art(file)), see, teller)
            found.append((sure, file.name, seeds))
        except (SgruError, OSError, ValueError) as error:
            failed += 1
            say(f"failed: {error}")
        progress.show(skipped=False)
    return found, failed


def tell_how_right(asked, see, teller) -> None:
    """Tell how much of pictures that were not learnt from the seeds and their flood have right."""
    right = np.zeros((len(TOLD), len(TOLD)))
    for rgb, given in asked:
        seeds, _ = sown(rgb, see, teller)
        found, true = told_apart(rgb, seeds), told_apart(rgb, given)
        known = true < len(TOLD)
        np.add.at(right, (true[known], found[known]), 1)
    for kind, row in zip(TOLD, right, strict=True):
        parts = ", ".join(f"{100 * of / max(row.sum(), 1):.0f}" for of in row)
        click.echo(f"{kind} {int(row.sum())}: {parts}")
    click.echo(f"right {right.trace() / right.sum():.3f} of {len(asked)} pictures")


if __name__ == "__main__":
    main()
