"""A training step on JAX, and what goes into it: squares, state, and settings by the clock.

The step of `sgru_tf.step`: AdamW that spares norms and biases, clipped gradients, running shares
of wins, averaged weights. Everything that it changes is in one dictionary, see `begin`.
"""

import sys
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "schemes"))

from figures import draw_figure
from squares import draw_square
from weighing import weigh

from sgru_tf.optimizing import ramp

SHARE_MOMENTUM = 0.99  # of the running shares of wins, as in `sgru_tf.step`
PIXELS = 4.0  # how much the pixels of nine schemes count beside the whole distance of one
BETAS, EPSILON = (0.9, 0.999), 1e-7


def build_squares(train, groups, size, sizes):
    """Build the function that draws a batch of squares of one size: stores, key -> targets.

    A group's count holds for the first of all sizes; larger squares are fewer by their area.
    """
    sample = partial(draw_square, size=size, saturation=train.saturation)

    def squares(stores, key):
        drawn = []
        for index, (_, count, low, high) in enumerate(groups):
            keys = jax.random.split(jax.random.fold_in(key, index), _count(count, size, sizes))
            one = partial(sample, zoom=(low, high))
            drawn.append(jax.vmap(one, (None, 0))(stores[index], keys))
        return jnp.concatenate(drawn)

    return jax.jit(squares)


def build_figures(groups, size, sizes):
    """Build the function that draws figures in nine schemes: stores, key -> sketches, colourings.

    Args:
        groups: Of the stores: file, and how many of a batch.
        size: Side of the squares in pixels.
        sizes: All of them; a count holds for the first, as for `build_squares`.
    """

    def figures(stores, key):
        drawn = []
        for index, (_, count) in enumerate(groups):
            keys = jax.random.split(jax.random.fold_in(key, index), _count(count, size, sizes))
            drawn.append(jax.vmap(partial(draw_figure, size=size), (None, 0))(stores[index], keys))
        return tuple(jnp.concatenate(part) for part in zip(*drawn, strict=True))

    return jax.jit(figures)


def _count(count: int, size: int, sizes) -> int:
    return max(1, round(count * (sizes[0] / size) ** 2))


def scheme_loss(loss, sketches, truths, proposals, key):
    """Compute how far proposals are from their schemes, (B,).

    All nine are compared in the pixels, and one of them, drawn at random, in all layers.
    """
    apart = jnp.mean(weigh(truths) * jnp.abs(proposals - truths), axis=(1, 2, 3, 4))
    which = jax.random.randint(key, (len(sketches),), 0, truths.shape[1])
    one = jnp.arange(len(sketches)), which
    target = jnp.concatenate([truths[one], sketches], axis=-1)
    whole = loss.distances(target, proposals[one][:, None])[:, 0]
    return PIXELS * loss.config.layer_weights[0] * apart + whole


def build_step(network, loss, train):
    """Build the function of one step: state, targets, figures, numbers -> state, parts of the loss.

    Targets are those of `build_squares`; figures those of `build_figures`, or None.
    """

    def value(weights, target, figures, losers, balance, state):
        sketches = target[..., 3:]
        if figures is not None:
            sketches = jnp.concatenate([sketches, figures[0]])
        proposals, _ = network.stateless_call(
            weights, [v.value for v in network.non_trainable_variables], sketches
        )
        proposals = proposals.astype("float32")
        parts = loss.evaluate(target, proposals[: len(target)], losers, balance, state["shares"])
        values = parts["loss"]
        parts["schemes"] = jnp.zeros(1)
        if figures is not None:
            key = jax.random.fold_in(jax.random.key(train.seed), state["number"].astype("int32"))
            parts["schemes"] = scheme_loss(loss, *figures, proposals[len(target) :], key)
            values = jnp.concatenate([values, parts["schemes"]])
        return jnp.mean(values), parts

    def step(state, target, figures, rate, losers, balance):
        (_, parts), slopes = jax.value_and_grad(value, has_aux=True)(
            state["weights"], target, figures, losers, balance, state
        )
        norm = jnp.sqrt(sum(jnp.sum(s**2) for s in slopes))
        # A step whose gradient is no number is left out.
        sound = jnp.isfinite(norm)
        factor = jnp.minimum(1.0, train.clip_norm / jnp.maximum(norm, 1e-6))
        slopes = [jnp.where(sound, s * factor, 0.0) for s in slopes]
        rate = jnp.where(sound, rate, 0.0)
        number = state["number"] + 1
        corrections = [1 - beta**number for beta in BETAS]
        new = {"number": number, "weights": [], "first": [], "second": [], "averaged": []}
        momentum = jnp.minimum(train.average, (1 + number) / (10 + number))
        for variable, weight, slope, first, second, slow in zip(
            network.trainable_variables,
            state["weights"],
            slopes,
            state["first"],
            state["second"],
            state["averaged"],
            strict=True,
        ):
            first = BETAS[0] * first + (1 - BETAS[0]) * slope
            second = BETAS[1] * second + (1 - BETAS[1]) * slope**2
            change = (first / corrections[0]) / (jnp.sqrt(second / corrections[1]) + EPSILON)
            if not any(name in variable.path for name in ("gamma", "beta", "bias")):
                change = change + train.weight_decay * weight
            weight = weight - rate * change
            new["weights"].append(weight)
            new["first"].append(first)
            new["second"].append(second)
            new["averaged"].append(momentum * slow + (1 - momentum) * weight)
        wins = jnp.mean(parts["wins"], axis=0)
        new["shares"] = SHARE_MOMENTUM * state["shares"] + (1 - SHARE_MOMENTUM) * wins
        told = {name: jnp.mean(parts[name]) for name in ("loss", "best", "mean", "schemes")}
        return new, told | {"gradient": norm}

    return jax.jit(step, donate_argnums=0)


def begin(network) -> dict:
    """Make what a step changes."""
    weights = [jnp.array(v.value, jnp.float32) for v in network.trainable_variables]
    count = network.sgru_config.proposals
    return {
        "number": jnp.zeros((), jnp.float32),
        "weights": weights,
        "first": [jnp.zeros_like(w) for w in weights],
        "second": [jnp.zeros_like(w) for w in weights],
        "averaged": [jnp.copy(w) for w in weights],
        "shares": jnp.full((count,), 1.0 / count),
    }


def by_the_clock(train, loss, gone: float, number: int) -> tuple[float, float, float]:
    """Give the rate, the weight of the losers and the balance when a share of the time is gone."""
    rate = train.learning_rate * 0.5 * (1 + np.cos(np.pi * min(gone, 1.0)))
    rate *= min(1.0, (number + 1) / max(train.warmup, 1))
    losers = float(ramp(loss.losers_start, loss.losers_end, gone / loss.losers_fall))
    return rate, losers, float(ramp(loss.balance_start, loss.balance_end, gone))
