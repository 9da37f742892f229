"""TFLite export: what is in the files, and that they draw what Keras draws."""

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter

from sgru_tf.export import judging, tflite
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


def test_the_representative_dataset_is_varied_and_repeatable():
    sketches = [grey for _, grey in sketches_of()]
    pages = representative_dataset(sketches, WIDTH, HEIGHT, 12)
    again = representative_dataset(sketches, WIDTH, HEIGHT, 12)
    assert all(page.shape == (HEIGHT, WIDTH) and page.dtype == np.uint8 for page in pages)
    assert all((first == second).all() for first, second in zip(pages, again, strict=True))
    assert len({page.tobytes() for page in pages}) == 12
    drawn = [np.mean(page < 200) for page in pages]
    assert max(drawn) > 3 * min(drawn) > 0


@pytest.mark.slow
def test_the_shipped_model_passes_every_threshold(tmp_path):
    """The one real conversion; `export/README.md` has the figures on drawings by hand."""
    from sgru_tf.loading import load_model

    guides, spread = 12, 6
    integer = {"dynamic": 0, "int8": 55 + guides}
    for done in tflite.export_tflite(load_model(), tmp_path, precisions=list(integer)):
        precision = done.path.stem.split("-")[-1]
        assert done.problem == ""
        mean, least = judging.THRESHOLDS[precision]
        assert done.likeness.mean >= mean and done.likeness.least >= least
        assert done.contents.convolutions == 58 + guides + spread
        assert done.contents.integer_convolutions == integer[precision]
