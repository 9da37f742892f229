"""Figures put on white paper."""

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from sgru_tf.backgrounds import on_paper, plain_background
from sgru_tf.cli import prepare

SKY, HAIR, SKIN = (110, 160, 220), (120, 60, 40), (240, 210, 190)


def face(background=SKY, hair=HAIR, side=256):
    """A head with hair in front of a background, as in a crop of a film."""
    picture = Image.new("RGB", (side, side), background)
    pen = ImageDraw.Draw(picture)

    def ellipse(left, top, right, bottom, fill):
        box = [round(part * side) for part in (left, top, right, bottom)]
        pen.ellipse(box, fill, (20, 20, 20), max(1, side // 100))

    ellipse(0.2, 0.7, 0.8, 1.4, (60, 60, 60))
    ellipse(0.22, 0.04, 0.78, 0.9, hair)
    ellipse(0.3, 0.3, 0.7, 0.85, SKIN)
    return np.asarray(picture)


@pytest.mark.parametrize("side", [64, 256, 700])
def test_the_background_is_white_and_the_figure_is_what_it_was(side):
    before = face(side=side)
    after = on_paper(before)
    assert after.shape == before.shape and after.dtype == np.uint8
    for row, column in ((0.02, 0.02), (0.5, 0.05), (0.3, 0.95)):
        assert (after[int(row * side), int(column * side)] == 255).all()
    for row, column in ((0.15, 0.5), (0.6, 0.5), (0.95, 0.5)):
        spot = int(row * side), int(column * side)
        assert (after[spot] == before[spot]).all()


def test_light_from_above_is_plain_too():
    light = np.linspace(40, 0, 256)[:, None, None]
    before = face()
    shaded = np.where(
        (before == SKY).all(-1, keepdims=True), np.clip(before + light, 0, 255), before
    )
    after = on_paper(shaded.astype(np.uint8))
    assert (after[2:120:10, 4] == 255).all()


def test_what_is_not_plain_is_left_alone():
    noise = np.random.default_rng(0).integers(0, 255, (256, 256, 3), np.uint8)
    before = np.where((face() == SKY).all(-1, keepdims=True), noise, face())
    assert on_paper(before) is None
    assert on_paper(noise) is None


def test_hair_that_reaches_the_frame_is_no_background():
    dark = tuple(int(0.7 * part) for part in HAIR)
    before = face(background=dark)
    assert plain_background(before) is None


def test_a_surface_of_the_middle_is_no_background():
    assert on_paper(np.full((128, 128, 3), 90, np.uint8)) is None


def test_the_command(tmp_path):
    art, out = tmp_path / "art", tmp_path / "out"
    art.mkdir()
    Image.fromarray(face()).save(art / "face.png")
    Image.fromarray(face(side=64)).save(art / "small.png")
    Image.new("RGB", (64, 64), "red").save(art / "red.png")
    (art / "bad.png").write_bytes(b"nothing")
    command = [str(art), "--out", str(out), "--on-paper"]
    done = CliRunner().invoke(prepare, [*command, "--size", "100"])
    assert done.exit_code == 1
    assert "cut 2, without a plain background 1, skipped 0, failed 1" in done.output
    assert "bad.png" in done.output and "Traceback" not in done.output
    assert sorted(path.name for path in out.iterdir()) == ["face.png", "small.png"]
    with Image.open(out / "face.png") as picture:
        assert picture.size == (100, 100) and picture.getpixel((1, 1)) == (255, 255, 255)
    (art / "bad.png").unlink()
    again = CliRunner().invoke(prepare, command)
    assert "cut 0, without a plain background 1, skipped 2, failed 0" in again.output


@pytest.mark.parametrize("more", [["--pairs"], ["--shards", "2"], ["--style", "clean"]])
def test_what_does_not_go_together(tmp_path, more):
    command = [str(tmp_path), "--out", str(tmp_path / "out"), "--on-paper", *more]
    done = CliRunner().invoke(prepare, command)
    assert done.exit_code == 2 and "--on-paper writes colours alone" in done.output


def test_room_puts_the_figure_at_the_lower_edge_of_a_larger_sheet(tmp_path):
    Image.fromarray(face()).save(tmp_path / "face.png")
    command = [str(tmp_path / "face.png"), "--out", str(tmp_path / "out")]
    done = CliRunner().invoke(prepare, [*command, "--on-paper", "--room", "2"])
    assert done.exit_code == 0, done.output
    sheet = np.asarray(Image.open(tmp_path / "out" / "face.png"))
    side = len(face())
    assert sheet.shape == (2 * side, 2 * side, 3)
    inner = sheet[side:, side // 2 : side // 2 + side]
    np.testing.assert_array_equal(inner, on_paper(face()))
    assert sheet[:side].min() == 255 and sheet[:, : side // 2].min() == 255
    alone = CliRunner().invoke(prepare, [*command, "--room", "2"])
    assert alone.exit_code == 2 and "--room belongs to --on-paper" in alone.output


def test_too_large_a_picture_is_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr("sgru_tf.prepare.MAX_DRAWN_PIXELS", 10_000)
    Image.fromarray(face(side=128)).save(tmp_path / "face.png")
    command = [str(tmp_path / "face.png"), "--out", str(tmp_path / "out"), "--on-paper"]
    done = CliRunner().invoke(prepare, command)
    assert done.exit_code == 1 and "128 x 128 is more than" in done.output
    assert "cut 1," in CliRunner().invoke(prepare, [*command, "--size", "90"]).output


def test_the_pictures_themselves_are_not_replaced(tmp_path):
    Image.fromarray(face()).save(tmp_path / "face.png")
    done = CliRunner().invoke(prepare, [str(tmp_path), "--out", str(tmp_path), "--on-paper"])
    assert done.exit_code == 1 and "holds the pictures themselves" in done.output
