"""Cheaper ways to the same gradient: a few proposals at a time, and maps computed twice."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from sgru_tf.beginnings import BLOCKS, build_for_training
from sgru_tf.config import LossConfig
from sgru_tf.frugal_loss import FrugalLoss
from sgru_tf.losses import CollectionLoss
from sgru_tf.model import build_sgru
from sgru_tf.perceptual import truncate


@pytest.fixture(scope="module")
def features():
    keras.utils.set_random_seed(0)
    return truncate(keras.applications.VGG16(include_top=False, weights=None))


@pytest.fixture(scope="module")
def batch():
    random = np.random.default_rng(0)
    target = tf.constant(random.uniform(0, 255, (2, 32, 32, 4)), tf.float32)
    return target, tf.constant(random.uniform(-20, 275, (2, 4, 32, 32, 3)), tf.float32)


def parts_and_gradient(loss, target, proposals, in_graph):
    def run():
        with tf.GradientTape() as tape:
            tape.watch(proposals)
            parts = loss.evaluate(target, proposals, losers=0.2)
            value = tf.reduce_sum(parts["loss"] * [1.0, 3.0])
        return parts, tape.gradient(value, proposals)

    return tf.function(run)() if in_graph else run()


@pytest.mark.parametrize("winner", ["paper", "colour"])
@pytest.mark.parametrize("in_graph", [True, False])
def test_a_few_at_a_time_give_the_same_loss_and_gradient(features, batch, winner, in_graph):
    config = LossConfig(winner=winner, mean_share=0.1)
    plain = parts_and_gradient(CollectionLoss(config, features), *batch, in_graph)
    frugal = parts_and_gradient(FrugalLoss(config, features), *batch, in_graph)
    for key, value in plain[0].items():
        np.testing.assert_allclose(frugal[0][key], value, rtol=1e-5)
    largest = np.abs(plain[1]).max()
    assert largest > 0
    np.testing.assert_allclose(frugal[1], plain[1], atol=1e-5 * largest)
    # The losers have a gradient of their own: the paper's mean over the proposals.
    assert np.abs(plain[1]).reshape(2, 4, -1).max(-1).min() > 0


def test_backbone_sees_a_few_proposals_at_a_time(features, batch):
    seen = []

    def spy(x):
        seen.append(x.shape[0])
        return features(x)

    loss = FrugalLoss(LossConfig(), spy)
    loss.evaluate(*batch)
    assert seen == [2, 4, 4]  # the true colours, then two proposals of each picture, twice
    seen.clear()
    loss.evaluate(batch[0][:1], batch[1][:1])
    assert seen == [1, 3, 1]


def test_groups_wait_for_each_other(features, batch):
    """Or all their maps would be in memory together."""
    loss = FrugalLoss(LossConfig(), features)
    graph = tf.function(loss.distances).get_concrete_function(*batch).graph
    first, second = (
        [op for op in graph.get_operations() if op.type == kind and "block1_conv1" in op.name]
        for kind in ("Conv2D", "Conv2DBackpropInput")
    )
    before, todo = set(), [first[-1]]
    while todo:
        op = todo.pop()
        for earlier in [tensor.op for tensor in op.inputs] + list(op.control_inputs):
            if earlier.name not in before:
                before.add(earlier.name)
                todo.append(earlier)
    assert len(first) == 3 and len(second) == 2
    assert second[0].name in before


@pytest.mark.parametrize("recompute", [False, True])
def test_recomputing_gives_the_same_gradient(tiny_config, recompute):
    sketch = tf.constant(np.random.default_rng(1).uniform(0, 255, (1, 32, 32, 1)), tf.float32)
    plain, twice = build_sgru(tiny_config), build_for_training(tiny_config, recompute=recompute)
    twice.set_weights(plain.get_weights())
    found = []
    for model in (plain, twice):
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(model(sketch, training=True) ** 2)
        found.append([value, *tape.gradient(value, model.trainable_variables)])
    for one, other in zip(*found, strict=True):
        np.testing.assert_allclose(other, one, atol=1e-5 * max(1e-6, np.abs(one).max()))


@pytest.mark.slow
def test_recomputing_keeps_less(tiny_config):
    """What the gradient of a traced step holds on to between forward and backward pass."""
    kept = []
    built = build_sgru(tiny_config), *(build_for_training(tiny_config, recompute=r) for r in (0, 1))
    for model in built:

        @tf.function(input_signature=[tf.TensorSpec((1, 64, 64, 1))])
        def step(sketch, model=model):
            with tf.GradientTape() as tape:
                value = tf.reduce_mean(model(sketch, training=True))
            return tape.gradient(value, model.trainable_variables)

        graph = step.get_concrete_function().graph
        kept.append(sum(operation.type == "Conv2D" for operation in graph.get_operations()))
    # Of the last decoder, or of all blocks, the convolutions of the forward pass come twice.
    assert kept[0] < kept[1] < kept[2] and kept[2] > 1.5 * kept[0]


def test_every_block_of_the_network_is_named(tiny_model):
    names = {layer.name for layer in tiny_model.layers}
    assert set(BLOCKS) <= names
    assert names - set(BLOCKS) == {"sketch", "scale", "last", "proposals"}
