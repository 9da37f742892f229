"""Paint a picture in nine schemes at once, and keep it for `tune.py`.

A scheme is a colour of hair, two of clothes and one of eyes: a row of `SCHEMES` for each proposal
of the shipped weights, in the network's order. What is painted is a file NAME.npz with `rgb`,
(H, W, 3) uint8, as drawn; `painted`, (9, H, W, 3) uint8; and `iris`, (H, W) uint8, 255 where irises
are. The long side is `SIDE` at most.
"""

import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from repaint_figures import dyed

from sgru_tf.cores import usable_cores
from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file
from sgru_tf.gamut import rgb_of
from sgru_tf.metrics import lab

SCHEMES = (
    ("#e0a030", "#3f5fa0", "#7f96c4", "#4a86c8"),  # amber: navy
    ("#4f86d0", "#ecb478", "#cf8c56", "#c8842f"),  # blue: apricot
    ("#86593c", "#4b8f80", "#8dbba8", "#5f9f4f"),  # brown: sea green
    ("#ea86a6", "#5f9fae", "#a5cbd0", "#4fa09a"),  # pink: petrol
    ("#d8483c", "#4a5270", "#8a8fa8", "#c8952f"),  # red: slate
    ("#efc684", "#b04f4a", "#d98c80", "#4a8fd0"),  # blond: brick
    ("#8d62c8", "#e3b654", "#c8953f", "#3f9f8f"),  # violet: straw
    ("#4fa070", "#c77f5c", "#e2b08c", "#a5652f"),  # green: terracotta
    ("#9aa3ba", "#7d4f78", "#b08fae", "#6f5fc0"),  # silver: plum
)
"""The two of clothes are neighbours in hue, as lines do not always tell one garment's end."""

SIDE = 448
LEAST = 30  # pixels of a surface
HAIR, FIRST, SECOND, IRIS = range(4)  # places in a scheme


def in_schemes(rgb, surfaces) -> np.ndarray:
    """Paint a picture in every scheme.

    Args:
        rgb: (H, W, 3) uint8.
        surfaces: Of each surface its place in a scheme, and how far a pixel belongs to it:
            (H, W) float32, 0..1.

    Returns:
        (9, H, W, 3) uint8.
    """
    space, painted = lab(rgb), []
    for scheme in SCHEMES:
        colours = space.copy()
        for place, share in surfaces:
            surface = share > 0.5
            if surface.sum() > LEAST:
                colours += share[..., None] * (dyed(space, surface, scheme[place]) - colours)
        painted.append(rgb_of(colours))
    return np.stack(painted)


def write(rgb, surfaces, file: Path, alpha=None, **more) -> None:
    """Shrink a picture, its alpha and surfaces to `SIDE`, paint it, and write all to a file."""
    height, width = rgb.shape[:2]
    scale = min(1, SIDE / max(height, width))
    size = round(width * scale), round(height * scale)

    def shrink(mask):
        mask = Image.fromarray(np.rint(255 * mask).astype("u1"))
        return np.asarray(mask.resize(size, Image.Resampling.BOX), np.float32) / 255

    small = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))
    surfaces = [(place, shrink(mask)) for place, mask in surfaces]
    iris = sum((share for place, share in surfaces if place == IRIS), np.zeros(small.shape[:2]))
    with whole_file(file) as part, open(part, "wb") as stream:
        iris = np.rint(255 * iris).astype("u1")
        if alpha is not None:
            more["alpha"] = np.asarray(Image.fromarray(alpha).resize(size, Image.Resampling.BOX))
        np.savez(stream, rgb=small, painted=in_schemes(small, surfaces), iris=iris, **more)


def run_all(tasks, what: str, out: Path) -> None:
    """Do tasks side by side, tell how it went, and end the program.

    Args:
        tasks: Of each a function and its arguments, the first of which names it.
        what: They are, as "pictures".
        out: Where to.
    """
    with ProcessPoolExecutor(usable_cores()) as pool:
        failed = [problem for problem in pool.map(_attempt, tasks) if problem]
    for problem in failed:
        click.echo(f"failed: {problem}", err=True)
    click.echo(f"{what} {len(tasks) - len(failed)}, failed {len(failed)} -> {out}")
    sys.exit(1 if failed else 0)


def _attempt(task) -> str | None:
    """Do one task in a process of its own, and tell what went wrong, if anything."""
    paint_one, *arguments = task
    try:
        paint_one(*arguments)
    except (SgruError, OSError, KeyError, TypeError, ValueError) as error:
        return f"{arguments[0]}: {error!r}"
    return None
