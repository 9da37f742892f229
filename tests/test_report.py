"""The report of a folder of all sorts of files: its numbers, its table and its picture."""

import json
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from ai_edge_litert.tools import flatbuffer_utils
from click.testing import CliRunner
from PIL import Image

from sgru_tf.colorizer import Colorizer
from sgru_tf.export.__main__ import export
from sgru_tf.export.comparing import Comparison
from sgru_tf.export.metadata import with_metadata
from sgru_tf.export.report_sheet import MOST_WIDTH, Panel, report_sheet
from sgru_tf.export.representative import fitted, sketches_of
from sgru_tf.export.saved_model import export_saved_model
from sgru_tf.export.tflite import export_tflite
from sgru_tf.files import read_mark
from sgru_tf.litert import read_metadata

pytestmark = pytest.mark.slow

SIDE = 64
FLOAT, DYNAMIC = (f"tiny-{SIDE}x{SIDE}-{precision}.tflite" for precision in ("float32", "dynamic"))
REPORTS = ["report.md", "report.json", "report.png"]


@pytest.fixture(scope="module")
def keras_file(tiny_model, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "tiny.keras"
    tiny_model.save(path)
    return path


@pytest.fixture(scope="module")
def files(tiny_model, tmp_path_factory):
    """A folder with two TFLite files of the tiny model; not to be changed by a test."""
    folder = tmp_path_factory.mktemp("files")
    done = export_tflite(
        tiny_model,
        folder,
        name="tiny",
        sizes=[(SIDE, SIDE)],
        precisions=("float32", "dynamic"),
        allow_loss=True,
    )
    assert not any(one.problem for one in done)
    return folder


def with_other_weights(content: bytes) -> bytes:
    """Turn the signs of a float32 file's kernels."""
    model = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    tensors = [tensor for graph in model.subgraphs for tensor in graph.tensors]
    for index in {tensor.buffer for tensor in tensors if tensor.type == schema.TensorType.FLOAT32}:
        if model.buffers[index].data is not None and len(model.buffers[index].data) > 2000:
            weights = np.array(model.buffers[index].data, np.uint8).view(np.float32)
            model.buffers[index].data = (-weights).view(np.uint8)
    return bytes(flatbuffer_utils.convert_object_to_bytearray(model))


@pytest.fixture(scope="module")
def run(tiny_model, files, keras_file, tmp_path_factory):
    """The command, on good files among all sorts of others; measured in earnest."""
    folder = tmp_path_factory.mktemp("run")
    for path in files.iterdir():
        shutil.copy(path, folder)
    content = (folder / FLOAT).read_bytes()
    notes = read_metadata(folder / FLOAT)

    (folder / "others").mkdir()
    (folder / "others" / "stranger.tflite").write_bytes(with_other_weights(content))
    other = {**notes, "config": {**notes["config"], "width": 0.5}}
    (folder / "others" / "resized.tflite").write_bytes(with_metadata(content, other))
    export_saved_model(tiny_model, folder / "served", size=SIDE, warmup=False)

    (folder / "cut.tflite").write_bytes(content[: len(content) // 3])
    (folder / "foreign.tflite").write_bytes(content.replace(b"sgru_tf\0", b"another\0"))
    (folder / "text.tflite").write_text("not a model at all")
    (folder / ".part-1-hidden.tflite").write_text("half a file")
    (folder / "7").mkdir()
    (folder / "7" / "saved_model.pb").write_bytes(b"not of ours")

    args = ["report", "--model", keras_file, "--out", folder, "--runs", "2"]
    result = CliRunner().invoke(export, [str(arg) for arg in args])
    return SimpleNamespace(
        folder=folder,
        result=result,
        json=json.loads((folder / "report.json").read_text()),
        table=(folder / "report.md").read_text(),
    )


def row(run, name):
    (found,) = [one for one in run.json["rows"] if one["name"] == name]
    return found


def test_rows_stand_in_order_and_the_rest_has_failed(run):
    assert [one["name"] for one in run.json["rows"]] == [
        "Keras",
        "others/resized.tflite",
        "others/stranger.tflite",
        FLOAT,
        DYNAMIC,
        "served/1",
    ]
    failed = {one["name"]: one["problem"] for one in run.json["failed"]}
    assert set(failed) == {"7", "cut.tflite", "foreign.tflite", "text.tflite"}
    assert failed["cut.tflite"].startswith("damaged")
    assert "not a model of sgru_tf" in failed["foreign.tflite"]
    assert failed["text.tflite"] == "not a TFLite file"
    assert "assets.extra" in failed["7"]


def test_command_tells_what_failed_and_goes_on(run):
    assert run.result.exit_code == 1
    assert run.result.stdout.splitlines() == [str(run.folder / name) for name in REPORTS]
    told = run.result.stderr.splitlines()
    assert told[:2] == ["loading the model", "measuring"]
    assert len(told) == 6
    for one in run.json["failed"]:
        assert f"failed: {run.folder / one['name']}: {one['problem']}" in told
        assert f"- `{one['name']}`: {one['problem']}" in run.table
    assert not [
        path.name
        for path in run.folder.iterdir()
        if path.name.startswith(".part-") and "hidden" not in path.name
    ]


def test_times_and_memory_make_sense(run):
    for one in run.json["rows"]:
        assert set(one["ms"]) == {"1", "2"}
        assert all(0 < ms < 60_000 for ms in one["ms"].values())
        assert 10 < one["base_mb"] < one["peak_mb"] < 4000


def test_files_are_measured_without_tensorflow(run):
    for one in run.json["rows"]:
        lite = one["kind"] == "TFLite"
        assert ("ai_edge_litert" in one["frameworks"]) == lite
        assert ("tensorflow" in one["frameworks"]) != lite
        # Tests hold TensorFlow's memory, which must not be counted into that of the new process.
        assert (one["peak_mb"] < 250) == lite, one
    assert "keras" in row(run, "Keras")["frameworks"]
    assert row(run, FLOAT)["frameworks"] == ["ai_edge_litert"]


def test_sizes_are_those_on_disk(run, keras_file):
    assert row(run, "Keras")["bytes"] == keras_file.stat().st_size
    for name in (FLOAT, DYNAMIC):
        assert row(run, name)["bytes"] == (run.folder / name).stat().st_size
    served = [path for path in (run.folder / "served" / "1").rglob("*") if path.is_file()]
    assert row(run, "served/1")["bytes"] == sum(path.stat().st_size for path in served) > 10**6


@pytest.mark.parametrize("name", [FLOAT, DYNAMIC])
def test_likeness_is_what_it_says(run, name, tiny_model):
    interpreter = Interpreter(model_path=str(run.folder / name))
    runner = interpreter.get_signature_runner("colorize")
    ratios, largest = {}, 0
    for sketch, grey in sketches_of():
        page = fitted(grey, SIDE, SIDE)[None, :, :, None]
        truth = np.round(np.clip(np.asarray(tiny_model(page.astype("float32")))[0], 0, 255))
        difference = runner(sketch=page)["proposals"] - truth
        ratios[sketch] = 20 * np.log10(255) - 10 * np.log10(np.mean(difference**2))
        largest = max(largest, np.abs(difference).max())
    one = row(run, name)
    assert one["psnr_mean_db"] == pytest.approx(np.mean(list(ratios.values())), abs=0.02)
    assert one["psnr_worst_db"] == pytest.approx(min(ratios.values()), abs=0.02)
    assert one["worst_sketch"] == min(ratios, key=ratios.get)
    assert one["largest_difference"] == largest
    assert run.json["sketches"] == list(ratios)


def test_saved_model_is_compared_with_the_colorizer(run, tiny_model):
    import tensorflow as tf

    model = tf.saved_model.load(str(run.folder / "served" / "1"))
    colorizer = Colorizer(tiny_model, size=SIDE, order="network")
    ratios = []
    for _, grey in sketches_of():
        answer = model.signatures["colorize"](sketch=tf.constant(grey[None, :, :, None]))
        difference = answer["proposals"][0].numpy().astype(float) - colorizer(grey)
        ratios.append(10 * np.log10(255**2 / np.mean(difference**2)))
    one = row(run, "served/1")
    assert one["psnr_mean_db"] == pytest.approx(np.mean(ratios), abs=0.05)
    assert (one["width"], one["height"]) == (256, 256)
    assert one["psnr_worst_db"] > 55 and one["largest_difference"] <= 3


def test_operations_are_counted(run):
    exact, dynamic = row(run, FLOAT), row(run, DYNAMIC)
    assert exact["convolutions"] == dynamic["convolutions"] > 50
    assert exact["integer_convolutions"] == 0 < exact["float_operations"]
    assert row(run, "served/1")["convolutions"] is None


def test_what_belongs_to_another_model_is_marked(run):
    assert row(run, FLOAT)["remark"] == "" == row(run, "served/1")["remark"]
    resized = row(run, "others/resized.tflite")
    assert resized["remark"].startswith("of another model: its width is 0.5")
    stranger = row(run, "others/stranger.tflite")
    assert stranger["remark"] == "does not draw what the model draws"
    assert stranger["psnr_mean_db"] < 15 and stranger["ms"]["1"] > 0
    assert f"| {resized['remark']} |" in run.table


def test_table_and_json_agree(run):
    lines = [line.strip("| ").split(" | ") for line in run.table.splitlines() if line[:1] == "|"]
    titles, _, *cells = [[cell.strip() for cell in line] for line in lines]
    assert len(cells) == len(run.json["rows"])
    # Cells at the end that are empty are lost to the strip above.
    for values, one in zip(cells, run.json["rows"], strict=True):
        told = dict(zip(titles, values, strict=False))
        assert told["file"] == f"`{one['name']}`"
        assert told["size"] == f"{one['width']}x{one['height']}"
        assert int(told["bytes"].replace(",", "")) == one["bytes"]
        assert float(told["ms, 1 thread"]) == pytest.approx(one["ms"]["1"], abs=0.06)
        assert float(told["ms, 2 threads"]) == pytest.approx(one["ms"]["2"], abs=0.06)
        assert float(told["peak MB"]) == pytest.approx(one["peak_mb"], abs=0.6)
        assert float(told["base MB"]) == pytest.approx(one["base_mb"], abs=0.6)
        if one["kind"] == "Keras":
            continue
        assert float(told["PSNR dB, mean"]) == pytest.approx(one["psnr_mean_db"], abs=0.06)
        assert float(told["PSNR dB, worst"]) == pytest.approx(one["psnr_worst_db"], abs=0.06)
        assert int(told["largest difference"]) == one["largest_difference"]
        if one["kind"] == "TFLite":
            integer = f"{one['integer_convolutions']} of {one['convolutions']}"
            assert told["integer convolutions"] == integer
            assert int(told["float operations"]) == one["float_operations"]


def test_machine_and_method_are_told(run):
    machine = run.json["machine"]
    assert machine["cores"] >= 1 and machine["python"] == sys.version.split()[0]
    for key in ("cpu", "system", "litert", "tensorflow", "keras"):
        assert machine[key] not in ("", "none") and machine[key] in run.table
    assert "median of 2 runs" in run.table and run.json["runs"] == 2
    assert "\n\n- Size is" in run.table and "](report.png)" in run.table


def test_picture_has_a_cell_for_every_file_and_sketch(run, tiny_model):
    with Image.open(run.folder / "report.png") as picture:
        page = np.asarray(picture.convert("RGB"))
    # Six columns: sketch, Keras and four files of 64 x 64. Three sketches; then those of the
    # SavedModel, with three columns. The largest pictures are 320 x 320: 64 x 64, five times.
    assert page.shape == (6 * (320 + 22 + 8) + 8, 6 * (320 + 8) + 8, 3)
    assert read_mark(run.folder / "report.png") == "report"
    filled = np.zeros((6, 6), bool)
    for line in range(6):
        for column in range(6):
            top, left = 8 + 350 * line, 8 + 328 * column
            filled[line, column] = np.ptp(page[top : top + 320, left : left + 320]) > 0
    assert filled[:3].all() and filled[3:, :3].all() and not filled[3:, 3:].any()

    grey = fitted(sketches_of()[0][1], SIDE, SIDE)
    truth = np.asarray(tiny_model(grey[None, :, :, None].astype("float32")))[0]
    first, second = (page[8:328:5, left : left + 320 : 5].astype(int) for left in (8, 336))
    assert (first == grey[:, :, None]).all()
    assert np.abs(second - np.clip(truth, 0, 255)).max((1, 2, 3)).min() <= 0.5


def test_long_rows_are_broken():
    pictures = [np.full((64, 96, 3), level, np.uint8) for level in (0, 200)]
    panel = Panel("96x64", "Keras", ["a", "b"], pictures, pictures)
    for number in range(10):
        comparison = Comparison([0, 0])
        for picture in pictures:
            comparison.add(picture[None], picture[None])
        name = f"a/very/long/name/of/a/file/{number}-int8.tflite"
        panel.columns.append(("int8", name, comparison))
    # Seven files and three for each sketch, all pictures at twice their size.
    size = 9 * (192 + 8) + 8, 4 * (128 + 22 + 8) + 8
    assert report_sheet([panel]).size == size and size[0] <= MOST_WIDTH


def test_pictures_of_another_shape_are_not_compared():
    comparison = Comparison([1])
    comparison.add(np.zeros((1, 4, 4, 3), np.uint8), np.zeros((9, 4, 4, 3), np.uint8))
    assert comparison.likeness(["a"]) is None and "(1, 4, 4, 3)" in comparison.problem
    assert len(comparison.answers) == 1
