"""The infer command with a picture whose colours to take."""
# ruff: noqa: F811

import numpy as np
import pytest
from PIL import Image
from test_infer_cli import here, opened, opened_picture, run, save  # noqa: F401

from sgru_tf.palette import palette_of, reference_palette
from sgru_tf.recolouring import misfit


def two_colours(path, left=(40, 150, 60), right=(225, 200, 50)):
    pixels = np.empty((40, 60, 3), np.uint8)
    pixels[:, :30], pixels[:, 30:] = left, right
    Image.fromarray(pixels).save(path)
    return path


def test_a_reference_recolours_a_whole_folder(here, opened):
    save(here / "in/a.png")
    save(here / "in/b.png", (44, 60))
    two_colours("in/page.png")
    run("in", "--out", "plain", "--no-sheet", "--order", "network")
    command = ["in", "--reference", "in/page.png", "--no-sheet", "--order", "network"]
    result = run(*command, "--out", "o")
    # The reference lies in the folder, and is no sketch.
    assert result.stdout.startswith("coloured 2, skipped 0, failed 0"), result.output
    assert "note" not in result.stderr
    wanted = reference_palette("in/page.png")
    for name in ("a_1", "a_2", "b_3"):
        before, after = (opened_picture(f"{folder}/{name}.png") for folder in ("plain", "o"))
        assert np.abs(before - after).max() > 20
        fits = [misfit(palette_of(one.astype(np.uint8)), wanted) for one in (before, after)]
        assert fits[1] < fits[0] - 3
    again = run(*command, "--out", "o")
    assert again.stdout.startswith("coloured 0, skipped 2")
    assert "note: 2 sketches were coloured before" in again.stderr


def test_the_strength_of_a_reference(here, opened):
    save(here / "a.png")
    two_colours("page.jpg")
    options = ["--no-sheet", "--order", "network", "--pick", 1]
    run("a.png", "--out", "plain", *options)
    away = {}
    for strength in ("0", "0.7", "1", None):
        own = [] if strength is None else ["--reference-strength", strength]
        run("a.png", "--reference", "page.jpg", *own, "--out", f"o{strength}", *options)
        difference = opened_picture(f"o{strength}/a_1.png") - opened_picture("plain/a_1.png")
        away[strength] = np.abs(difference).mean()
    assert away["0"] == 0 < away["0.7"] < away["1"]
    assert away[None] == away["0.7"]


def test_a_reference_alone_can_be_a_sketch_too(here, opened):
    two_colours("page.png")
    assert run("page.png", "--reference", "page.png").stdout.startswith("coloured 1")


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (["--reference", "gone.png"], 1, "gone.png: no such file"),
        (["--reference", "notes.txt"], 1, "notes.txt: not a picture"),
        (["--reference", "a.png"], 1, "a.png: has no colours to take, only greys"),
        (["--reference", "."], 1, "is a folder"),
        (["--reference-strength", "0.5"], 2, "there is no --reference whose colours"),
        (["--reference", "page.png", "--reference-strength", "2"], 2, "0<=x<=1"),
        (["--reference", "page.png", "--reference-strength", "nan"], 1, "is nan: use 0 to 1"),
        (["--order", "best"], 2, "is not one of 'natural', 'network'"),
    ],
)
def test_bad_references_are_one_line(here, opened, arguments, status, words):
    save(here / "a.png")
    two_colours("page.png")
    (here / "notes.txt").write_text("x")
    result = run("a.png", *arguments)
    assert result.exit_code == status
    assert words in result.stderr.splitlines()[-1]
    if status == 1:
        assert len(result.stderr.splitlines()) == 1
    assert opened == [] and not (here / "colored").exists()
