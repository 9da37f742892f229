"""The prepare command on what is bad, there already, too large or interrupted."""
# ruff: noqa: F811

import os
from pathlib import Path

import pytest
from PIL import Image
from test_prepare import here, interrupt_at, names, pixels, run, save  # noqa: F401

from sgru_tf import files
from sgru_tf import prepare as work
from sgru_tf.errors import SgruError
from sgru_tf.images import read_colour


def test_one_bad_file_does_not_stop_the_rest(here):
    for name in ("b.png", "a.jpg", "sub/c.png", ".hidden.png"):
        save(here / "in" / name)
    (here / "in/text.png").write_text("not a picture")
    (here / "in/cut.png").write_bytes((here / "in/b.png").read_bytes()[:90])
    (here / "in/notes.txt").write_text("x")
    result = run("in", "missing.png", "--out", "o")
    assert result.exit_code == 1
    assert result.stdout == "drawn 2, skipped 0, failed 3 -> o\n"
    failures = [line for line in result.stderr.splitlines() if line.startswith("failed: ")]
    assert len(failures) == 3
    for words in ("missing.png: no such file", "in/cut.png: damaged", "in/text.png: not a picture"):
        assert sum(words in line for line in failures) == 1
    assert names(here / "o") == ["a.png", "b.png"]


def test_an_oversight_is_one_bad_file(here, monkeypatch):
    save(here / "a.png")
    save(here / "b.png")
    true = work.draw_lines

    def stumble(picture, style, key):
        if key.endswith("a.png"):
            raise RuntimeError("out of\nsorts")
        return true(picture, style, key)

    monkeypatch.setattr(work, "draw_lines", stumble)
    result = run("a.png", "b.png", "--out", "o")
    assert result.exit_code == 1
    assert result.stderr == "failed: a.png: RuntimeError: out of sorts\n"
    assert result.stdout.startswith("drawn 1, skipped 0, failed 1")


def test_same_names_do_not_meet(here):
    for name in ("in/a.png", "in/a.jpg", "other/b.png", "in/b.png"):
        save(here / name)
    assert run("in", "other", "in/../in/a.png", "--out", "o").exit_code == 0
    assert names(here / "o") == ["a_jpg.png", "a_png.png", "in_b.png", "other_b.png"]


def test_second_run_skips_unless_told(here):
    save(here / "in/a.png")
    save(here / "in/sub/b.png")
    command = ["in", "--recursive", "--out", "o"]
    assert run(*command).stdout == "drawn 2, skipped 0, failed 0 -> o\n"
    edited = here / "o/a.png"
    edited.write_bytes(b"edited by hand")
    assert run(*command).stdout == "drawn 0, skipped 2, failed 0 -> o\n"
    assert edited.read_bytes() == b"edited by hand"
    os.remove("o/sub/b.png")
    assert run(*command).stdout == "drawn 1, skipped 1, failed 0 -> o\n"
    assert run(*command, "--overwrite").stdout == "drawn 2, skipped 0, failed 0 -> o\n"
    assert pixels(edited).shape == (44, 60)


def test_results_are_never_read_as_pictures(here):
    save(here / "in/a.jpg")
    save(here / "in/sub/b.jpg")
    command = ["in", "--recursive", "--out", "in/lines"]
    assert run(*command).stdout.startswith("drawn 2, skipped 0, failed 0")
    result = run(*command)
    assert result.stdout.startswith("drawn 0, skipped 2, failed 0")
    assert "2 of the pictures are results of an earlier run" in result.stderr
    assert names(here / "in/lines") == ["a.png", "sub/b.png"]
    # A folder beside the results is a folder like any other.
    assert run("in/sub", "--out", ".").stdout.startswith("drawn 1, skipped 0, failed 0")


def test_pictures_are_never_replaced(here):
    before = save(here / "in/a.png").read_bytes()
    result = run("in", "--out", "in", "--overwrite")
    assert result.exit_code == 1
    assert result.stderr.startswith("Error: in: holds the pictures themselves")
    result = run("in/a.png", "--out", "in", "--overwrite")
    assert result.exit_code == 1
    assert "in/a.png: would replace the picture" in result.stderr
    assert (here / "in/a.png").read_bytes() == before
    assert names(here) == ["in/a.png"]


def test_huge_pictures(here, monkeypatch):
    save(here / "a.png", (60, 44))
    monkeypatch.setattr(work, "MAX_DRAWN_PIXELS", 2000)
    result = run("a.png", "--out", "o")
    assert result.exit_code == 1
    assert "a.png: 60 x 44 is more than 0 megapixels; shrink it with --size" in result.stderr
    assert run("a.png", "--out", "o", "--size", 40).exit_code == 0
    monkeypatch.setattr(files, "MAX_PIXELS", 2000)
    with pytest.raises(SgruError, match="make it smaller"):
        read_colour(here / "a.png")


def test_nothing_half_written(here, monkeypatch):
    save(here / "a.png")

    def full(self, file, **_):
        Path(file).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    result = run("a.png", "--out", "o")
    assert result.exit_code == 1
    assert result.stderr.count("No space left on device") == 1
    assert names(here / "o") == []


def test_interrupt_keeps_what_is_done(here, monkeypatch):
    for name in ("a.png", "b.png", "c.png"):
        save(here / "in" / name)
    true = interrupt_at(monkeypatch, "b.png")
    result = run("in", "--out", "o")
    assert result.exit_code == 130
    assert "stopped" in result.stderr
    assert result.stdout == "drawn 1, skipped 0, failed 0 -> o\n"
    monkeypatch.setattr(work, "write_image", true)
    assert run("in", "--out", "o").stdout == "drawn 2, skipped 1, failed 0 -> o\n"


def test_bad_arguments(here):
    save(here / "a.png")
    for arguments in (["a.png"], ["--out", "o"], ["a.png", "--out", "o", "--style", "bold"]):
        assert run(*arguments).exit_code == 2
    assert run("a.png", "--out", "o", "--size", 31).exit_code == 2
    for out in ("a.png", "a.png/below"):
        result = run("a.png", "--out", out)
        assert result.exit_code == 1
        assert len(result.stderr.splitlines()) == 1
        assert result.stderr.startswith("Error: ")
    (here / "empty").mkdir()
    result = run("empty", "--out", "o")
    assert result.exit_code == 1
    assert "empty: no pictures in this folder" in result.stderr
