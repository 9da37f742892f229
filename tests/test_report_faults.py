"""The report on good and bad folders: statuses, failures, and what stopping leaves."""
# ruff: noqa: F811

import json
import re
import shutil
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from test_report import DYNAMIC, FLOAT, REPORTS, SIDE, files, keras_file  # noqa: F401

from sgru_tf.errors import SgruError
from sgru_tf.export import report, report_rows
from sgru_tf.export.__main__ import export
from sgru_tf.export.measuring import Job, Measured, measure
from sgru_tf.export.report import write_report
from sgru_tf.export.report_items import exported_in

pytestmark = pytest.mark.usefixtures("shallow")


@pytest.fixture(scope="module")
def tiny_model(shallow_model):
    """Every level more is traced and written for seconds, and nothing here depends on it."""
    return shallow_model


@pytest.fixture
def at_once(monkeypatch):
    """Measuring that starts no process."""
    monkeypatch.setattr(
        report_rows, "measure", lambda job: Measured(12.5, 90.0, 40.0, ("ai_edge_litert",))
    )


def test_good_folder_gives_status_0(files, keras_file, tmp_path, at_once):
    out = shutil.copytree(files, tmp_path / "out")
    result = CliRunner().invoke(
        export, ["report", "--model", str(keras_file), "--out", str(out)], catch_exceptions=False
    )
    assert result.exit_code == 0 and "failed" not in result.stderr
    assert "## Failed" not in (out / "report.md").read_text()


def test_file_that_cannot_be_run_does_not_stop_the_rest(tiny_model, files, tmp_path, monkeypatch):
    def fails(job):
        if FLOAT in job.path:
            raise SgruError(f"{job.path}: LiteRT cannot open it")
        return Measured(12.5, None, None, ())

    monkeypatch.setattr(report_rows, "measure", fails)
    out = shutil.copytree(files, tmp_path / "out")
    done = write_report(lambda: tiny_model, out, runs=1)
    assert [one.name for one in done.rows] == ["Keras", DYNAMIC]
    assert [(one.name, one.problem) for one in done.failures] == [(FLOAT, "LiteRT cannot open it")]
    told = json.loads((out / "report.json").read_text())["rows"]
    assert told[1]["peak_mb"] is None and told[1]["ms"] == {"1": 12.5, "2": 12.5}


def test_nothing_but_a_damaged_file_still_makes_a_report(tiny_model, tmp_path, at_once):
    (tmp_path / "damaged.tflite").write_bytes(b"\0\0\0\0TFL3" + bytes(100))
    done = write_report(lambda: tiny_model, tmp_path, runs=1)
    assert [one.name for one in done.failures] == ["damaged.tflite"]
    assert [one.name for one in done.rows] == ["Keras"]
    assert done.paths == [tmp_path / name for name in REPORTS]
    # The model came from no file: it was saved to be measured.
    assert 10**5 < done.rows[0].bytes < 10**7


def test_of_many_sketches_some_are_taken(tiny_model, files, tmp_path, at_once, monkeypatch):
    monkeypatch.setattr(report, "MOST_SKETCHES", 4)
    sketches = tmp_path / "sketches"
    sketches.mkdir()
    for number in range(8):
        Image.new("L", (40, 40), 100 + number).save(sketches / f"{number}.png")
    out = shutil.copytree(files, tmp_path / "out")
    write_report(lambda: tiny_model, out, sketches=sketches, runs=1)
    told = json.loads((out / "report.json").read_text())["sketches"]
    assert told == ["0.png", "2.png", "4.png", "6.png"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"max_pixels": "many"}, "max_pixels is 'many'"),
        ({"max_pixels": True}, "max_pixels is True"),
        ({"size": None}, "size is None"),
        ({"size": 0}, "size is 0"),
        ({"lines": ["sharp"]}, r"lines is \['sharp'\]"),
        ({"surfaces": "all"}, "surfaces is 'all'"),
        ({"looks": 3}, "looks is 3"),
        ({"level": 1}, "level is 1"),
        ({"model": []}, "the model's settings are missing"),
    ],
)
def test_damaged_notes_of_a_version_are_one_failure(tmp_path, change, words):
    notes = {"model": {}, "size": SIDE, "lines": "sharp", "level": True, "max_pixels": 1}
    for name, one in {"1": notes, "2": {**notes, **change}}.items():
        (tmp_path / name / "assets.extra").mkdir(parents=True)
        (tmp_path / name / "saved_model.pb").touch()
        (tmp_path / name / "assets.extra" / "sgru_tf.json").write_text(json.dumps(one))
    found = exported_in(tmp_path)
    assert [(item.name, item.notes) for item in found.versions] == [
        ("1", notes | {"surfaces": "network", "looks": 1})
    ]
    (failure,) = found.failures
    assert failure.name == "2"
    assert re.match(f"assets.extra/sgru_tf.json is damaged; {words}", failure.problem)


def test_stopping_leaves_nothing_behind(files, keras_file, tmp_path, monkeypatch):
    def stopped(job):
        raise KeyboardInterrupt

    monkeypatch.setattr(report_rows, "measure", stopped)
    out = shutil.copytree(files, tmp_path / "out")
    before = sorted(path.name for path in out.iterdir())
    result = CliRunner().invoke(export, ["report", "--model", str(keras_file), "--out", str(out)])
    assert result.exit_code == 130 and "stopped" in result.stderr
    assert sorted(path.name for path in out.iterdir()) == before


def test_useless_folders_are_told_before_a_model_is_loaded(files, tmp_path):
    def loaded():
        raise AssertionError("the model was loaded")

    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "notes.txt").write_text("nothing exported here")
    for name, text in {
        "missing": "no such folder",
        "empty": "no .tflite file and no SavedModel version in it",
        "empty/notes.txt": "is a file",
    }.items():
        with pytest.raises(SgruError, match=f"{name}: {text}"):
            write_report(loaded, tmp_path / name)
    with pytest.raises(SgruError, match="no pictures in this folder"):
        write_report(loaded, files, sketches=tmp_path / "empty")
    result = CliRunner().invoke(export, ["report", "--out", str(tmp_path / "empty")])
    assert result.exit_code == 1 and result.stderr.startswith("Error: ")
    assert len(result.stderr.splitlines()) == 1


def test_process_that_dies_is_one_failure(tmp_path, monkeypatch):
    np.save(tmp_path / "sketch.npy", np.zeros((SIDE, SIDE), np.uint8))
    job = Job("tflite", str(tmp_path / "missing.tflite"), str(tmp_path / "sketch.npy"), 1, 1)
    with pytest.raises(SgruError, match="missing.tflite: cannot be read"):
        measure(job)
    script = tmp_path / "python"
    script.write_text("#!/bin/sh\nkill -SEGV $$\n")
    script.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(script))
    with pytest.raises(SgruError, match="ended by signal 11"):
        measure(job)
    script.write_text("#!/bin/sh\necho 'ImportError: no such thing' >&2\nexit 1\n")
    with pytest.raises(SgruError, match="no such thing"):
        measure(job)
