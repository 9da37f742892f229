"""Training squares of figures that are painted in nine schemes, cut on the GPU.

As `examples/schemes/pairs.py` draws them, with lines drawn on the square; `pack.py schemes` makes
the files. Colours are RGB, 0..255.
"""

import sys
import zipfile
from functools import partial
from pathlib import Path
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schemes"))

from draws import AS_DRAWN, HOLLOW, WHITE
from lines import random_line_art
from nine import dyes
from squares import cut, decode_all, scribbles

from sgru_tf.errors import SgruError
from sgru_tf.metrics import lab

CHUNK = 64  # figures that are painted at once
STRAY = 0.25  # of the sketches have strokes without meaning on the paper
# Of the luminance of white, what is red's, green's and blue's.
LUMINANCE = ((lab(np.diag([255, 255, 255]).astype(np.uint8))[:, 0] + 16) / 116) ** 3


class Figures(NamedTuple):
    """Figures in the GPU's memory."""

    pixels: jax.Array
    """(N, S, S, 31) uint8: RGB as drawn, RGB in each of nine schemes, and 255 inside irises."""
    sides: jax.Array
    """(N, 2) float32, height and width in pixels."""
    zooms: jax.Array
    """(N, 2) float32, least and largest long side, as a part of the square's."""


def load_figures(path) -> Figures:
    """Unpack and paint a file of `pack.py schemes`.

    Raises:
        SgruError: the file holds something else.
    """
    names = ("bytes", "lengths", "tables", "rows", "irises", "zooms")
    try:
        with np.load(path) as file:
            packed, lengths, tables, rows, irises, zooms = (file[name] for name in names)
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise SgruError(f"{path}: holds no figures as pack.py packs them") from error
    decoded = decode_all(packed, lengths)
    sides = np.array([one.shape[:2] for one in decoded])
    # Lightness to the unit: there are as many surfaces as figures, but few that differ then.
    kinds, which = np.unique(np.rint(tables).astype(int), axis=0, return_inverse=True)
    all_dyes = jnp.asarray(np.stack([dyes(place, usual) for place, usual in kinds]))
    which = np.pad(which.ravel(), (0, rows.max()))
    begins, side = np.cumsum(rows) - rows, sides.max()
    pixels = []
    # Few at a time, or a program would get thousands of arguments to put together.
    for begin in range(0, len(decoded), CHUNK):
        chunk = slice(begin, begin + CHUNK)
        sheets = np.zeros((len(decoded[chunk]), side, side, 4), np.uint8)
        sheets[..., :3] = 255
        for sheet, one in zip(sheets, decoded[chunk], strict=True):
            sheet[: one.shape[0], : one.shape[1]] = one
        own = which[begins[chunk, None] + np.arange(rows.max())]
        pixels.append(_painted(sheets, all_dyes, own, irises[chunk]))
    return Figures(
        jnp.concatenate(pixels), jnp.asarray(sides, jnp.float32), jnp.asarray(zooms, jnp.float32)
    )


@jax.jit
@partial(jax.vmap, in_axes=(0, None, 0, 0))
def _painted(sheet, dyes, own, iris):
    """Paint (S, S, 4), RGB and labels; give (S, S, 31).

    `own` is (T,), which of the dyes, (M, 9, levels, 3), each label has; `iris` is the irises'.
    """
    rgb, label = sheet[..., :3], sheet[..., 3].astype("int32")
    part = rgb.astype("float32") / 255.0
    linear = jnp.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    y = linear @ jnp.asarray(LUMINANCE)
    lightness = jnp.where(y > (6 / 29) ** 3, 116 * jnp.cbrt(y) - 16, y * (29 / 3) ** 3)
    last = dyes.shape[2] - 1
    level = jnp.clip(jnp.round(lightness * (last / 100)), 0, last).astype("int32")
    painted = dyes[own[jnp.maximum(label - 1, 0)], :, level]
    painted = jnp.where(label[..., None, None] > 0, painted, rgb[..., None, :])
    # Of an empty eye the outline stays.
    inside = jax.lax.reduce_window(
        (label == iris) & (iris > 0), True, jax.lax.bitwise_and, (3, 3), (1, 1), "SAME"
    )
    flat = painted.reshape(*label.shape, -1)
    return jnp.concatenate([rgb, flat, 255 * inside[..., None].astype("uint8")], axis=-1)


def draw_figure(figures: Figures, key, size: int):
    """Draw one training sample of a list of figures.

    Args:
        figures: Where it is from.
        key: Of all that is random.
        size: Side of the square in pixels.

    Returns:
        The sketch, (size, size, 1), and the nine colourings that it is to become, (9, size, size,
        3), both float32, 0..255.
    """
    keys = jax.random.split(key, 9)
    index = jax.random.randint(keys[0], (), 0, len(figures.pixels))
    sides, (low, high) = figures.sides[index], figures.zooms[index]
    long = size * jax.random.uniform(keys[1], (), minval=low, maxval=high)
    scale = long / sides.max()
    square, inside = cut(figures.pixels[index], sides, scale, size, keys[2])
    nine = jnp.moveaxis(square[..., 3:30].reshape(size, size, 9, 3), 2, 0)
    which = jax.random.randint(keys[3], (), 0, 9)
    drawn = jnp.where(jax.random.bernoulli(keys[4], AS_DRAWN), square[..., :3], nine[which])
    sketch = random_line_art(drawn, keys[5], inside.astype("float32"))
    empty = jnp.where(jax.random.bernoulli(keys[6], HOLLOW), square[..., 30:], 0.0)
    sketch = jnp.maximum(sketch, empty)
    nine = jnp.where(inside, nine, 255.0)
    paper = (nine.min((0, 3)) >= WHITE)[..., None]
    strokes = 255.0 - (255.0 - scribbles(keys[7], size)) * paper
    sketch = jnp.where(jax.random.bernoulli(keys[8], STRAY), jnp.minimum(sketch, strokes), sketch)
    # Through maps of nothing but 0 the norms have no finite gradient.
    return jnp.where(sketch.max() < 1.0, 255.0, sketch), nine
