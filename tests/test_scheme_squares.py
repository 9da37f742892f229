"""examples/schemes/pairs.py: sketches, and the nine colourings that each is to become."""

import sys

import numpy as np
import pytest
from painted_figure import FOLDER, paint_one

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shallow")]


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """The drawing, and the folder of its schemes."""
    return paint_one(tmp_path_factory.mktemp("schemes"))


@pytest.fixture
def squares(painted, tmp_path):
    """The drawing, all of it iris; and the module, whose settings are to be changed."""
    sys.path.insert(0, str(FOLDER))
    import pairs

    with np.load(painted / "painted" / "a.figure.npz") as held:
        np.savez(tmp_path / "a.figure.npz", **{**held, "iris": np.full_like(held["iris"], 255)})
    return pairs, pairs.Squares(tmp_path, [(painted / "art", 1, 1, 1)], seed=0)


def both(squares, monkeypatch, name):
    """Give eight sketches without and with what one setting brings, and their truth."""
    module, drawn = squares
    for setting in ("HOLLOW", "STRAY"):
        monkeypatch.setattr(module, setting, 0.0)
    without = [drawn.scheme(number, 64)[0] for number in range(8)]
    monkeypatch.setattr(module, name, 1.0)
    return [(old, *drawn.scheme(number, 64)) for number, old in enumerate(without)]


def test_eyes_are_drawn_empty(squares, monkeypatch):
    for without, sketch, nine in both(squares, monkeypatch, "HOLLOW"):
        assert (sketch >= without).all() and sketch.mean() > without.mean()
        np.testing.assert_array_equal(sketch[nine.min((0, 3)) < 200], 255)


def test_paper_has_strokes_that_stay_paper(squares, monkeypatch):
    touched = 0
    for without, sketch, nine in both(squares, monkeypatch, "STRAY"):
        changed = (sketch != without)[..., 0]
        assert (nine[:, changed] >= 250).all() and (sketch <= without).all()
        touched += changed.any()
    assert touched >= 4


def test_inked_lines_are_wider_and_darker_on_the_same_paper():
    sys.path.insert(0, str(FOLDER))
    from pairs import inked

    sketch = np.full((32, 32, 1), 240, np.float32)
    sketch[10, 4:28] = 150
    darker = 0
    for seed in range(20):
        lines = inked(sketch, np.random.default_rng(seed))
        assert lines.shape == sketch.shape and lines.dtype == np.float32
        assert (lines <= sketch + 0.51).all() and lines.min() >= 0
        assert (lines[[0, 5, 8, 12, 31]] == 240).all()
        assert (lines[[9, 11], 4:28] >= lines[10, 4:28] - 0.01).all()
        darker += lines[10, 10, 0] < 120 and lines[9, 10, 0] < 200
    assert darker > 8


def test_pale_pictures_of_known_surfaces_get_outlines(painted, tmp_path, monkeypatch):
    sys.path.insert(0, str(FOLDER))
    import pairs

    with np.load(painted / "painted" / "a.figure.npz") as held:
        pale = np.where(held["label"][..., None] > 0, 240, 255).astype("u1").repeat(3, -1)
        np.savez(tmp_path / "a.seeded.npz", **{**held, "rgb": pale})
    squares = pairs.Squares(tmp_path, [(painted / "art", 1, 1, 1)], seed=0)
    for name, value in (("AS_DRAWN", 1.0), ("HOLLOW", 0.0), ("STRAY", 0.0), ("INKED", 0.0)):
        monkeypatch.setattr(pairs, name, value)
    ink = {}
    for share in (0.0, 1.0):
        monkeypatch.setitem(pairs.COMPLETED, "seeded", share)
        sketches = [squares.scheme(number, 64)[0] for number in range(8)]
        ink[share] = np.mean([(np.median(one) - one > 50).mean() for one in sketches])
    assert ink[1.0] > ink[0.0] + 0.02


def test_colourings_can_be_drawn_small(squares):
    """Of the same sketch, but for strokes at the edges of paper, and where they are when large."""
    _, drawn = squares
    apart = []
    for number in range(16):
        sketch, nine = drawn.scheme(number, 256)
        same, small = drawn.scheme(number, 256, 4)
        assert (sketch == same).mean() > 0.98
        assert small.shape == (9, 64, 64, 3)
        means = nine.reshape(9, 64, 4, 64, 4, 3).mean((2, 4))
        moved = np.abs(means[:, :, 1:] - small[:, :, :-1]).mean()
        apart.append(np.abs(means - small).mean() / moved)
    # A single pixel of 256 to the side would make it 0.62 and 0.81.
    assert np.mean(apart) < 0.5 and max(apart) < 0.6


