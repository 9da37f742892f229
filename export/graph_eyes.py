"""Eyes in TensorFlow ops: `sgru_tf.eyes` for a serving graph."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sgru_tf import eyes
from sgru_tf.export.graph_neighbours import grown, reached, shrunk, smoothed


def protected(grey, outside, scale: float):
    """Tell how far a pixel belongs to an eye, or another grey thing; see `eyes.protected`."""
    steps = round(eyes.EYE * scale)
    inside = 1 - grown(_map(outside), steps)
    found = tf.clip_by_value(_map(grey) * inside / eyes.EYE_GREY, 0, 1)
    return smoothed(grown(found, steps))[0, :, :, 0]


def irises(grey, other, light, outside, asked, scale: float):
    """Tell how far a pixel belongs to an iris; see `eyes.irises`."""
    inside = 1 - grown(_map(outside), round(eyes.EYE * scale))
    core = shrunk(_map(grey > eyes.IRIS_GREY) * inside, max(1, round(scale)))
    is_grey_asked = tf.reduce_max(_map(asked) * core)
    core -= reached(shrunk(core, round(eyes.IRIS_MOST * scale)), core)
    core *= 1 - is_grey_asked
    around = grown(core, round(eyes.IRIS_AROUND * scale))
    share = smoothed(smoothed(around))[0, :, :, 0]
    share *= tf.clip_by_value((0.7 - other) / 0.4, 0, 1)
    share *= tf.clip_by_value((eyes.LIT - light) / (eyes.LIT - eyes.DARK), 0, 1)
    return tf.where(asked, 0.0, share)


def tinted(pictures, share, colours: np.ndarray):
    """Give irises, by their share (h, w), the colours of eyes, (N, 3); see `eyes.tinted`."""
    lightest = np.maximum(colours @ eyes.LUMA, 1)
    luma = tf.einsum("nhwc,c->nhw", pictures, tf.constant(eyes.LUMA))
    own = (luma / lightest[:, None, None])[..., None] * colours[:, None, None]
    return pictures + eyes.TINT * share[..., None] * (own - pictures)


def _map(plane):
    return tf.cast(plane, tf.float32)[None, :, :, None]
