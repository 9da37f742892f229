"""TFLite export: what is in the files, that they draw what Keras draws, and which are refused."""

import contextlib

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from sgru_tf.errors import SgruError
from sgru_tf.export import judging, tflite
from sgru_tf.export.inspecting import inspect
from sgru_tf.export.representative import fitted, representative_dataset, sketches_of
from sgru_tf.litert import LiteRTNetwork, read_metadata
from sgru_tf.metrics import psnr
from sgru_tf.model import build_sgru

WIDTH, HEIGHT = 96, 64


@pytest.fixture(scope="module")
def exported(tiny_model, tmp_path_factory):
    """Every precision of the tiny model at 96 x 64."""
    done = tflite.export_tflite(
        tiny_model,
        tmp_path_factory.mktemp("exported"),
        name="tiny",
        sizes=[(WIDTH, HEIGHT)],
        allow_loss=True,
    )
    return {result.path.stem.split("-")[-1]: result for result in done}


@pytest.fixture(scope="module")
def pages():
    return [fitted(grey, WIDTH, HEIGHT) for _, grey in sketches_of()]


def interpreter_of(path, **options):
    interpreter = Interpreter(model_path=str(path), **options)
    interpreter.allocate_tensors()
    return interpreter


def test_all_four_are_written_and_nothing_else(exported):
    assert list(exported) == list(tflite.PRECISIONS)
    folder = exported["int8"].path.parent
    assert sorted(path.name for path in folder.iterdir()) == sorted(
        f"tiny-{WIDTH}x{HEIGHT}-{precision}.tflite" for precision in tflite.PRECISIONS
    )
    for result in exported.values():
        assert not result.problem and result.bytes == result.path.stat().st_size
    sizes = [exported[precision].bytes for precision in ("float32", "float16", "dynamic")]
    assert sizes[0] > 1.6 * sizes[1] > 1.6 * 1.2 * sizes[2]


@pytest.mark.parametrize("precision", tflite.PRECISIONS)
def test_signature_names_types_and_ranks(exported, precision):
    interpreter = interpreter_of(exported[precision].path)
    assert interpreter.get_signature_list() == {
        "colorize": {"inputs": ["sketch"], "outputs": ["proposals"]}
    }
    (given,), (answer,) = interpreter.get_input_details(), interpreter.get_output_details()
    assert (given["name"], given["dtype"]) == ("sketch", np.uint8)
    assert list(given["shape"]) == [1, HEIGHT, WIDTH, 1]
    assert (answer["name"], answer["dtype"]) == ("proposals", np.uint8)
    assert list(answer["shape"]) == [9, HEIGHT, WIDTH, 3]
    ranks = [len(tensor["shape"]) for tensor in interpreter.get_tensor_details()]
    assert max(ranks) == 4


@pytest.mark.parametrize("precision", tflite.PRECISIONS)
def test_pictures_are_those_of_keras(exported, precision, tiny_model, pages):
    # Random weights: float files must agree all the same, integer ones in the main.
    least = {"float32": 60, "float16": 50, "dynamic": 28, "int8": 20}[precision]
    runner = interpreter_of(exported[precision].path).get_signature_runner("colorize")
    for page in pages:
        answer = runner(sketch=page[None, :, :, None])["proposals"]
        raw = np.asarray(tiny_model(page[None, :, :, None].astype("float32"))[0])
        truth = np.rint(np.clip(raw, 0, 255))
        assert truth.std() > 5  # not a blank picture that anything would equal
        assert psnr(answer, truth) > least
        assert abs(psnr(answer, truth) - exported[precision].likeness.mean) < 10


def test_without_xnnpack_too(exported, tiny_model, pages):
    from ai_edge_litert.interpreter import OpResolverType

    interpreter = interpreter_of(
        exported["float32"].path,
        experimental_op_resolver_type=OpResolverType.BUILTIN_WITHOUT_DEFAULT_DELEGATES,
    )
    answer = interpreter.get_signature_runner("colorize")(sketch=pages[0][None, :, :, None])
    (truth,) = judging.keras_pictures(tiny_model, pages[:1])
    assert np.abs(answer["proposals"].astype(int) - truth).max() <= 1


@pytest.mark.parametrize("precision", tflite.PRECISIONS)
def test_files_can_be_resized(exported, precision, tiny_model):
    network = LiteRTNetwork(exported[precision].path)
    page = fitted(sketches_of()[0][1], 64, 128)
    (truth,) = judging.keras_pictures(tiny_model, [page])
    answer = network(page[None, :, :, None].astype("float32"))[0]
    least = {"float32": 60, "float16": 50, "dynamic": 28, "int8": 20}[precision]
    assert psnr(answer, truth) > least


def test_metadata(exported, tiny_model):
    assert read_metadata(exported["int8"].path) == {
        "config": tiny_model.sgru_config.to_dict(),
        "proposals": 9,
        "width": WIDTH,
        "height": HEIGHT,
        "precision": "int8",
        "input": "uint8",
        "version": tflite.__version__,
    }


def test_what_is_integer(exported):
    """58 convolutions; those of the first block stay float in int8."""
    counts = {
        precision: (result.contents.convolutions, result.contents.integer_convolutions)
        for precision, result in exported.items()
    }
    assert counts == {"float32": (58, 0), "float16": (58, 0), "dynamic": (58, 0), "int8": (58, 55)}
    assert exported["int8"].contents.float_operations > 300  # the norms
    assert not any(result.contents.flex for result in exported.values())


