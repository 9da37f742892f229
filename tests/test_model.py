"""The network: blocks against their formulas, shapes, scales, files, and both backends."""

import importlib.util
import subprocess
import sys

import keras
import numpy as np
import pytest

from sgru_tf.config import ModelConfig
from sgru_tf.errors import SgruError
from sgru_tf.layers import (
    ConvNorm,
    DecoderBlock,
    EncoderBlock,
    SampleNorm,
    SplitProposals,
    SwishGate,
)
from sgru_tf.loading import load_model
from sgru_tf.model import build_sgru


def noise(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape).astype("float32")


def seeded(layer, *inputs):
    """Build a layer and give it weights without zeros and ones."""
    layer(*inputs)
    for index, weight in enumerate(layer.weights):
        weight.assign(noise(*weight.shape, seed=index) * 0.3 + 0.1)
    return layer


def test_norm_equals_group_normalization():
    x = noise(2, 8, 6, 4) * 5 + 3
    ours = seeded(SampleNorm(1e-5), x)
    keras_own = keras.layers.GroupNormalization(groups=1, epsilon=1e-5)
    keras_own.build(x.shape)
    keras_own.gamma.assign(ours.gamma)
    keras_own.beta.assign(ours.beta)
    np.testing.assert_allclose(ours(x), keras_own(x), atol=2e-6)


def test_norm_is_per_sample_and_safe_on_flat_maps():
    x = noise(2, 8, 8, 3)
    layer = seeded(SampleNorm(), x)
    np.testing.assert_allclose(layer(x)[1:], layer(x[1:]), atol=1e-6)
    flat = layer(np.full((1, 8, 8, 3), 0.1, "float32"))
    np.testing.assert_allclose(flat, np.broadcast_to(layer.beta, flat.shape), atol=1e-4)


def test_conv_norm_has_no_bias_and_leaks_a_fifth():
    x = noise(1, 8, 8, 3)
    layer = seeded(ConvNorm(5, 3), x)
    assert [w.path.split("/", 1)[1] for w in layer.weights] == [
        "conv/kernel",
        "norm/gamma",
        "norm/beta",
    ]
    before = np.asarray(layer.norm(layer.conv(x)))
    np.testing.assert_allclose(layer(x), np.where(before > 0, before, 0.2 * before), atol=1e-6)


def test_swish_gate_formula():
    x = noise(1, 8, 8, 3)
    gate = seeded(SwishGate(), x)
    inner = np.asarray(gate.norm(gate.conv(x)))
    np.testing.assert_allclose(gate(x), x / (1 + np.exp(-inner)), atol=1e-6)


