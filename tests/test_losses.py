"""The collection loss: the golden table, per-sample choice, both winners, fit, JSON."""

import json

import keras
import numpy as np
import pytest
from conftest import GOLDEN, golden_value

from sgru_tf.config import LossConfig, ModelConfig
from sgru_tf.errors import SgruError
from sgru_tf.losses import CollectionLoss, bare_paper, best_proposal, mean_proposal
from sgru_tf.model import build_sgru
from sgru_tf.perceptual import build_features, truncate
from sgru_tf.reference import fold_scale, published_name, set_published_weights

PIXELS = LossConfig(weights="none")


@pytest.fixture(scope="module")
def golden_loss():
    return json.loads((GOLDEN / "golden_loss_random64.json").read_text())["random64"]


@pytest.fixture(scope="module")
def golden_features():
    """VGG19 with the golden weights: slim's names, and RGB where Keras's kernel reads BGR."""
    vgg = keras.applications.VGG19(include_top=False, weights=None)
    for weight in vgg.weights:
        layer, kind = weight.path.split("/")
        block, conv = layer[5], layer[-1]
        kind = {"kernel": "weights", "bias": "biases"}[kind]
        value = golden_value(f"vgg_19/conv{block}/conv{block}_{conv}/{kind}", weight.shape)
        weight.assign(value[:, :, ::-1] if layer == "block1_conv1" and value.ndim == 4 else value)
    return truncate(vgg)


@pytest.fixture(scope="module")
def golden_pair(golden_images):
    sketch, proposals = golden_images
    colour = np.random.default_rng(8).integers(0, 256, (1, 64, 64, 3))
    return np.concatenate([colour, sketch], axis=-1).astype("float32"), proposals[None]


def random_pair(batch=3, count=4, size=32, seed=0):
    rng = np.random.default_rng(seed)
    y_true = rng.uniform(0, 255, (batch, size, size, 4)).astype("float32")
    return y_true, rng.uniform(0, 255, (batch, count, size, size, 3)).astype("float32")


def test_golden_table(golden_loss, golden_pair, golden_features):
    loss = CollectionLoss(features=golden_features)
    table = np.asarray(loss.table(*golden_pair))[:, 0]
    np.testing.assert_allclose(table, golden_loss["per_layer_per_image"], rtol=1e-5)
    np.testing.assert_allclose(float(loss(*golden_pair)), golden_loss["loss"], rtol=1e-5)
    parts = loss.evaluate(*golden_pair)
    np.testing.assert_allclose(parts["best"], golden_loss["loss_min"], rtol=1e-5)
    np.testing.assert_allclose(parts["mean"], golden_loss["loss_mean"], rtol=1e-5)


def test_a_batch_is_the_mean_of_its_samples():
    y_true, y_pred = random_pair()
    loss = CollectionLoss(PIXELS)
    singles = [float(loss(y_true[i : i + 1], y_pred[i : i + 1])) for i in range(3)]
    assert float(loss(y_true, y_pred)) == pytest.approx(np.mean(singles), rel=1e-6)
    assert np.ptp(singles) > 1


def test_paper_formula_on_pixels():
    y_true, y_pred = random_pair(batch=1)
    difference = np.abs(y_true[0, None, ..., :3] - y_pred[0]).mean(-1)
    each = 0.88 * (difference * y_true[0, ..., 3]).mean((1, 2))
    expected = 0.999 * each.min() + 0.001 * each.mean()
    assert float(CollectionLoss(PIXELS)(y_true, y_pred)) == pytest.approx(expected, rel=1e-5)


def test_ink_is_free_unless_the_mask_has_a_floor():
    y_true, y_pred = random_pair(batch=1)
    y_true[..., 3] = 0
    assert float(CollectionLoss(PIXELS)(y_true, y_pred)) == 0
    config = LossConfig(weights="none", normalise_mask=True, mask_floor=0.1)
    difference = np.abs(y_true[:, None, ..., :3] - y_pred).mean((2, 3, 4))
    expected = 0.088 * (0.999 * difference.min() + 0.001 * difference.mean())
    assert float(CollectionLoss(config)(y_true, y_pred)) == pytest.approx(expected, rel=1e-5)


