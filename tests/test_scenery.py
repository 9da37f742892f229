"""examples/schemes/scenery.py: backgrounds without their figures, behind others."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

from sgru_tf.errors import SgruError

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples" / "schemes"))
import scenery  # noqa: E402

SIDE = 96
SEEDS = {"paper": [[10, 10], [90, 10], [10, 90], [90, 90]], "hair": [[50, 50]]}


@pytest.fixture
def scene():
    """A red square in a green room with a blue line along its wall."""
    rgb = np.zeros((SIDE, SIDE, 3), np.uint8)
    rgb[:] = 60, 160, 90
    rgb[8:11] = 40, 60, 200
    rgb[32:64, 32:64] = 220, 30, 30
    return rgb


@pytest.fixture
def folder(scene, tmp_path):
    """The backgrounds of two scenes, of which the other has hardly any."""
    scenes, out, seeds = tmp_path / "scenes", tmp_path / "out", tmp_path / "seeds.json"
    scenes.mkdir()
    crowded = scene.copy()
    crowded[4:92, 4:92] = 220, 30, 30
    for name, rgb in (("a", scene), ("b", crowded)):
        Image.fromarray(rgb).save(scenes / f"{name}.png")
    few = {"paper": [[1.5, 1.5]], "hair": [[50, 50]]}
    seeds.write_text(json.dumps({"a.png": SEEDS, "b.png": few}))
    told = CliRunner().invoke(scenery.main, [str(out), "--seeded", str(scenes), str(seeds)])
    assert told.exit_code == 0 and "pictures 2, failed 0" in told.output, told.output
    return out


def test_the_figure_is_gone_and_the_room_stays(folder, scene):
    assert [file.name for file in folder.iterdir()] == ["a.png"]
    found = np.asarray(Image.open(folder / "a.png")).astype(int)
    assert np.abs(found[:20] - scene[:20]).max() < 4
    assert (found[40:56, 40:56] - (60, 160, 90)).max() < 40


def test_only_what_is_paper_gets_a_background(folder):
    laid = scenery.Scenery(folder)
    drawn = np.full((64, 64, 3), 255, np.uint8)
    drawn[20:44, 20:44] = 30, 30, 60
    paper = drawn.min(-1) == 255
    strength = []
    for seed in range(12):
        found = laid.lay(drawn, paper, np.random.default_rng(seed))
        assert found.shape == drawn.shape and found.dtype == np.uint8
        np.testing.assert_array_equal(found[22:42, 22:42], drawn[22:42, 22:42])
        strength.append((found[paper] < 250).any(-1).mean())
    assert max(strength) > 0.8 and min(strength) < 0.5


def test_white_within_a_figure_stays_white(folder):
    drawn = np.full((96, 96, 3), 255, np.uint8)
    paper = np.ones((96, 96), bool)
    paper[20:76, 20:76] = False
    for seed in range(6):
        found = scenery.Scenery(folder).lay(drawn, paper, np.random.default_rng(seed))
        np.testing.assert_array_equal(found[30:66, 30:66], 255)


def test_a_folder_without_pictures_is_told(tmp_path):
    with pytest.raises(SgruError, match="no pictures of scenery.py"):
        scenery.Scenery(tmp_path)