def pooled(x):
    batch, height, width, channels = x.shape
    return x.reshape(batch, height // 2, 2, width // 2, 2, channels).max((2, 4))


def test_encoder_block_formula():
    x = noise(1, 8, 8, 3)
    block = seeded(EncoderBlock(4), x)
    down, residual = (np.asarray(part) for part in block(x))
    inner = np.asarray(block.conv1(x))
    np.testing.assert_allclose(residual, block.conv3(block.conv2(inner)), atol=1e-5)
    np.testing.assert_allclose(down[..., :4], pooled(residual), atol=1e-6)
    np.testing.assert_allclose(down[..., 4:], block.gate(pooled(inner)), atol=1e-6)


def test_first_encoder_block_gates_the_sketch_itself():
    x = noise(1, 8, 8, 1)
    block = seeded(EncoderBlock(4, squeeze=False), x)
    down, _ = block(x)
    assert down.shape == (1, 4, 4, 5)
    np.testing.assert_allclose(down[..., 4:], block.gate(pooled(x)), atol=1e-6)


def test_decoder_block_formula():
    x, skip = noise(1, 4, 4, 3), noise(1, 8, 8, 2, seed=9)
    block = seeded(DecoderBlock(4), x, skip)
    result = np.asarray(block(x, skip))
    inner = block.conv1(x)
    residual = block.conv3(block.conv2(inner))
    assert result.shape == (1, 8, 8, 10)
    np.testing.assert_allclose(result[..., :4], block.up_residual(residual), atol=1e-5)
    np.testing.assert_allclose(result[..., 4:8], block.gate(block.up_shortcut(inner)), atol=1e-5)
    np.testing.assert_array_equal(result[..., 8:], skip)


def test_proposals_are_split_by_colour_then_number():
    channels = np.arange(6, dtype="float32")  # two proposals: r0 r1 g0 g1 b0 b1
    pictures = np.asarray(SplitProposals()(np.broadcast_to(channels, (1, 2, 2, 6))))
    assert pictures.shape == (1, 2, 2, 2, 3)
    np.testing.assert_allclose(pictures[0, 0, 0, 0], (np.array([0, 2, 4]) + 1) * 127.5)
    np.testing.assert_allclose(pictures[0, 1, 0, 0], (np.array([1, 3, 5]) + 1) * 127.5)


@pytest.mark.parametrize("size", [(32, 32), (64, 96), (160, 32)])
def test_any_multiple_of_32_from_one_model(tiny_model, size):
    sketch = np.full((2, *size, 1), 255, "float32")
    assert tiny_model(sketch).shape == (2, 9, *size, 3)


def test_number_of_proposals():
    model = build_sgru(ModelConfig(width=1 / 12, proposals=4))
    assert model(np.zeros((1, 32, 32, 1), "float32")).shape == (1, 4, 32, 32, 3)


def test_width_rounds_to_multiples_of_eight():
    config = ModelConfig(width=0.25)
    assert [config.filters(f) for f in (96, 192, 288, 384, 480, 512)] == [24, 48, 72, 96, 120, 128]
    assert ModelConfig(width=0.01).filters(96) == 8
    assert 2.9e6 < build_sgru(config).count_params() < 3.1e6


def test_proposals_differ_before_training(tiny_model):
    pictures = np.asarray(tiny_model(np.full((1, 32, 32, 1), 255, "float32")))[0]
    means = pictures.mean((1, 2))
    assert np.std(means, axis=0).min() > 10


@pytest.mark.parametrize("input_range", ["unit", "signed"])
def test_no_map_outshines_its_neighbours(input_range):
    """The raw sketch beside normalised maps decides what an 8-bit tensor has room for."""
    keras.utils.set_random_seed(0)
    model = build_sgru(ModelConfig(width=1 / 12, input_range=input_range))
    first = keras.Model(model.input, model.get_layer("encoder1").output[0])
    sketch = 255 * (np.random.default_rng(0).uniform(size=(1, 64, 64, 1)) > 0.1)
    maps = np.asarray(first(sketch.astype("float32")))[0]
    rms = np.sqrt((maps**2).mean((0, 1)))
    assert rms[-1] < 10 * np.median(rms[:-1])


def test_keras_file_round_trip(tmp_path, tiny_model, tiny_config):
    path = tmp_path / "model.keras"
    tiny_model.save(path)
    sketch = np.random.default_rng(0).uniform(0, 255, (1, 64, 32, 1)).astype("float32")
    for load in (load_model, keras.saving.load_model):
        again = load(path)
        np.testing.assert_array_equal(again(sketch), tiny_model(sketch))
        assert again.sgru_config == tiny_config
        assert not again.compiled


def test_mixed_precision_keeps_float32_outputs(tiny_model, tiny_config):
    model = build_sgru(tiny_config, dtype="mixed_bfloat16")
    model.set_weights(tiny_model.get_weights())
    sketch = np.random.default_rng(0).uniform(0, 255, (1, 64, 64, 1)).astype("float32")
    mixed, full = np.asarray(model(sketch)), np.asarray(tiny_model(sketch))
    assert mixed.dtype == np.float32
    assert {w.dtype for w in model.weights} == {"float32"}
    assert 0 < np.abs(mixed - full).mean() < 3


def test_run_folder_and_its_absence(tmp_path, tiny_model):
    with pytest.raises(SgruError, match="holds neither best.keras nor last.keras"):
        load_model(tmp_path)
    tiny_model.save(tmp_path / "last.keras")
    assert load_model(tmp_path).count_params() == tiny_model.count_params()


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("none.keras", None, "no such model"),
        ("none", None, "no such model"),
        ("junk.keras", b"junk", "cannot be loaded as a Keras model"),
        ("model.bin", b"junk", "not a model"),
    ],
)
def test_what_is_no_model_is_named_in_one_line(tmp_path, name, content, message):
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SgruError, match=message) as caught:
        load_model(path)
    assert name in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_foreign_keras_model_is_refused(tmp_path):
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(2)]).save(tmp_path / "dense.keras")
    with pytest.raises(SgruError, match="not one of sgru_tf"):
        load_model(tmp_path / "dense.keras")


ON_JAX = """
import sys
import keras
import numpy as np

import sgru_tf
from sgru_tf.losses import best_proposal

assert keras.backend.backend() == "jax"
path, sketch, out = sys.argv[1:]
model = sgru_tf.load_model(path)
sketch = np.load(sketch)
np.save(out, model.predict(sketch, verbose=0))

# One layer is enough to see the loss train; JAX compiles a step of the network for long.
from sgru_tf.layers import SplitProposals

small = keras.Input((None, None, 1))
# Of some beginnings the winner changes in so few steps, and the loss rises.
begun = keras.initializers.GlorotUniform(seed=0)
layer = keras.layers.Conv2D(9, 3, padding="same", kernel_initializer=begun)
model = keras.Model(small, SplitProposals()(layer(small)))
config = sgru_tf.LossConfig(weights="none", winner="colour")
model.compile("adam", loss=sgru_tf.CollectionLoss(config), metrics=[best_proposal])
target = np.concatenate([np.full((*sketch.shape[:3], 3), 90.0, "float32"), sketch], axis=-1)
losses = model.fit(sketch, target, epochs=3, verbose=0).history["loss"]
assert losses[-1] < losses[0], losses

# What hints add: their pyramid and their loss.
from sgru_tf.hint_layers import HintPyramid
from sgru_tf.hint_loss import hint_distance

hints = np.zeros((*sketch.shape[:3], 4), "float32")
hints[0, 9, 9] = 255, 0, 0, 1
levels = HintPyramid(dtype="float32")(hints)
assert [float(level[..., 3].sum()) for level in levels] == [1.0] * 6
assert float(hint_distance(target[..., :3], hints, target[:, None, ..., :3] + 9.0)[0]) > 0
assert "tensorflow" not in sys.modules
"""


@pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="JAX is not installed")
def test_the_same_file_on_jax(tmp_path, tiny_model):
    sketch = np.random.default_rng(0).uniform(0, 255, (1, 64, 32, 1)).astype("float32")
    np.save(tmp_path / "sketch.npy", sketch)
    tiny_model.save(tmp_path / "model.keras")
    files = [str(tmp_path / name) for name in ("model.keras", "sketch.npy", "out.npy")]
    environment = {"KERAS_BACKEND": "jax", "PATH": "/usr/bin:/bin", "JAX_PLATFORMS": "cpu"}
    environment |= {"HOME": str(tmp_path), "JAX_DISABLE_MOST_OPTIMIZATIONS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", ON_JAX, *files], env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    np.testing.assert_allclose(np.load(files[2]), tiny_model(sketch), atol=0.01)
