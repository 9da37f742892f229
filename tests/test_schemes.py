"""examples/schemes: a figure in nine schemes, and proposals that learn them."""

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from painted_figure import FOLDER, paint_one, run

from sgru_tf.config import ModelConfig
from sgru_tf.loading import load_model
from sgru_tf.model import build_sgru

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("shallow")]


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
    """The drawing, and the folder of its schemes."""
    return paint_one(tmp_path_factory.mktemp("schemes"))


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