def test_what_is_cut_off_below_stands_on_the_lower_edge(painted, tmp_path, monkeypatch):
    sys.path.insert(0, str(FOLDER))
    import pairs

    with np.load(painted / "painted" / "a.figure.npz") as held:
        cut = {name: held[name][:100] for name in ("rgb", "iris", "label")}
        np.savez(tmp_path / "a.figure.npz", painted=held["painted"][:, :100], **cut)
    squares = pairs.Squares(tmp_path, [], seed=0)
    monkeypatch.setitem(pairs.ZOOMS, "figure", (0.5, 0.6))
    below = {}
    for share in (0.0, 1.0):
        monkeypatch.setattr(pairs, "STANDING", share)
        nines = [squares.scheme(number, 96)[1] for number in range(8)]
        below[share] = sum((nine[:, -1].min((0, 2)) < 200).any() for nine in nines)
    assert below[0.0] < 4 and below[1.0] == 8


def test_only_a_figure_that_shows_all_of_it_flies_and_nothing_of_it_is_lost(
    painted, tmp_path, monkeypatch
):
    sys.path.insert(0, str(FOLDER))
    import pairs

    monkeypatch.setitem(pairs.ZOOMS, "figure", (0.5, 0.5))
    for name, value in (("STANDING", 0.0), ("BENT", 0.0), ("TURN", 0.0)):
        monkeypatch.setattr(pairs, name, value)
    with np.load(painted / "painted" / "a.figure.npz") as held:
        held = dict(held)
    wide = {name: np.pad(held[name], ((9, 9), (9, 9), (0, 0))[: held[name].ndim], mode=how, **white)
            for name, how, white in (("rgb", "constant", {"constant_values": 255}),
                                     ("iris", "edge", {}), ("label", "edge", {}))}  # fmt: skip
    all_around = ((0, 0), (9, 9), (9, 9), (0, 0))
    wide["painted"] = np.pad(held["painted"], all_around, constant_values=255)
    cut = {name: one[:, :100] if name == "painted" else one[:100] for name, one in held.items()}
    for folder, figure, flies in (("whole", wide, True), ("cut", cut, False)):
        (tmp_path / folder).mkdir()
        np.savez(tmp_path / folder / "a.figure.npz", **figure)
        squares = pairs.Squares(tmp_path / folder, [], seed=0)
        assert pairs.cut_off(figure["painted"]) != flies
        for number in range(6):
            drawn = []
            for share in (0.0, 1.0):
                monkeypatch.setattr(pairs, "FLYING", share)
                drawn.append(squares.scheme(number, 96)[1].min((0, 3)) < 200)
            assert (drawn[0] != drawn[1]).any() == flies
            assert abs(drawn[0].sum() - drawn[1].sum()) < 0.15 * drawn[0].sum() + 1


def test_an_arm_that_is_pasted_is_skin_in_all_nine(painted, tmp_path, monkeypatch):
    sys.path.insert(0, str(FOLDER))
    import loose
    import pairs

    skin = np.full((60, 16, 3), (250, 222, 205), np.uint8)
    told = {"length": 0.5, "turns": True, "bare": 1.0, "alpha": np.full((60, 16), 255, np.uint8)}
    told |= {"label": np.zeros((60, 16), np.uint8), "table": np.zeros((0, 2), np.float32)}
    np.savez(tmp_path / "mia.0.arms0.part.npz", rgb=skin, painted=np.stack([skin] * 9), **told)
    (tmp_path / "a.figure.npz").write_bytes((painted / "painted" / "a.figure.npz").read_bytes())
    squares = pairs.Squares(tmp_path, [], seed=0)
    for chance, least, most in ((0.0, 0, 0), (1.0, 20, 64 * 32)):
        monkeypatch.setattr(loose, "PASTED", (chance, 0.0))
        for number in range(6):
            sketch, nine = squares.scheme(number, 64)
            arm = (np.abs(nine.astype(int) - skin[0, 0]) < 3).all((0, 3))
            assert least <= arm.sum() <= most
            assert not arm.any() or sketch[arm].mean() > 128
