"""Training squares cut on the GPU: pictures held there, scaled, placed and mirrored at random.

As `sgru_tf.data` does, with one difference: lines are drawn on the square, not before it is cut.
Pictures are stored as (N, S, S, 4) uint8, RGB and where lines are drawn (255; 0 is left bare), each
in the upper left corner, with its height and width in pixels. White paper surrounds one that does
not fill the square.
"""

import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from lines import random_line_art, smooth_noise
from PIL import Image

from sgru_tf.errors import SgruError
from sgru_tf.losses import bare_paper

SCRIBBLED = 0.25  # share of the pictures with paper on which strokes of no meaning are drawn


class Pictures(NamedTuple):
    """Pictures in the GPU's memory."""

    pixels: jax.Array
    """(N, S, S, 4) uint8: RGB, and 255 where lines are drawn."""
    sides: jax.Array
    """(N, 2) float32, height and width in pixels."""


def load_pictures(path) -> Pictures:
    """Unpack a file of `pack.py`.

    Raises:
        SgruError: the file holds something else.
    """
    try:
        with np.load(path) as file:
            packed, lengths = file["bytes"], file["lengths"]
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise SgruError(f"{path}: holds no pictures as pack.py packs them") from error
    decoded = decode_all(packed, lengths)
    sides = np.array([one.shape[:2] for one in decoded])
    pixels = np.full((len(decoded), sides.max(), sides.max(), 4), 255, np.uint8)
    for place, one in zip(pixels, decoded, strict=True):
        place[: one.shape[0], : one.shape[1]] = one
    return Pictures(jnp.asarray(pixels), jnp.asarray(sides, jnp.float32))


def decode_all(packed, lengths) -> list[np.ndarray]:
    """Decode pictures, each (h, w, 4) uint8, that lie in a file one after the other."""
    with ThreadPoolExecutor() as pool:
        return list(pool.map(_decoded, np.split(packed, np.cumsum(lengths)[:-1])))


def _decoded(data):
    with Image.open(io.BytesIO(data.tobytes())) as picture:
        return np.asarray(picture.convert("RGBA"))


def draw_square(pictures: Pictures, key, size: int, zoom, saturation):
    """Draw one training sample of a list of pictures.

    Args:
        pictures: Where it is from.
        key: Of all that is random.
        size: Side of the square in pixels.
        zoom: Least and largest size on the square, as `TrainConfig.zoom`.
        saturation: Least and largest factor, as `TrainConfig.saturation`.

    Returns:
        (size, size, 4) float32: RGB and the sketch, 0..255.
    """
    keys = jax.random.split(key, 7)
    index = jax.random.randint(keys[0], (), 0, len(pictures.pixels))
    source, sides = pictures.pixels[index], pictures.sides[index]
    least, largest = zoom[0] * size / sides.max(), zoom[1] * size / sides.min()
    scale = jnp.exp(jax.random.uniform(keys[1], (), minval=jnp.log(least), maxval=jnp.log(largest)))
    square, inside = cut(source, sides, scale, size, keys[2])
    rgb, drawn = square[..., :3], square[..., 3:] / 255.0
    luma = jnp.array([0.2989, 0.587, 0.114])
    grey = (rgb @ luma)[..., None]
    low, high = saturation
    factor = jax.random.uniform(keys[3], (), minval=low, maxval=high)
    sketch = random_line_art(rgb, keys[4], drawn)
    rgb = jnp.where(inside, jnp.clip(grey + (rgb - grey) * factor, 0.0, 255.0), 255.0)
    sketch = jnp.where(inside, sketch, 255.0)
    bare = bare_paper(rgb[None])[0][..., None]
    sketch = jnp.where(
        jax.random.bernoulli(keys[5], SCRIBBLED),
        jnp.minimum(sketch, 255.0 - (255.0 - scribbles(keys[6], size)) * bare),
        sketch,
    )
    # Through maps of nothing but 0 the norms have no finite gradient.
    sketch = jnp.where(sketch.max() < 1.0, 255.0, sketch)
    return jnp.concatenate([rgb, sketch], axis=-1)


def cut(source, sides, scale, size: int, key):
    """Cut a square out of a picture, mirrored and placed at random.

    Args:
        source: (S, S, C) uint8, the picture in its upper left corner.
        sides: (2,) its height and width in pixels.
        scale: By which it grows.
        size: Side of the square in pixels.
        key: Of all that is random.

    Returns:
        The square, (size, size, C) float32, and where the picture is in it, (size, size, 1) bool.
    """
    key, other = jax.random.split(key)
    mirrored, where = jax.random.bernoulli(key), jax.random.uniform(other, (2,))
    down, rows = _resampling(source.shape[0], size, sides[0], scale, where[0], False)
    along, columns = _resampling(source.shape[1], size, sides[1], scale, where[1], mirrored)
    square = jnp.einsum("yh,hwc,xw->yxc", down, source.astype("float32"), along)
    return square, (rows[:, None] & columns[None, :])[..., None]


def _resampling(stored: int, size: int, side, scale, where, mirrored):
    """Weights (size, stored) of one axis, and which places of the square the picture covers.

    Beyond its border the picture goes on as its last pixel, so that no line is drawn there.
    """
    # Where the picture begins on the square: at a positive place on paper, a negative one cut.
    begin = where * (size - side * scale)
    place = jnp.arange(size) + 0.5
    place = jnp.where(mirrored, size - place, place)
    source = (place - begin) / scale
    inside = (source > 0) & (source < side)
    source = jnp.clip(source, 0.5, side - 0.5)
    width = jnp.maximum(1.0, 1.0 / scale)
    pixel = jnp.arange(stored) + 0.5
    weights = jax.nn.relu(1.0 - jnp.abs(source[:, None] - pixel) / width) * (pixel < side)
    return weights / weights.sum(axis=1, keepdims=True), inside


def scribbles(key, size: int):
    """Draw strokes that mean nothing, (size, size, 1): scenery, signatures and trial strokes."""
    keys = jax.random.split(key, 4)
    cell = 24.0
    noise = smooth_noise(keys[0], (size, size), cell, 1)
    slope = jnp.hypot(noise - jnp.roll(noise, 1, axis=0), noise - jnp.roll(noise, 1, axis=1))
    width = jax.random.uniform(keys[1], (), minval=0.5, maxval=1.2)
    ink = jnp.exp(-(((noise - 0.5) / (width * slope + 1e-3)) ** 2))
    patches = smooth_noise(keys[2], (size, size), 40.0, 1) > 0.55
    darkness = jax.random.uniform(keys[3], (), minval=60.0, maxval=230.0)
    return 255.0 - darkness * ink * patches
