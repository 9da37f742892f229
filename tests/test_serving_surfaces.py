"""Whole surfaces in a serving graph: the same as the Colorizer's, with hints and without."""

import numpy as np
import pytest
import tensorflow as tf
from pictures import encoded, opened

from sgru_tf import patches, surfaces
from sgru_tf.colorizer import Colorizer
from sgru_tf.config import ModelConfig
from sgru_tf.export.graph_claims import claims
from sgru_tf.export.graph_patches import with_hints
from sgru_tf.export.graph_potts import potts
from sgru_tf.export.graph_surfaces import settle
from sgru_tf.export.serving_graph import ServingGraph, Settings
from sgru_tf.potts import potts as potts_in_numpy

SCHEMES = (
    ("#f7e0cb", "#d04030", "#4050a0", "#c09030"),
    ("#f7decd", "#40a060", "#c08040", "#4080c0"),
    ("#fadec8", "#8060c0", "#e0c050", "#409070"),
)


def picture(height, width, seed=0):
    """Fields between lines, each a mixture of surfaces; and grey spots, small and large."""
    rng = np.random.default_rng(seed)
    sketch = np.full((height, width), 255, np.uint8)
    fields = rng.dirichlet(np.full(4, 0.4), (3, 4)).astype(np.float32)
    fields[0] = fields[:, 0] = (1, 0, 0, 0)
    rows = np.arange(height) * 3 // height
    columns = np.arange(width) * 4 // width
    sketch[np.flatnonzero(np.diff(rows)), :] = 30
    sketch[:, np.flatnonzero(np.diff(columns))] = 90
    shares = fields[rows][:, columns] + rng.uniform(0, 0.1, (height, width, 1)).astype("f4")
    colours = surfaces.scheme_colours(SCHEMES)
    colours = surfaces.with_paper(colours)
    painted = np.einsum("nmc,hwm->nhwc", colours, shares / shares.sum(-1, keepdims=True))
    for row, column, side in ((0.5, 0.5, 1), (0.55, 0.4, 9), (0.75, 0.8, 7), (0.2, 0.5, 70)):
        row, column = int(row * height), int(column * width)
        painted[:, row : row + side, column : column + side] = 120
    return painted.astype(np.float32), sketch


def test_the_colour_of_much_paint_is_exact():
    hints = tf.constant(np.full((400, 400, 4), (233, 100, 7, 1), np.float32))
    everywhere = tf.ones((2, 400, 400), tf.bool) & tf.constant([True, False])[:, None, None]
    numbers, colours = claims(hints, everywhere, tf.ones((400, 400)), 1.25)
    np.testing.assert_allclose(colours[0], (233, 100, 7), rtol=1e-6)
    assert (numbers.numpy()[0] == 1).all() and not numbers.numpy()[1].any()


def dabs(height, width, seed):
    """Hints at random places, one of them over a line, one on an iris; more with each seed."""
    hints = np.zeros((height, width, 4), np.float32)
    rng = np.random.default_rng(seed)
    places = [*rng.uniform(size=(6 * seed, 2)), (0.56, 0.41), (1 / 3, 0.6)][: 7 * seed]
    for row, column in places:
        row, column = int(row * height), int(column * width)
        hints[row : row + 7, column : column + 7] = (*rng.integers(0, 256, 3), 1)
    return hints


@pytest.mark.parametrize("shape", [(97, 500), (64, 64), (33, 2)])
def test_it_is_the_colorizers(shape):
    colours = surfaces.scheme_colours(SCHEMES)

    def both(pictures, sketch, hints):
        settled = settle(pictures, sketch, colours, max(shape))
        return settled.pictures, with_hints(settled, sketch, hints, max(shape))

    graph = tf.function(
        both,
        [
            tf.TensorSpec([3, None, None, 3]),
            tf.TensorSpec([None, None], tf.uint8),
            tf.TensorSpec([None, None, 4]),
        ],
        autograph=False,
    )
    changed = eyes = hinted = 0
    for seed in range(3):
        pictures, sketch = picture(*shape, seed)
        hints = dabs(*shape, seed)
        settled = surfaces.settle(pictures, sketch, colours)
        expected = settled.pictures, patches.with_hints(settled, sketch, hints)
        found = graph(pictures, sketch, hints)
        np.testing.assert_allclose(found[0], expected[0], atol=0.1)
        np.testing.assert_allclose(found[1], expected[1], atol=0.3)
        changed += np.abs(expected[0] - pictures).max() > 5
        hinted += np.abs(expected[1] - expected[0]).max() > 50
        spot = int(0.55 * shape[0]) + 4, int(0.4 * shape[1]) + 4
        eyes += shape[1] > 99 and np.ptp(expected[0][:, *spot], -1).max() > 30
    assert changed or min(shape) < 10
    assert hinted == 2
    assert eyes or shape[1] < 99
    unlike = np.random.default_rng(0).uniform(0, 255, pictures.shape).astype(np.float32)
    np.testing.assert_array_equal(graph(unlike, sketch, hints)[0], unlike)


@pytest.mark.parametrize("shape", [(49, 48), (61, 130)])
def test_labels_are_the_same(shape):
    costs = np.random.default_rng(1).uniform(size=(3, *shape)).astype("float32")
    openness = np.random.default_rng(2).uniform(size=shape).astype("float32") ** 3
    traced = tf.function(
        lambda costs, openness: potts(costs, openness, 1.0, 0.1, max(shape)),
        [tf.TensorSpec([3, None, None]), tf.TensorSpec([None, None])],
        autograph=False,
    )
    expected = potts_in_numpy(costs, openness, 1.0, 0.1)
    np.testing.assert_allclose(traced(costs, openness), expected, atol=1e-3)
    assert expected.max() > 0.9


