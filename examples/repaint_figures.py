"""Give figures on white paper other hair and other clothes: many characters out of few.

    python examples/repaint_figures.py FIGURES SEEDS.json OUT --draws 6
    python train.py ART RUN --extra OUT 0.15

A network learns from faces that a picture is one family of hues: hair is most of what it sees, and
what little it sees of clothes is coloured alike. Figures with clothes of their own are scarce. Here
each is painted again, in hair and clothes that go together and differ (`PALETTES`). Skin, whites,
lines, light and shade stay. How far it helps is in the model card: not far yet.

SEEDS.json says where to find what, by the names of the files, in tenths of width and height::

    {"mia.png": {"hair": [[5, 0.6], [7, 2]], "skin": [[5, 1.5]], "clothes": [[4, 5.5]],
                 "clothes2": [[5, 8]], "other": [[5, 3.3]], "hair_ends": 4.6, "clothes_begin": 2.8}}

Every pixel belongs to the seed whose colour it is most like, lightness counting less, so shade goes
with its surface. Hair lies above `hair_ends`, clothes below `clothes_begin`. `other` is left alone,
as are skin and paper; `clothes2` and `other` may be missing.
"""

import json
import sys
from pathlib import Path

import click
import numpy as np
from PIL import Image, ImageDraw, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sgru_tf.errors import SgruError
from sgru_tf.files import write_image
from sgru_tf.folder import prepare_folder
from sgru_tf.gamut import rgb_of
from sgru_tf.metrics import lab
from sgru_tf.prepare import read_art

PALETTES = {
    "#e6c45a": ("#2f4590", "#a8483c"),  # blond: navy, brick
    "#3c3742": ("#6f83ad", "#d9cdb8"),  # black: blue grey, cream
    "#7b4c31": ("#3f8576", "#d8c59a"),  # brown: sea green, straw
    "#c3c8d6": ("#46446a", "#8a4f66"),  # silver: slate, wine
    "#4673c4": ("#f0d9a0", "#bd9455"),  # blue: cream, sand
    "#f09cb4": ("#4a7a9c", "#3b4c80"),  # pink: steel, ink blue
    "#c5383b": ("#343a4e", "#e0c168"),  # red: black, sand
    "#8257b8": ("#dcc67c", "#3f6a49"),  # violet: straw, fir
    "#4f9f74": ("#965344", "#efd9a8"),  # green: umber, cream
    "#e1813a": ("#3574b0", "#52663a"),  # orange: steel, moss
}
"""Hair, and the clothes with it: never a neighbour in hue; and with vivid hair, paler than that.
Which proposal learns from a picture is decided by its colours (with `winner_vividness` by the most
vivid), and clothes are larger than hair."""

# The long side in pixels at which pixels are told apart: finer is no truer, as JPEG colours spread.
SIDE = 384
LIGHTNESS = 0.5  # how much it counts beside a* and b*
INK = 20.0  # L* under which a line is black on any surface
PAPER = 246  # least red, green and blue


def find_parts(rgb: np.ndarray, seeds: dict) -> dict[str, np.ndarray]:
    """Give the shares of `hair`, `clothes` and `clothes2` in a figure, float32 (h, w) in 0..1."""
    small = Image.fromarray(rgb)
    small.thumbnail((SIDE, SIDE), Image.Resampling.BOX)
    paper = _paper(small)
    space = lab(np.asarray(small.filter(ImageFilter.MedianFilter(5)))) * (LIGHTNESS, 1, 1)
    height, width = paper.shape
    names, points = [], []
    for name in ("hair", "skin", "clothes", "clothes2", "other"):
        for x, y in seeds.get(name, ()):
            down = min(max(int(y * height / 10), 2), height - 3)
            along = min(max(int(x * width / 10), 2), width - 3)
            names.append(name)
            points.append(np.median(space[down - 2 : down + 3, along - 2 : along + 3], axis=(0, 1)))
    distance = np.linalg.norm(space[:, :, None] - np.array(points), axis=-1)
    place = np.arange(height)[:, None] * 10 / height
    for index, name in enumerate(names):
        if name == "hair":
            distance[..., index] += 1e3 * (place > seeds["hair_ends"])
        if name.startswith("clothes"):
            distance[..., index] += 1e3 * (place < seeds["clothes_begin"])
    nearest = np.array(names)[distance.argmin(axis=-1)]
    nearest[paper] = "paper"
    return {name: soft(nearest == name) for name in ("hair", "clothes", "clothes2")}


