"""What is written for a sketch: OpenRaster files, flat colours, and the artist's own lines."""

import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw, ImageFont
from test_colorizer import Painter, drawing

from sgru_tf import colorizer
from sgru_tf.cli import infer
from sgru_tf.colorizer import Colorizer
from sgru_tf.files import read_mark

EXAMPLES = sorted((Path(__file__).parents[1] / "examples").glob("*.png"))


@pytest.fixture
def opened(monkeypatch):
    """Lets the stand-in colour; lists the models that were opened."""
    calls = []
    monkeypatch.setattr(
        colorizer, "open_network", lambda path=None: calls.append(path) or Painter()
    )
    return calls


@pytest.fixture
def here(tmp_path, monkeypatch, opened):
    """A folder to work in, with the sketch a.png."""
    monkeypatch.chdir(tmp_path)
    Image.fromarray(drawing(60, 44)).save("a.png")
    return tmp_path


def run(*arguments):
    result = CliRunner().invoke(infer, [str(argument) for argument in arguments])
    assert "Traceback" not in result.output
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def names(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_file())


def proposals_in(path):
    with zipfile.ZipFile(path) as archive:
        stack = ElementTree.fromstring(archive.read("stack.xml")).find("stack")
    return [layer.get("name").split()[1] for layer in stack if "proposal" in layer.get("name")]


def merged_in(path):
    with zipfile.ZipFile(path) as archive, archive.open("mergedimage.png") as stream:
        return np.array(Image.open(stream))