def test_weights_lie_where_older_runtimes_look(exported):
    model = schema.Model.GetRootAs(exported["int8"].path.read_bytes(), 0)
    assert all(model.Buffers(index).Offset() == 0 for index in range(model.BuffersLength()))


def test_float32_input(shallow_model, tmp_path, pages):
    (done,) = tflite.export_tflite(
        shallow_model,
        tmp_path,
        sizes=[(WIDTH, HEIGHT)],
        precisions=["int8"],
        input_dtype="float32",
        allow_loss=True,
    )
    assert done.path.name == f"sgru-{WIDTH}x{HEIGHT}-int8-float32in.tflite"
    runner = interpreter_of(done.path).get_signature_runner("colorize")
    answer = runner(sketch=pages[0][None, :, :, None].astype("float32"))["proposals"]
    (truth,) = judging.keras_pictures(shallow_model, pages[:1])
    assert psnr(answer, truth) > 20
    assert LiteRTNetwork(done.path)(pages[0][None, :, :, None].astype("float32")).shape[1] == 9


@pytest.mark.usefixtures("shallow")
def test_a_model_of_mixed_precision(tiny_config, shallow_model, tmp_path, pages):
    mixed = build_sgru(tiny_config, dtype="mixed_bfloat16")
    mixed.set_weights(shallow_model.get_weights())
    (done,) = tflite.export_tflite(
        mixed, tmp_path, sizes=[(WIDTH, HEIGHT)], precisions=["float32"], allow_loss=True
    )
    answer = LiteRTNetwork(done.path)(pages[0][None, :, :, None].astype("float32"))[0]
    (truth,) = judging.keras_pictures(shallow_model, pages[:1])
    assert psnr(answer, truth) > 60


def one(model, out, **options):
    options = {"sizes": [(WIDTH, HEIGHT)], "precisions": ["dynamic"], **options}
    (done,) = tflite.export_tflite(model, out, **options)
    return done


@pytest.fixture
def converted(exported, monkeypatch):
    """Spares tests of what happens to converted files the conversion."""
    content = exported["float32"].path.read_bytes()

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

    content = with_buffers(exported["float32"].path.read_bytes(), spoil)
    monkeypatch.setattr(tflite, "_content", lambda *_: content)
    done = one(tiny_model, tmp_path, precisions=["float32"], allow_loss=True)
    assert "not finite" in done.problem
    assert list(tmp_path.iterdir()) == []


def test_lost_weights_are_found(exported):
    content = exported["float32"].path.read_bytes()
    weights = exported["float32"].contents.constants

    def lose(tensor, buffer):
        buffer.data = None

    contents = inspect(with_buffers(content, lose))
    assert "it has lost weights" in judging.faults(contents, weights)
    assert judging.faults(exported["float32"].contents, 290_000) == ""


def test_flex_operations_are_found(exported):
    contents = exported["float32"].contents
    changed = type(contents)(**{**vars(contents), "flex": ["FlexErf"]})
    assert "FlexErf" in judging.faults(changed, 1)


def test_a_model_with_broken_weights(tiny_model, tmp_path):
    broken = build_sgru(tiny_model.sgru_config)
    broken.set_weights([weight * np.nan for weight in tiny_model.get_weights()])
    with pytest.raises(SgruError, match="not numbers: broken weights"):
        one(broken, tmp_path)


def test_the_representative_dataset_is_varied_and_repeatable():
    sketches = [grey for _, grey in sketches_of()]
    pages = representative_dataset(sketches, WIDTH, HEIGHT, 12)
    again = representative_dataset(sketches, WIDTH, HEIGHT, 12)
    assert all(page.shape == (HEIGHT, WIDTH) and page.dtype == np.uint8 for page in pages)
    assert all((first == second).all() for first, second in zip(pages, again, strict=True))
    assert len({page.tobytes() for page in pages}) == 12
    drawn = [np.mean(page < 200) for page in pages]
    assert max(drawn) > 3 * min(drawn) > 0


def test_the_shipped_model_passes_every_threshold(tmp_path):
    """The one real conversion; `export/README.md` has the figures on drawings by hand."""
    from sgru_tf.loading import load_model

    for done in tflite.export_tflite(load_model(), tmp_path, precisions=["dynamic", "int8"]):
        assert done.problem == ""
        guides, spread = 12, 6
        assert done.contents.convolutions == 58 + guides + spread
        mean, least = judging.THRESHOLDS[done.path.stem.split("-")[-1]]
        assert done.likeness.mean >= mean and done.likeness.least >= least
    assert done.contents.integer_convolutions == 55 + guides


def test_what_cannot_be_exported(tmp_path, monkeypatch):
    import keras

    with pytest.raises(SgruError, match="cannot export a str"):
        one("model.keras", tmp_path)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    monkeypatch.setattr(tflite, "sketches_of", None)  # must not be reached
    with pytest.raises(SgruError, match="KERAS_BACKEND=tensorflow"):
        one(type("Model", (), {"sgru_config": None})(), tmp_path)


def test_a_full_temporary_folder(tiny_model, tmp_path, monkeypatch):
    import keras

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(type(keras.export.ExportArchive()), "write_out", full)
    with pytest.raises(SgruError, match="temporary folder cannot be written to.*No space"):
        one(tiny_model, tmp_path)
    assert list(tmp_path.iterdir()) == []
