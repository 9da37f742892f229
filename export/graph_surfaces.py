"""Whole surfaces in TensorFlow ops: `sgru_tf.surfaces` for a serving graph."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from sgru_tf import surfaces
from sgru_tf.export import graph_eyes
from sgru_tf.export.graph_fill import fill, ink_free_weights
from sgru_tf.export.graph_neighbours import grown, reached
from sgru_tf.export.graph_potts import potts
from sgru_tf.surfaces import PAPER


class Settled(NamedTuple):
    """Colour layers whose surfaces are decided; see `sgru_tf.surfaces.Settled`."""

    pictures: tf.Tensor
    amounts: tf.Tensor
    irises: tf.Tensor
    part: tf.Tensor


def settle(pictures, sketch, schemes: np.ndarray, long_side: int) -> Settled:
    """Decide what surfaces are, and colour them so; see `sgru_tf.surfaces.settle`.

    Args:
        pictures: float32 (N, h, w, 3), 0-255, the colour layers in the network's order.
        sketch: uint8 (h, w), what the network was shown.
        schemes: float32 (N, 4, 3), RGB 0-255, each proposal's skin, hair, clothes and eyes.
        long_side: The larger of h and w.
    """
    colours = surfaces.with_paper(schemes)
    amounts, rest = _explained(pictures, colours)
    light = tf.reduce_sum(amounts, 0)
    shares = amounts / tf.maximum(light, 1e-3)
    openness = opened(sketch)
    part = _part(rest, shares, openness)
    scale = long_side / surfaces.SIDE

    def moved():
        far = surfaces.UNKNOWN - surfaces.KNOWN
        known = tf.clip_by_value((surfaces.UNKNOWN - rest) / far, 0, 1)
        outside = _paper_around(openness, shares[PAPER], scale)
        doubt = tf.where(outside, 0.0, shares[PAPER])
        trust = known * (1 - (1 - surfaces.BARE) * doubt)
        decided = _decided(shares, openness, trust, doubt, long_side)
        grey = graph_eyes.greys(shares[PAPER], light, outside, scale)
        amount = part * known * light * (1 - graph_eyes.protected(grey, scale))
        change = amount * (_with_light(decided, shares) - shares)
        change = fill(tf.transpose(change, (1, 2, 0))[None], ink_free_weights(sketch))[0]
        moves = tf.einsum("nmc,hwm->nhwc", tf.constant(colours), change)
        result, irises = tf.clip_by_value(pictures + moves, 0, 255), tf.zeros_like(light)
        if schemes.shape[1] > surfaces.EYES:
            other = shares[surfaces.SKIN] + shares[surfaces.HAIR]
            irises = part * graph_eyes.irises(grey, other, light, scale)
            result = graph_eyes.tinted(result, irises, schemes[:, surfaces.EYES])
            result = tf.clip_by_value(result, 0, 255)
        return result, amounts + tf.transpose(change, (2, 0, 1)), irises

    found = tf.cond(part > 0, moved, lambda: (pictures, amounts, tf.zeros_like(light)))
    return Settled(*found, part)


def part_explained(pictures, sketch, schemes: np.ndarray):
    """Tell how far the schemes explain pictures, 0-1; see `sgru_tf.surfaces.part_explained`."""
    amounts, rest = _explained(pictures, surfaces.with_paper(schemes))
    shares = amounts / tf.maximum(tf.reduce_sum(amounts, 0), 1e-3)
    return _part(rest, shares, opened(sketch))


def opened(sketch):
    """Tell where a surface may go on; see `sgru_tf.surfaces.opened`."""
    grey = tf.cast(sketch, tf.float32)
    return (grey / tf.maximum(tf.reduce_max(grey), 1.0)) ** surfaces.OPEN_POWER


def _explained(pictures, colours):
    count, number = colours.shape[:2]
    colours = colours.astype(np.float64)
    alike = np.einsum("nmc,nkc->mk", colours, colours)
    shape = tf.shape(pictures)[1:3]
    onto = tf.zeros(tf.concat([[number], shape], 0), tf.float64)
    length = tf.zeros(shape, tf.float64)

    # One after the other, as all at once they would take a thousand bytes a pixel.
    def add(index, onto, length):
        picture = tf.cast(pictures[index], tf.float64)
        onto += tf.einsum("mc,hwc->mhw", tf.constant(colours)[index], picture)
        return index + 1, onto, length + tf.reduce_sum(picture**2, 2)

    maps, plane = tf.TensorShape([number, None, None]), tf.TensorShape([None, None])
    shapes = tf.TensorShape([]), maps, plane
    _, onto, length = tf.while_loop(
        lambda index, *_: index < count, add, (0, onto, length), shapes, parallel_iterations=1
    )
    solutions = surfaces.solutions(alike)
    inverses = np.zeros((len(solutions), number, number))
    for inverse, (chosen, solution) in zip(inverses, solutions, strict=True):
        inverse[np.ix_(chosen, chosen)] = solution

    def attempt(index, best, amounts):
        tried = tf.einsum("mk,khw->mhw", tf.constant(inverses)[index], onto)
        gain = tf.reduce_sum(tried * onto, 0)
        better = tf.reduce_all(tried >= 0, 0) & (gain > best * (1 + 1e-9))
        return index + 1, tf.where(better, gain, best), tf.where(better, tried, amounts)

    start = 0, tf.zeros_like(length), tf.zeros_like(onto)
    shapes = tf.TensorShape([]), plane, maps
    _, best, amounts = tf.while_loop(
        lambda index, *_: index < len(solutions), attempt, start, shapes, parallel_iterations=1
    )
    rest = tf.sqrt(tf.maximum(length - best, 0) / (3 * count))
    return tf.cast(amounts, tf.float32), tf.cast(rest, tf.float32)


def _part(rest, shares, openness):
    coloured = (openness > 4e-4) & (shares[PAPER] < 0.7) & (rest < surfaces.COUNTED)
    found = tf.sort(tf.boolean_mask(rest, coloured))
    number = tf.size(found)
    # Of none, what is far from explained.
    found = tf.cond(number > 0, lambda: found, lambda: tf.fill([1], surfaces.UNEXPLAINED))
    last = tf.maximum(number, 1) - 1
    unexplained = (found[last // 2] + found[(last + 1) // 2]) / 2
    slope = surfaces.UNEXPLAINED - surfaces.EXPLAINED
    return tf.clip_by_value((surfaces.UNEXPLAINED - unexplained) / slope, 0, 1)


def _paper_around(openness, white, scale: float):
    cell = max(surfaces.GAP, round(surfaces.GAP * scale))
    free = (openness > 0.1) & (white > 0.3)
    height, width = tf.unstack(tf.shape(free))
    closed = tf.pad(1 - tf.cast(free, tf.float32), [[0, -height % cell], [0, -width % cell]])
    room = 1 - tf.nn.max_pool2d(closed[None, :, :, None], cell, cell, "VALID")
    inner = tf.ones(tf.maximum(tf.shape(room)[1:3] - [1, 2], 0))
    rows, columns = tf.unstack(tf.shape(room)[1:3])
    # The top and both sides.
    right = tf.minimum(columns - 1, 1)
    edge = 1 - tf.pad(inner, [[1, 0], [1, right]])[None, :rows, :columns, None]

    around = grown(reached(edge, room))[0, :, :, 0] > 0
    return tf.repeat(tf.repeat(around, cell, 0), cell, 1)[:height, :width] & free


def _decided(shares, openness, trust, doubt, long_side: int):
    scale = long_side / surfaces.SIDE
    odds = tf.one_hot(surfaces.SKIN, shares.shape[0], surfaces.SKIN_ODDS, 1.0)[:, None, None]
    likely = odds * shares + surfaces.FAINT
    more = surfaces.ANY * doubt[None]
    likely = tf.concat([likely[: surfaces.SKIN], likely[surfaces.SKIN :] + more], 0)
    costs = -tf.math.log(likely)
    costs -= tf.reduce_min(costs, 0)
    costs *= trust * (0.02 + 0.98 * openness)
    border, least = surfaces.BORDER * scale, surfaces.LEAST * scale
    decided = potts(costs, openness, border, least, long_side) ** surfaces.SHARP
    decided /= tf.reduce_sum(decided, 0)
    steps = min(round(surfaces.BLUR * scale), surfaces.MOST_BLUR)
    return softened(decided, openness, steps)


def softened(shares, openness, steps: int):
    """Soften borders on bare paper; see `sgru_tf.surfaces.softened`."""
    right = tf.minimum(openness[:, 1:], openness[:, :-1])
    below = tf.minimum(openness[1:], openness[:-1])
    from_left, from_right = tf.pad(right, [[0, 0], [1, 0]]), tf.pad(right, [[0, 0], [0, 1]])
    from_above, from_below = tf.pad(below, [[1, 0], [0, 0]]), tf.pad(below, [[0, 1], [0, 0]])
    mass = 1 + from_left + from_right + from_above + from_below

    def step(number, shares):
        wide = tf.pad(shares, [[0, 0], [1, 1], [1, 1]])
        across = from_left * wide[:, 1:-1, :-2] + from_right * wide[:, 1:-1, 2:]
        down = from_above * wide[:, :-2, 1:-1] + from_below * wide[:, 2:, 1:-1]
        return number + 1, (shares + across + down) / mass

    shape = tf.TensorShape([shares.shape[0], None, None])
    start, shapes = (0, shares), (tf.TensorShape([]), shape)
    return tf.while_loop(lambda n, _: n < steps, step, start, shapes, parallel_iterations=1)[1]


def _with_light(decided, shares):
    lit = tf.unstack(decided)
    for surface in (surfaces.SKIN, surfaces.HAIR, surfaces.CLOTHES):
        weight = shares[surface] ** 2
        usual = tf.reduce_sum(weight * shares[PAPER]) / tf.maximum(tf.reduce_sum(weight), 1e-6)
        white = decided[surface] * tf.minimum(shares[PAPER], usual + surfaces.LIGHT)
        lit[surface] -= white
        lit[PAPER] += white
    return tf.stack(lit)