def test_colour_winner_ignores_drawing():
    y_true, y_pred = random_pair(batch=1, count=2)
    y_true[..., :3] = 100
    checks = np.indices((32, 32)).sum(0) % 2 * 100.0 + 50  # right colour, wrong drawing
    y_pred[0, 0] = checks[..., None]
    y_pred[0, 1] = 140  # wrong colour, but nearer pixel by pixel
    wins = {
        winner: np.asarray(
            CollectionLoss(LossConfig(weights="none", winner=winner)).evaluate(y_true, y_pred)[
                "wins"
            ]
        ).argmax()
        for winner in ("paper", "colour")
    }
    assert wins == {"paper": 1, "colour": 0}


def test_balance_hands_wins_to_those_who_have_few():
    y_true, y_pred = random_pair(batch=1, count=2)
    y_true[..., :3] = 100
    y_pred[0, 0], y_pred[0, 1] = 110, 112
    loss = CollectionLoss(LossConfig(weights="none", winner="colour"))
    shares = np.array([0.9, 0.1], "float32")
    plain = loss.evaluate(y_true, y_pred, balance=0.0, shares=shares)
    nudged = loss.evaluate(y_true, y_pred, balance=4.0, shares=shares)
    assert np.asarray(plain["wins"]).tolist() == [[1, 0]]
    assert np.asarray(nudged["wins"]).tolist() == [[0, 1]]


def test_losers_weight_counts_the_others():
    y_true, y_pred = random_pair(batch=1, count=3)
    y_true[..., :3], y_true[..., 3] = 100, 255
    for index, error in enumerate((10, 20, 40)):
        y_pred[0, index] = 100 + error
    config = LossConfig(weights="none", winner="colour", mean_share=0.0, normalise_mask=True)
    parts = CollectionLoss(config).evaluate(y_true, y_pred, losers=0.5)
    assert float(parts["loss"][0]) == pytest.approx(0.88 * (10 + 0.5 * (20 + 40) / 2), rel=1e-5)


def test_gradients_and_one_adam_step_are_the_golden_ones(
    golden_loss, golden_pair, golden_images, golden_features, golden_variables
):
    import tensorflow as tf

    model = build_sgru(ModelConfig(norm_epsilon=1e-12))
    set_published_weights(model, golden_variables)
    loss = CollectionLoss(features=golden_features)
    sketch, target = golden_images[0], golden_pair[0]
    with tf.GradientTape() as tape:
        value = loss(target, model(sketch))
    ours = tape.gradient(value, model.trainable_weights)
    # The published kernels are ours over the folded scale, so their gradients are ours times it.
    gradients = {
        published_name(weight.path): fold_scale(weight.path, np.array(gradient))
        for weight, gradient in zip(model.trainable_weights, ours, strict=True)
    }
    errors = {
        name: abs(np.linalg.norm(gradients[name]) / norm - 1)
        for name, norm in golden_loss["grad_norm"].items()
    }
    whole = np.sqrt(sum((gradient**2).sum() for gradient in gradients.values()))
    assert whole == pytest.approx(golden_loss["grad_norm_global"], rel=1e-3)
    # Float noise turns a few signs of the L1 loss, which shows in the smallest variables.
    assert np.quantile(list(errors.values()), 0.95) < 1e-3
    assert max(errors.values()) < 1e-2, max(errors, key=errors.get)

    # Adam's first step, with its bias corrections: learning rate times the sign, but for epsilon.
    stepped = {
        name: value - 1e-4 * gradients[name] / (np.abs(gradients[name]) + 1e-8)
        for name, value in golden_variables.items()
    }
    set_published_weights(model, stepped)
    second = float(loss(target, model(sketch)))
    assert second == pytest.approx(golden_loss["loss_trajectory"][1], rel=1e-3)


def test_metrics_are_in_grey_levels():
    y_true, y_pred = random_pair(batch=2)
    errors = np.abs(y_true[:, None, ..., :3] - y_pred).mean((2, 3, 4))
    np.testing.assert_allclose(best_proposal(y_true, y_pred), errors.min(1), rtol=1e-5)
    np.testing.assert_allclose(mean_proposal(y_true, y_pred), errors.mean(1), rtol=1e-5)


def test_config_round_trip():
    loss = CollectionLoss(LossConfig(weights="none", winner="colour", mask_floor=0.1))
    again = keras.losses.deserialize(keras.losses.serialize(loss))
    assert again.config == loss.config


def test_missing_and_broken_vgg_files_are_one_line(tmp_path, monkeypatch):
    with pytest.raises(SgruError, match="nowhere.h5: no such VGG weight file"):
        build_features(LossConfig(weights="nowhere.h5"))
    junk = tmp_path / "junk.weights.h5"
    junk.write_bytes(b"junk")
    with pytest.raises(SgruError, match="does not hold the weights of VGG16"):
        build_features(LossConfig(backbone="vgg16", weights=str(junk)))

    def offline(*args, **kwargs):
        raise OSError("URL fetch failure")

    monkeypatch.setattr(keras.applications, "VGG19", offline)
    with pytest.raises(SgruError, match="vgg19_weights_tf_dim_ordering_tf_kernels_notop.h5"):
        build_features(LossConfig())


