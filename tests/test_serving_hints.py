"""The SavedModel of a network that takes hints: its two further signatures, and who calls them."""

import importlib.util
import json
import sys
from pathlib import Path

import c_loader
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from hinted import dabs, hinted_model
from pictures import drawing, encoded, opened
from PIL import Image
from serving_stub import serving
from shallow import shallow_network
from tensorflow.core.protobuf import saved_model_pb2

from sgru_tf import hints
from sgru_tf.colorizer import Colorizer
from sgru_tf.export import graph_hints, report_rows
from sgru_tf.export.measuring import Measured
from sgru_tf.export.report import write_report
from sgru_tf.export.saved_model import export_saved_model
from sgru_tf.export.warmup import WARMUP_FILE

CLIENT = Path(__file__).parent.parent / "examples" / "serving_client.py"
BYTES, ARRAYS = "colorize_bytes_with_hints", "colorize_with_hints"


pytestmark = pytest.mark.usefixtures("shallow")


@pytest.fixture(scope="module")
def model():
    with shallow_network():
        return hinted_model()


@pytest.fixture(scope="module")
def colorizer(model):
    return Colorizer(model, order="network")


@pytest.fixture(scope="module")
def exported(model, tmp_path_factory):
    out = tmp_path_factory.mktemp("served") / "tiny"
    return export_saved_model(model, out, max_pixels=500_000)


@pytest.fixture(scope="module")
def loaded(exported):
    return tf.saved_model.load(str(exported))


def serve(loaded, files, hint_files):
    answer = loaded.signatures[BYTES](
        image_bytes=tf.constant(files, tf.string), hint_bytes=tf.constant(hint_files, tf.string)
    )
    return answer["png_bytes"].numpy(), [text.decode() for text in answer["status"].numpy()]


def farthest(pngs, colouring):
    return max(
        np.abs(np.asarray(opened(png)).astype(int) - np.asarray(colouring.picture(index))).max()
        for index, png in enumerate(pngs)
    )


def test_signatures(exported):
    saved = saved_model_pb2.SavedModel.FromString((exported / "saved_model.pb").read_bytes())
    definitions = saved.meta_graphs[0].signature_def
    found = {
        f"{name} {key}": (tf.dtypes.as_dtype(info.dtype).name, [d.size for d in shape.dim])
        for name, definition in definitions.items()
        for part in (definition.inputs, definition.outputs)
        for key, info in part.items()
        for shape in [info.tensor_shape]
        if not name.startswith("__")
    }
    results = {"png_bytes": ("string", [-1, 3]), "status": ("string", [-1])}
    proposals = {"proposals": ("uint8", [-1, 3, -1, -1, 3])}
    files = {"image_bytes": ("string", [-1])}
    sketches = {"sketch": ("uint8", [-1, -1, -1, 1])}
    expected = {
        "serving_default": files | results,
        "colorize": sketches | proposals,
        BYTES: files | {"hint_bytes": ("string", [-1])} | results,
        ARRAYS: sketches | {"hints": ("uint8", [-1, -1, -1, 4])} | proposals,
    }
    assert found == {
        f"{name} {key}": one for name, parts in expected.items() for key, one in parts.items()
    }


def test_what_signatures_share_is_in_the_graph_once(exported, model):
    def ops(graph):
        functions = graph.library.function
        kinds = [node.op for part in functions for node in part.node_def]
        return kinds + [node.op for node in graph.node]

    saved = saved_model_pb2.SavedModel.FromString((exported / "saved_model.pb").read_bytes())
    served = ops(saved.meta_graphs[0].graph_def)
    assert (served.count("DecodeJpeg"), served.count("DecodeImage")) == (1, 1)
    alone = tf.function(model, [tf.TensorSpec([None, None, None, 1])], autograph=False)
    network = ops(alone.get_concrete_function().graph.as_graph_def())
    assert served.count("LeakyRelu") == network.count("LeakyRelu") > 5


@pytest.mark.parametrize("size", [(150, 110), (40, 30), (64, 64), (300, 9)])
def test_arrays_are_coloured_as_by_the_colorizer(loaded, colorizer, size):
    greys = np.stack([drawing(*size), drawing(*size, paper=220)])
    painted = np.stack([dabs(*size), np.zeros_like(dabs(*size))])
    answer = loaded.signatures[ARRAYS](
        sketch=tf.constant(greys[..., None]), hints=tf.constant(painted)
    )["proposals"].numpy()
    for grey, one, proposals in zip(greys, painted, answer, strict=True):
        assert np.abs(proposals.astype(int) - colorizer(grey, one)).max() <= 2
    plain = loaded.signatures["colorize"](tf.constant(greys[..., None]))["proposals"].numpy()
    assert np.abs(answer[0].astype(int) - plain[0]).max() > 30
    assert np.abs(answer[1].astype(int) - plain[1]).max() <= 1


