"""examples/schemes/shares.py: how much of each surface is taken for what it is."""

import json
import sys
from importlib import resources
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from sgru_tf.config import ModelConfig
from sgru_tf.model import build_sgru
from sgru_tf.surfaces import scheme_colours, with_paper

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "schemes"
sys.path.insert(0, str(FOLDER))
from nine import FIRST, HAIR, write  # noqa: E402
from shares import main, shares, sketch_of, truth  # noqa: E402

SCHEMES = json.loads((resources.files("sgru_tf") / "pretrained" / "config.json").read_text())
SCHEMES = SCHEMES["model"]["schemes"]


@pytest.fixture
def figure(tmp_path):
    """A head of skin with hair on it and a shirt below, in a file."""
    rgb = np.full((96, 64, 3), 255, np.uint8)
    rgb[8:24, 16:48] = 252, 246, 225
    rgb[24:48, 16:48] = 246, 220, 198
    rgb[48:90, 8:56] = 80, 110, 190
    masks = np.zeros((2, 96, 64), np.float32)
    masks[0, 8:24, 16:48] = masks[1, 48:90, 8:56] = 1
    file = tmp_path / "a.seeded.npz"
    write(rgb, [(HAIR, masks[0]), (FIRST, masks[1])], file)
    return file


def test_truth_tells_four_surfaces(figure):
    with np.load(figure) as held:
        numbers = truth(held)
    assert [numbers[at] for at in ((2, 2), (36, 32), (16, 32), (70, 32))] == [0, 1, 2, 3]


def test_complete_sketches_have_more_lines(figure):
    (few, numbers), (many, same) = sketch_of(figure, False), sketch_of(figure, True)
    assert few.shape == many.shape == numbers.shape == (320, 213)
    np.testing.assert_array_equal(numbers, same)
    np.testing.assert_array_equal(many, sketch_of(figure, True)[0])
    assert (many < 200).mean() > (few < 200).mean() + 0.005


def test_what_is_painted_right_has_all_of_its_share(figure):
    sketch, numbers = sketch_of(figure, False)
    bare = np.full_like(sketch, 255)
    colours = with_paper(scheme_colours(SCHEMES))
    painted = colours[:, np.minimum(numbers, 3)].round().astype("u1")
    np.testing.assert_allclose(shares(painted, bare, numbers, colours), 1, atol=0.05)
    swapped = colours[:, np.array([0, 2, 1, 3])[np.minimum(numbers, 3)]].round().astype("u1")
    found = shares(swapped, bare, numbers, colours)
    assert found[0] > 0.95 and found[3] > 0.95 and max(found[1:3]) < 0.1
    assert np.isnan(shares(painted, np.zeros_like(sketch), numbers, colours)).all()


@pytest.mark.slow
@pytest.mark.usefixtures("shallow")
def test_it_tells_of_each_folder(figure, tmp_path):
    config = ModelConfig(width=1 / 12, working_size=64, schemes=SCHEMES)
    build_sgru(config).save(tmp_path / "m.keras")
    command = [str(tmp_path / "m.keras"), str(tmp_path), "--complete"]
    done = CliRunner().invoke(main, command)
    assert done.exit_code == 0, done.output
    assert "mean 0." in done.output and "of 1 pictures" in done.output
    build_sgru(ModelConfig(width=1 / 12, working_size=64)).save(tmp_path / "without.keras")
    done = CliRunner().invoke(main, [str(tmp_path / "without.keras"), str(tmp_path)])
    assert done.exit_code == 1 and "names no schemes" in done.output
