"""TensorFlow Serving's protocols over an exported model, and the example client."""

import importlib.util
import json
import os
import subprocess
import sys
import urllib.request
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
    colorizer = Colorizer(tiny_model)
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
