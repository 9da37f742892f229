"""examples/repaint_figures.py: hair and clothes change, the rest of a figure stays."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

PROGRAM = Path(__file__).resolve().parents[1] / "examples" / "repaint_figures.py"
SKIN, HAIR, COAT, SKIRT = (247, 217, 196), (96, 66, 56), (150, 100, 150), (190, 190, 205)
SEEDS = {
    "hair": [[5, 1.2]],
    "skin": [[5, 3]],
    "clothes": [[5, 6]],
    "clothes2": [[5, 8.5]],
    "hair_ends": 4.5,
    "clothes_begin": 4.5,
}
SPOTS = {"hair": (120, 30), "skin": (120, 72), "coat": (120, 140), "skirt": (120, 205)}


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("repaint")
    figure = Image.new("RGB", (240, 240), "white")
    draw = ImageDraw.Draw(figure)
    draw.ellipse((80, 15, 160, 110), HAIR, "black", 2)
    draw.ellipse((92, 45, 148, 105), SKIN, "black", 2)
    draw.rectangle((70, 108, 170, 180), COAT, "black", 2)
    draw.rectangle((80, 180, 160, 225), SKIRT, "black", 2)
    (folder / "art").mkdir()
    figure.save(folder / "art" / "mia.png")
    (folder / "seeds.json").write_text(json.dumps({"mia.png": SEEDS}))
    command = [PROGRAM, "art", "seeds.json", "out", "--draws", "3"]
    subprocess.run([sys.executable, *map(str, command)], cwd=folder, check=True)
    pictures = sorted((folder / "out").iterdir())
    return np.asarray(figure), {path.name: np.asarray(Image.open(path)) for path in pictures}


def test_every_draw_has_other_hair_and_clothes(painted):
    before, after = painted
    assert list(after) == ["mia.1.png", "mia.2.png", "mia.3.png"]
    for name in ("hair", "coat", "skirt"):
        x, y = SPOTS[name]
        colours = [picture[y, x].astype(int) for picture in (before, *after.values())]
        for one in range(len(colours)):
            for other in range(one):
                assert np.abs(colours[one] - colours[other]).max() > 15, name


def test_skin_paper_and_lines_stay(painted):
    before, after = painted
    x, y = SPOTS["skin"]
    for picture in after.values():
        assert np.abs(picture[y, x].astype(int) - before[y, x]).max() <= 3
        assert picture[:10].min() >= 253 and picture[120:, :60].min() >= 253
        ink = (before == 0).all(-1)
        assert picture[ink].max() < 25


def test_one_bad_figure_does_not_stop_the_others(painted, tmp_path):
    Image.fromarray(painted[0]).save(tmp_path / "mia.png")
    (tmp_path / "bad.png").write_bytes(b"nothing")
    seeds = {"gone.png": SEEDS, "bad.png": SEEDS, "mia.png": SEEDS}
    Image.fromarray(painted[0]).save(tmp_path / "odd.png")
    seeds["odd.png"] = {"hair": [[5, 1]]}
    (tmp_path / "seeds.json").write_text(json.dumps(seeds))
    command = [sys.executable, str(PROGRAM), ".", "seeds.json", "out", "--draws", "1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "pictures 1, failed 3" in done.stdout
    for name in ("gone.png", "bad.png", "odd.png"):
        assert name in done.stderr
    (tmp_path / "seeds.json").write_text("[]")
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert done.stderr == "Error: seeds.json: is not a table of files and their seeds\n"
