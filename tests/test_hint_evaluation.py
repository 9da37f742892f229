"""How well hints are obeyed: by a stand-in that obeys them to the letter, and one that does not."""

import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from test_hints import Echo

from sgru_tf import evaluation_run
from sgru_tf.cli import evaluate
from sgru_tf.errors import SgruError
from sgru_tf.evaluation_data import TruePictures, find_pictures
from sgru_tf.hint_evaluation import HintEvaluation


class Deaf(Echo):
    """A network that takes hints and paints nothing."""

    def __call__(self, sketch, hints=None):
        return super().__call__(sketch)


@pytest.fixture(scope="module")
def art(tmp_path_factory):
    """Pictures of two even colours, with blank line art."""
    folder = tmp_path_factory.mktemp("art")
    for name in ("images_rgb", "images_bw"):
        (folder / name).mkdir()
    random = np.random.default_rng(0)
    for index in range(3):
        pixels = np.empty((64, 64, 3), np.uint8)
        pixels[:, :32], pixels[:, 32:] = random.integers(0, 256, (2, 3))
        Image.fromarray(pixels).save(folder / "images_rgb" / f"{index}.png")
        Image.new("L", (64, 64), 255).save(folder / "images_bw" / f"{index}.png")
    return folder


@pytest.fixture(scope="module")
def curves(art):
    pictures = TruePictures(find_pictures(art).validation, 64)
    evaluation = HintEvaluation(
        {"echo": Echo(), "deaf": Deaf()}, pictures, 64, (16, 0, 4, 64), shown=2
    )
    assert list(evaluation.run()) == [None] * 3
    return evaluation


def test_who_obeys_comes_nearer_with_every_hint(curves):
    found = {count: curve.numbers() for count, curve in curves.curves["echo"].items()}
    assert list(found) == [0, 4, 16, 64]
    whole = [numbers["whole_picture"] for numbers in found.values()]
    assert np.all(np.diff(whole) < 0)
    assert set(found[0]) == {"whole_picture", "psnr_best_db"}
    for count in (4, 16, 64):
        assert found[count]["at_hint"] < 2
        assert found[count]["near_hints"] < found[count]["near_hints_without"]


def test_who_does_not_gains_nothing(curves):
    found = {count: curve.numbers() for count, curve in curves.curves["deaf"].items()}
    assert len({numbers["whole_picture"] for numbers in found.values()}) == 1
    assert found[16]["at_hint"] > 20
    assert found[16]["near_hints"] == found[16]["near_hints_without"]


def test_few_hints_are_among_many(curves):
    for _, answers in curves.panels:
        few, many = (answers[count][0][..., 3] > 0 for count in (4, 64))
        assert few.any() and few.sum() < many.sum()
    assert len(curves.panels) == 2


@pytest.mark.parametrize("counts", [(), (65,), (-1,)])
def test_numbers_out_of_range_are_refused(counts):
    with pytest.raises(SgruError, match="give numbers from 0 to 64"):
        HintEvaluation({"echo": Echo()}, [], 64, counts)


def run(monkeypatch, network, *arguments):
    monkeypatch.setattr(evaluation_run, "open_network", lambda path=None: network)
    return CliRunner().invoke(evaluate, ["model.keras", *map(str, arguments)])


def test_the_command_writes_tables_and_a_sheet(monkeypatch, art, tmp_path):
    out = tmp_path / "out"
    result = run(monkeypatch, Echo(), art, "--out", out, "--simulate-hints", "0, 4,16")
    assert result.exit_code == 0, result.output
    assert "`model.keras`, 16 hints" in result.output
    assert "## With simulated hints" in (out / "evaluation.md").read_text()
    numbers = json.loads((out / "evaluation.json").read_text())["simulated_hints"]["model.keras"]
    assert list(numbers) == ["0", "4", "16"]
    assert numbers["16"]["whole_picture"] < numbers["0"]["whole_picture"]
    with Image.open(out / "hints.png") as sheet:
        assert min(sheet.size) > 300


def test_mistakes_are_one_line(monkeypatch, art, tmp_path):
    mute = Echo()
    mute.hints = False
    for network, options, line in (
        (mute, ["--simulate-hints", "4"], "takes no hints"),
        (Echo(), ["--simulate-hints", "four"], "give numbers, as in"),
        (Echo(), ["--simulate-hints", "4", "--sketches"], "sketches have none"),
    ):
        result = run(monkeypatch, network, art, "--out", tmp_path / "o", *options)
        assert result.exit_code != 0 and line in result.output and "Traceback" not in result.output
