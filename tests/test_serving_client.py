"""TensorFlow Serving's protocols over an exported model, and the example client."""

import base64
import http.server
import importlib.util
import json
import os
import subprocess
import sys
import threading
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import grpc
import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from pictures import drawing
from PIL import Image
from serving_stub import serving
from tensorflow_serving.apis import predict_pb2, prediction_service_pb2_grpc

from sgru_tf.colorizer import Colorizer
from sgru_tf.export.saved_model import export_saved_model

CLIENT = Path(__file__).parent.parent / "examples" / "serving_client.py"


@pytest.fixture(scope="module")
def tiny_model(shallow_model):
    """Every level more is traced and written for seconds, and nothing here depends on it."""
    return shallow_model


@pytest.fixture(scope="module")
def addresses(tiny_model, tmp_path_factory):
    out = tmp_path_factory.mktemp("served") / "tiny"
    version = export_saved_model(tiny_model, out, max_pixels=500_000, warmup=False)
    with serving(version, "tiny") as addresses:
        yield dict(zip(("--grpc", "--rest"), addresses, strict=True))


@pytest.fixture(scope="module")
def client():
    spec = importlib.util.spec_from_file_location("serving_client", CLIENT)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def run_client(client, *arguments):
    done = CliRunner().invoke(client.main, [str(argument) for argument in arguments])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


@pytest.mark.parametrize("protocol", ["--grpc", "--rest"])
def test_the_client_writes_what_the_colorizer_gives(
    client, addresses, protocol, tiny_model, tmp_path
):
    rng = np.random.default_rng(8)
    noise = rng.integers(0, 256, (700, 700)).astype(np.uint8)  # its answer exceeds 4 MiB
    pictures = {"small": drawing(80, 60, paper=220), "noise": noise}
    for name, picture in pictures.items():
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    layer = np.dstack([drawing()] * 3 + [np.full((110, 150), 128, np.uint8)])
    Image.fromarray(layer).save(tmp_path / "layer.webp", lossless=True)
    paths = [tmp_path / name for name in ("small.png", "noise.png", "layer.webp")]
    out = tmp_path / "out"
    done = run_client(
        client, *paths, "--out", out, "--model", "tiny", protocol, addresses[protocol]
    )
    assert done.exit_code == 0, done.output
    assert f"coloured 3, failed 0 -> {out}" in done.output
    assert len(list(out.iterdir())) == 27
    assert sum(path.stat().st_size for path in out.glob("noise_*")) > 4 * 2**20
    colorizer = Colorizer(tiny_model, order="network")
    for path in paths:
        colouring = colorizer.colouring(path)
        with Image.open(out / f"{path.stem}_9.png") as written:
            assert written.mode == colouring.picture(8).mode
            difference = np.asarray(written).astype(int) - np.asarray(colouring.picture(8))
        assert np.abs(difference).max() <= 2


@pytest.mark.parametrize("protocol", ["--grpc", "--rest"])
def test_the_client_tells_what_is_bad_and_goes_on(client, addresses, protocol, tmp_path):
    (tmp_path / "junk.png").write_text("no picture")
    Image.new("L", (800, 700)).save(tmp_path / "large.png")
    Image.fromarray(drawing(40, 50)).save(tmp_path / "good.png")
    Image.fromarray(drawing(40, 50)).save(tmp_path / "good.bmp")
    names = ("junk.png", "missing.png", "large.png", "good.png", "good.bmp")
    paths = [tmp_path / name for name in names]
    out = tmp_path / "out"
    done = run_client(
        client, *paths, "--out", out, "--model", "tiny", protocol, addresses[protocol]
    )
    assert done.exit_code == 1
    lines = done.stderr.splitlines()
    assert lines[0].startswith(f"failed: {paths[0]}: not a picture")
    assert lines[1] == f"failed: {paths[1]}: No such file or directory"
    assert "800 x 700 is 0.56 megapixels, at most 0.5" in lines[2]
    assert "coloured 2, failed 3" in done.output
    expected = {f"good_{suffix}_{n}.png" for suffix in ("png", "bmp") for n in range(1, 10)}
    assert {path.name for path in out.iterdir()} == expected