def test_files_are_coloured_as_by_the_colorizer(loaded, colorizer):
    image = encoded(drawing(150, 110, paper=230))
    layer = Image.fromarray(dabs(150, 110))
    palette = Image.new("P", (150, 110))
    palette.putpalette([0, 0, 0, 255, 0, 0])
    palette.paste(1, (20, 20, 30, 30))
    kinds = {
        "PNG": encoded(layer),
        "WebP": encoded(layer, "WEBP", lossless=True),
        "grey and alpha": encoded(layer.convert("LA")),
        "palette": encoded(palette, transparency=0),
        "none": b"",
        "clear": encoded(Image.new("RGBA", (150, 110))),
    }
    pngs, status = serve(loaded, [image] * len(kinds), list(kinds.values()))
    assert status == [""] * len(kinds)
    sketch = opened(image)
    for row, data in zip(pngs, kinds.values(), strict=True):
        painted = opened(data).convert("RGBA") if data else None
        assert farthest(row, colorizer.colouring(sketch, painted)) <= 2
    assert len({bytes(row[0]) for row in pngs}) == 4
    assert np.array_equal(pngs[0], pngs[1]) and np.array_equal(pngs[-1], pngs[-2])
    plain = loaded.signatures["serving_default"](tf.constant([image]))["png_bytes"].numpy()
    assert np.array_equal(pngs[-1], plain[0])


