"""The infer command on real files and folders."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from test_colorizer import Painter, drawing
from test_images import ODD_PICTURES

from sgru_tf import colorizer
from sgru_tf import results as writing
from sgru_tf.cli import infer

ROOT = Path(__file__).parents[1]


@pytest.fixture
def opened(monkeypatch):
    """Lets the stand-in colour; lists the models that were opened."""
    calls = []

    def open_network(path=None):
        calls.append(path)
        return Painter()

    monkeypatch.setattr(colorizer, "open_network", open_network)
    return calls


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(infer, [str(argument) for argument in arguments])
    assert "Traceback" not in result.output
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def save(path, size=(60, 44), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(drawing(*size)).save(path, **options)
    return path


def names(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def results(stem, suffix="png"):
    return [f"{stem}_{number}.{suffix}" for number in (1, 2, 3)] + [f"{stem}_sheet.png"]


def test_one_sketch(here, opened):
    save(here / "a.png")
    result = run("a.png")
    assert result.exit_code == 0
    assert result.stdout == "coloured 1, skipped 0, failed 0 -> colored\n"
    assert names(here / "colored") == results("a")
    with Image.open("colored/a_2.png") as picture:
        assert (picture.size, picture.mode) == ((60, 44), "RGB")
    with Image.open("colored/a_sheet.png") as sheet:
        assert sheet.width >= 4 * 60


@pytest.mark.parametrize("name", ODD_PICTURES)
def test_odd_formats(here, opened, name):
    ODD_PICTURES[name](Image.fromarray(drawing(60, 44))).save(name)
    result = run(name, "--no-sheet")
    assert result.exit_code == 0, result.output
    stem = Path(name).stem
    with Image.open(f"colored/{stem}_1.png") as picture:
        assert picture.size == (60, 44)
        assert picture.mode == ("RGBA" if name in ("rgba.png", "la.png") else "RGB")
        assert (np.asarray(picture)[26, 28, :3] < 60).all()  # the black rectangle


@pytest.mark.parametrize("size", [(1, 1), (4000, 10), (10, 3000)])
def test_extreme_sizes(here, opened, size):
    Image.new("L", size, 255).save("a.png")
    assert run("a.png").exit_code == 0
    with Image.open("colored/a_3.png") as picture:
        assert picture.size == size


def test_recursive_keeps_subfolders(here, opened):
    for name in ("a.png", "x/a.png", "x/y/a.png"):
        save(here / "in" / name)
    assert run("in", "--recursive", "--out", "o/p", "--no-sheet", "--pick", 1).exit_code == 0
    assert names(here / "o/p") == ["a_1.png", "x/a_1.png", "x/y/a_1.png"]


def test_same_names_do_not_meet(here, opened):
    for name in ("in/a.png", "in/a.jpg", "in/A.bmp", "other/a.png"):
        save(here / name)
    run("in", "other/a.png", "--out", "o", "--no-sheet", "--pick", 2)
    assert len(names(here / "o")) == 4
    shutil.rmtree("o")
    run("in", "--out", "o", "--no-sheet", "--pick", 2)
    assert names(here / "o") == ["A_bmp_2.png", "a_jpg_2.png", "a_png_2.png"]
    # The same file named twice is one sketch.
    result = run("in/a.png", "in/../in/a.png", "--out", "o2")
    assert result.stdout.startswith("coloured 1, skipped 0")


@pytest.mark.parametrize("suffix", writing.FORMATS)
@pytest.mark.parametrize("out", ["in", "in/out", None])
def test_second_run_skips_and_never_reads_results(here, opened, suffix, out):
    for name in ("a.png", "b.jpg", "sub/a.png"):
        save(here / "in" / name)
    where = ["--out", out] if out else []
    command = ["in", "--recursive", "--format", suffix, *where]
    assert run(*command).stdout.startswith("coloured 3, skipped 0, failed 0")
    before = {path: path.stat().st_mtime_ns for path in here.rglob("*")}
    opened.clear()
    assert run(*command).stdout.startswith("coloured 0, skipped 3, failed 0")
    assert opened == []
    assert {path: path.stat().st_mtime_ns for path in here.rglob("*")} == before
    # Even if they are named outright, as a shell does for *.
    named = run(*sorted((here / "in").glob("*.*")), *where, "--format", suffix).stdout
    counts = [int(part.split()[1]) for part in named.split(" -> ")[0].split(", ")]
    assert sum(counts) == 2, named  # a.png and b.jpg, and none of the results


def test_pick(here, opened):
    save(here / "a.png")
    assert run("a.png", "--pick", "3, 1", "--no-sheet").exit_code == 0
    assert names(here / "colored") == ["a_1.png", "a_3.png"]
    assert run("a.png", "--pick", "1,3", "--no-sheet").stdout.startswith("coloured 0, skipped 1")
    # Everything was not wanted then, so it is not done.
    assert run("a.png").stdout.startswith("coloured 1, skipped 0")
    assert names(here / "colored") == results("a")


def test_options_reach_the_colorizer(here, opened, monkeypatch):
    seen = []
    true = colorizer.Colorizer

    def spy(path, **options):
        seen.append((path, options))
        return true(path, **options)

    monkeypatch.setattr(colorizer, "Colorizer", spy)
    save(here / "a.png")
    options = "--size", 96, "--lines", "network", "--no-level"
    run("a.png", "--model", "m.keras", *options)
    others = "--surfaces", "network", "--looks", 1, "--overwrite"
    run("a.png", "--model", "m.keras", *options, *others)
    assert opened == [Path("m.keras")] * 2
    given = dict(size=96, lines="network", level=False, order="natural")
    wanted = [{"surfaces": "whole", "looks": 2}, {"surfaces": "network", "looks": 1}]
    assert seen == [(Path("m.keras"), given | one) for one in wanted]


def opened_picture(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("RGB")).astype(int)


def test_numbers_follow_the_order(here, opened):
    """Files and sheet are numbered as the Colorizer sorts them."""
    save(here / "a.png")
    for order in ("natural", "network"):
        run("a.png", "--order", order, "--out", order)
        colouring = colorizer.Colorizer(Painter(), order=order).colouring("a.png")
        for number in (1, 2, 3):
            written = opened_picture(f"{order}/a_{number}.png")
            assert np.array_equal(written, colouring.array(number - 1))
    assert colouring.heads == [0, 1, 2]
    shown = [colorizer.Colorizer(Painter()).colouring("a.png").heads, colouring.heads]
    assert shown[0] != shown[1] and sorted(shown[0]) == shown[1]


def test_alpha_round_trip_and_its_note(here, opened):
    array = np.zeros((40, 50, 4), np.uint8)
    array[10:30, 10:40] = 255
    array[15, 12:30] = (0, 0, 0, 255)
    for name in ("a.png", "b.png"):
        Image.fromarray(array).save(name)
    for suffix in ("png", "webp"):
        notes = run("a.png", "b.png", "--format", suffix).stderr
        assert notes.count("transparency is given back; --no-alpha shows the colours") == 1
        with Image.open(f"colored/a_1.{suffix}") as picture:
            assert np.array_equal(np.asarray(picture)[:, :, 3], array[:, :, 3])
    assert run("a.png", "b.png", "--format", "jpg").stderr.count("transparency") == 1
    with Image.open("colored/a_1.jpg") as picture:
        assert (np.asarray(picture)[:5] >= 250).all()
        assert picture.layer[1][1:3] == (1, 1)  # colour is not subsampled
    assert "note" not in run("a.png", "--no-alpha", "--overwrite").stderr
    with Image.open("colored/a_1.png") as picture:
        assert picture.mode == "RGB"
        assert (np.asarray(picture)[:5] < 250).any()


def test_a_real_model_through_the_script(tiny_model, here):
    """The script itself: a real model, quiet TensorFlow, one line of output."""
    tiny_model.save(here / "tiny.keras")
    save(here / "a.png")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}
    result = subprocess.run(
        [sys.executable, ROOT / "infer.py", "a.png", "--model", "tiny.keras", "--pick", "9"],
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )
    assert result.stdout == "coloured 1, skipped 0, failed 0 -> colored\n"
    assert result.stderr == ""
    assert result.returncode == 0
    assert names(here / "colored") == ["a_9.png", "a_sheet.png"]


def test_help_does_not_import_tensorflow():
    code = (
        "import runpy, sys; sys.argv = ['infer.py', '--help']\n"
        "try: runpy.run_path('infer.py', run_name='__main__')\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'tensorflow', 'keras', 'jax', 'numpy'} & set(sys.modules)\n"
        "assert heavy <= {'numpy'}, heavy\n"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 0, result.stderr
    assert "--overwrite" in result.stdout