class SchemeModel:
    """A network with hints whose answer is a picture of the schemes, whatever it is shown.

    But with each pixel of ink in the last column the answer is further from the schemes.
    """

    sgru_config = ModelConfig(proposals=3, working_size=64, hints=True, schemes=SCHEMES)
    trainable_variables = non_trainable_variables = ()

    def stateless_call(self, trained, fixed, given, training):
        return (self(given, training),)

    def __call__(self, given, training=False):
        sketch, hints = given["sketch"], given["hints"]
        pictures, _ = picture(64, 64)
        count = tf.shape(sketch)[0]
        answer = tf.repeat(tf.constant(pictures)[None], count, 0)
        away = tf.constant(np.random.default_rng(3).normal(0, 0.65, pictures.shape).astype("f4"))
        ink = tf.reduce_sum(tf.cast(sketch[:, :, -1, 0] < 100, tf.float32), 1)
        answer += ink[:, None, None, None, None] * away
        said = hints[:, None, :, :, 3:]
        return said * hints[:, None, :, :, :3] + (1 - said) * answer


def sketched(ink):
    _, sketch = picture(64, 64)
    sketch[2 : 2 + ink, -1] = 0
    return sketch


@pytest.mark.parametrize("wish", ["whole", pytest.param("network", marks=pytest.mark.slow)])
def test_served_pictures_are_the_colorizers(wish):
    model = SchemeModel()
    signatures = ServingGraph(model, Settings(64, "sharp", wish, 1, True, 10**5)).signatures()
    colorizer = Colorizer(model, order="network", surfaces=wish, looks=1)
    other = Colorizer(model, order="network", surfaces="network")
    asked = np.zeros((64, 64, 4), np.uint8)
    asked[40:52, 40:52] = (10, 200, 40, 255)
    away = []
    # Explained by the schemes, or not at all, or in part.
    for hints, ink in ((None, 0), (asked, 0), (asked, 12), (asked, 30), (0 * asked, 12)):
        sketch = sketched(ink)
        expected = colorizer(sketch, hints)
        if hints is None:
            files = signatures["serving_default"](tf.constant([encoded(sketch)]))
            arrays = signatures["colorize"](tf.constant(sketch[None, :, :, None]))
        else:
            files = signatures["colorize_bytes_with_hints"](
                image_bytes=tf.constant([encoded(sketch)]), hint_bytes=tf.constant([encoded(hints)])
            )
            arrays = signatures["colorize_with_hints"](
                sketch=tf.constant(sketch[None, :, :, None]), hints=tf.constant(hints[None])
            )
        served = [np.asarray(opened(png)) for png in files["png_bytes"].numpy()[0]]
        assert np.abs(np.array(served, int) - expected).max() <= 2
        np.testing.assert_array_equal(arrays["proposals"].numpy()[0], served)
        if hints is None:
            none = signatures["colorize_bytes_with_hints"](
                image_bytes=tf.constant([encoded(sketch)]), hint_bytes=tf.constant([""])
            )
            np.testing.assert_array_equal(none["png_bytes"], files["png_bytes"])
        if hints is not None and not hints.any():
            np.testing.assert_array_equal(expected, colorizer(sketch))
        is_network = wish == "network" or ink == 30
        assert np.array_equal(expected, other(sketch, hints)) == is_network
        beside_the_dab = expected[:, 24:38, 36:46]
        away.append(np.abs(beside_the_dab - [10.0, 200, 40]).mean())
    assert wish == "network" or away[1] + 20 < away[2] < away[3] - 10


class WaveringModel(SchemeModel):
    """A network that is sure of its fields only at the larger size, and takes hints for itself."""

    def __call__(self, given, training=False):
        sketch = given["sketch"]
        size, count = tf.shape(sketch)[1], tf.shape(sketch)[0]
        fields = np.random.default_rng(5).permutation(np.eye(4)[[0, 1, 2, 3] * 4]).reshape(4, 4, 4)
        colours = surfaces.with_paper(surfaces.scheme_colours(SCHEMES))
        painted = np.einsum("nmc,hwm->nhwc", colours, fields).astype(np.float32)
        fog = tf.where(size == 64, 0.55, 0.0)
        painted = (1 - fog) * painted + fog * painted[:, ::-1]
        # 1.4 times as large is 90 pixels, of which the network is shown 96.
        at = tf.range(size) * 4 // tf.where(size == 64, 64, 90)
        at = tf.minimum(at, 3)
        whole = tf.gather(tf.gather(painted, at, axis=1), at, axis=2)
        return tf.repeat(whole[None], count, 0)


@pytest.mark.parametrize("looks", [2, pytest.param(1, marks=pytest.mark.slow)])
def test_a_second_look_is_the_colorizers(looks):
    model = WaveringModel()
    signatures = ServingGraph(
        model, Settings(64, "sharp", "whole", looks, True, 10**5)
    ).signatures()
    sketch = np.full((64, 64), 255, np.uint8)
    sketch[15::16] = sketch[:, 15::16] = 0
    found = {
        n: Colorizer(model, order="network", looks=n)(sketch).astype(int)
        for n in (looks, 3 - looks)
    }
    served = signatures["colorize"](tf.constant(sketch[None, :, :, None]))["proposals"].numpy()[0]
    assert np.abs(served - found[looks]).max() <= 2
    assert np.abs(served - found[3 - looks]).max() > 50
