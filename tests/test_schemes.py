"""examples/schemes: a figure in nine schemes, and proposals that learn them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from sgru_tf.config import ModelConfig
from sgru_tf.loading import load_model
from sgru_tf.model import build_sgru

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "schemes"
pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shallow")]


def run(folder, *command, code=0):
    command = [sys.executable, *map(str, command)]
    done = subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture
def tune(painted, monkeypatch):
    """Run `tune.py` in this process, among what is painted: starting one costs seconds."""
    sys.path.insert(0, str(FOLDER))
    import tune

    def command(*arguments, code=0):
        monkeypatch.chdir(painted)
        done = CliRunner().invoke(tune.main, [*map(str, arguments), "--precision", "float32"])
        assert done.exit_code == code, done.output
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.output

    return command


@pytest.fixture(scope="module")
def painted(tmp_path_factory):
    """A drawing of red hair and a blue dress, on white, and the folder of its schemes."""
    folder = tmp_path_factory.mktemp("schemes")
    (folder / "art").mkdir()
    figure = Image.new("RGB", (128, 128), "white")
    pen = ImageDraw.Draw(figure)
    pen.rectangle((44, 10, 84, 50), (200, 60, 50), "black", 2)
    pen.rectangle((40, 60, 88, 120), (60, 80, 190), "black", 2)
    figure.save(folder / "art" / "a.png")
    seeds = {"hair": [[5, 2]], "skin": [], "clothes": [[5, 7]], "hair_ends": 4.5}
    (folder / "seeds.json").write_text(json.dumps({"a.png": seeds | {"clothes_begin": 4.5}}))
    told = run(folder, FOLDER / "paint.py", "painted", "--figures", "art", "seeds.json")
    assert "pictures 1, failed 0" in told
    return folder


def test_a_figure_has_the_colours_of_every_scheme(painted):
    with np.load(painted / "painted" / "a.figure.npz") as held:
        rgb, nine = held["rgb"], held["painted"].astype(int)
    assert nine.shape == (9, 128, 128, 3) and nine.max() == 255
    hair, dress = nine[:, 30, 64], nine[:, 90, 64]
    assert (abs(hair[0] - (0xE0, 0xA0, 0x30)) < 12).all(), hair[0]
    assert (abs(dress[0] - (0x3F, 0x5F, 0xA0)) < 12).all(), dress[0]
    for surface in (hair, dress):
        apart = np.abs(surface[:, None] - surface[None]).sum(-1) + 999 * np.eye(9, dtype=int)
        assert apart.min() > 30, surface
    np.testing.assert_array_equal(nine[:, 5, 5], np.full((9, 3), 255))
    np.testing.assert_array_equal(rgb[5, 5], 255)


def test_many_seeds_tell_a_scene_apart(painted):
    seeds = {"paper": [[5, 5], [95, 5], [5, 95], [95, 95]], "hair": [[50, 23]], "top": [[50, 70]]}
    (painted / "many.json").write_text(json.dumps({"a.png": seeds}))
    given = "--seeded", "--faces", "--sown"
    given = [word for option in given for word in (option, "art", "many.json")]
    run(painted, FOLDER / "paint.py", "seeded", *given)
    with np.load(painted / "seeded" / "a.seeded.npz") as held:
        nine = held["painted"].astype(int)
    for kind in ("face", "sown"):
        with np.load(painted / "seeded" / f"a.{kind}.npz") as held:
            np.testing.assert_array_equal(held["painted"], nine)
    assert (abs(nine[0, 30, 64] - (0xE0, 0xA0, 0x30)) < 12).all()
    assert (abs(nine[0, 90, 64] - (0x3F, 0x5F, 0xA0)) < 12).all()
    np.testing.assert_array_equal(nine[:, 5, 5], 255)


def test_proposals_learn_their_schemes(painted, tune):
    build_sgru(ModelConfig(width=1 / 12, working_size=64)).save(painted / "begin.keras")
    options = "--schemes painted --keep art 1 0.8 1.2 --steps 24 --size 64"
    command = ("out", "--init", "begin.keras", *options.split())
    told = tune(*command, "--learning-rate", "3e-3")
    losses = [float(line.split()[3]) for line in told.splitlines() if line.startswith("step ")]
    assert len(losses) == 2 and losses[1] < losses[0]
    before = load_model(painted / "begin.keras").get_weights()
    after = load_model(painted / "out" / "last.keras").get_weights()
    assert any(np.abs(one - other).max() > 1e-4 for one, other in zip(before, after, strict=True))


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
    assert np.mean(apart) < 0.5 and max(apart) < 0.7


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


def test_tune_keeps_to_another_model(painted, tune):
    """A teacher whose colours are turned round: what it draws is far off from the first step on."""
    build_sgru(ModelConfig(width=1 / 12, working_size=64)).save(painted / "begin.keras")
    other = build_sgru(ModelConfig(width=1 / 12, working_size=64))
    other.get_layer("last").set_weights([-w for w in other.get_layer("last").get_weights()])
    other.save(painted / "other.keras")
    command = ("kept", "--init", "begin.keras", "--teacher", "other.keras")
    options = "--schemes painted --keep art 1 0.8 1.2 --steps 1 --size 64 --size 96"
    told = tune(*command, *options.split())
    assert float(told.split("kept ")[1].split()[0]) > 0.05, told


def test_what_is_left_out_is_not_painted(painted):
    options = ("--figures", "art", "seeds.json", "--leave", "a.*")
    assert "pictures 0" in run(painted, FOLDER / "paint.py", "none", *options)
    assert not list((painted / "none").glob("*.npz"))


def test_what_it_cannot_use_is_told_in_a_line(painted, tune):
    build_sgru(ModelConfig(width=1 / 12, proposals=3)).save(painted / "three.keras")
    build_sgru(ModelConfig(width=1 / 12)).save(painted / "begin.keras")
    for models, schemes, words in (
        (("three.keras",), "painted", "three.keras: has 3 proposals"),
        (("begin.keras", "--teacher", "three.keras"), "painted", "three.keras: has 3 proposals"),
        (("three.keras",), "art", "art: holds no pictures of paint.py"),
    ):
        options = ("--init", *models, "--schemes", schemes, "--keep", "art", "1", "1", "1")
        told = tune("new", *options, code=1)
        assert words in told and told.count("\n") == 1, told
    assert not (painted / "new").exists()


def test_colours_of_the_schemes_are_found(painted, monkeypatch):
    """Of a network that knows what is what: its own colours, near those that it was to learn."""
    sys.path.insert(0, str(FOLDER))
    import measure

    wanted = [(measure.SKIN, hair, first) for hair, first, _, _ in measure.SCHEMES]
    drawn = (0.93 * measure.scheme_colours(wanted) + (9, 2, 12)).round()
    doll = painted / "dolls" / "a.0.0.doll.npz"

    class Knowing:
        working_size = 64

        def __call__(self, sketch):
            height, width = sketch.shape[1:3]
            answer = np.full((1, 9, height, width, 3), 255, np.float32)
            with np.load(doll) as held:
                numbers = measure.surfaces_of(held)
            for number in (1, 2, 3):
                answer[0][:, numbers == number] = drawn[:, None, number - 1]
            return answer

    with np.load(painted / "painted" / "a.figure.npz") as held:
        held = dict(held)
    held["rgb"][100:126, 10:36], held["label"][100:126, 10:36] = (250, 220, 200), 0
    doll.parent.mkdir()
    np.savez(doll, **held)
    monkeypatch.setattr(measure, "SIDE", 128)
    monkeypatch.setattr(measure, "ENOUGH", 100)
    build_sgru(ModelConfig(width=1 / 12, working_size=64)).save(painted / "plain.keras")
    monkeypatch.setattr(
        measure, "Colorizer", lambda *_, **__: type("C", (), {"network": Knowing()})
    )
    monkeypatch.chdir(painted)
    done = CliRunner().invoke(measure.measure, ["plain.keras", "dolls", "named.keras"])
    assert done.exit_code == 0, done.output
    named, plain = load_model("named.keras"), load_model("plain.keras")
    found = measure.scheme_colours(named.sgru_config.schemes)
    np.testing.assert_allclose(found[:, :3], drawn, atol=2)
    eyes = [scheme[3] for scheme in named.sgru_config.schemes]
    assert eyes == [scheme[3] for scheme in measure.SCHEMES]
    for one, other in zip(named.get_weights(), plain.get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    monkeypatch.setattr(measure, "ENOUGH", 10**6)
    done = CliRunner().invoke(measure.measure, ["plain.keras", "dolls", "more.keras"])
    assert done.exit_code == 1 and "give more dolls" in done.output
    assert not Path("more.keras").exists()
