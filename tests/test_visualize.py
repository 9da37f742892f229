"""The visualize command: its pages and numbers, with hints and without, and bad input."""

import dataclasses
import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from sgru_tf import inside_run
from sgru_tf.cli import visualize
from sgru_tf.colorizer import Colorizer
from sgru_tf.files import read_mark
from sgru_tf.loading import shipped_tflite

pytest.importorskip("keras")

from sgru_tf.model import build_sgru  # noqa: E402

BLOCKS = [f"{kind}{level}" for kind in ("encoder", "skip", "decoder") for level in range(1, 6)]
TAILS = ["tail1", "tail2", "tail3"]


@pytest.fixture(scope="module")
def hinted(tiny_config):
    """A tiny network that takes hints at the finest skip alone."""
    model = build_sgru(dataclasses.replace(tiny_config, hints=True, working_size=64))
    guide = model.get_layer("guide_skip1")
    random = np.random.default_rng(0)
    guide.write.kernel.assign(random.normal(0, 0.3, guide.write.kernel.shape))
    return model


@pytest.fixture(scope="module")
def saved(tiny_model, hinted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    tiny_model.save(folder / "plain.keras")
    hinted.save(folder / "hinted.keras")
    return folder


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A drawing of 100 x 80 pixels, whose working size of 64 x 51 is padded to 64 x 64."""
    monkeypatch.chdir(tmp_path)
    drawing = Image.new("L", (100, 80), 255)
    ImageDraw.Draw(drawing).ellipse((20, 10, 70, 70), outline=0, width=3)
    drawing.save("egg.png")
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(visualize, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.mark.slow
def test_before_and_after_are_the_same_output_of_the_network(page, saved, monkeypatch):
    shown = []

    def hint_page(name, hints, cells, changes, repainted):
        shown.extend(repainted)
        return Image.new("RGB", (9, 9))

    monkeypatch.setattr(inside_run, "hint_page", hint_page)
    hint = ["--hint", "45,40,#ff0000"]
    result = run("egg.png", "--out", "o", "--model", saved / "hinted.keras", *hint)
    assert result.exit_code == 0, result.output
    plain = Colorizer(saved / "hinted.keras", order="network").colouring("egg.png")
    assert [one.number for one in shown] == list(range(1, 10))
    for index, one in enumerate(shown):
        assert one.before.size == (64, 51)
        np.testing.assert_allclose(one.before, plain.thumbnail(index, 64), atol=2)


def test_the_command_writes_pages_and_numbers(page, saved):
    result = run("egg.png", "--out", "o", "--model", saved / "plain.keras")
    assert result.exit_code == 0, result.output
    assert result.output.endswith("levels.png, gates.png, inside.json -> o\n")
    assert {path.name for path in (page / "o").iterdir()} == {
        "levels.png",
        "gates.png",
        "inside.json",
    }
    # So that a folder that holds them can be coloured.
    assert read_mark(page / "o" / "levels.png") == "inside"
    found = json.loads((page / "o" / "inside.json").read_text())
    assert (found["width"], found["height"], found["model"]) == (64, 51, "plain.keras")
    assert {one["name"] for one in found["levels"]} == {*BLOCKS, *TAILS}
    gates = {one["name"]: one for one in found["gates"]}
    assert set(gates) == set(BLOCKS) and gates["skip2"]["part"] == "1/2"
    assert all(0 < one["mean"] < 1 for one in gates.values()) and "hint" not in found


def test_the_command_shows_what_a_hint_changed(page, saved):
    model = saved / "hinted.keras"
    result = run("egg.png", "--out", "o", "--model", model, "--hint", "45,40,#ff0000")
    assert result.exit_code == 0, result.output
    assert "hint.png, inside.json -> o" in result.output
    hint = json.loads((page / "o" / "inside.json").read_text())["hint"]
    levels = {one["name"]: one for one in hint["levels"]}
    assert levels["skip1"]["relative_change"] > 0 and levels["skip1"]["reach_pixels"] < 5
    assert levels["encoder5"] == {
        "name": "encoder5",
        "part": "1/32",
        "relative_change": 0,
        "reach_pixels": None,
    }
    assert len(hint["proposals"]) == 9
    assert all(one["mean_difference"] > 0 for one in hint["proposals"])
    with Image.open("o/hint.png") as picture:
        assert picture.width > 9 * 192

    Image.new("RGBA", (100, 80)).save("none.png")
    result = run("egg.png", "--out", "p", "--model", model, "--hints", "none.png")
    assert result.exit_code == 0, result.output
    hint = json.loads((page / "p" / "inside.json").read_text())["hint"]
    assert not any(one["relative_change"] for one in hint["levels"])
    assert not any(one["mean_difference"] for one in hint["proposals"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--model", shipped_tflite()], "the inside of a TFLite file cannot be seen"),
        (["--model", "PLAIN", "--hint", "9,9,#f00"], "plain.keras: takes no hints; leave --hint"),
        (["--model", "none.keras"], "none.keras: no such model"),
        (["--hint", "100,9,#f00"], "hint 100,9: outside of the sketch, which has 100 x 80"),
        (["--hints", "egg.png"], "egg.png: is not transparent anywhere"),
        (["--model", "PLAIN", "--out", "egg.png"], "egg.png is a file; give a folder"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(page, saved, arguments, told):
    arguments = [saved / "plain.keras" if one == "PLAIN" else one for one in arguments]
    result = run("egg.png", "--out", "o", *arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ") and result.output.count("\n") == 1
    assert told in result.output
    assert not (page / "o").exists()


def test_a_hint_that_is_none_is_an_error_of_usage_as_in_infer(page, saved):
    result = run("egg.png", "--out", "o", "--model", saved / "plain.keras", "--hint", "9,9,red")
    assert result.exit_code == 2 and "Traceback" not in result.output
    assert "Invalid value for '--hint': '9,9,red': write a hint as X,Y,#RRGGBB" in result.output
    assert not (page / "o").exists()


def test_a_sketch_that_is_not_there(page):
    result = run("no.png", "--out", "o")
    assert result.exit_code == 1 and result.output == "Error: no.png: no such file\n"
