"""examples/live2d: the poses of figures are painted by their parts, and heads drawn without irises.

The runtime that draws poses is not ours to ship, so here a pose is drawn by hand.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

pytestmark = pytest.mark.slow
PROGRAM = Path(__file__).resolve().parents[1] / "examples" / "live2d" / "paint.py"
KINDS = ["hair", "face", "brow", "lid", "iris", "arm", "leg", "neck", "body"]
SKIN, HAIR, EYE, COAT, WHITE, RIBBON = (
    (250, 222, 205), (150, 82, 60), (60, 110, 190), (70, 90, 140), (240, 240, 244), (40, 150, 170),
)  # fmt: skip


class Pose:
    """A figure and its parts, drawn side by side."""

    def __init__(self, size):
        self.picture, self.parts = Image.new("RGB", size, "white"), Image.new("L", size, 0)

    def put(self, shape, box, kind, colour, line=2):
        getattr(ImageDraw.Draw(self.picture), shape)(box, colour, "black", line)
        getattr(ImageDraw.Draw(self.parts), shape)(box, KINDS.index(kind) + 1)


def draw_pose() -> Pose:
    pose = Pose((500, 900))
    pose.put("ellipse", (120, 30, 380, 330), "hair", HAIR)
    pose.put("rectangle", (110, 200, 140, 240), "hair", RIBBON)
    pose.put("ellipse", (160, 110, 340, 320), "face", SKIN)
    for left in (185, 265):
        pose.put("ellipse", (left, 190, left + 50, 255), "iris", EYE)
    pose.put("rectangle", (150, 340, 350, 600), "body", COAT)
    pose.put("rectangle", (150, 600, 350, 700), "body", WHITE)
    pose.put("rectangle", (80, 350, 150, 620), "arm", SKIN)
    return pose


def save_pose(folder, pose: Pose, numbers=(0,)) -> None:
    """Write poses of a model that needs no rules, as poses.mjs does."""
    (folder / "poses").mkdir()
    for number in numbers:
        pose.picture.save(folder / "poses" / f"mia.{number}.png")
        pose.parts.save(folder / "poses" / f"mia.{number}.parts.png")
    (folder / "poses" / "parts.json").write_text(json.dumps(KINDS))
    (folder / "rules.json").write_text("{}")


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    folder = tmp_path_factory.mktemp("live2d")
    save_pose(folder, draw_pose(), (0, 3))
    done = _run(folder)
    assert done.returncode == 0, done.stderr
    assert "poses 2, failed 0, empty eyes 6" in done.stdout
    return folder


def _run(folder):
    command = [sys.executable, str(PROGRAM), "poses", "rules.json", "out", "--draws", "3"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def _colours(folder, spot):
    """The colours at a spot of the pose, in the painted figures of pose 3 and as it was drawn."""
    margin = int(0.03 * 900)
    scale = Image.open(folder / "out/figures/mia.0.0.png").width / (380 - 80 + 2 * margin)
    place = tuple(
        round((at - low + margin) * scale) for at, low in zip(spot, (80, 30), strict=True)
    )
    files = [folder / f"out/figures/mia.3.{draw}.png" for draw in range(3)]
    return [
        np.array(Image.open(file).getpixel(place), int)
        for file in (folder / "out/figures/mia.0.0.png", *files)
    ]


@pytest.mark.parametrize(("spot", "what"), [((250, 60), "hair"), ((250, 450), "coat")])
def test_hair_and_clothes_are_other_ones_in_every_draw(painted, spot, what):
    colours = _colours(painted, spot)
    for one in range(len(colours)):
        for other in range(one):
            assert np.abs(colours[one] - colours[other]).max() > 15, what


def test_a_bare_arm_a_face_and_white_cloth_stay(painted):
    for spot in ((115, 480), (250, 290), (250, 650)):
        drawn, *others = _colours(painted, spot)
        for colour in others:
            assert np.abs(colour - drawn).max() <= 3, spot


def test_a_ribbon_is_not_painted_as_hair(painted):
    ribbon, hair = _colours(painted, (125, 220))[1:], _colours(painted, (250, 60))[1:]
    for one, other in zip(ribbon, hair, strict=True):
        assert np.abs(one - other).max() > 15


def test_empty_eyes_are_paper_within_their_outline(painted):
    for name in ("mia.0.0", "mia.3.2"):
        rgb = Image.open(painted / f"out/hollow/images_rgb/{name}.png").convert("RGB")
        sketch = np.asarray(Image.open(painted / f"out/hollow/images_bw/{name}.png"))
        parts = np.asarray(Image.open(painted / f"out/parts/{name.rsplit('.', 1)[0]}.png"))
        assert rgb.size == sketch.shape[::-1] == parts.shape[::-1]
        iris = parts == KINDS.index("iris") + 1
        rows, columns = np.where(iris)
        inner = sketch[int(np.median(rows)) - 2 :, :][:4, columns.min() + 8 : columns.min() + 14]
        assert np.ptp(inner) <= 1  # bare paper
        bare = np.asarray(Image.open(painted / f"out/hollow/bare/{name}.png"))
        assert bare.shape == sketch.shape and bare[~iris].max() < 128 < bare[iris].max()
        assert sketch[iris].min() < inner.min() - 20  # and still an outline


def test_a_bad_pose_is_told_and_the_others_are_painted(painted):
    bad = painted / "poses" / "mia.1.png"
    bad.write_bytes(b"no picture")
    done = _run(painted)
    bad.unlink()
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert "mia.1.png" in done.stderr and "poses 2, failed 1" in done.stdout


def test_rules_that_are_none_are_told(painted):
    (painted / "rules.json").write_text('{"mia": {"dressed": true}}')
    done = _run(painted)
    (painted / "rules.json").write_text("{}")
    assert done.returncode == 1
    assert done.stderr.startswith("Error: rules.json: holds no rules")
