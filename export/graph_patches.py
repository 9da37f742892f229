"""What an artist asks for fills its patch, in TensorFlow ops: `sgru_tf.patches` for serving."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sgru_tf import patches
from sgru_tf.claims import MOST
from sgru_tf.export.graph_claims import claims
from sgru_tf.export.graph_fill import fill, ink_free_weights
from sgru_tf.export.graph_surfaces import Settled, opened, softened
from sgru_tf.line_style import LUMA
from sgru_tf.surfaces import BLUR, LIGHT, MOST_BLUR, PAPER, SIDE


def with_hints(settled: Settled, sketch, hints, long_side: int):
    """Colour the patches on which hints lie; see `sgru_tf.patches.with_hints`.

    Args:
        settled: What `graph_surfaces.settle` gave.
        sketch: uint8 (h, w), what the network was shown.
        hints: float32 (h, w, 4), RGB 0-255 and a mask 0-1.
        long_side: The larger of h and w.

    Returns:
        float32 (N, h, w, 3), RGB 0-255.
    """
    scale, openness, bare = long_side / SIDE, opened(sketch), ink_free_weights(sketch)
    numbers, colours = claims(hints, _kinds(settled), openness, scale)
    steps = min(round(BLUR * scale), MOST_BLUR)

    def share_of(found, paint):
        claimed = tf.cast(found == tf.cast(paint, tf.float32), tf.float32)
        return softened(claimed[None], openness, steps)[0]

    found = numbers[-1]

    def tint(paint, result, others):
        share = share_of(found, paint)
        return _tinted(result, settled.irises * share, colours[paint - 1]), others + share

    result, others = _each_paint(found, tint, settled.pictures, tf.zeros_like(openness))
    first = tf.cast(tf.reduce_min(tf.where(found > 0, found, float(MOST))), tf.int32)
    result = tf.cond(
        tf.reduce_any(found > 0),
        lambda: _tinted(result, settled.irises * (1 - others), colours[first - 1]),
        lambda: result,
    )
    for surface in range(settled.amounts.shape[0]):
        found = numbers[surface]

        def move(paint, result, surface=surface, found=found):
            share = share_of(found, paint)
            amount, seen = _seen_as(settled, surface, share * bare[0, :, :, 0])
            change = fill((share * amount)[None, :, :, None], bare)
            return (result + change * (colours[paint - 1] - seen)[:, None, None],)

        (result,) = _each_paint(found, move, result)
    return tf.clip_by_value(result, 0, 255)


def _tinted(pictures, share, colour):
    light = tf.einsum("nhwc,c->nhw", pictures, tf.constant(np.array(LUMA, np.float32)))
    usual = tf.reduce_sum(light * share, (1, 2)) / tf.maximum(tf.reduce_sum(share), 1e-6)
    bright = tf.minimum(light / tf.maximum(usual, 1)[:, None, None], patches.BRIGHTEST)
    own = tf.minimum(bright[..., None] * colour, 255)
    return pictures + share[..., None] * (own - pictures)


def _kinds(settled: Settled):
    is_iris, largest = settled.irises > 0.5, tf.argmax(settled.amounts, 0)
    surfaces = [(largest == n) & ~is_iris for n in range(settled.amounts.shape[0])]
    return tf.stack([*surfaces, is_iris])


def _each_paint(found, function, *state):
    """Call a function with each paint there is, the last one first, and what it gave before."""

    def step(paint, *state):
        is_there = tf.reduce_any(found == tf.cast(paint, tf.float32))
        return paint - 1, *tf.cond(is_there, lambda: function(paint, *state), lambda: state)

    start = tf.cast(tf.reduce_max(found), tf.int32), *state
    shapes = tf.TensorShape([]), *(one.shape for one in state)
    return tf.while_loop(lambda n, *_: n > 0, step, start, shapes, parallel_iterations=1)[1:]


def _seen_as(settled: Settled, surface: int, weight):
    light = tf.reduce_sum(settled.amounts, 0)
    shares = settled.amounts / tf.maximum(light, patches.LEAST)
    share, white = shares[surface], shares[PAPER]
    weight *= share**4
    weight /= tf.maximum(tf.reduce_sum(weight), 1e-6)
    seen = tf.einsum("nhwc,hw->nc", settled.pictures, weight)
    lit = tf.maximum(tf.reduce_sum(weight * light), patches.LEAST)
    part = share
    if surface != PAPER:
        much = tf.maximum(white - tf.reduce_sum(weight * white) - LIGHT, 0)
        part = share / tf.maximum(1 - white + much, patches.LEAST)
    return part * tf.minimum(light / lit, patches.BRIGHTEST), seen
