"""Eyes in TensorFlow ops: `sgru_tf.eyes` for a serving graph."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sgru_tf import eyes
from sgru_tf.export.graph_neighbours import as_map, grown, reached, shrunk, smoothed
from sgru_tf.line_style import LUMA


def greys(white, light, outside, scale: float):
    """Tell how grey a pixel of the figure is; see `eyes.greys`."""
    inside = 1 - grown(as_map(outside), round(eyes.EYE * scale))
    return white * (1 - light) * inside[0, :, :, 0]


def protected(grey, scale: float):
    """Tell how far a pixel belongs to an eye, or another grey thing; see `eyes.protected`."""
    least, enough = eyes.NO_EYE_GREY, eyes.EYE_GREY
    found = tf.clip_by_value((as_map(grey) - least) / (enough - least), 0, 1)
    return smoothed(grown(found, round(eyes.EYE * scale)))[0, :, :, 0]


def irises(grey, other, light, scale: float):
    """Tell how far a pixel belongs to an iris; see `eyes.irises`."""
    core = shrunk(as_map(grey > eyes.IRIS_GREY), max(1, round(scale)))
    core -= reached(shrunk(core, round(eyes.IRIS_MOST * scale)), core)
    around = grown(core, round(eyes.IRIS_AROUND * scale))
    share = smoothed(smoothed(around))[0, :, :, 0]
    share *= tf.clip_by_value((eyes.MUCH - other) / (eyes.MUCH - eyes.SOME), 0, 1)
    return share * tf.clip_by_value((eyes.LIT - light) / (eyes.LIT - eyes.DARK), 0, 1)


def tinted(pictures, share, colours: np.ndarray):
    """Give irises, by their share (h, w), the colours of eyes, (N, 3); see `eyes.tinted`."""
    luma = np.array(LUMA, np.float32)
    lightest = np.maximum(colours @ luma, 1)
    luma = tf.einsum("nhwc,c->nhw", pictures, tf.constant(luma))
    own = (luma / lightest[:, None, None])[..., None] * colours[:, None, None]
    return pictures + eyes.TINT * share[..., None] * (own - pictures)
