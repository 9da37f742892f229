"""Hints on the command line, and hint pictures beside the sketches of a folder."""

import os

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from test_hints import RED, Echo

from sgru_tf import colorizer
from sgru_tf.cli import infer


@pytest.fixture
def echo(monkeypatch):
    """The network that paints its hints, in place of any model."""
    network = Echo()
    monkeypatch.setattr(colorizer, "open_network", lambda path=None: network)
    return network


@pytest.fixture
def here(tmp_path, monkeypatch, echo):
    """A folder to work in, with two blank sketches."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pages").mkdir()
    for name in ("a.png", "b.jpg"):
        Image.new("L", (100, 60), 255).save(tmp_path / "pages" / name)
    return tmp_path


def dabs(path, size=(100, 60), box=(10, 10, 30, 30)):
    picture = Image.new("RGBA", size)
    picture.paste(RED, box)
    picture.save(path)


def run(*arguments):
    result = CliRunner().invoke(infer, [*arguments, "--no-sheet", "--pick", "1"])
    assert "Traceback" not in result.output
    return result


def colour(path, x, y):
    with Image.open(path) as picture:
        return picture.convert("RGB").getpixel((x, y))


def test_dabs_and_a_file_of_hints(here):
    dabs("mine.png")
    result = run("pages/a.png", "--hint", "80,40,#00f", "--hints", "mine.png", "--out", "out")
    assert result.exit_code == 0 and "coloured 1" in result.output
    # Small dabs are soft at their edges.
    assert np.allclose(colour("out/a_1.png", 80, 40), (0, 0, 255), atol=60)
    assert colour("out/a_1.png", 20, 20) == (255, 0, 0)
    assert colour("out/a_1.png", 60, 10) == (255, 255, 255)
    # Other hints colour anew what is there.
    run("pages/a.png", "--hint", "80,40,#0f0", "--out", "out")
    assert np.allclose(colour("out/a_1.png", 80, 40), (0, 255, 0), atol=60)


def test_hints_beside_the_sketches_of_a_folder(here):
    dabs("pages/a_hints.png")
    result = run("pages", "--out", "out")
    assert result.exit_code == 0 and "coloured 2" in result.output
    assert sorted(os.listdir("out")) == ["a_1.png", "b_1.png"]
    assert colour("out/a_1.png", 20, 20) == (255, 0, 0)
    assert colour("out/b_1.png", 20, 20) == (255, 255, 255)


def test_new_hints_colour_again_and_old_ones_do_not(here):
    run("pages", "--out", "out")
    assert "coloured 0, skipped 2" in run("pages", "--out", "out").output
    dabs("pages/b_hints.png")
    now = os.stat("out/b_1.png").st_mtime
    os.utime("pages/b_hints.png", (now + 5, now + 5))
    assert "coloured 1, skipped 1" in run("pages", "--out", "out").output
    assert colour("out/b_1.png", 20, 20)[0] == 255 and colour("out/b_1.png", 20, 20)[1] == 0
    os.utime("pages/b_hints.png", (now - 5, now - 5))
    assert "coloured 0, skipped 2" in run("pages", "--out", "out").output


def test_a_picture_that_is_called_so_without_a_sketch_is_a_sketch(here):
    Image.new("L", (50, 50), 255).save("pages/lonely_hints.png")
    run("pages", "--out", "out")
    assert "lonely_hints_1.png" in os.listdir("out")


def test_bad_hints_are_one_line_and_cost_their_own_sketch_alone(here):
    dabs("pages/a_hints.png", size=(99, 60))
    result = run("pages", "--out", "out")
    assert result.exit_code == 1 and "coloured 1, skipped 0, failed 1" in result.output
    assert "a_hints.png: 99 x 60 pixels, but the sketch has 100 x 60" in result.output
    Image.new("RGB", (100, 60)).save("pages/a_hints.png")
    assert "is not transparent anywhere" in run("pages", "--out", "out").output


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["pages", "--hint", "1,2,#fff"], "are for one sketch, not 2"),
        (["pages/a.png", "--hint", "1,2"], "write a hint as X,Y,#RRGGBB"),
        (["pages/a.png", "--hint", "1,60,#fff"], "hint 1,60: outside of the sketch"),
        (["pages/a.png", "--hints", "none.png"], "none.png"),
    ],
)
def test_mistakes_are_told_in_a_line(here, arguments, line):
    result = run(*arguments, "--out", "out")
    assert result.exit_code != 0 and line in result.output
    assert not os.path.exists("out/a_1.png")


def test_a_model_without_hints_says_so(here, echo):
    echo.hints = False
    result = run("pages/a.png", "--hint", "1,2,#fff", "--out", "out")
    assert result.exit_code == 1 and "this model takes no hints" in result.output
    assert np.all(np.array([colour("pages/a.png", 3, 3)]) == 255)


def test_an_openraster_file_holds_the_hints(here):
    import zipfile

    dabs("mine.png")
    run("pages/a.png", "--hints", "mine.png", "--format", "ora", "--out", "out")
    with zipfile.ZipFile("out/a.ora") as archive:
        assert b'name="hints"' in archive.read("stack.xml")