def test_useless_hints_are_told_and_fail_nothing_else(loaded):
    image, good = encoded(drawing(60, 50)), encoded(Image.fromarray(dabs(60, 50)))
    opaque = Image.new("RGBA", (60, 50), "red")
    cases = [
        (b"hello there", "hints: not a picture that can be read"),
        (good[: len(good) // 2], "hints: PNG that cannot be decoded"),
        (encoded(opaque), "hints: not transparent anywhere; paint them on an empty transparent"),
        (encoded(opaque.convert("RGB")), "hints: not transparent anywhere"),
        (encoded(opaque.convert("RGB"), "JPEG"), "hints: not transparent anywhere"),
        (encoded(opaque.convert("L")), "hints: not transparent anywhere"),
        (
            encoded(Image.fromarray(dabs(50, 60))),
            "hints: 50 x 60 pixels, but the sketch has 60 x 50; hints must have the sketch's size",
        ),
        (encoded(Image.new("RGBA", (1000, 501))), "hints: 1000 x 501 is 0.50 megapixels"),
    ]
    pngs, status = serve(
        loaded,
        [image, b"junk", *[image] * (len(cases) + 1)],
        [good, good, *(data for data, _ in cases), good],
    )
    assert status[0] == status[-1] == "" and status[1].startswith("not a picture")
    assert all(pngs[0]) and np.array_equal(pngs[0], pngs[-1]) and not any(pngs[1])
    for (_, words), told, row in zip(cases, status[2:-1], pngs[2:-1], strict=True):
        assert told.startswith(words) and "\n" not in told
        assert not any(row)


def test_malformed_requests_are_invalid(loaded):
    sketch = tf.zeros([1, 40, 50, 1], tf.uint8)
    for shape in ((1, 50, 40, 4), (2, 40, 50, 4), (0, 40, 50, 4)):
        with pytest.raises(tf.errors.InvalidArgumentError, match="number and size of the sketches"):
            loaded.signatures[ARRAYS](sketch=sketch, hints=tf.zeros(shape, tf.uint8))
    with pytest.raises(tf.errors.InvalidArgumentError, match="as many hint_bytes as image_bytes"):
        serve(loaded, [b"", b""], [b""])
    pngs, status = serve(loaded, [], [])
    assert pngs.shape == (0, 3) and status == []


def test_hints_shrink_and_grow_as_in_the_colorizer(monkeypatch):
    monkeypatch.setattr(graph_hints, "BAND_PIXELS", 1000)  # several bands, and cells in two
    number = tf.TensorSpec([], tf.int32)
    shrink = tf.function(
        graph_hints.working_hints, [tf.TensorSpec([None, None, 4], tf.uint8), number, number]
    )
    random = np.random.default_rng(2)
    cases = [((300, 200), (64, 43)), ((97, 31), (96, 31)), ((9, 7), (64, 50)), ((1, 1500), (1, 64))]
    for given, wanted in cases:
        picture = random.integers(0, 256, (*given, 4)).astype(np.uint8)
        picture[random.random(given) < 0.7] = 0
        picture[: given[0] // 3] = 0
        expected = hints.working_hints(Image.fromarray(picture), wanted[1], wanted[0])
        assert expected.any()
        np.testing.assert_allclose(shrink(picture, *wanted), expected, atol=1e-4)


def test_warmup_requests_run(exported, loaded):
    from tensorflow_serving.apis import prediction_log_pb2

    names = []
    for record in tf.data.TFRecordDataset(str(exported / "assets.extra" / WARMUP_FILE)):
        log = prediction_log_pb2.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        names.append(request.model_spec.signature_name)
        function = loaded.signatures[names[-1]]
        given = {name: tf.constant(tf.make_ndarray(one)) for name, one in request.inputs.items()}
        outputs = function(**given)
        if "status" in outputs:
            assert outputs["status"].numpy().tolist() == [b""]
    assert names == ["serving_default", "colorize", BYTES, ARRAYS]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="c_loader.py knows Linux' libraries only")
def test_the_c_loader_gives_what_python_gives(exported, loaded, tmp_path):
    image, layer = encoded(drawing(90, 70, paper=210)), dabs(90, 70)
    files = {"image_bytes": [image] * 2, "hint_bytes": [encoded(layer), b"junk"]}
    arrays = {"sketch": drawing(90, 70)[None, :, :, None], "hints": layer[None]}
    wrong = {**arrays, "hints": layer[None, 1:]}
    (served, coloured, refused), _ = c_loader.run_apart(
        exported, [(BYTES, files), (ARRAYS, arrays), (ARRAYS, wrong)], tmp_path
    )
    assert [text[:6] for text in served["status"]] == [b"", b"hints:"]
    assert np.array_equal(served["png_bytes"], serve(loaded, *files.values())[0])
    given = {name: tf.constant(one) for name, one in arrays.items()}
    expected = loaded.signatures[ARRAYS](**given)["proposals"].numpy()
    assert np.abs(coloured["proposals"].astype(int) - expected).max() <= 1
    assert refused[0] == c_loader.INVALID_ARGUMENT


def test_the_client_sends_hints(exported, colorizer, tmp_path):
    spec = importlib.util.spec_from_file_location("serving_client", CLIENT)
    client = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(client)

    def run(*arguments):
        return CliRunner().invoke(client.main, [str(argument) for argument in arguments])

    sketch, layer, empty = (tmp_path / name for name in ("a.png", "dabs.png", "empty.png"))
    Image.fromarray(drawing(80, 60)).save(sketch)
    Image.fromarray(dabs(80, 60)).save(layer)
    empty.touch()
    colouring = colorizer.colouring(sketch, layer)
    with serving(exported, "tiny") as addresses:
        for protocol, address in zip(("--grpc", "--rest"), addresses, strict=True):
            out = tmp_path / protocol
            options = ["--out", out, "--model", "tiny", protocol, address]
            done = run(sketch, "--hints", layer, *options)
            assert done.exit_code == 0, done.output
            assert farthest([path.read_bytes() for path in sorted(out.iterdir())], colouring) <= 2
            done = run(sketch, "--hints", CLIENT, *options)
            assert done.exit_code == 1 and "hints: not a picture" in done.stderr
    for arguments, words in [
        ([sketch, layer, "--hints", layer], "those of one sketch"),
        ([sketch, "--hints", tmp_path / "none.png"], "none.png: No such file"),
        ([sketch, "--hints", empty], "empty.png: is empty"),
    ]:
        done = run(*arguments, "--out", tmp_path)
        assert done.exit_code and words in done.stderr


def test_the_report_compares_with_and_without_hints(model, exported, tmp_path, monkeypatch):
    monkeypatch.setattr(report_rows, "measure", lambda job: Measured(12.5, 90.0, 40.0, ()))
    (tmp_path / "1").symlink_to(exported)
    Image.fromarray(drawing(120, 90)).save(tmp_path / "a.png")
    compared = []
    kept = report_rows.Comparison.likeness

    def likeness(self, names):
        compared.append((len(self.ratios), names))
        return kept(self, names)

    monkeypatch.setattr(report_rows.Comparison, "likeness", likeness)
    done = write_report(lambda: model, tmp_path, sketches=tmp_path / "a.png", runs=1)
    assert not done.failures
    row = done.rows[-1]
    assert (row.name, row.remark) == ("1", "") and row.likeness.least > 55
    assert compared == [(2, ["a.png", "a.png with hints"])]
    assert json.loads((tmp_path / "report.json").read_text())["sketches"] == ["a.png"]
