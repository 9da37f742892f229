"""The evaluate command on bad pictures and models, and when it is stopped."""
# ruff: noqa: F811

import numpy as np
from PIL import Image
from test_evaluate import (  # noqa: F401
    GREENISH,
    PAINTS,
    REDDISH,
    Painter,
    flat,
    here,
    outcome,
    painters,
    pairs,
    run,
    save,
)

from sgru_tf.errors import SgruError
from sgru_tf.evaluation_sheet import CELL


def test_bad_pictures_are_named_and_do_not_stop_the_others(here, painters):
    pairs(here / "d", [REDDISH, GREENISH, (9, 9, 9), (8, 8, 8)])
    cut = here / "d" / "images_rgb" / "1.png"
    cut.write_bytes(cut.read_bytes()[:60])
    save(flat((8, 8, 8), (400, 33)), here / "d" / "images_rgb" / "3.png")
    save(np.full((400, 33), 255), here / "d" / "images_bw" / "3.png")
    (here / "d" / "images_bw" / "2.png").unlink()
    result = run("a.keras", "d", "--out", "o")
    assert result.exit_code == 1
    assert "judged 1, failed 3 -> o" in result.stdout
    problems = outcome()["failed"]
    for name, problem in (("1", "damaged"), ("2", "no partner"), ("3", "too narrow, 3 x 32")):
        assert any(f"{name}.png" in line and problem in line for line in problems), problems
        assert problem in result.stderr


def test_what_one_model_cannot_colour_counts_for_none(here, painters):
    class Choosy(Painter):
        def __call__(self, sketch):
            if sketch.shape[1] > 32:
                raise SgruError("not enough memory")
            return super().__call__(sketch)

    painters["b.keras"] = Choosy()
    pairs(here / "d", [REDDISH])
    save(flat(GREENISH, (32, 64)), here / "d" / "images_rgb" / "w.png")
    save(np.full((32, 64), 255), here / "d" / "images_bw" / "w.png")
    result = run("a.keras", "b.keras", "d", "--out", "o", "--size", 64)
    assert result.exit_code == 1
    assert "failed: 0: b.keras: not enough memory" in result.stderr
    with Image.open(here / "o" / "evaluation.png") as sheet:
        assert sheet.height == 2 * (CELL // 2 + 22 + 8) + 8  # a row of each model, of the good one
    assert [model["wins"] for model in outcome()["models"].values()] == [[0, 1, 0]] * 2


def test_nothing_is_written_where_nothing_can_be_judged(here, painters):
    pairs(here / "d", [REDDISH])
    painters["a.keras"].paints = ((np.nan, 0, 0),)
    nothing = here / "empty"
    nothing.mkdir()
    for arguments, message in [
        (("a.keras", "d"), "d: no picture could be judged; the first problem: 0: a.keras: the net"),
        (("gone.keras", "d"), "gone.keras: no such model"),
        (("shipped", "empty"), "empty: no training pictures found"),
        (("shipped", "empty", "--sketches"), "empty: no pictures in this folder"),
        (("shipped", "gone"), "gone: no such folder"),
        (("shipped", "d", "--vgg-weights", "gone.h5"), "gone.h5: no such VGG weight file"),
        (("shipped", "shipped", "d"), "named twice"),
        (("shipped", "d", "--held-back"), "training holds no picture of it back"),
    ]:
        result = run(*arguments, "--out", "o")
        assert result.exit_code == 1
        assert message in result.output.splitlines()[-1], result.output
        assert not list(here.rglob("evaluation*"))
    result = run("shipped", "d", "--out", "d/o")
    assert result.exit_code == 1
    assert "lies in the folder of pictures" in result.output


def test_ctrl_c_leaves_nothing(here, painters):
    class Impatient(Painter):
        def __call__(self, sketch):
            if self.seen:
                raise KeyboardInterrupt
            return super().__call__(sketch)

    painters["a.keras"] = Impatient()
    pairs(here / "d", [REDDISH, GREENISH])
    result = run("a.keras", "d", "--out", "o")
    assert result.exit_code == 130
    assert "stopped; nothing was written" in result.stderr
    assert list((here / "o").iterdir()) == []


def test_models_of_one_name_are_told_apart(here, painters):
    painters |= {"x/best.keras": Painter(), "y/best.keras": Painter(PAINTS[1:])}
    pairs(here / "d", [REDDISH])
    assert run("x/best.keras", "y/best.keras", "shipped", "d", "--out", "o").exit_code == 0
    assert list(outcome()["models"]) == ["x/best.keras", "y/best.keras", "shipped"]


def test_grey_truths_are_pointed_at(here, painters):
    pairs(here / "d", [(250, 250, 250)])
    result = run("shipped", "d", "--out", "o")
    assert result.exit_code == 0
    assert "nearly grey; if they are sketches, use --sketches" in result.stderr
    assert outcome()["models"]["shipped"]["colourfulness_share"] is None
