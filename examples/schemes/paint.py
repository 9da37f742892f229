"""Paint figures in nine schemes at once: what `tune.py` beside this file learns from.

    python examples/schemes/paint.py OUT --poses POSES docs/repaint/live2d.json \\
        --figures FIGURES docs/repaint/figures.json --figures SCENES docs/repaint/scenes.json

A scheme is a colour of hair and two of clothes: a row of `SCHEMES` for each proposal of the shipped
weights, in the network's order. POSES are those of `examples/live2d/poses.mjs`, FIGURES and their
seeds those of `examples/repaint_figures.py`. OUT/NAME.npz holds `rgb`, (H, W, 3) uint8, as drawn,
and `painted`, (9, H, W, 3) uint8; the long side is `SIDE` at most.
"""

import json
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "live2d"))

from paint import POSE, cut, head_box, whole_box
from parts import Rule, find_surfaces
from repaint_figures import dyed, find_parts, soft

from sgru_tf.cores import usable_cores
from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file
from sgru_tf.folder import prepare_folder
from sgru_tf.gamut import rgb_of
from sgru_tf.metrics import lab
from sgru_tf.prepare import read_art

SCHEMES = (
    ("#e0a030", "#3f5fa0", "#7f96c4"),  # amber: navy
    ("#4f86d0", "#e8c39a", "#c98f6a"),  # blue: apricot
    ("#86593c", "#4b8f80", "#8dbba8"),  # brown: sea green
    ("#ea86a6", "#5f9fae", "#a5cbd0"),  # pink: petrol
    ("#d8483c", "#4a5270", "#8a8fa8"),  # red: slate
    ("#e8c878", "#b04f4a", "#d98c80"),  # blond: brick
    ("#8d62c8", "#d9bf6a", "#b89a4a"),  # violet: straw
    ("#4fa070", "#c77f5c", "#e2b08c"),  # green: terracotta
    ("#9aa3ba", "#7d4f78", "#b08fae"),  # silver: plum
)
"""The two of clothes are neighbours in hue: lines do not tell one fabric from another."""

SIDE = 448
LEAST = 30  # pixels of a surface
LONG = {"figure": 700, "head": 512}  # pixels of the long side where surfaces are told apart


def in_schemes(rgb, masks) -> np.ndarray:
    """Paint a picture in every scheme.

    Args:
        rgb: (H, W, 3) uint8.
        masks: (H, W, 3) float32, 0..1: how far a pixel is hair, first and second fabric.

    Returns:
        (9, H, W, 3) uint8.
    """
    space, painted = lab(rgb), []
    for scheme in SCHEMES:
        colours = space.copy()
        for place, colour in enumerate(scheme):
            share = masks[..., place : place + 1]
            surface = share[..., 0] > 0.5
            if surface.sum() > LEAST:
                colours += share * (dyed(space, surface, colour) - colours)
        painted.append(rgb_of(colours))
    return np.stack(painted)


def write(rgb, masks, file: Path) -> None:
    """Shrink a picture and its masks to `SIDE`, paint it, and write both to a file."""
    height, width = rgb.shape[:2]
    scale = min(1, SIDE / max(height, width))
    size = round(width * scale), round(height * scale)
    small = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))
    shares = [
        np.asarray(Image.fromarray(np.rint(255 * mask).astype("u1")).resize(size, 4))  # BOX
        for mask in masks
    ]
    painted = in_schemes(small, np.stack(shares, -1).astype(np.float32) / 255)
    with whole_file(file) as part, open(part, "wb") as stream:
        np.savez(stream, rgb=small, painted=painted)


def paint_pose(file: Path, turn: int, kinds, rules, out: Path) -> None:
    """Write the figure and the head of one pose of Live2D."""
    name, number = POSE.fullmatch(file.name).group("name", "number")
    rule, rng = rules.get(name, Rule()), np.random.default_rng([turn, 9])
    rgb = np.asarray(read_art(file))
    shown = np.asarray(Image.open(file.with_suffix(".parts.png")).convert("L"))
    head = head_box(shown == kinds.index("face") + 1, rng.uniform(0.95, 1.6))
    for kind, box in (("figure", whole_box(shown)), ("head", head)):
        picture, parts = cut(rgb, shown, box, LONG[kind])
        surfaces = find_surfaces(picture, parts, kinds, rule, rng)
        fabrics = [soft(mask) for mask in surfaces.fabrics[:3]]
        none = np.zeros(picture.shape[:2], np.float32)
        first, second = (fabrics or [none])[0], np.clip(sum(fabrics[1:], none), 0, 1)
        write(picture, (soft(surfaces.hair), first, second), out / f"{name}.{number}.{kind}.npz")


def paint_figure(file: Path, seeds, out: Path) -> None:
    """Write one figure whose surfaces its seeds tell."""
    rgb = np.asarray(read_art(file))
    size = rgb.shape[1::-1]
    masks = [
        np.asarray(Image.fromarray(np.rint(255 * mask).astype("u1")).resize(size)) / 255
        for mask in find_parts(rgb, seeds).values()
    ]
    write(rgb, masks, out / f"{file.stem}.figure.npz")


def attempt(task) -> str | None:
    """Do one task in a process of its own, and tell what went wrong, if anything."""
    paint_one, *arguments = task
    try:
        paint_one(*arguments)
    except (SgruError, OSError, KeyError, TypeError, ValueError) as error:
        return f"{arguments[0]}: {error!r}"
    return None


FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--poses", type=(FOLDER, FILE), multiple=True, help="Poses, and rules of models.")
@click.option("--figures", type=(FOLDER, FILE), multiple=True, help="Figures, and their seeds.")
def main(out, poses, figures):
    """Paint POSES and FIGURES in nine schemes each, to OUT."""
    tasks = []
    try:
        prepare_folder(out)
        for folder, rules in poses:
            kinds = json.loads((folder / "parts.json").read_text())
            given = {name: Rule(**rule) for name, rule in json.loads(rules.read_text()).items()}
            files = [file for file in sorted(folder.glob("*.png")) if POSE.fullmatch(file.name)]
            tasks += [
                (paint_pose, file, turn, kinds, given, out) for turn, file in enumerate(files)
            ]
        for folder, seeds in figures:
            listed = json.loads(seeds.read_text()).items()
            tasks += [(paint_figure, folder / name, given, out) for name, given in listed]
    except (SgruError, OSError, AttributeError, TypeError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    with ProcessPoolExecutor(usable_cores()) as pool:
        failed = [problem for problem in pool.map(attempt, tasks) if problem]
    for problem in failed:
        click.echo(f"failed: {problem}", err=True)
    click.echo(f"pictures {len(tasks) - len(failed)}, failed {len(failed)} -> {out}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
