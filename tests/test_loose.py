"""examples/schemes: arms and locks that were drawn alone, painted in nine schemes and pasted."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from test_live2d import COAT, HAIR, SKIN, WHITE, draw_pose, save_pose

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "schemes"


@pytest.fixture(scope="module")
def loose():
    sys.path.insert(0, str(FOLDER))
    import loose

    return loose


@pytest.fixture(scope="module")
def parts(tmp_path_factory, loose):
    """A pose's two arms with white cuffs in one drawing, a crumb beside them, a lock; painted."""
    folder = tmp_path_factory.mktemp("loose")
    save_pose(folder, draw_pose())
    arms, locks = (Image.new("RGBA", (500, 900)) for _ in range(2))
    pen = ImageDraw.Draw(arms)
    for left in (60, 300):
        pen.rectangle((left, 300, left + 60, 400), COAT, "black", 2)
        pen.rectangle((left, 400, left + 60, 600), SKIN, "black", 2)
        pen.rectangle((left, 300, left + 60, 340), WHITE, "black", 2)
    pen.rectangle((450, 300, 455, 305), SKIN)
    ImageDraw.Draw(locks).rectangle((100, 200, 140, 500), HAIR, "black", 2)
    arms.save(folder / "poses" / "mia.0.arms.png")
    locks.save(folder / "poses" / "mia.0.locks.png")
    command = [sys.executable, str(FOLDER / "paint.py"), "out", "--poses", "poses", "rules.json"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    files = sorted((folder / "out").glob("*.part.npz"))
    return {file.name.split(".")[2]: loose.Part.read(file) for file in files}


def test_each_arm_is_a_part_and_crumbs_are_none(parts):
    assert sorted(parts) == ["arms0", "arms1", "locks0"]
    arm, lock = parts["arms0"], parts["locks0"]
    assert arm.turns and not lock.turns
    assert arm.length == pytest.approx(300 / 670, abs=0.02)
    assert arm.bare == pytest.approx(2 / 3, abs=0.1)


def test_white_cuffs_are_left_out(parts):
    alpha = parts["arms0"].alpha
    assert not alpha[alpha.shape[0] // 15, 15:-15].any() and alpha[alpha.shape[0] // 4, 15] == 255


def test_sleeves_and_locks_have_nine_colours_and_skin_has_one(parts):
    arm, lock = parts["arms0"], parts["locks0"]
    height, width = arm.alpha.shape
    sleeve, hand = arm.painted[:, height // 4, width // 2], arm.painted[:, -40, width // 2]
    hair = lock.painted[:, lock.alpha.shape[0] // 2, lock.alpha.shape[1] // 2].astype(int)
    assert (abs(sleeve[0].astype(int) - (0x3F, 0x5F, 0xA0)) < 25).all(), sleeve[0]
    assert (abs(hand.astype(int) - SKIN) < 4).all(), hand
    assert np.ptp(hair, axis=0).max() > 80 and np.ptp(sleeve, axis=0).max() > 80


def bar(loose, turns):
    """A bar of 20 x 80, red above and blue below."""
    rgb = np.zeros((80, 20, 3), np.uint8)
    rgb[:40, :, 0], rgb[40:, :, 2] = 255, 255
    alpha = np.full((80, 20), 255, np.uint8)
    unlabelled = np.zeros((80, 20), np.uint8), np.zeros((0, 2), np.float32)
    return loose.Part(rgb, alpha, np.stack([rgb] * 9), *unlabelled, 0.5, turns, 1.0)


def test_what_is_pasted_begins_on_the_figure(loose):
    figure = np.zeros((160, 160), bool)
    figure[20:140, 60:100] = True
    part, angles = bar(loose, True), []
    for seed in range(20):
        put = loose.paste(part, "figure", 120.0, figure, np.random.default_rng(seed))
        shown, alpha = put(part.rgb), put(part.alpha) > 128
        assert alpha.shape == figure.shape and 0 < alpha.sum() < 3200
        red = np.argwhere(alpha & (shown[..., 0] > 128))
        blue = np.argwhere(alpha & (shown[..., 2] > 128))
        assert (figure & alpha).any() and len(red)
        if len(blue) > 100:
            angles.append(np.degrees(np.arctan2(*(blue.mean(0) - red.mean(0)))))
    assert np.ptp(angles) > 180


def test_locks_hang(loose):
    figure = np.zeros((160, 160), bool)
    figure[20:140, 60:100] = True
    part = bar(loose, False)
    for seed in range(20):
        put = loose.paste(part, "head", 40.0, figure, np.random.default_rng(seed))
        shown, alpha = put(part.rgb), put(part.alpha) > 128
        rows = [np.argwhere(alpha & (shown[..., c] > 128))[:, 0] for c in (0, 2)]
        if len(rows[1]) > 50:
            assert rows[1].mean() > rows[0].mean()


def test_without_a_figure_nothing_is_pasted(loose):
    none = np.zeros((64, 64), bool)
    assert loose.paste(bar(loose, True), "head", 40.0, none, np.random.default_rng(0)) is None


def test_an_arm_without_its_sleeve(parts, loose):
    arm = parts["arms0"]
    bare = loose.sleeveless(arm)
    height, width = arm.alpha.shape
    assert not bare.alpha[height // 4, width // 4 : width // 2].any()
    assert (bare.alpha[-height // 2 : -20, width // 4 : width // 2] == 255).all()