@pytest.mark.parametrize("protocol", ["--grpc", "--rest"])
def test_the_client_tells_of_trouble_in_one_line(client, addresses, protocol, tmp_path):
    Image.fromarray(drawing(40, 50)).save(tmp_path / "good.png")
    cases = [
        ("other", addresses[protocol], "Servable not found for request: Latest(other)"),
        ("tiny", "127.0.0.1:9", "127.0.0.1:9"),
    ]
    for model, address, words in cases:
        arguments = ["--out", tmp_path / "out", "--model", model, protocol, address]
        done = run_client(client, tmp_path / "good.png", *arguments)
        assert done.exit_code == 1
        (line,) = done.stderr.splitlines()
        assert line.startswith("Error: ")
        assert words in line
    assert list((tmp_path / "out").iterdir()) == []


@contextmanager
def answering(answer):
    """A server that sends the same bytes to whoever asks; gives its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):  # noqa: N802
            self.rfile.read(int(self.headers["Content-Length"]))
            self.wfile.write(answer)

        def log_message(self, *arguments):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def one_error(client, tmp_path, *arguments):
    Image.fromarray(drawing(40, 50)).save(tmp_path / "good.png")
    done = run_client(client, tmp_path / "good.png", "--out", tmp_path / "out", *arguments)
    assert done.exit_code == 1
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    return line


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http://local host:1", "cannot be asked; URL can't contain control characters"),
        ("http://[::1", "cannot be asked; Invalid IPv6 URL"),
        ("localhost:one", "cannot be asked; nonnumeric port: 'one'"),
        ("http://localhost:1/ü", "cannot be asked; 'ascii' codec"),
        ("http://", "no host given"),
    ],
)
def test_bad_addresses_are_told(client, tmp_path, address, words):
    assert words in one_error(client, tmp_path, "--rest", address)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (b"\0\0\x18\x04\0\0\0\0\0\0\4\0@\0\0", "is this the server's REST port?"),  # HTTP/2
        (b"HTTP/1.0 200 OK\r\nContent-Length: 99\r\n\r\n{", "not whole or not HTTP"),
        (b"HTTP/1.0 200 OK\r\n\r\n<html>", "something else than pictures"),
        (b'HTTP/1.0 200 OK\r\n\r\n{"predictions": [[1.5]]}', "something else than pictures"),
        (b"HTTP/1.0 502 Gone astray\r\nContent-Length: 9\r\n\r\n{", ": 502 Gone astray"),
    ],
)
def test_answers_of_other_servers_are_told(client, tmp_path, answer, words):
    with answering(answer) as address:
        line = one_error(client, tmp_path, "--rest", address)
    assert line.startswith(f"Error: {address}/v1/models/sgru:predict: ")
    assert words in line


def test_rest_at_the_grpc_port_is_told(client, addresses, tmp_path):
    line = one_error(client, tmp_path, "--rest", addresses["--grpc"])
    assert line.startswith(f"Error: http://{addresses['--grpc']}/v1/models/sgru:predict: ")


@pytest.mark.parametrize("model", ["a b", "mö", "a/b"])
def test_names_of_models_are_quoted(client, addresses, tmp_path, model):
    line = one_error(client, tmp_path, "--rest", addresses["--rest"], "--model", model)
    (quoted,) = line.partition("/v1/models/")[2].split(":predict")[:1]
    assert quoted.isascii() and urllib.parse.unquote(quoted) == model
    assert line.endswith(f": 404 Servable not found for request: Latest({quoted})")


def test_sketches_of_one_name_replace_nothing(client, tmp_path):
    names = [
        "one/a.png",
        "two/a.png",
        "two/A.webp",
        "b.png",
        "b.webp",
        "c.png",
        "up/two/d.png",
        "two/d.png",
        "two_d.png",
    ]
    sketches = [tmp_path / name for name in names]
    stems = ["one_a_png", "two_a_png", "two_A_webp", "b_png", "b_webp", "c"]
    assert client.stems(sketches) == [*stems, "two_d", "two_d-2", "two_d-3"]
    prediction = {"status": ""}
    prediction["png_bytes"] = [{"b64": base64.b64encode(b"pixels").decode()}] * 2
    answer = b"HTTP/1.0 200 OK\r\n\r\n" + json.dumps({"predictions": [prediction]}).encode()
    for sketch in sketches:
        sketch.parent.mkdir(parents=True, exist_ok=True)
        sketch.write_bytes(b"sketch")
    with answering(answer) as address:
        done = run_client(client, *sketches, "--out", tmp_path / "out", "--rest", address)
        assert done.exit_code == 0
        expected = {f"{stem}_{n}.png" for stem in client.stems(sketches) for n in (1, 2)}
        assert {path.name for path in (tmp_path / "out").iterdir()} == expected
        (tmp_path / "c_2.png").write_bytes(b"sketch")
        pair = tmp_path / "c.png", tmp_path / "c_2.png"
        done = run_client(client, *pair, "--out", tmp_path, "--rest", address)
    assert done.exit_code == 1
    assert f"failed: {pair[0]}: a result would replace a sketch" in done.stderr
    assert [path.read_bytes() for path in pair] == [b"sketch"] * 2
    assert not (tmp_path / "c_1.png").exists() and (tmp_path / "c_2_1.png").exists()


def test_over_grpc_nothing_but_the_answer_is_printed(addresses, tmp_path):
    Image.fromarray(drawing(40, 50)).save(tmp_path / "good.png")
    arguments = [tmp_path / "good.png", "--out", tmp_path / "out", "--model", "tiny"]
    environment = {key: os.environ[key] for key in os.environ if not key.startswith("TF_")}
    done = subprocess.run(
        [sys.executable, CLIENT, *arguments, "--grpc", addresses["--grpc"]],
        capture_output=True,
        text=True,
        env=environment,
    )
    assert done.returncode == 0 and done.stderr == ""
    assert done.stdout.startswith("coloured 1, failed 0")


def test_malformed_requests_are_invalid_arguments(addresses):
    service = prediction_service_pb2_grpc.PredictionServiceStub(
        grpc.insecure_channel(addresses["--grpc"])
    )
    for signature, name, value in [
        ("serving_default", "image_bytes", b"a scalar"),
        ("serving_default", "sketch", [b"a"]),
        ("colorize", "sketch", np.zeros((4, 4, 1), np.uint8)),
        ("colorize", "sketch", np.zeros((1, 4, 4, 1), np.float32)),
        ("colorize", "sketch", np.zeros((1, 900, 900, 1), np.uint8)),
        ("nothing", "sketch", np.zeros((1, 4, 4, 1), np.uint8)),
    ]:
        request = predict_pb2.PredictRequest()
        request.model_spec.name = "tiny"
        request.model_spec.signature_name = signature
        request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
        with pytest.raises(grpc.RpcError) as caught:
            service.Predict(request)
        assert caught.value.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_rest_takes_columns_and_the_other_signature(addresses):
    sketch = drawing(20, 16)
    body = {"signature_name": "colorize", "inputs": {"sketch": sketch[None, :, :, None].tolist()}}
    url = f"{addresses['--rest']}/v1/models/tiny:predict"
    with urllib.request.urlopen(url, json.dumps(body).encode()) as response:
        proposals = np.array(json.load(response)["outputs"]["proposals"])
    assert proposals.shape == (1, 9, 16, 20, 3)
    assert 0 <= proposals.min() < proposals.max() <= 255


def test_the_clients_help_starts_without_tensorflow():
    program = (
        "import runpy, sys; sys.argv = ['serving_client.py', '--help']\n"
        "try: runpy.run_path(sys.argv.pop(0) and CLIENT, run_name='__main__')\n"
        "except SystemExit: assert 'tensorflow' not in sys.modules and 'grpc' not in sys.modules\n"
    ).replace("CLIENT", repr(str(CLIENT)))
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, env=os.environ)
    assert done.returncode == 0, done.stderr.decode()
