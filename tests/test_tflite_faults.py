"""What TFLite export refuses: files that lose too much or are damaged, and models."""

import contextlib

import numpy as np
import pytest

from sgru_tf.errors import SgruError
from sgru_tf.export import judging, tflite
from sgru_tf.export.inspecting import inspect
from sgru_tf.model import build_sgru

pytestmark = pytest.mark.usefixtures("shallow")

SIZE = (96, 64)


@pytest.fixture(scope="module")
def tiny_model(shallow_model):
    """Every level more is traced and converted for seconds, and nothing here depends on it."""
    return shallow_model


@pytest.fixture(scope="module")
def exported(tiny_model, tmp_path_factory):
    """A good file of the tiny model."""
    out = tmp_path_factory.mktemp("exported")
    return one(tiny_model, out, precisions=["float32"], allow_loss=True)


def one(model, out, **options):
    options = {"sizes": [SIZE], "precisions": ["dynamic"], **options}
    (done,) = tflite.export_tflite(model, out, **options)
    return done


@pytest.fixture
def converted(exported, monkeypatch):
    """Spares tests of what happens to converted files the conversion."""
    content = exported.path.read_bytes()

    @contextlib.contextmanager
    def converter(*_):
        yield lambda half=False: content

    monkeypatch.setattr(tflite, "converter", converter)


def test_a_file_that_loses_too_much_is_not_written(tiny_model, tmp_path, monkeypatch, converted):
    monkeypatch.setitem(judging.THRESHOLDS, "dynamic", (98, 98))
    done = one(tiny_model, tmp_path)
    assert "dB against Keras in the mean, 98 are wanted" in done.problem
    assert done.problem.startswith(f"{done.likeness.mean:.1f} ")
    assert list(tmp_path.iterdir()) == []
    monkeypatch.setitem(judging.THRESHOLDS, "dynamic", (0, 98))
    assert f"on {done.likeness.worst}, 98 are wanted" in one(tiny_model, tmp_path).problem
    assert list(tmp_path.iterdir()) == []
    assert one(tiny_model, tmp_path, allow_loss=True).problem == ""
    (path,) = tmp_path.iterdir()
    before = path.read_bytes()
    assert "the older file of that name is left" in one(tiny_model, tmp_path).problem
    assert path.read_bytes() == before


def test_a_file_that_draws_something_else_is_never_written(tiny_model, tmp_path, converted):
    other = build_sgru(tiny_model.sgru_config)
    other.set_weights([-weight for weight in tiny_model.get_weights()])
    done = one(other, tmp_path, allow_loss=True)
    assert "does not draw what the model does" in done.problem
    assert list(tmp_path.iterdir()) == []


def with_buffers(content, change):
    from ai_edge_litert.tools import flatbuffer_utils

    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    graph = model.subgraphs[0]
    for tensor in graph.tensors:
        buffer = model.buffers[tensor.buffer]
        if buffer.data is not None and len(buffer.data) > 4000:
            change(tensor, buffer)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


def test_weights_that_are_not_finite_are_never_written(tiny_model, exported, tmp_path, monkeypatch):
    def spoil(tensor, buffer):
        values = np.frombuffer(bytes(buffer.data), np.float32).copy()
        values[7] = np.inf
        buffer.data = values.view(np.uint8)

    content = with_buffers(exported.path.read_bytes(), spoil)
    monkeypatch.setattr(tflite, "_content", lambda *_: content)
    done = one(tiny_model, tmp_path, precisions=["float32"], allow_loss=True)
    assert "not finite" in done.problem
    assert list(tmp_path.iterdir()) == []


def test_lost_weights_are_found(tiny_model, exported):
    content = exported.path.read_bytes()
    kernels = sum(weight.size for weight in tiny_model.get_weights() if weight.ndim == 4)

    def lose(tensor, buffer):
        buffer.data = None

    contents = inspect(with_buffers(content, lose))
    assert "it has lost weights" in judging.faults(contents, kernels)
    assert judging.faults(exported.contents, kernels) == ""


def test_flex_operations_are_found(exported):
    contents = exported.contents
    changed = type(contents)(**{**vars(contents), "flex": ["FlexErf"]})
    assert "FlexErf" in judging.faults(changed, 1)


def test_a_model_with_broken_weights(tiny_model, tmp_path):
    broken = build_sgru(tiny_model.sgru_config)
    broken.set_weights([weight * np.nan for weight in tiny_model.get_weights()])
    with pytest.raises(SgruError, match="not numbers: broken weights"):
        one(broken, tmp_path)


def test_what_cannot_be_exported(tmp_path, monkeypatch):
    import keras

    with pytest.raises(SgruError, match="cannot export a str"):
        one("model.keras", tmp_path)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    monkeypatch.setattr(tflite, "sketches_of", None)  # must not be reached
    with pytest.raises(SgruError, match="KERAS_BACKEND=tensorflow"):
        one(type("Model", (), {"sgru_config": None})(), tmp_path)


def test_a_full_temporary_folder(tiny_model, tmp_path, monkeypatch):
    import tensorflow as tf

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(tf.saved_model, "save", full)
    with pytest.raises(SgruError, match="temporary folder cannot be written to.*No space"):
        one(tiny_model, tmp_path)
    assert list(tmp_path.iterdir()) == []
