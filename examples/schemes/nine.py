"""Paint a picture in nine schemes at once, and keep it for `tune.py`.

A scheme is a colour of hair, two of clothes and one of eyes: a row of `SCHEMES` for each proposal
of the shipped weights, in the network's order. What is painted is a file NAME.npz with `rgb`,
(H, W, 3) uint8, as drawn; `painted`, (9, H, W, 3) uint8; `iris`, (H, W) uint8, 255 where irises
are; `label`, (H, W) uint8, a row of `table` plus one, 0 where nothing is painted; and `table`,
(N, 2) float32: of each surface its place in a scheme and its usual lightness, L*. From the last two
`examples/gpu` paints. The long side is `SIDE` at most.
"""

import sys
import zipfile
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import click
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from repaint_figures import dyed, usual_lightness

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
LEVELS = 401  # of lightness that are told apart
DARK = 0.35, 0.6  # a pixel so much as light as usual becomes so much as light; lines stay lines
BRIGHT = {HAIR: 0.6, FIRST: 0.3, SECOND: 0.3, IRIS: 1.0}  # what is kept of light above the usual
"""Of clothes little: a sketch does not tell where a dress is white, and it is to be one piece."""


def dyes(place: int, usual: float) -> np.ndarray:
    """Give the colours of a surface in every scheme, by how light it is where it is drawn.

    Args:
        place: Of the surface in a scheme.
        usual: Its usual lightness, L*.

    Returns:
        (9, `LEVELS`, 3) uint8 RGB, for L* from 0 to 100.
    """
    grey = np.zeros((LEVELS, 3), np.float32)
    light = np.linspace(0, 100, LEVELS)
    shade = usual * np.interp(light / max(usual, 1.0), (0, DARK[0], 1), (0, DARK[1], 1))
    bright = usual + BRIGHT[place] * (light - usual)
    grey[:, 0] = np.where(light < usual, shade, bright)
    return np.stack([rgb_of(dyed(grey, usual, scheme[place])) for scheme in SCHEMES])


def in_schemes(rgb, surfaces) -> np.ndarray:
    """Paint a picture in every scheme.

    Args:
        rgb: (H, W, 3) uint8.
        surfaces: Of each surface its place in a scheme, its usual lightness, and how far a pixel
            belongs to it: (H, W) float32, 0..1.

    Returns:
        (9, H, W, 3) uint8.
    """
    level = np.rint(lab(rgb)[..., 0] * ((LEVELS - 1) / 100)).astype(int).clip(0, LEVELS - 1)
    painted = np.stack([rgb] * len(SCHEMES))
    for place, usual, share in surfaces:
        rows, columns = np.nonzero(share)
        own, part = dyes(place, usual)[:, level[rows, columns]], share[rows, columns, None]
        beneath = painted[:, rows, columns]
        painted[:, rows, columns] = np.rint(beneath + part * (own.astype("f4") - beneath))
    return painted


def write(rgb, surfaces, file: Path, alpha=None, **more) -> None:
    """Shrink a picture, its alpha and surfaces to `SIDE`, paint it, and write all to a file."""
    height, width = rgb.shape[:2]
    scale = min(1, SIDE / max(height, width))
    size = round(width * scale), round(height * scale)

    def shrink(mask):
        mask = Image.fromarray(np.rint(255 * mask).astype("u1"))
        return np.asarray(mask.resize(size, Image.Resampling.BOX), np.float32) / 255

    small = np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS))
    space = lab(small)
    shrunk = [(place, shrink(mask)) for place, mask in surfaces]
    shrunk = [
        (place, usual_lightness(space, share > 0.5), share)
        for place, share in shrunk
        if (share > 0.5).sum() > LEAST
    ]
    label, iris = np.zeros((2, *small.shape[:2]), np.uint8)
    for number, (place, _, share) in enumerate(shrunk):
        label[share > 0.5] = number + 1
        if place == IRIS:
            iris = np.maximum(iris, np.rint(255 * share).astype("u1"))
    more["table"] = np.array([row[:2] for row in shrunk], np.float32).reshape(-1, 2)
    if alpha is not None:
        more["alpha"] = np.asarray(Image.fromarray(alpha).resize(size, Image.Resampling.BOX))
    with whole_file(file) as part, open(part, "wb") as stream:
        painted = in_schemes(small, shrunk)
        np.savez(stream, rgb=small, painted=painted, iris=iris, label=label, **more)


@contextmanager
def read_painted(file: Path):
    """Open what `write` wrote.

    Raises:
        SgruError: it is something else, or lacks what is asked of it.
    """
    try:
        with np.load(file) as held:
            yield held
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise SgruError(f"{file}: is not as this paint.py writes it; paint it again") from error


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
