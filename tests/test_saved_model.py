"""The exported SavedModel: its folder, its graph, and the C++ loader that servers use."""

import json
import sys
from pathlib import Path

import c_loader
import keras
import numpy as np
import pytest
import tensorflow as tf
from pictures import drawing, of_every_kind, opened
from tensorflow.core.protobuf import saved_model_pb2
from tensorflow.python.framework import op_def_registry

from sgru_tf import __version__
from sgru_tf.colorizer import Colorizer
from sgru_tf.errors import SgruError
from sgru_tf.export.saved_model import export_saved_model, publish
from sgru_tf.export.warmup import WARMUP_FILE
from sgru_tf.loading import load_model
from sgru_tf.model import build_sgru

SAMPLE = Path(__file__).parent.parent / "examples" / "scarf.png"


@pytest.fixture(scope="module")
def tiny_model(shallow_model):
    """Every level more is traced and written for seconds, and nothing here depends on it."""
    return shallow_model


@pytest.fixture(scope="module")
def exported(tiny_model, tmp_path_factory):
    """A version of the tiny model that takes pictures of up to half a megapixel."""
    out = tmp_path_factory.mktemp("served") / "tiny"
    return export_saved_model(tiny_model, out, max_pixels=500_000)


@pytest.fixture(scope="module")
def loaded(exported):
    return tf.saved_model.load(str(exported))


def graph_of(folder):
    saved = saved_model_pb2.SavedModel.FromString((folder / "saved_model.pb").read_bytes())
    return saved.meta_graphs[0]


# --- The folder


def test_versions_follow_each_other(exported, tiny_model):
    out = exported.parent
    assert exported == out / "1"
    assert {path.name for path in exported.iterdir()} >= {"saved_model.pb", "variables"}
    (out / "7").mkdir()
    (out / "notes.txt").write_text("not a version")
    try:
        assert publish(out, lambda part: (part / "a").touch()) == out / "8"
    finally:
        (out / "8" / "a").unlink()
        for name in ("7", "8"):
            (out / name).rmdir()
    assert sorted(path.name for path in out.iterdir()) == ["1", "notes.txt"]


def test_settings_are_noted(exported, tiny_config):
    notes = json.loads((exported / "assets.extra" / "sgru_tf.json").read_text())
    assert notes["model"] == tiny_config.to_dict()
    assert notes["version"] == __version__
    expected = {"proposals": 9, "size": 64, "lines": "sharp", "level": True, "max_pixels": 500_000}
    assert {key: notes[key] for key in expected} == expected


def test_weights_are_stored_once(exported, tiny_model):
    stored = sum(path.stat().st_size for path in (exported / "variables").iterdir())
    weights = 4 * tiny_model.count_params()
    assert weights < stored < weights + 16_000
    names = tf.train.list_variables(str(exported / "variables" / "variables"))
    own = [shape for name, shape in names if "VARIABLE_VALUE" in name]
    assert sorted(own) == sorted(list(v.shape) for v in tiny_model.variables)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"size": 31}, "size is 31"),
        ({"size": True}, "size is True"),
        ({"lines": "thin"}, "lines is 'thin'"),
        ({"max_pixels": 0}, "max_pixels is 0"),
        ({"max_pixels": 10**9}, "max_pixels"),
    ],
)
def test_bad_settings_are_refused(tiny_model, tmp_path, settings, words):
    with pytest.raises(SgruError, match=words):
        export_saved_model(tiny_model, tmp_path / "out", **settings)
    assert not (tmp_path / "out").exists()


@pytest.mark.usefixtures("shallow")
def test_bad_models_and_folders_are_refused(tiny_model, tiny_config, tmp_path, exported):
    with pytest.raises(SgruError, match="cannot export a str"):
        export_saved_model("model.keras", tmp_path / "out")
    with pytest.raises(SgruError, match="is a version of a model itself"):
        export_saved_model(tiny_model, exported)
    broken = build_sgru(tiny_config)
    broken.variables[0].assign(np.full(broken.variables[0].shape, np.nan))
    with pytest.raises(SgruError, match="not numbers"):
        export_saved_model(broken, tmp_path / "out")
    with pytest.raises(SgruError, match="nowhere: cannot be written to"):
        (tmp_path / "file").touch()
        publish(tmp_path / "file" / "nowhere", lambda part: None)


@pytest.mark.usefixtures("shallow")
def test_a_model_in_mixed_precision_is_exported_in_float32(tiny_model, tiny_config, tmp_path):
    mixed = build_sgru(tiny_config, dtype="mixed_bfloat16")
    mixed.set_weights(tiny_model.get_weights())
    version = export_saved_model(mixed, tmp_path / "mixed", level=False, warmup=False)
    assert not (version / "assets.extra" / WARMUP_FILE).exists()
    sketch = drawing(70, 60)
    colorize = tf.saved_model.load(str(version)).signatures["colorize"]
    found = colorize(tf.constant(sketch[None, :, :, None]))["proposals"][0].numpy()
    expected = Colorizer(tiny_model, level=False, order="network")(sketch)
    assert np.abs(found.astype(int) - expected).max() <= 2


# --- The graph


