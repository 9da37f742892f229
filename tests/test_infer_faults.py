"""The infer command on bad files, options and folders, and when it is stopped."""
# ruff: noqa: F811

import os

import pytest
from PIL import Image
from test_infer_cli import here, names, opened, results, run, save  # noqa: F401

from sgru_tf import colorizer
from sgru_tf import results as writing
from sgru_tf.errors import SgruError


def test_folder_survives_bad_files_and_ignores_others(here, opened):
    for name in ("b.png", "a.jpg", "sub/c.png", ".hidden.png"):
        save(here / "in" / name)
    (here / "in/text.png").write_text("not a picture")
    (here / "in/cut.png").write_bytes((here / "in/b.png").read_bytes()[:90])
    (here / "in/notes.txt").write_text("x")
    (here / "in/.DS_Store").write_bytes(b"x")
    result = run("in")
    assert result.exit_code == 1
    assert result.stdout == "coloured 2, skipped 0, failed 2 -> in_colored\n"
    failures = [line for line in result.stderr.splitlines() if line.startswith("failed: ")]
    assert len(failures) == 2
    assert "in/cut.png" in failures[0]
    assert "in/text.png" in failures[1]
    assert names(here / "in_colored") == sorted(results("a") + results("b"))
    assert len(opened) == 1


def test_interrupted_work_is_finished_and_only_that(here, opened):
    save(here / "a.png")
    run("a.png")
    kept = (here / "colored/a_1.png").stat().st_mtime_ns
    os.remove("colored/a_2.png")
    assert run("a.png").stdout.startswith("coloured 1, skipped 0")
    assert (here / "colored/a_2.png").exists()
    assert (here / "colored/a_1.png").stat().st_mtime_ns == kept


def test_existing_files_are_replaced_only_with_overwrite(here, opened):
    save(here / "a.png")
    (here / "colored").mkdir()
    for name in results("a"):
        (here / "colored" / name).write_bytes(b"precious")
    assert run("a.png").stdout.startswith("coloured 0, skipped 1")
    assert (here / "colored/a_1.png").read_bytes() == b"precious"
    assert run("a.png", "--overwrite").stdout.startswith("coloured 1, skipped 0")
    for name in results("a"):
        Image.open(here / "colored" / name).verify()


def test_a_sketch_is_never_replaced_by_a_result(here, opened):
    save(here / "in/a.png")
    drawn = save(here / "in/a_1.png").read_bytes()
    result = run("in", "--out", "in", "--overwrite")
    assert result.exit_code == 1
    assert "would replace the sketch in/a_1.png" in result.stderr
    assert (here / "in/a_1.png").read_bytes() == drawn


@pytest.mark.parametrize("picks", ["0", "4", "a", "", "1,,2", "-1", "1.5", "²"])
def test_bad_picks(here, opened, picks):
    save(here / "a.png")
    result = run("a.png", "--pick", picks)
    assert result.exit_code == 2
    assert "Invalid value for '--pick'" in result.stderr
    assert names(here) == ["a.png"]


@pytest.mark.parametrize(
    "arguments",
    [["--size", "0"], ["--size", "x"], ["--format", "gif"], ["--lines", "fat"], ["--out"], []],
)
def test_bad_options(here, opened, arguments):
    assert run(*(["a.png"] if arguments else []), *arguments).exit_code == 2
    assert opened == []


def test_nothing_usable(here, opened):
    (here / "empty").mkdir()
    save(here / "deep/sub/a.png")
    (here / "notes.txt").write_text("x")
    for name, words in (
        ("none.png", "none.png: no such file"),
        ("empty", "empty: no pictures in this folder"),
        ("deep", "--recursive"),
        ("notes.txt", "notes.txt: not a picture"),
    ):
        result = run(name)
        assert result.exit_code == 1
        assert words in result.stderr
        assert len(result.stderr.splitlines()) == 1
        assert result.stdout.startswith("coloured 0, skipped 0, failed 1")
    assert opened == []


def test_bad_output_folders(here, opened):
    save(here / "a.png")
    for out in ("a.png", "a.png/below", "/proc/none"):
        result = run("a.png", "--out", out)
        assert result.exit_code == 1
        assert len(result.stderr.splitlines()) == 1
        assert result.stderr.startswith("Error: ")
    assert opened == []


def test_a_full_disk_is_one_line_a_file(here, opened, monkeypatch):
    save(here / "in/a.png")
    save(here / "in/b.png")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    result = run("in")
    assert result.exit_code == 1
    assert result.stderr.count("No space left on device") == 2
    assert result.stdout.startswith("coloured 0, skipped 0, failed 2")
    assert names(here / "in_colored") == []


def test_a_missing_model_ends_the_run_in_one_line(here, monkeypatch):
    def refuse(path=None):
        raise SgruError(f"{path}: no such model")

    monkeypatch.setattr(colorizer, "open_network", refuse)
    save(here / "in/a.png")
    save(here / "in/b.png")
    result = run("in", "--model", "gone.keras")
    assert result.exit_code == 1
    assert result.stderr == "Error: gone.keras: no such model\n"


def test_interrupt_keeps_what_is_done(here, opened, monkeypatch):
    save(here / "in/a.png")
    save(here / "in/b.png")
    true = writing.write_image

    def interrupted(picture, path, **options):
        if path.name == "b_2.png":
            raise KeyboardInterrupt
        true(picture, path, **options)

    monkeypatch.setattr(writing, "write_image", interrupted)
    result = run("in")
    assert result.exit_code == 130
    assert "stopped" in result.stderr
    assert result.stdout.startswith("coloured 1, skipped 0, failed 0")
    assert names(here / "in_colored") == sorted([*results("a"), "b_1.png"])
    monkeypatch.setattr(writing, "write_image", true)
    assert run("in").stdout.startswith("coloured 1, skipped 1, failed 0")
