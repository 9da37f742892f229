"""examples/schemes: heads of figures on drawn bodies."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from test_live2d import HAIR, KINDS, SKIN, draw_pose, save_pose

pytestmark = pytest.mark.slow
FOLDER = Path(__file__).resolve().parents[1] / "examples" / "schemes"


@pytest.fixture(scope="module")
def modules():
    sys.path.insert(0, str(FOLDER))
    import bodies
    import shapes

    return bodies, shapes


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of four dolls of a pose, and what was told of them."""
    folder = tmp_path_factory.mktemp("dolls")
    save_pose(folder, draw_pose())
    done = run(folder, "--draws", "4")
    assert done.returncode == 0 and "heads 1, failed 0" in done.stdout, done.stderr
    return folder / "out"


def run(folder, *options, poses=("--poses", "poses", "rules.json")):
    command = [sys.executable, FOLDER / "dolls.py", "out", *poses, *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True)


def test_bodies_differ_and_have_arms_and_clothes(modules):
    bodies, shapes = modules
    outlines = set()
    for seed in range(30):
        pieces = [
            piece
            for listed in bodies.draw_body(np.random.default_rng(seed)).values()
            for piece in listed
        ]
        surfaces = [piece.surface for piece in pieces]
        assert {shapes.SKIN, shapes.FIRST} <= set(surfaces) <= set(range(1, 5))
        for piece in pieces:
            assert np.isfinite(piece.outline).all() and np.abs(piece.outline).max() < 8
            assert piece.outline.shape[1] == 2
        outlines.add(round(float(sum(piece.outline.sum() for piece in pieces)), 3))
    assert len(outlines) == 30


def test_a_tube_is_as_wide_as_it_is_told(modules):
    _, shapes = modules
    piece = shapes.tube([(0, 0), (0, 1), (0, 2)], [0.2, 0.2], shapes.SKIN, open_end=True)
    assert np.ptp(piece.outline, axis=0) == pytest.approx([0.4, 2.0])
    assert len(piece.contour) == 2
    taper = shapes.tube([(0, 0), (0, 1), (0, 2)], [0.2, 0.0], shapes.HAIR)
    tip = taper.outline[taper.outline[:, 1] > 1.9]
    assert np.abs(tip[:, 0]).max() < 0.02 and taper.contour is None


def test_a_doll_has_nine_schemes_and_one_skin(made):
    files = sorted(made.glob("mia.0.*.doll.npz"))
    assert len(files) == 4
    for file in files:
        with np.load(file) as held:
            rgb, nine, iris = (held[name].astype(int) for name in ("rgb", "painted", "iris"))
        assert nine.shape == (9, *rgb.shape) and max(rgb.shape) == 448
        # The head keeps its skin, which all nine share.
        skin = (np.abs(rgb - SKIN) < 3).all(-1)
        assert skin.sum() > 200
        assert np.percentile(np.abs(nine[:, skin] - SKIN), 95) <= 3
        hair = (np.abs(rgb - HAIR) < 3).all(-1)
        assert hair.sum() > 200 and np.ptp(np.median(nine[:, hair], axis=1), axis=0).max() > 80
        same = np.ptp(nine, axis=0).max(-1) < 4
        assert 0.05 < 1 - same.mean() < 0.9 and iris.max() == 255
        paper = (rgb == 255).all(-1)
        assert paper.mean() > 0.1 and np.percentile(nine[:, paper], 5) > 250


def test_what_is_laid_later_hides_what_was_before(modules):
    sys.path[:0] = [str(FOLDER.parent), str(FOLDER.parent / "live2d")]
    _, shapes = modules
    import dolls

    colours = np.array([[0] * 3, [250, 220, 200], [90, 40, 20], [0, 0, 250], [0, 250, 0]], float)
    sheet = dolls.Sheet((100, 100), (50, 50), 20.0, colours, (0, 0, 0), 1, None)
    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)], float)
    sheet.lay(shapes.Piece(square, shapes.SKIN))
    sheet.lay(shapes.Piece(square / 2, shapes.FIRST, folds=(np.array([(-9.0, 0), (9, 0)]),)))
    assert sheet.label[50, 50] == shapes.FIRST and sheet.label[35, 50] == shapes.SKIN
    assert sheet.label[10, 10] == 0 and (sheet.rgb[10, 10] == 255).all()
    assert (sheet.rgb[45, 50] == (0, 0, 250)).all()
    # The fold ends where its piece does.
    assert (sheet.rgb[50, 50] == 0).all() and (sheet.rgb[50, 36] == (250, 220, 200)).all()


