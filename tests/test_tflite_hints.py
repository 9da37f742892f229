"""TFLite files of a network that takes hints: they obey them as Keras does, and do without."""

import dataclasses
import shutil

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from hinted import dabs, hinted_model
from shallow import TWO_LEVELS, shallow_network

from sgru_tf.colorizer import Colorizer
from sgru_tf.errors import SgruError
from sgru_tf.export import judging, report_rows, tflite
from sgru_tf.export.measuring import Measured, measure
from sgru_tf.export.report import write_report
from sgru_tf.export.representative import fitted, sketches_of
from sgru_tf.export.sample_hints import (
    MOST,
    calibration_hints,
    for_network,
    judged_pages,
    random_hints,
)
from sgru_tf.litert import LiteRTNetwork
from sgru_tf.metrics import psnr

WIDTH, HEIGHT = 96, 64


pytestmark = pytest.mark.usefixtures("shallow")


@pytest.fixture(scope="module")
def model():
    """Of two levels; `test_tflite.py` converts the shipped network, which has five and hints."""
    with shallow_network(TWO_LEVELS):
        return hinted_model()


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    """Of the tiny model with hints: float32, float16 and int8, and one that takes floats."""
    out = tmp_path_factory.mktemp("exported")
    options = {"sizes": [(WIDTH, HEIGHT)], "allow_loss": True}
    done = [
        *tflite.export_tflite(model, out, precisions=["float32", "float16", "int8"], **options),
        *tflite.export_tflite(model, out, precisions=["float32"], input_dtype="float32", **options),
    ]
    assert not any(one.problem for one in done)
    return {one.path.stem.split(f"{HEIGHT}-")[1]: one for one in done}


@pytest.fixture(scope="module")
def page():
    return fitted(sketches_of()[0][1], WIDTH, HEIGHT)[None, :, :, None].astype("float32")


def pictures(model, page, hints=None):
    """What Keras makes of float arrays."""
    hints = np.zeros((*page.shape[:3], 4), "float32") if hints is None else hints
    answer = np.asarray(model({"sketch": page, "hints": hints})[0])
    return np.rint(np.clip(answer, 0, 255))


@pytest.mark.parametrize("kind", ["float32", "int8", "float32-float32in"])
def test_inputs_and_their_order(exported, kind):
    dtype = np.float32 if kind.endswith("in") else np.uint8
    interpreter = Interpreter(model_path=str(exported[kind].path))
    inputs = interpreter.get_input_details()
    assert [(one["name"], one["dtype"], list(one["shape"])) for one in inputs] == [
        ("sketch", dtype, [1, HEIGHT, WIDTH, 1]),
        ("hints", dtype, [1, HEIGHT, WIDTH, 4]),
    ]
    ranks = [len(tensor["shape"]) for tensor in interpreter.get_tensor_details()]
    assert max(ranks) == 4
    # Clients that count the inputs go by the order in the file.
    content = schema.Model.GetRootAs(exported[kind].path.read_bytes(), 0)
    signature = content.SignatureDefs(0)
    assert [signature.Inputs(number).Name() for number in range(2)] == [b"sketch", b"hints"]


@pytest.mark.parametrize(
    ("kind", "least"),
    [("float32", 60), ("float16", 45), ("int8", 24), ("float32-float32in", 60)],
)
def test_pictures_are_those_of_keras_with_and_without_hints(exported, kind, least, model, page):
    network = LiteRTNetwork(exported[kind].path)
    assert network.hints
    plain = network(page)[0]
    assert psnr(plain, pictures(model, page)) > least
    hints = for_network(random_hints(WIDTH, HEIGHT, np.random.default_rng(5)))
    guided = network(page, hints)[0]
    truth = pictures(model, page, hints)
    assert psnr(guided, truth) > least
    assert psnr(plain, truth) < 20  # else the hints would not have mattered
    # What was there is forgotten, and no hints are hints of nothing.
    assert np.array_equal(network(page)[0], plain)
    assert np.array_equal(network(page, 0 * hints)[0], plain)


def test_half_a_mask_is_half_a_mask_in_both_types(exported, model, page):
    hints = np.zeros((1, HEIGHT, WIDTH, 4), "float32")
    hints[0, 20:40, 30:50] = 255, 0, 51, 51 / 255
    truth = pictures(model, page, hints)
    assert psnr(truth, pictures(model, page)) < 40
    for kind in ("float32", "float32-float32in"):
        assert psnr(LiteRTNetwork(exported[kind].path)(page, hints)[0], truth) > 60


def test_both_inputs_are_resized_together(exported, model):
    network = LiteRTNetwork(exported["float32"].path)
    for height, width in ((128, 64), (64, 96), (32, 160)):
        page = fitted(sketches_of()[1][1], width, height)[None, :, :, None].astype("float32")
        hints = for_network(random_hints(width, height, np.random.default_rng(height)))
        assert psnr(network(page, hints)[0], pictures(model, page, hints)) > 60


def test_hints_are_padded_where_the_file_cannot_be_resized(exported, model, page, monkeypatch):
    network = LiteRTNetwork(exported["float32"].path)
    allocated = network._allocated
    monkeypatch.setattr(
        network, "_allocated", lambda shape: shape == (HEIGHT, WIDTH) and allocated(shape)
    )
    hints = for_network(random_hints(64, 32, np.random.default_rng(3)))
    part = page[:, :32, :64]
    room = (0, 0), (0, HEIGHT - 32), (0, WIDTH - 64), (0, 0)
    padded = np.pad(part, room, constant_values=255), np.pad(hints, room)
    answer = network(part, hints)[0]
    assert psnr(answer, pictures(model, *padded)[:, :32, :64]) > 60