def save_as_a_painting_program(path):
    """Write an OpenRaster file anew, with a merged image of one's own."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    Image.fromarray(merged_in(path)).save("merged.png")
    parts["mergedimage.png"] = Path("merged.png").read_bytes()
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path.read_bytes()


def test_one_openraster_file_for_a_sketch(here):
    run("a.png", "--no-sheet")
    result = run("a.png", "--format", "ora")
    assert result.stdout == "coloured 1, skipped 0, failed 0 -> colored\n"
    assert set(names(here / "colored")) >= {"a.ora", "a_sheet.png"}
    assert proposals_in("colored/a.ora") == ["1", "2", "3"]
    with Image.open("colored/a_1.png") as picture:
        assert np.array_equal(merged_in("colored/a.ora"), np.asarray(picture))
    assert read_mark("colored/a.ora") == "layers 1,2,3 of 3"


@pytest.mark.parametrize("sheet", ["--sheet", "--no-sheet"])
def test_a_file_with_other_proposals_is_not_what_was_wanted(here, opened, sheet):
    command = ["a.png", "--format", "ORA", sheet]
    assert run(*command, "--pick", "3,2").exit_code == 0
    assert proposals_in("colored/a.ora") == ["2", "3"]
    opened.clear()
    assert run(*command, "--pick", "3").stdout.startswith("coloured 0, skipped 1")
    assert opened == []
    assert run(*command).stdout.startswith("coloured 1, skipped 0")
    assert proposals_in("colored/a.ora") == ["1", "2", "3"]
    opened.clear()
    assert run(*command).stdout.startswith("coloured 0, skipped 1")
    assert opened == []


def test_a_file_that_was_painted_on_is_never_replaced(here):
    run("a.png", "--format", "ora", "--pick", 1)
    painted = save_as_a_painting_program(here / "colored/a.ora")
    assert run("a.png", "--format", "ora").stdout.startswith("coloured 0, skipped 1")
    result = run("a.png", "--format", "ora", "--overwrite")
    assert result.exit_code == 1
    assert result.stderr.count("\n") == 1
    assert "colored/a.ora was edited, or is not this program's" in result.stderr
    assert (here / "colored/a.ora").read_bytes() == painted


def test_overwrite_writes_the_programs_own_file_again(here):
    run("a.png", "--format", "ora")
    first = (here / "colored/a.ora").read_bytes()
    assert run("a.png", "--format", "ora", "--overwrite", "--pick", 2).exit_code == 0
    assert (here / "colored/a.ora").read_bytes() != first
    assert proposals_in("colored/a.ora") == ["2"]


def test_an_openraster_file_is_no_sketch(here):
    run("a.png", "--format", "ora")
    result = run("a.png", "colored/a.ora", "--format", "ora", "--out", "colored")
    assert result.stdout.startswith("coloured 0, skipped 1, failed 0")
    assert "1 of the pictures are results of an earlier run" in result.stderr
    save_as_a_painting_program(here / "colored/a.ora")
    result = run("colored/a.ora")
    assert result.exit_code == 1
    assert "a.ora: not a picture, or of a kind that cannot be read" in result.stderr


def test_transparency_in_an_openraster_file(here):
    sketch = Image.fromarray(drawing(60, 44)).convert("RGBA")
    sketch.putalpha(Image.linear_gradient("L").resize(sketch.size))
    sketch.save("a.png")
    result = run("a.png", "--format", "ora", "--no-sheet")
    assert result.stderr.count("transparency is given back") == 1
    run("a.png", "--no-sheet")
    with Image.open("colored/a_1.png") as picture:
        assert picture.mode == "RGBA"
        assert np.array_equal(merged_in("colored/a.ora"), np.asarray(picture))
    run("a.png", "--format", "ora", "--no-sheet", "--no-alpha", "--overwrite")
    assert merged_in("colored/a.ora").shape == (44, 60, 3)


def test_flat_colours_lie_beside_the_pictures(here, opened):
    assert run("a.png", "--layer", "colour", "--no-sheet").exit_code == 0
    colours = [f"a_{number}_colour.png" for number in (1, 2, 3)]
    assert names(here / "colored") == colours
    assert run("a.png").stdout.startswith("coloured 1, skipped 0")
    assert names(here / "colored") == sorted(
        [*colours, *(f"a_{n}.png" for n in "123"), "a_sheet.png"]
    )
    opened.clear()
    for layer in ("colour", "picture"):
        assert run("a.png", "--layer", layer).stdout.startswith("coloured 0, skipped 1")
    assert run("a.png", *(here / "colored").glob("*"), "--no-sheet").stdout.startswith(
        "coloured 0, skipped 1, failed 0"
    )
    assert opened == []
    assert read_mark("colored/a_2_colour.png") == "colour 2 of 3"
    for number in (1, 2, 3):
        with Image.open(f"colored/a_{number}_colour.png") as picture:
            flat = np.asarray(picture)
        colouring = Colorizer(Painter()).colouring("a.png")
        assert np.array_equal(flat, np.asarray(colouring.colour_layer(number - 1)))
        assert flat[..., 1].min() > 150  # the sketch has a black rectangle, the colours have not


@pytest.mark.parametrize("suffix", ["png", "webp", "jpg"])
def test_flat_colours_have_the_sketchs_alpha(here, suffix):
    sketch = Image.fromarray(drawing(60, 44)).convert("RGBA")
    sketch.putalpha(Image.linear_gradient("L").resize(sketch.size))
    sketch.save("a.png")
    command = ["a.png", "--layer", "colour", "--no-sheet", "--pick", "1", "--format", suffix]
    assert run(*command).exit_code == 0
    with Image.open(f"colored/a_1_colour.{suffix}") as picture:
        if suffix == "jpg":
            assert (np.asarray(picture)[0] > 250).all()
        else:
            assert np.array_equal(picture.getchannel("A"), sketch.getchannel("A"))
    run(*command, "--no-alpha", "--overwrite")
    with Image.open(f"colored/a_1_colour.{suffix}") as picture:
        assert picture.mode == "RGB"
        assert (np.asarray(picture)[0] < 245).any()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--lines", "network"], "the ink is in the colours"),
        (["--format", "ora"], "has the colours in layers of their own"),
    ],
)
def test_flat_colours_that_make_no_sense(here, opened, options, words):
    result = run("a.png", "--layer", "colour", *options)
    assert result.exit_code == 2
    assert [words in line for line in result.stderr.splitlines() if "Error" in line] == [True]
    assert opened == []
    assert names(here) == ["a.png"]


def page_with_text():
    """Lines of one pixel, small text, an ellipse with soft edges: a comic page's hardest parts."""
    page = Image.new("L", (700, 520), 255)
    pen = ImageDraw.Draw(page)
    for step in range(12):
        pen.line((20 + 25 * step, 20, 320, 20 + 20 * step), fill=0)
    pen.rectangle((10, 10, 330, 250), outline=0)
    soft = Image.new("L", (1600, 1000), 255)
    ImageDraw.Draw(soft).ellipse((20, 20, 1500, 900), outline=0, width=12)
    page.paste(soft.resize((320, 200), Image.Resampling.BILINEAR), (350, 20))
    for row, size in enumerate((8, 9, 10, 12, 16)):
        text = "What is done is done. 0123456789 jgqy"
        pen.text((20, 280 + 30 * row), text, fill=0, font=ImageFont.load_default(size))
    return page


@pytest.mark.parametrize("suffix", ["png", "webp", "ora"])
@pytest.mark.parametrize("sketch", [*(path.name for path in EXAMPLES), "text"])
def test_ink_comes_out_as_it_went_in(here, sketch, suffix):
    if sketch == "text":
        page_with_text().save("sketch.png")
    else:
        Path("sketch.png").write_bytes((EXAMPLES[0].parent / sketch).read_bytes())
    run("sketch.png", "--format", suffix, "--pick", 2, "--no-sheet")
    if suffix == "ora":
        result = merged_in("colored/sketch.ora")[..., :3]
    else:
        with Image.open(f"colored/sketch_2.{suffix}") as picture:
            result = np.asarray(picture.convert("RGB"))
    line = Colorizer(Painter()).colouring("sketch.png").line
    assert result.shape[:2] == line.shape
    if sketch == "text":
        assert np.array_equal(line, np.asarray(page_with_text()))
    ink = line == 0
    assert ink.sum() > 1000
    assert (result[ink] == 0).all()
    # Nothing is lighter than the line art: no line and no letter fades.
    assert (result <= line[..., None]).all()
    assert (np.asarray(Image.fromarray(result).convert("L")) <= line).all()
    # And beside the ink the colour is whole: letters keep their contrast.
    assert result[line == 255].max(-1).mean() > 150
