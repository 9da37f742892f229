"""Draws the hints that an artist might have given: training input, made from the true colours.

Some pictures get none. Others get dabs, short strokes and scribbles, from one to many, at random
places off the ink, more of them where there is colour than on grey paper. A stroke has the true
colour of the place where it starts, a little off, and mostly ends where the true colours change:
people paint inside the lines, and sometimes beyond them.
"""

import numpy as np
import tensorflow as tf

# Points of the longest stroke, and pixels between two of them.
POINTS, STEP = 16, 2.5
# Grey levels (mean over the channels) by which a colour may change within a stroke.
ALIKE = 30.0
# Standard deviation of a hint's colour around the true one, in grey levels.
JITTER = 5.0
# The brush, in pixels of the picture that the network sees.
LEAST_RADIUS, LARGEST_RADIUS = 0.5, 4.5
# Paler than this (0..255) is ink, where nobody puts a hint.
INK = 200.0


def simulate_hints(rgb, sketch, seed, most: int = 32, none: float = 0.4):
    """Draw hints at random for one picture.

    Args:
        rgb: (H, W, 3) float32, true colours 0..255.
        sketch: (H, W, 1) float32, line art 0..255, 0 = ink.
        seed: (2,) int32; the same seed draws the same hints.
        most: There are 1 to so many, few more often than many.
        none: Share of pictures that get none at all.

    Returns:
        (H, W, 4) float32: hint colour 0..255, and the mask 0..1.
    """
    seeds = tf.unstack(tf.random.split(seed, 3))
    amount = tf.random.stateless_uniform([], seeds[0], 0.0, np.log(most + 1.0))
    count = tf.cast(tf.clip_by_value(tf.exp(amount), 1.0, most), tf.int32)
    count = tf.where(tf.random.stateless_uniform([], seeds[1]) < none, 0, count)
    return draw_hints(rgb, sketch, seeds[2], count, most)


def draw_hints(rgb, sketch, seed, count, most: int, longest: int = POINTS):
    """Draw a number of hints at random for one picture.

    Args:
        rgb: As for `simulate_hints`.
        sketch: As for `simulate_hints`.
        seed: As for `simulate_hints`.
        count: Scalar int32, how many hints.
        most: At most so many.
        longest: Points of the longest stroke; 1 for dabs alone.

    Returns:
        As `simulate_hints`.
    """
    seeds = tf.unstack(tf.random.split(seed, 5))
    # Of a picture's grain the artist's hint knows nothing.
    smooth = tf.nn.avg_pool2d(rgb[None], 3, 1, "SAME")[0]
    starts = _starts(smooth, sketch, most, seeds[0])
    points = _walks(starts, most, seeds[1])
    reached, colours = _within(points, smooth, longest, seeds[2])
    reached &= (tf.range(most) < count)[:, None]
    colours += tf.random.stateless_normal((most, 3), seeds[3], stddev=JITTER)
    painted = _stamped(points, reached, tf.shape(rgb), seeds[4])
    hints = tf.gather(tf.concat([tf.zeros((1, 3)), colours], axis=0), painted)
    mask = tf.cast(painted > 0, tf.float32)[..., None]
    return tf.concat([tf.clip_by_value(hints, 0.0, 255.0) * mask, mask], axis=-1)


def _starts(smooth, sketch, most: int, seed):
    """Choose places off the ink, float32 (most, 2), rows and columns."""
    chroma = tf.reduce_max(smooth, axis=-1) - tf.reduce_min(smooth, axis=-1)
    weight = (0.15 + chroma / 255.0) * tf.where(sketch[..., 0] > INK, 1.0, 1e-4)
    chosen = tf.random.stateless_categorical(
        tf.math.log(tf.reshape(weight, (1, -1))), most, seed, dtype=tf.int32
    )[0]
    width = tf.shape(sketch)[1]
    return tf.cast(tf.stack([chosen // width, chosen % width], axis=-1), tf.float32)


def _walks(starts, most: int, seed):
    """Let strokes wander from their starts: float32 (most, POINTS, 2)."""
    seeds = tf.unstack(tf.random.split(seed, 3))
    # From straight lines to scribbles.
    curl = tf.random.stateless_uniform((most, 1), seeds[0], 0.05, 1.2)
    turns = curl * tf.random.stateless_normal((most, POINTS), seeds[1])
    first = tf.random.stateless_uniform((most, 1), seeds[2], 0.0, 2.0 * np.pi)
    angle = first + tf.cumsum(turns, axis=1)
    moves = STEP * tf.stack([tf.sin(angle), tf.cos(angle)], axis=-1)
    return starts[:, None] + tf.cumsum(moves, axis=1, exclusive=True)


def _within(points, smooth, longest: int, seed):
    """Tell which points of each stroke are painted, bool (most, POINTS), and give its colour."""
    seeds = tf.unstack(tf.random.split(seed, 2))
    most = points.shape[0]
    corner = tf.cast(tf.shape(smooth)[:2] - 1, tf.float32)
    inside = tf.reduce_all((points >= 0.0) & (points <= corner), axis=-1)
    places = tf.cast(tf.round(tf.clip_by_value(points, 0.0, corner)), tf.int32)
    found = tf.gather_nd(smooth, places)
    colours = found[:, 0]
    # A third each are dabs, short strokes and scribbles; a tenth strays.
    kind = tf.random.stateless_uniform((most, 1), seeds[0])
    length = tf.where(kind < 1 / 3, 1, tf.where(kind < 2 / 3, 5, POINTS))
    length = tf.minimum(length, longest)
    strays = tf.random.stateless_uniform((most, 1), seeds[1]) < 0.1
    alike = tf.reduce_mean(tf.abs(found - colours[:, None]), axis=-1) < ALIKE
    going_on = tf.math.cumprod(tf.cast(inside & (alike | strays), tf.int32), axis=1) > 0
    return going_on & (tf.range(POINTS) < length), colours


def _stamped(points, reached, shape, seed):
    """Paint the strokes with a round brush: int32 (H, W), the number of a hint, from 1, or 0."""
    most = points.shape[0]
    corner = tf.cast(shape[:2] - 1, tf.float32)
    places = tf.cast(tf.round(tf.clip_by_value(points, 0.0, corner)), tf.int32)
    numbers = tf.where(reached, tf.range(1, most + 1)[:, None], 0)
    dots = tf.tensor_scatter_nd_max(
        tf.zeros(shape[:2], tf.int32), tf.reshape(places, (-1, 2)), tf.reshape(numbers, (-1,))
    )
    # Fine brushes as often as broad ones.
    radius = tf.exp(
        tf.random.stateless_uniform([], seed, np.log(LEAST_RADIUS), np.log(LARGEST_RADIUS))
    )
    reach = int(np.ceil(LARGEST_RADIUS))
    across = np.arange(-reach, reach + 1, dtype="float32")
    far = across[:, None] ** 2 + across**2
    brush = tf.where(far <= radius**2, 0.0, -1e6)[..., None]
    grown = tf.nn.dilation2d(
        tf.cast(dots, tf.float32)[None, ..., None], brush, [1] * 4, "SAME", "NHWC", [1] * 4
    )
    return tf.cast(tf.maximum(grown[0, ..., 0], 0.0), tf.int32)
