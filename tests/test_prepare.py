"""The prepare command on real files and folders, and what training makes of its results."""

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw
from test_images import ODD_PICTURES

pytest.importorskip("tensorflow")

from sgru_tf import prepare as work  # noqa: E402
from sgru_tf.cli_prepare import prepare  # noqa: E402
from sgru_tf.data import read_sample  # noqa: E402
from sgru_tf.images import read_colour  # noqa: E402
from sgru_tf.linework import line_art, random_line_art  # noqa: E402
from sgru_tf.prepare import draw_lines, side_by_side  # noqa: E402
from sgru_tf.sources import find_samples  # noqa: E402

ROOT = Path(__file__).parents[1]
RED, SKIN = (200, 40, 30), (250, 215, 190)


def art(width=60, height=44):
    """A red block with a dark outline on a skin-coloured ground."""
    picture = Image.new("RGB", (width, height), SKIN)
    box = [width // 4, height // 4, width * 3 // 4, height * 3 // 4]
    ImageDraw.Draw(picture).rectangle(box, RED, (20, 10, 10), 2)
    return picture


def save(path, size=(60, 44), **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    art(*size).save(path, **options)
    return path


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def interrupt_at(monkeypatch, name):
    """Let Ctrl-C come where a picture of that name would be written; gives the true writing."""
    true = work.write_image

    def interrupted(picture, path):
        if path.name == name:
            raise KeyboardInterrupt
        true(picture, path)

    monkeypatch.setattr(work, "write_image", interrupted)
    return true


def run(*arguments):
    result = CliRunner().invoke(prepare, [str(argument) for argument in arguments])
    assert "Traceback" not in result.output
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def names(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def pixels(path):
    with Image.open(path) as picture:
        return np.asarray(picture)


def test_line_art_is_grey_clean_and_of_the_same_size(here):
    save(here / "a.png")
    result = run("a.png", "--out", "o")
    assert result.exit_code == 0
    assert result.stdout == "drawn 1, skipped 0, failed 0 -> o\n"
    assert result.stderr == ""
    assert names(here / "o") == ["a.png"]
    lines = pixels("o/a.png")
    assert lines.shape == (44, 60) and lines.dtype == np.uint8
    assert lines[22, 14:18].min() < 60  # the left side of the outline
    assert (lines[18:26, 22:38] == 255).all() and (lines[:8] == 255).all()
    expected = line_art(np.asarray(art()), relative=True).numpy()[:, :, 0]
    assert np.abs(lines - expected).max() <= 0.5


@pytest.mark.parametrize("size", [(60, 44), (44, 60), (41, 60), (50, 50), (60, 33)])
def test_pairs_are_squares_side_by_side(here, size):
    save(here / "a.png", size)
    assert run("a.png", "--out", "o", "--pairs").exit_code == 0
    pair = pixels("o/a.png")
    side = max(size)
    assert pair.shape == (side, 2 * side, 3)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    rows, columns = slice(top, top + size[1]), slice(left, left + size[0])
    assert np.array_equal(pair[:, :side][rows, columns], np.asarray(art(*size)))
    lines = np.asarray(draw_lines(art(*size)))
    assert np.array_equal(pair[:, side:][rows, columns], np.stack([lines] * 3, axis=-1))
    # All else is paper: no line where the picture ends.
    around = np.ones((side, side), bool)
    around[rows, columns] = False
    assert (pair[:, :side][around] == 255).all() and (pair[:, side:][around] == 255).all()


@pytest.mark.parametrize("style", work.STYLES)
def test_training_finds_the_pairs_that_were_written(here, style):
    sizes = {"train/a.png": (60, 44), "train/sub/b.jpg": (40, 70), "val/c.webp": (48, 48)}
    for name, size in sizes.items():
        save(here / "art" / name, size)
    assert run("art", "--out", "o", "--pairs", "--recursive", "--style", style).exit_code == 0
    found = find_samples(here / "o")
    assert found.problems == []
    assert [sample.name for sample in found.train] == ["a", "sub/b"]
    assert [sample.name for sample in found.validation] == ["c"]
    for sample in found.train + found.validation:
        assert sample.side_by_side
    colour, sketch = read_sample(found.train[0])
    assert np.array_equal(colour[8:52], np.asarray(art()))
    lines = np.asarray(draw_lines(art(), style, "0/train/a.png"))
    assert np.array_equal(sketch[8:52, :, 0], lines)


def test_training_finds_line_art_beside_its_colours(here):
    for name, size in (("a.png", (60, 44)), ("b.jpg", (40, 70))):
        save(here / "art/images_rgb" / name, size)
    assert run("art/images_rgb", "--out", "art/images_bw", "--size", 60).exit_code == 0
    found = find_samples(here / "art", validation_share=0)
    assert found.problems == []
    assert [sample.sketch.name for sample in found.train] == ["a.png", "b.png"]


def test_too_small_for_a_pair(here):
    save(here / "a.png", (31, 20))
    result = run("a.png", "--out", "o", "--pairs")
    assert result.exit_code == 1
    assert "a.png: is too small for a pair, 31 x 20" in result.stderr
    assert run("a.png", "--out", "o").exit_code == 0


def test_random_style_is_that_of_training_and_stable(here):
    picture = art()
    lines = np.asarray(draw_lines(picture, "random", "key"))
    assert np.array_equal(lines, np.asarray(draw_lines(picture, "random", "key")))
    assert not np.array_equal(lines, np.asarray(draw_lines(picture, "random", "another")))
    seed = np.frombuffer(bytes.fromhex("2c70e12b7a0646f9"), "<i4")  # SHA-256 of "key"
    expected = random_line_art(np.asarray(picture), seed).numpy()[:, :, 0]
    assert np.abs(lines - expected).max() <= 0.5


def test_seed_and_name_decide_how_a_picture_is_drawn(here):
    for name in ("a.png", "b.png", "sub/a.png"):
        save(here / "in" / name)

    def drawn(out, *arguments):
        assert run(*arguments, "--out", out, "--style", "random").exit_code == 0
        return {name: pixels(here / out / name).tobytes() for name in names(here / out)}

    everything = drawn("o1", "in", "--recursive", "--seed", 5)
    assert len(set(everything.values())) == 3
    # Alone, and written elsewhere, it is drawn as it was among the others.
    assert drawn("deep/o2", "in/b.png", "--seed", 5) == {"b.png": everything["b.png"]}
    other = drawn("o3", "in", "--seed", 6)
    assert other["a.png"] != everything["a.png"]


def test_size_only_shrinks(here):
    save(here / "wide.png", (90, 40))
    save(here / "high.png", (40, 90))
    save(here / "small.png", (30, 20))
    assert run("wide.png", "high.png", "small.png", "--out", "o", "--size", 45).exit_code == 0
    shapes = {name: pixels(here / "o" / name).shape for name in names(here / "o")}
    assert shapes == {"wide.png": (20, 45), "high.png": (45, 20), "small.png": (20, 30)}


@pytest.mark.parametrize("name", ODD_PICTURES)
def test_odd_formats(here, name):
    grey = np.full((44, 60), 200, np.uint8)
    grey[12:30, 20:40] = 0
    ODD_PICTURES[name](Image.fromarray(grey)).save(name)
    result = run(name, "--out", "o")
    assert result.exit_code == 0, result.output
    lines = pixels(here / "o" / (Path(name).stem + ".png"))
    assert lines.shape == (44, 60)
    assert lines[20, 18:23].min() < 100


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", ["png", "jpg", "tif"])
def test_exif_orientation_is_undone(tmp_path, orientation, suffix):
    undo = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # transposition that stores it turned
    picture = Image.new("RGB", (60, 44), SKIN)
    picture.paste(RED, (4, 4, 30, 14))
    stored = picture.transpose(undo[orientation]) if orientation in undo else picture
    exif = Image.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / f"a.{suffix}", exif=exif)
    read = read_colour(tmp_path / f"a.{suffix}")
    assert read.mode == "RGB" and read.size == (60, 44)
    assert np.abs(np.asarray(read).astype(int) - np.asarray(picture)).mean() < 4


def test_transparency_is_white(tmp_path):
    array = np.zeros((2, 3, 4), np.uint8)
    array[:, :, 0], array[:, :, 3] = 200, [0, 100, 255]
    Image.fromarray(array).save(tmp_path / "a.png")
    seen = np.asarray(read_colour(tmp_path / "a.png")).astype(int)
    expected = [[255, 255, 255], [233, 155, 155], [200, 0, 0]]
    assert np.abs(seen - expected).max() <= 1
    palette = Image.new("P", (2, 1), 0)
    palette.putpalette([0, 0, 0, 10, 20, 30])
    palette.putpixel((1, 0), 1)
    palette.save(tmp_path / "p.png", transparency=0)
    assert np.asarray(read_colour(tmp_path / "p.png")).tolist() == [[[255] * 3, [10, 20, 30]]]


def test_line_art_can_be_coloured(here):
    """What infer leaves out of a folder is its own results, not ours."""
    from sgru_tf.folder import plan

    save(here / "a.png")
    run("a.png", "--out", "o")
    jobs, problems, own = plan([here / "o"])
    assert (len(jobs), problems, own) == (1, [], 0)


def test_side_by_side_of_one_pixel():
    pair = side_by_side(Image.new("RGB", (1, 1), RED), Image.new("L", (1, 1), 7))
    assert np.asarray(pair).tolist() == [[list(RED), [7, 7, 7]]]


def python(code, folder, *arguments):
    environment = {k: v for k, v in os.environ.items() if not k.startswith("TF_")}
    environment["PYTHONPATH"] = str(ROOT)
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        env=environment,
        timeout=120,
    )


def test_the_command_is_quiet(here):
    save(here / "a.png")
    code = "from sgru_tf.cli_prepare import prepare; prepare()"
    result = python(code, here, "a.png", "--out", "o")
    assert result.stderr == ""
    assert result.stdout == "drawn 1, skipped 0, failed 0 -> o\n"
    assert result.returncode == 0


def test_help_and_skipping_do_not_import_tensorflow(here):
    save(here / "in/a.png")
    save(here / "o/a.png")
    code = (
        "import sys\n"
        "from sgru_tf.cli_prepare import prepare\n"
        "try: prepare()\n"
        "except SystemExit as end: assert end.code == 0\n"
        "heavy = {'tensorflow', 'keras', 'jax'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    result = python(code, here, "--help")
    assert result.returncode == 0, result.stderr
    assert "--pairs" in result.stdout
    result = python(code, here, "in", "--out", "o")
    assert result.returncode == 0, result.stderr
    assert result.stdout == "drawn 0, skipped 1, failed 0 -> o\n"