def repaint(rgb: np.ndarray, parts: dict[str, np.ndarray], hair: str) -> np.ndarray:
    """Paint a figure in a palette, (H, W, 3) uint8; `hair` is a key of `PALETTES`."""
    space = lab(rgb)
    painted = space.copy()
    for mask, colour in zip(parts.values(), (hair, *PALETTES[hair]), strict=True):
        share = Image.fromarray(np.rint(255 * mask).astype(np.uint8))
        share = np.asarray(share.resize(rgb.shape[1::-1], Image.Resampling.BICUBIC), np.float32)
        share = share[..., None] / 255
        usual = usual_lightness(space, share[..., 0] > 0.5)
        painted += share * (dyed(space, usual, colour) - space)
    return rgb_of(painted)


def usual_lightness(space, where) -> float:
    """Give the median L* of a part of (H, W, 3) L*a*b*, its lines left out."""
    light = space[..., 0]
    surface = light[where & (light > INK)]
    return float(np.median(surface if surface.size else light))


def dyed(space, usual: float, colour):
    """Give a whole picture the colour that a part of it is to have; light and shade are kept.

    Args:
        space: (H, W, 3) L*a*b*.
        usual: The part's usual lightness, which becomes the colour's.
        colour: As "#rrggbb".

    Returns:
        (H, W, 3) float32 L*a*b*.
    """
    wanted = lab(np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.uint8))
    light = space[..., 0]
    dark = np.minimum(light / usual, 1.0) * wanted[0]
    bright = np.maximum(light - usual, 0.0) * 0.8 * (96 - wanted[0]) / max(100 - usual, 1.0)
    dyed = np.minimum(dark + bright, 97.0)
    tint = np.clip(dyed / wanted[0], 0.0, 1.1)
    tint *= np.sqrt(np.clip((100 - dyed) / (100 - wanted[0]), 0.25, 1.0))
    return np.stack([dyed, wanted[1] * tint, wanted[2] * tint], axis=-1).astype(np.float32)


def soft(mask):
    """Make of a mask (H, W) bool shares in 0..1, float32.

    Without specks, up to the lines around, with soft edges.
    """
    picture = Image.fromarray(np.where(mask, 255, 0).astype("u1")).filter(ImageFilter.ModeFilter(5))
    return blurred(np.asarray(picture.filter(ImageFilter.MaxFilter(3))) > 0)


def blurred(mask):
    """Make of a mask (H, W) bool shares in 0..1, float32, with soft edges."""
    picture = Image.fromarray(np.where(mask, 255, 0).astype("u1"))
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(0.7)), np.float32) / 255


def _paper(picture):
    """White that hangs together with the frame, (H, W) bool."""
    white = np.asarray(picture).min(axis=-1) >= PAPER
    # A copy of its own, as Pillow fills no image that shares an array's memory.
    white = Image.fromarray(np.where(white, 255, 0).astype("u1")).copy()
    width, height = white.size
    frame = [(x, y) for x in range(width) for y in (0, height - 1)]
    frame += [(x, y) for y in range(height) for x in (0, width - 1)]
    for spot in frame:
        if white.getpixel(spot) == 255:
            ImageDraw.floodfill(white, spot, 128)
    return np.asarray(white) == 128


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("figures", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("seeds", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--draws", type=click.IntRange(min=1), default=6, help="So many palettes for each figure."
)
def main(figures, seeds, out, draws):
    """Write the FIGURES that SEEDS names to OUT, as NAME.1.png, NAME.2.png ...

    SEEDS is JSON: by the name of each file where its hair, skin, clothes, clothes2 and other are,
    points in tenths of width and height; and hair_ends and clothes_begin, tenths of the height.
    """
    try:
        prepare_folder(out)
        listed = json.loads(seeds.read_text())
        if not isinstance(listed, dict):
            raise ValueError("is not a table of files and their seeds")
    except SgruError as error:
        raise click.ClickException(str(error)) from error
    except (OSError, ValueError) as error:
        raise click.ClickException(f"{seeds}: {error}") from error
    hairs, turn, failed = list(PALETTES), 0, 0
    for name, given in listed.items():
        try:
            rgb = np.asarray(read_art(figures / name))
            parts = find_parts(rgb, given)
            for draw in range(1, draws + 1):
                picture = repaint(rgb, parts, hairs[turn % len(hairs)])
                write_image(Image.fromarray(picture), out / f"{Path(name).stem}.{draw}.png")
                turn += 1
        except (SgruError, OSError) as error:
            failed += 1
            click.echo(f"failed: {error}", err=True)
        except (KeyError, TypeError, ValueError) as error:
            failed += 1
            click.echo(f"failed: {name}: its seeds are not as --help says; {error!r}", err=True)
    click.echo(f"pictures {turn}, failed {failed} -> {out}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
