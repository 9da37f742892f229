"""Backgrounds to be drawn behind figures, and to stay paper: for `tune.py --scenery`.

    python examples/schemes/scenery.py OUT --seeded SCENES scenes_seeds.json

Behind a sketched figure often stand a few lines of a room or a street. Figures of `paint.py` and
`dolls.py` have nothing behind them, so a network that learnt from them alone fills what such lines
enclose with the colours of clothes. The backgrounds are those of painted scenes, whose figures,
told apart by seeds (`seeded.py`), make place for a blur of what is around them, as it has no lines.
Pictures are RGB, their long side 512 pixels at most.
"""

import json
import sys
from pathlib import Path

import click
import numpy as np
from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from draws import WHITE
from nine import run_all
from seeded import KINDS, told_apart

from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file
from sgru_tf.folder import prepare_folder
from sgru_tf.prepare import read_art

SIDE = 512
LEAST = 0.2  # of a picture that is background, or it is left out
RADII = (3, 9, 27, 81)  # of the blur that takes the place of figures: the nearest counts most
STRENGTH = (0.3, 1.0)  # of what is laid behind a figure, against white
ZOOMS = (1.0, 2.2)  # its short side, as a part of the square's
FADES = (-0.35, 0.5), (4.0, 25.0)  # where it fades along a line, in squares, and how suddenly
GAP = 13  # pixels of a square: what is so near to paper may be


def background(rgb: np.ndarray, kinds: np.ndarray) -> np.ndarray | None:
    """Take the figure out of a scene.

    Args:
        rgb: (H, W, 3) uint8.
        kinds: As `told_apart` gives it.

    Returns:
        (h, w, 3) uint8; None if there is too little behind the figure.
    """
    behind = kinds == KINDS.index("paper")
    if behind.mean() < LEAST:
        return None
    small = Image.fromarray(rgb)
    small.thumbnail((SIDE, SIDE), Image.Resampling.LANCZOS)
    mask = Image.fromarray(np.uint8(255 * behind)).resize(small.size)
    mask = mask.filter(ImageFilter.MinFilter(5))
    share = np.asarray(mask.filter(ImageFilter.GaussianBlur(2)), np.float32)[..., None] / 255
    share *= np.asarray(mask)[..., None] > 128
    picture = np.asarray(small, np.float32)
    usual = (picture * share).sum((0, 1)) / share.sum()
    filled, weights = 1e-6 * usual, 1e-6
    for radius in RADII:
        near = 10.0 ** (-radius / 9)
        filled = filled + near * _blurred(picture * share, radius)
        weights = weights + near * _blurred(255 * share, radius) / 255
    return np.rint(share * picture + (1 - share) * filled / weights).clip(0, 255).astype("u1")


def _blurred(levels, radius: int):
    planes = np.rint(levels).astype("u1").transpose(2, 0, 1)
    blur = ImageFilter.BoxBlur(radius)
    planes = [np.asarray(Image.fromarray(plane).filter(blur), np.float32) for plane in planes]
    return np.stack(planes, -1)


class Scenery:
    """The backgrounds of a folder, to be laid behind what is drawn.

    Raises:
        SgruError: the folder holds no pictures.
    """

    def __init__(self, folder: Path):
        files = sorted(folder.glob("*.png"))
        if not files:
            raise SgruError(f"{folder}: holds no pictures of scenery.py")
        self._pictures = [read_art(file) for file in files]

    def lay(self, drawn: np.ndarray, paper: np.ndarray, rng) -> np.ndarray:
        """Lay a part of one of them behind a figure, fading to one side.

        Args:
            drawn: (S, S, 3) uint8 RGB, a figure on white.
            paper: (S, S) bool: where no figure is, roughly.
            rng: numpy Generator.

        Returns:
            (S, S, 3) uint8.
        """
        side = len(drawn)
        picture = self._pictures[rng.integers(len(self._pictures))]
        scale = side / min(picture.size) * rng.uniform(*ZOOMS)
        size = tuple(max(side, round(length * scale)) for length in picture.size)
        left, top = (int(rng.integers(0, length - side + 1)) for length in size)
        picture = picture.resize(size, Image.Resampling.BILINEAR)
        picture = picture.crop((left, top, left + side, top + side))
        if rng.random() < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        behind = 255 - rng.uniform(*STRENGTH) * (255 - np.asarray(picture, np.float32))
        rows, columns = np.mgrid[:side, :side] / side - 0.5
        turn, (places, steep) = rng.uniform(0, 2 * np.pi), FADES
        along = np.cos(turn) * columns + np.sin(turn) * rows + rng.uniform(*places)
        fading = 1 / (1 + np.exp(-rng.uniform(*steep) * along))
        near = Image.fromarray(np.uint8(255 * paper)).filter(ImageFilter.MaxFilter(GAP))
        free = Image.fromarray(np.uint8(255 * (drawn.min(-1) >= WHITE)))
        free = np.minimum(near, free.filter(ImageFilter.GaussianBlur(0.7))) / 255
        share = (free * fading)[..., None]
        return np.rint(drawn + share * (behind - drawn)).astype("u1")


def write_background(file: Path, seeds, out: Path) -> None:
    """Write what is behind the figure of one scene, if there is much."""
    rgb = np.asarray(read_art(file))
    found = background(rgb, told_apart(rgb, seeds))
    if found is not None:
        with whole_file(out / f"{file.stem}.png") as part:
            Image.fromarray(found).save(part, format="PNG")


FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--seeded", type=(FOLDER, FILE), multiple=True, required=True, help="And seeds.")
@click.option("--leave", multiple=True, help="Names of pictures, as 'a_01*', to leave out.")
def main(out, seeded, leave):
    """Write what is behind the figures of SEEDED pictures to OUT."""
    tasks = []
    try:
        prepare_folder(out)
        for folder, seeds in seeded:
            listed = json.loads(seeds.read_text()).items()
            tasks += [(write_background, folder / name, given, out) for name, given in listed]
    except (SgruError, OSError, AttributeError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    run_all([task for task in tasks if not any(map(task[1].match, leave))], "pictures", out)


if __name__ == "__main__":
    main()
