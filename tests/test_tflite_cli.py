"""The command `sgru-export tflite`: names, sizes, calibration, and what it refuses."""
# ruff: noqa: F811

import dataclasses
import subprocess
import sys

import pytest
from click.testing import CliRunner
from PIL import Image
from test_tflite_faults import converted, exported  # noqa: F401

from sgru_tf.export import judging, tflite
from sgru_tf.export.__main__ import export
from sgru_tf.export.representative import fitted, sketches_of
from sgru_tf.model import build_sgru

pytestmark = pytest.mark.usefixtures("shallow")


@pytest.fixture(scope="module")
def tiny_model(shallow_model):
    """Every level more is traced and written for seconds, and nothing here depends on it."""
    return shallow_model


@pytest.fixture(scope="module")
def tiny_file(tiny_model, tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "my model.keras"
    tiny_model.save(path)
    return path


def run(*arguments):
    return CliRunner().invoke(export, [str(argument) for argument in arguments])


def test_the_command(tiny_file, tmp_path):
    result = run(
        *("tflite", "--model", tiny_file, "--out", tmp_path / "out", "--allow-loss"),
        *("--size", "64", "--size", "96x64", "--precision", "dynamic"),
    )
    assert result.exit_code == 0, result.output
    names = sorted(path.name for path in (tmp_path / "out").iterdir())
    assert names == ["my_model-64x64-dynamic.tflite", "my_model-96x64-dynamic.tflite"]
    for name in names:
        assert f"{name}  0." in result.stdout and "PSNR against Keras" in result.stdout


def test_the_command_says_what_it_refuses(tiny_file, tmp_path, monkeypatch, converted):
    monkeypatch.setitem(judging.THRESHOLDS, "dynamic", (98, 98))
    result = run(
        *("tflite", "--model", tiny_file, "--out", tmp_path, "--size", "96x64"),
        *("--precision", "dynamic", "--precision", "float32"),
    )
    assert result.exit_code == 1
    assert [path.name for path in tmp_path.iterdir()] == ["my_model-96x64-float32.tflite"]
    assert "not written: " in result.stderr and "98 are wanted" in result.stderr
    assert "--allow-loss" in result.stderr


def test_runs_keep_their_names_apart_and_odd_working_sizes_are_rounded_up(
    tiny_config, tmp_path, monkeypatch
):
    """Two runs whose names differ after a dot, of a model meant for 40 pixels."""
    config = dataclasses.replace(tiny_config, working_size=40)
    asked = []

    def spy(model, out, *, name, sizes, **_):
        asked.append((name, tuple(sizes)))
        return []

    monkeypatch.setattr(tflite, "export_tflite", spy)
    for name in ("run.v2", "run.v3 a"):
        (tmp_path / name).mkdir()
        build_sgru(config).save(tmp_path / name / "best.keras")
        assert run("tflite", "--model", tmp_path / name, "--out", tmp_path).exit_code == 0
    assert asked == [("run.v2", ((64, 64),)), ("run.v3_a", ((64, 64),))]


@pytest.mark.parametrize("size", ["100", "0", "x", "64x", "64x64x64", "8192", "-32", "²56"])
def test_bad_sizes(tmp_path, size):
    result = run("tflite", "--out", tmp_path, "--size", size)
    assert result.exit_code == 2 and "--size" in result.stderr


def test_bad_paths(tiny_file, tmp_path, converted):
    (tmp_path / "file").write_text("x")
    (tmp_path / "empty").mkdir()
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.png").write_text("x")
    options = ("--size", "32", "--precision", "float32", "--allow-loss")
    cases = [
        (("--model", tmp_path / "no.keras"), "no such model"),
        (("--model", tmp_path / "file"), "not a model"),
        (("--calibration", tmp_path / "empty"), "no pictures"),
        (("--calibration", tmp_path / "nothing"), "no such file"),
        (("--calibration", tmp_path / "broken"), "a.png: not a picture"),
        (("--out", tmp_path / "file"), "file"),
    ]
    for arguments, problem in cases:
        result = run(
            *("tflite", "--model", tiny_file, "--out", tmp_path / "out"), *options, *arguments
        )
        assert result.exit_code == 1, arguments
        assert problem in result.stderr and "Traceback" not in result.output
        assert result.exception is None or isinstance(result.exception, SystemExit)
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_calibration_with_sketches_of_ones_own(tiny_file, tmp_path, converted):
    Image.fromarray(fitted(sketches_of()[1][1], 200, 300)).save(tmp_path / "mine.png")
    result = run(
        *("tflite", "--model", tiny_file, "--out", tmp_path / "out", "--size", "96x64"),
        *("--precision", "int8", "--allow-loss", "--calibration", tmp_path),
    )
    assert result.exit_code == 0, result.output
    assert len(list((tmp_path / "out").iterdir())) == 1


def test_help_starts_without_tensorflow():
    code = (
        "import sys; from sgru_tf.export.__main__ import export;"
        "export(['tflite', '--help'], standalone_mode=False);"
        "sys.exit(bool({'tensorflow', 'keras', 'ai_edge_quantizer'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).returncode == 0
