"""Labels with short borders in TensorFlow ops: `sgru_tf.potts` for a serving graph."""

from __future__ import annotations

import tensorflow as tf

from sgru_tf.potts import ENTROPY, FALL, LAST_STEPS, LEAST_AROUND, RISE, SHARPER, STEPS


def potts(costs, openness, border: float, least: float, long_side: int):
    """Decide; see `sgru_tf.potts.potts`.

    Args:
        costs: float32 (M, h, w), M known.
        openness: float32 (h, w).
        border: What a pixel of border on bare paper costs each of its two labels.
        least: What it costs everywhere.
        long_side: The larger of h and w: how many levels there are is settled when traced.

    Returns:
        float32 (M, h, w), the share of each label in each pixel.
    """
    levels, sides = [(costs, openness)], [long_side]
    while sides[-1] > min(STEPS):
        costs, openness = levels[-1]
        levels.append((_pooled(costs, tf.reduce_mean), _pooled(openness[None], tf.reduce_min)[0]))
        sides.append(-(-sides[-1] // 2))
    state = None
    for number in reversed(range(len(levels))):
        costs, openness = levels[number]
        limits = _limits(openness, border / 2**number, least / 2**number)
        if state is None:
            shares = tf.fill(tf.shape(costs), 1 / costs.shape[0])
            state = shares, tf.zeros_like(costs), tf.zeros_like(costs)
        else:
            shares, across, down = (_doubled(part, tf.shape(openness)) for part in state)
            shares **= SHARPER
            shares /= tf.reduce_sum(shares, 0)
            state = (shares, *_held(2 * across, 2 * down, limits))
        steps = next((count for side, count in STEPS.items() if sides[number] <= side), LAST_STEPS)
        state = _steps(costs, state, limits, steps)
    return state[0]


def _limits(openness, border, least):
    right = border * tf.minimum(openness[:, 1:], openness[:, :-1]) + least
    below = border * tf.minimum(openness[1:], openness[:-1]) + least
    return tf.pad(right, [[0, 0], [0, 1]]), tf.pad(below, [[0, 1], [0, 0]])


def _around(limits):
    right, below = limits
    left = tf.pad(right[:, :-1], [[0, 0], [1, 0]])
    above = tf.pad(below[:-1], [[1, 0], [0, 0]])
    return tf.maximum(right + below + left + above, LEAST_AROUND)


def _held(across, down, limits):
    right, below = (tf.maximum(part, 1e-6) for part in limits)
    size = tf.sqrt(tf.maximum((across / right) ** 2 + (down / below) ** 2, 1))
    # Nothing lies beyond the edge: there the limits are 0.
    right, below = (tf.cast(part > 0, tf.float32) for part in limits)
    return across / size * right, down / size * below


def _steps(costs, state, limits, count: int):
    shares, across, down = state
    rise_right, rise_below = (RISE * part for part in limits)
    fall = FALL / _around(limits)

    def step(number, power, shares, ahead, across, down):
        across += rise_right * tf.pad(ahead[:, :, 1:] - ahead[:, :, :-1], [[0, 0], [0, 0], [0, 1]])
        down += rise_below * tf.pad(ahead[:, 1:] - ahead[:, :-1], [[0, 0], [0, 1], [0, 0]])
        across, down = _held(across, down, limits)
        into = across + down
        into -= tf.pad(across[:, :, :-1], [[0, 0], [0, 0], [1, 0]])
        into -= tf.pad(down[:, :-1], [[0, 0], [1, 0], [0, 0]])
        power = (power + fall * (into - costs)) / (1 + fall * ENTROPY)
        power = tf.maximum(power - tf.reduce_max(power, 0), -14)
        new = tf.exp(power)
        new /= tf.reduce_sum(new, 0)
        return number + 1, power, new, 2 * new - shares, across, down

    start = 0, tf.math.log(tf.maximum(shares, 1e-6)), shares, shares, across, down
    kept = (tf.TensorShape([]), *[tf.TensorShape([costs.shape[0], None, None])] * 5)
    _, _, shares, _, across, down = tf.while_loop(
        lambda number, *_: number < count, step, start, kept, parallel_iterations=1
    )
    return shares, across, down


def _pooled(maps, by):
    height, width = tf.unstack(tf.shape(maps)[1:])
    # One row or column more, as the last one is.
    rows = tf.concat([maps, maps[:, -(height % 2) :][:, : height % 2]], 1)
    both = tf.concat([rows, rows[:, :, -(width % 2) :][:, :, : width % 2]], 2)
    shape = [maps.shape[0], (height + 1) // 2, 2, (width + 1) // 2, 2]
    return by(tf.reshape(both, shape), (2, 4))


def _doubled(maps, shape):
    return tf.repeat(tf.repeat(maps, 2, 1), 2, 2)[:, : shape[0], : shape[1]]