def test_arms_are_pasted_over_dolls_too(made, tmp_path, monkeypatch):
    sys.path.insert(0, str(FOLDER))
    import loose
    import pairs

    green = np.full((60, 16, 3), (10, 222, 10), np.uint8)
    told = {"length": 0.5, "turns": True, "bare": 1.0, "alpha": np.full((60, 16), 255, np.uint8)}
    told |= {"label": np.ones((60, 16), np.uint8), "table": np.array([[1.0, 60.0]], np.float32)}
    np.savez(tmp_path / "mia.0.arms0.part.npz", rgb=green, painted=np.stack([green] * 9), **told)
    doll = min(made.glob("*.doll.npz"))
    (tmp_path / doll.name).write_bytes(doll.read_bytes())
    squares, pasted = pairs.Squares(tmp_path, [], seed=0), {}
    for chance in (0.0, 1.0):
        monkeypatch.setattr(loose, "PASTED", (chance, 0.0))
        drawn = [squares.scheme(number, 96)[1].astype(int) for number in range(6)]
        assert all(nine.shape == (9, 96, 96, 3) for nine in drawn)
        pasted[chance] = sum(
            (np.abs(nine - green[0, 0]) < 9).all((0, 3)).sum() > 30 for nine in drawn
        )
    assert pasted[0.0] == 0 and pasted[1.0] >= 4, pasted


def test_a_pose_without_a_face_is_told(tmp_path):
    pose = draw_pose()
    pose.parts = pose.parts.point(lambda part: 0 if part == KINDS.index("face") + 1 else part)
    save_pose(tmp_path, pose)
    done = run(tmp_path)
    assert done.returncode == 1 and "mia.0.png: shows no face" in done.stderr
    assert "Traceback" not in done.stderr and not list((tmp_path / "out").glob("*.npz"))


def test_drawn_heads_have_hair_and_a_face_and_are_drawn_alike(modules):
    _, shapes = modules
    import heads

    kinds = set()
    for seed in range(12):
        head = heads.draw_head(np.random.default_rng(seed), 120.0)
        again = heads.draw_head(np.random.default_rng(seed), 120.0)
        assert (head.rgb == again.rgb).all() and (head.label == again.label).all()
        assert head.rgb.shape == (*head.label.shape, 3) and head.high == 120.0
        assert head.label.shape == head.other.shape == head.behind.shape
        assert not (head.other & (head.label > 0)).any()
        shown = head.other | (head.label > 0)
        assert (head.rgb[~shown] == 255).all() and not head.behind[~shown].any()
        x, y = (round(of) for of in head.chin)
        above = head.label[y - 90 : y, x - 40 : x + 40]
        assert (above == shapes.SKIN).mean() > 0.1
        assert (head.label[:y] == shapes.HAIR).sum() > 1000
        # Below the chin hair may hang, but no face does.
        assert (head.label[y + 12 :] != shapes.SKIN).all()
        assert head.label.max() <= 5
        kinds.add(head.label.shape)
    assert len(kinds) > 6


def test_a_high_tail_stands_above_the_head_with_a_band_below(modules, monkeypatch):
    _, shapes = modules
    import hairdos
    from features import View

    monkeypatch.setattr(hairdos, "BACKS", {"high tail": 1})
    banded = 0
    for seed in range(20):
        rng = np.random.default_rng(seed)
        hair = hairdos.draw_hair(rng, View(0.0, 0.0), 0.005)
        top = hair.crown(0.0)[1]
        marks = hairdos.hair_behind(rng, hair)
        assert min(m.outline[:, 1].min() for m in marks if m.surface == shapes.HAIR) < top - 0.05
        bands = [m.outline for m in marks if m.surface == shapes.SECOND]
        assert all(band[:, 1].min() < top and band[:, 1].max() < -0.5 for band in bands)
        banded += len(bands)
    assert 10 < banded < 20


@pytest.mark.parametrize("side", [-1, 1])
def test_a_waving_arm_has_its_hand_up_and_its_elbow_down(modules, side):
    import limbs

    for seed in range(20):
        limb, _, hand = limbs.arm(np.random.default_rng(seed), side, 0.6, "waving", 0.13)
        shoulder, elbow, wrist = limb.joints
        assert side * elbow[0] > side * shoulder[0] and elbow[1] > wrist[1]
        assert side * wrist[0] > 0.4 and wrist[1] < 0.25 and hand


def test_a_drawn_head_keeps_its_measures_in_another_size(modules):
    import heads

    head = heads.draw_head(np.random.default_rng(3), 100.0)
    half = heads.resized(head, 50.0)
    assert half.label.shape == half.behind.shape == half.rgb.shape[:2]
    assert half.chin == pytest.approx((head.chin[0] / 2, head.chin[1] / 2)) and half.high == 50.0


def test_drawn_heads_are_set_on_bodies_that_squares_take(modules, tmp_path):
    import pairs

    done = run(tmp_path, "--drawn", "2", poses=())
    assert done.returncode == 0 and "heads 2, failed 0" in done.stdout, done.stderr
    out = tmp_path / "out"
    assert sorted(file.name for file in out.iterdir()) == [
        "drawn.0.0.doll.npz",
        "drawn.1.0.doll.npz",
    ]
    sketch, nine = pairs.Squares(out, [], seed=0).scheme(0, 96)
    assert sketch.shape == (96, 96, 1) and nine.shape == (9, 96, 96, 3)
    assert np.ptp(nine.astype(int), axis=0).max() > 60


def test_neither_poses_nor_drawn_heads_is_told(tmp_path):
    done = run(tmp_path, poses=())
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1
    assert "give --poses, --drawn or both" in done.stderr and not (tmp_path / "out").exists()