def test_the_backbone_stops_at_the_last_layer_used(golden_features):
    assert golden_features.layers[-1].name == "block5_conv2"
    assert not golden_features.trainable_weights
    assert [m.shape[-1] for m in golden_features.outputs] == [64, 128, 256, 512, 512]


def test_places_of_strong_colour_weigh_more():
    y_true = np.full((1, 32, 32, 4), 255, "float32")
    y_true[0, :16, :, :3] = 200, 98, 98  # chroma 102; the other half is white
    y_pred = np.stack([y_true[..., :3]] * 2, axis=1)
    y_pred[0, 0, :16] += 10
    y_pred[0, 1, 16:] += 10
    for vividness, ratio in ((0.0, 1.0), (4.0, 1 + 4 * 102 / 255)):
        loss = CollectionLoss(LossConfig(weights="none", vividness=vividness))
        vivid, white = np.asarray(loss.distances(y_true, y_pred))[0]
        np.testing.assert_allclose(vivid / white, ratio, rtol=1e-4)


@pytest.mark.parametrize(("lightness", "winner"), [(1.0, 1), (0.25, 0), (0.0, 0)])
def test_the_winner_is_chosen_by_hue_or_by_lightness_too(lightness, winner):
    y_true = np.full((1, 32, 32, 4), 255, "float32")
    y_true[..., :3] = 160, 100, 100
    # One is off in lightness by 40, the other in hue by 20, -10, -10.
    y_pred = np.stack([y_true[..., :3] + 40, y_true[..., :3] + (20, -10, -10)], axis=1)
    loss = CollectionLoss(LossConfig(weights="none", winner="colour", winner_lightness=lightness))
    wins = np.asarray(loss.evaluate(y_true, y_pred.astype("float32"))["wins"])
    assert wins.argmax() == winner


@pytest.mark.parametrize(("vividness", "winner"), [(0.0, 1), (50.0, 0)])
def test_the_winner_is_chosen_by_the_largest_or_by_the_most_vivid_surface(vividness, winner):
    y_true = np.full((1, 32, 32, 4), 255, "float32")
    y_true[0, :8, :, :3] = 230, 60, 40  # hair
    y_true[0, 8:, :, :3] = 90, 110, 140  # clothes, three times as large
    y_pred = np.stack([y_true[..., :3]] * 2, axis=1)
    y_pred[0, 0, 8:] = 140, 110, 90
    y_pred[0, 1, :8] = 190, 100, 40
    loss = CollectionLoss(LossConfig(weights="none", winner="colour", winner_vividness=vividness))
    wins = np.asarray(loss.evaluate(y_true, y_pred)["wins"])
    assert wins.argmax() == winner


def test_paper_stays_white_in_every_proposal():
    y_true = np.full((1, 64, 64, 4), 255, "float32")
    y_true[0, :24, :, :3] = 150, 90, 60
    y_pred = np.stack([y_true[..., :3]] * 3, axis=1)
    y_pred[0, 1, 48:] -= 32  # tints a quarter, all of it paper
    y_pred[0, 2, :24] -= 32  # other hair: its own affair
    plain, strict = (
        CollectionLoss(
            LossConfig(
                weights="none",
                winner="colour",
                mean_share=0.0,
                normalise_mask=True,
                losers_paper=weight,
            )
        ).evaluate(y_true, y_pred, losers=0.0)
        for weight in (0.0, 4.0)
    )
    assert np.asarray(strict["wins"]).tolist() == [[1, 0, 0]]
    assert float(plain["loss"][0]) == 0.0
    assert float(strict["loss"][0]) == pytest.approx(4.0 * 0.88 * 32 / 4 / 2, rel=1e-5)


def test_bare_paper_is_white_with_white_around():
    rgb = np.full((2, 64, 64, 3), 255, "float32")
    rgb[0, 20, 30] = 255, 240, 255
    rgb[1] = 249
    rgb[1, 30:36, 30:36] = 255  # a highlight
    bare = np.asarray(bare_paper(rgb))
    expected = np.ones((64, 64))
    expected[12:29, 22:39] = 0
    np.testing.assert_array_equal(bare[0], expected)
    assert not bare[1].any()