def test_the_colorizer_takes_hints_to_the_file(exported, model):
    sketch = np.full((90, 120), 255, np.uint8)
    sketch[20:70, 50:53] = 0
    by_file, by_keras = (
        Colorizer(one, size=64, order="network")(sketch, dabs(120, 90))
        for one in (exported["float32"].path, model)
    )
    assert np.abs(by_file.astype(int) - by_keras).max() <= 2
    plain = Colorizer(model, size=64, order="network")(sketch)
    assert np.abs(by_file.astype(int) - plain).max() > 20


@pytest.fixture(scope="module")
def without_hints(shallow_model, tmp_path_factory):
    """Of a model that takes none."""
    out = tmp_path_factory.mktemp("plain")
    options = {"precisions": ["float32"], "sizes": [(32, 32)], "allow_loss": True}
    (done,) = tflite.export_tflite(shallow_model, out, **options)
    return done.path


def test_a_file_without_hints_refuses_them(without_hints):
    network = LiteRTNetwork(without_hints)
    assert not network.hints
    page = np.full((1, 32, 32, 1), 255, "float32")
    with pytest.raises(SgruError, match="takes no hints"):
        network(page, np.zeros((1, 32, 32, 4), "float32"))


def test_the_pyramid_of_hints_stays_float(exported):
    interpreter = Interpreter(model_path=str(exported["int8"].path))
    names = [(one["name"], one["dtype"]) for one in interpreter.get_tensor_details()]
    pyramid = [one for one in names if "pyramid" in one[0] and "_quantized" not in one[0]]
    assert len(pyramid) > 15 and {dtype for _, dtype in pyramid} == {np.float32}
    spread = [one for one in names if one[0].startswith("spread") or "/spread/" in one[0]]
    assert len(spread) > 100 and {dtype for _, dtype in spread} <= {np.float32, np.int32}
    # The guides compute with integers: of 25 and theirs all but the first block, and of the
    # spread none.
    contents = exported["int8"].contents
    guides, spreading = 6, 6
    assert contents.convolutions == 25 + guides + spreading
    assert contents.integer_convolutions == 22 + guides


def test_files_are_judged_with_and_without_hints(exported, model, monkeypatch):
    judged = []

    def add(self, answer, truth):
        judged.append(psnr(answer, truth))
        return kept(self, answer, truth)

    kept = judging.Comparison.add
    names, pages = zip(*((name, fitted(grey, 64, 64)) for name, grey in sketches_of()), strict=True)
    given = judged_pages(list(names), list(pages), True)
    truths = judging.keras_pictures(model, *given[1:])
    monkeypatch.setattr(judging.Comparison, "add", add)
    found = judging.likeness(exported["float32"].path, *given, truths)
    assert len(judged) == 6 and found.least == min(judged) > 60
    assert given[0][3:] == [f"{name} with hints" for name in names]
    assert given[2][:3] == [None] * 3
    for plain, guided in zip(truths[:3], truths[3:], strict=True):
        assert psnr(plain, guided) < 30
    assert judged_pages(list(names), list(pages), False)[1] == list(pages)


def test_the_report_times_and_compares_them(exported, without_hints, model, tmp_path, monkeypatch):
    timed = []

    def measured(job):
        timed.append(job)
        return Measured(12.5, 90.0, 40.0, ())

    monkeypatch.setattr(report_rows, "measure", measured)
    name = exported["float32"].path.name
    shutil.copy(exported["float32"].path, tmp_path)
    shutil.copy(without_hints, tmp_path / "other.tflite")
    done = write_report(lambda: model, tmp_path, runs=1)
    assert not done.failures
    rows = {row.name: row for row in done.rows}
    assert rows[name].remark == "" and rows[name].likeness.least > 60
    assert "its hints is False, not True" in rows["other.tflite"].remark
    (job,) = (job for job in timed if job.threads == 1 and job.path.endswith(name))
    sketch = tmp_path / "sketch.npy"
    np.save(sketch, np.full((HEIGHT, WIDTH), 255, np.uint8))
    assert measure(dataclasses.replace(job, sketch=str(sketch))).ms > 0


def test_half_of_the_pages_to_calibrate_with_have_hints():
    first, again = (calibration_hints(24, WIDTH, HEIGHT) for _ in range(2))
    assert [one is None for one in first] == [True, False] * 12
    painted = [one for one in first if one is not None]
    for one, other in zip(painted, again[1::2], strict=True):
        assert one.shape == (HEIGHT, WIDTH, 4) and one.dtype == np.uint8
        assert np.array_equal(one, other)
        assert set(np.unique(one[..., 3])) == {0, 255} and not one[one[..., 3] == 0].any()
    assert len({one.tobytes() for one in painted}) == 12
    covered = [np.mean(one[..., 3] > 0) for one in painted]
    assert min(covered) < 0.01 and max(covered) > 0.05
    colours = np.concatenate([one[one[..., 3] > 0] for one in painted])
    assert colours[:, :3].min() == 0 and colours[:, :3].max() == 255
    few = [len(np.unique(one.reshape(-1, 4), axis=0)) - 1 for one in painted]
    assert min(few) <= 2 < 5 < max(few) <= MOST