def test_signatures(exported):
    graph = graph_of(exported)
    found = {}
    for name in ("serving_default", "colorize"):
        definition = graph.signature_def[name]
        assert definition.method_name == "tensorflow/serving/predict"
        for part in (definition.inputs, definition.outputs):
            for key, info in part.items():
                shape = [dim.size for dim in info.tensor_shape.dim]
                found[f"{name} {key}"] = (tf.dtypes.as_dtype(info.dtype).name, shape)
    assert found == {
        "serving_default image_bytes": ("string", [-1]),
        "serving_default png_bytes": ("string", [-1, 9]),
        "serving_default status": ("string", [-1]),
        "colorize sketch": ("uint8", [-1, -1, -1, 1]),
        "colorize proposals": ("uint8", [-1, 9, -1, -1, 3]),
    }


def test_the_graph_has_stock_ops_only(exported):
    graph = graph_of(exported)
    nodes = list(graph.graph_def.node)
    for function in graph.graph_def.library.function:
        nodes += function.node_def
    functions = {function.signature.name for function in graph.graph_def.library.function}
    ops = {node.op for node in nodes} - functions
    assert {"DecodePng", "DecodeJpeg", "IgnoreErrorsDataset", "EncodePng", "Conv2D"} <= ops
    assert not [op for op in ops if "PyFunc" in op or "NumpyFunc" in op]
    # Servers of TensorFlow 2.19 do not know these, and would not load the graph.
    assert not ops & {"DecodeWebP", "DecodeJxl"}
    assert not [op for op in ops if op_def_registry.get(op) is None]


def test_warmup_requests_run(exported, loaded):
    from tensorflow_serving.apis import prediction_log_pb2

    records = tf.data.TFRecordDataset(str(exported / "assets.extra" / WARMUP_FILE))
    names = set()
    for record in records:
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        assert request.model_spec.name == "tiny"
        names.add(request.model_spec.signature_name)
        ((name, tensor),) = request.inputs.items()
        function = loaded.signatures[request.model_spec.signature_name]
        outputs = function(**{name: tf.constant(tf.make_ndarray(tensor))})
        if "status" in outputs:
            assert outputs["status"].numpy().tolist() == [b""]
        assert log.ByteSize() < 20_000
    assert names == {"serving_default", "colorize"}


def test_keras_is_not_needed_to_serve(exported):
    """The stored graph holds no object of Keras, whose variables the C++ loader does not find."""
    objects = graph_of(exported).object_graph_def
    kinds = {node.WhichOneof("kind") for node in objects.nodes}
    assert "user_object" in kinds
    users = {node.user_object.identifier for node in objects.nodes if node.HasField("user_object")}
    assert not [identifier for identifier in users if "keras" in identifier.lower()]
    assert keras.backend.backend() == "tensorflow"


# --- The C++ loader

needs_c_library = pytest.mark.skipif(
    sys.platform != "linux", reason="c_loader.py knows the names of Linux' libraries only"
)


@needs_c_library
def test_the_c_loader_gives_what_python_gives(exported, loaded, tmp_path):
    kinds = of_every_kind()
    good = [kinds[name] for name in ("PNG RGBA", "JPEG CMYK", "GIF transparent", "BMP 1 bit")]
    files = [good[0], b"junk", *good[1:], b""]
    sketch = drawing(90, 70, paper=210)[None, :, :, None]
    calls = [
        ("serving_default", files),
        ("colorize", sketch),
        ("serving_default", []),
        ("colorize", sketch[0]),
        ("colorize", np.zeros((1, 1000, 501, 1), np.uint8)),
        ("colorize", [b"text"]),
        ("serving_default", np.zeros(1, np.uint8)),
        ("serving_default", files[:1]),
    ]
    (served, coloured, none, *refused, after), _ = c_loader.run_apart(exported, calls, tmp_path)
    status = [text.decode() for text in served["status"]]
    assert [text == "" for text in status] == [True, False, True, True, True, False]
    expected = loaded.signatures["serving_default"](tf.constant(files))
    assert np.array_equal(served["png_bytes"], expected["png_bytes"].numpy())
    expected = loaded.signatures["colorize"](tf.constant(sketch))["proposals"].numpy()
    assert np.abs(coloured["proposals"].astype(int) - expected).max() <= 1
    assert none["png_bytes"].shape == (0, 9)
    assert [code for code, _ in refused] == [c_loader.INVALID_ARGUMENT] * 4
    assert np.array_equal(after["png_bytes"][0], served["png_bytes"][0])  # it lives


@pytest.mark.slow
@needs_c_library
def test_the_shipped_model_agrees_when_served(tmp_path):
    model = load_model()
    version = export_saved_model(model, tmp_path / "sgru")
    (answer,), _ = c_loader.run_apart(
        version, [("serving_default", [SAMPLE.read_bytes()])], tmp_path
    )
    colouring = Colorizer(model, order="network").colouring(SAMPLE)
    for index, png in enumerate(answer["png_bytes"][0]):
        difference = np.asarray(opened(png)).astype(int) - np.asarray(colouring.picture(index))
        assert np.abs(difference).max() <= 2
