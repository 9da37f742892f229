"""The published checkpoints: golden outputs, and every way a file can be wrong."""

import numpy as np
import pytest

from sgru_tf.config import ModelConfig
from sgru_tf.errors import SgruError
from sgru_tf.loading import load_model
from sgru_tf.model import build_sgru
from sgru_tf.reference import load_published, published_name, set_published_weights

TINY = ModelConfig(width=1 / 12, norm_epsilon=1e-12)


def write_checkpoint(prefix, values):
    """Write variables with the Saver of TensorFlow 1, as the published code did."""
    import tensorflow as tf

    v1 = tf.compat.v1
    with tf.Graph().as_default(), v1.Session() as session:
        feeds = {}
        for name, value in values.items():
            hole = v1.placeholder(value.dtype, value.shape)
            v1.get_variable(name, initializer=hole, use_resource=False)
            feeds[hole] = value
        session.run(v1.global_variables_initializer(), feeds)
        return v1.train.Saver().save(session, str(prefix), write_meta_graph=False)


@pytest.fixture(scope="module")
def drawn_values():
    model = build_sgru(TINY)
    rng = np.random.default_rng(3)
    return {
        published_name(w.path): rng.standard_normal(w.shape).astype("float32")
        for w in model.weights
    }


@pytest.fixture
def tiny_values(drawn_values):
    return dict(drawn_values)


def test_names_are_those_of_the_published_network(golden_variables):
    model = build_sgru()
    ours = {published_name(w.path): tuple(w.shape) for w in model.weights}
    assert ours == {name: value.shape for name, value in golden_variables.items()}
    assert model.count_params() == 47_827_558


def test_checkpoint_gives_the_golden_outputs(tmp_path, golden_variables, golden_images):
    extra = {"global_step": np.int64(7), "beta1_power": np.float32(0.9)}
    extra["SGRU_MODEL/conv2d/bias/Adam_1"] = np.zeros(27, "float32")
    extra["vgg_19/conv1/conv1_1/biases"] = np.zeros(64, "float32")
    prefix = write_checkpoint(tmp_path / "model.ckpt", golden_variables | extra)

    sketch, expected = golden_images
    model = load_model(prefix)
    np.testing.assert_allclose(np.asarray(model(sketch))[0], expected, rtol=0, atol=0.005)


def test_folding_the_scale_changes_no_bit(tiny_values):
    import keras

    model = build_sgru(TINY)
    set_published_weights(model, tiny_values)
    raw = build_sgru(TINY)
    for weight in raw.weights:
        weight.assign(tiny_values[published_name(weight.path)])
    layers = keras.Model(raw.get_layer("scale").output, raw.output)
    sketch = np.random.default_rng(0).uniform(0, 255, (1, 64, 96, 1)).astype("float32")
    np.testing.assert_array_equal(model(sketch), layers(sketch))


@pytest.mark.parametrize("suffix", ["", ".index", ".data-00000-of-00001"])
def test_any_file_of_the_checkpoint_will_do(tmp_path, tiny_values, suffix):
    prefix = write_checkpoint(tmp_path / "model.ckpt", tiny_values)
    model = load_published(prefix + suffix, TINY)
    name = "SGRU_MODEL/SGB_3_up/Conv2d_transpose_1/weights"
    found = next(w for w in model.weights if published_name(w.path) == name)
    np.testing.assert_array_equal(found, tiny_values[name])


def test_missing_variable_is_named(tmp_path, tiny_values):
    del tiny_values["SGRU_MODEL/SWISH_2/Conv/weights"]
    prefix = write_checkpoint(tmp_path / "model.ckpt", tiny_values)
    with pytest.raises(SgruError, match="SGRU_MODEL/SWISH_2/Conv/weights is missing"):
        load_published(prefix, TINY)


def test_wrong_shape_is_named(tmp_path, tiny_values):
    tiny_values["SGRU_MODEL/conv2d/bias"] = np.zeros(26, "float32")
    prefix = write_checkpoint(tmp_path / "model.ckpt", tiny_values)
    with pytest.raises(SgruError, match=r"SGRU_MODEL/conv2d/bias has shape \(26,\)"):
        load_published(prefix, TINY)


def test_unknown_variable_is_named(tmp_path, tiny_values):
    tiny_values["SGRU_MODEL/SGB_6/Conv/weights"] = np.zeros((1, 1, 8, 8), "float32")
    prefix = write_checkpoint(tmp_path / "model.ckpt", tiny_values)
    with pytest.raises(SgruError, match="unknown variable SGRU_MODEL/SGB_6/Conv/weights"):
        load_published(prefix, TINY)


def test_damaged_checkpoint_is_one_line(tmp_path, tiny_values):
    prefix = write_checkpoint(tmp_path / "model.ckpt", tiny_values)
    data = tmp_path / "model.ckpt.data-00000-of-00001"
    data.write_bytes(data.read_bytes()[:1000])
    with pytest.raises(SgruError, match="model.ckpt") as caught:
        load_published(prefix, TINY)
    assert "\n" not in str(caught.value)
    (tmp_path / "model.ckpt.index").write_bytes(b"junk")
    with pytest.raises(SgruError, match="cannot be read as a TensorFlow checkpoint"):
        load_published(prefix, TINY)


def test_shifted_input_is_refused(tiny_values):
    model = build_sgru(ModelConfig(width=1 / 12, input_range="signed"))
    with pytest.raises(SgruError, match="needs? input_range 'unit'"):
        set_published_weights(model, tiny_values)
