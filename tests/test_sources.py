"""Training pictures found by looking: their layouts, pairs and problems."""

import numpy as np
import pytest
from PIL import Image

from sgru_tf.errors import SgruError
from sgru_tf.sources import find_samples

ORIENTATION = 0x0112
TURNED_RIGHT = 6
"""EXIF: to be seen upright, the stored picture must be turned by a quarter to the right."""


def art(width=64, height=64, seed=0) -> Image.Image:
    """Patches of strong colour, as dark on the right as on the left."""
    colours = np.random.default_rng(seed).integers(0, 200, (4, 4, 3), np.uint8)
    return Image.fromarray(colours).resize((width, height), Image.Resampling.NEAREST)


def drawing(width=64, height=64) -> Image.Image:
    """A black stroke on white paper."""
    pixels = np.full((height, width), 255, np.uint8)
    pixels[height // 2 : height // 2 + 2] = 0
    return Image.fromarray(pixels)


def pair(side=64, seed=0) -> Image.Image:
    both = Image.new("RGB", (2 * side, side), "white")
    both.paste(art(side, side, seed), (0, 0))
    both.paste(drawing(side, side), (side, 0))
    return both


def save(image: Image.Image, path, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path, **options)
    return path


def cut_short(path, share=0.6):
    """Leave the header of a file, and some of its pixels."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    return path


def make_published(folder, names):
    for name in names:
        save(art(), folder / "images_rgb" / f"{name}.jpg")
        save(drawing(), folder / "images_bw" / f"{name}.png")


def make_side_by_side(folder, names):
    for seed, name in enumerate(names):
        save(pair(seed=seed), folder / f"{name}.png")


def make_plain(folder, names):
    for seed, name in enumerate(names):
        save(art(80, 60, seed), folder / f"{name}.png")


def kind(sample) -> str:
    if sample.sketch is None:
        return "plain"
    return "side by side" if sample.side_by_side else "published"


LAYOUTS = {
    "published": make_published,
    "side by side": make_side_by_side,
    "plain": make_plain,
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_in_the_folder_itself(tmp_path, layout):
    LAYOUTS[layout](tmp_path, ["b", "a", "chapter/c"])
    found = find_samples(tmp_path, validation_share=0.0)
    assert [sample.name for sample in found.train] == ["a", "b", "chapter/c"]
    assert {kind(sample) for sample in found.train} == {layout}
    assert all(sample.colour.is_file() for sample in found.train)
    assert found.validation == []
    assert found.problems == []


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_in_train_and_val(tmp_path, layout):
    LAYOUTS[layout](tmp_path / "train", ["a", "b", "deep/c"])
    LAYOUTS[layout](tmp_path / "val", ["a", "z"])
    found = find_samples(tmp_path, validation_share=0.5)
    assert [sample.name for sample in found.train] == ["a", "b", "deep/c"]
    assert [sample.name for sample in found.validation] == ["a", "z"]
    assert {kind(sample) for sample in found.train + found.validation} == {layout}
    assert {sample.colour.relative_to(tmp_path).parts[0] for sample in found.train} == {"train"}
    assert found.problems == []


def test_val_beside_the_pictures_is_held_back(tmp_path):
    make_plain(tmp_path, "abc")
    make_plain(tmp_path / "val", "xy")
    found = find_samples(tmp_path, validation_share=0.5)
    assert [sample.name for sample in found.train] == ["a", "b", "c"]
    assert [sample.name for sample in found.validation] == ["x", "y"]


def test_one_picture_is_held_back_at_least(tmp_path):
    make_plain(tmp_path, "abc")
    found = find_samples(tmp_path, validation_share=0.0001)
    assert (len(found.train), len(found.validation)) == (2, 1)


def test_train_without_val_is_split(tmp_path):
    make_plain(tmp_path / "train", [f"{i}" for i in range(20)])
    found = find_samples(tmp_path, validation_share=0.4)
    assert found.train and found.validation
    assert len(found.train) + len(found.validation) == 20


def test_an_empty_val_is_told(tmp_path):
    make_plain(tmp_path / "train", "ab")
    (tmp_path / "val").mkdir()
    found = find_samples(tmp_path)
    assert len(found.train) == 2
    assert found.validation == []
    assert len(found.problems) == 1 and str(tmp_path / "val") in found.problems[0]


def test_published_pairs_belong_together(tmp_path):
    make_published(tmp_path, ["a", "b"])
    for sample in find_samples(tmp_path, 0.0).train:
        assert sample.colour == tmp_path / "images_rgb" / f"{sample.name}.jpg"
        assert sample.sketch == tmp_path / "images_bw" / f"{sample.name}.png"


def test_wide_colour_art_is_not_taken_for_pairs(tmp_path):
    for seed in range(5):
        save(art(128, 64, seed), tmp_path / f"{seed}.png")
    # A few pictures with a pale sky on the right do not make the folder one of pairs.
    save(pair(), tmp_path / "sky.png")
    found = find_samples(tmp_path, 0.0)
    assert [kind(sample) for sample in found.train] == ["plain"] * 6
    assert found.problems == []


def test_pairs_on_transparent_ground_are_pairs(tmp_path):
    for seed in range(3):
        both = pair(seed=seed).convert("RGBA")
        ink = Image.eval(drawing(), lambda value: 255 - value)
        both.paste((0, 0, 0, 0), (64, 0, 128, 64))
        both.paste((0, 0, 0, 255), (64, 0), ink)
        save(both, tmp_path / f"{seed}.png")
    assert [kind(s) for s in find_samples(tmp_path, 0.0).train] == ["side by side"] * 3


def test_one_of_another_shape_among_pairs_is_named(tmp_path):
    make_side_by_side(tmp_path, "abcd")
    odd = save(art(100, 64), tmp_path / "odd.png")
    found = find_samples(tmp_path, 0.0)
    assert [sample.name for sample in found.train] == list("abcd")
    assert len(found.problems) == 1
    assert found.problems[0].startswith(f"{odd}: is not twice as wide as high")


def test_hidden_and_other_files_are_left_alone(tmp_path):
    make_plain(tmp_path, "a")
    save(art(), tmp_path / ".b.png")
    save(art(), tmp_path / ".thumbnails" / "c.png")
    (tmp_path / "notes.txt").write_text("not a picture")
    (tmp_path / "folder.png").mkdir()
    found = find_samples(tmp_path, 0.0)
    assert [sample.name for sample in found.train] == ["a"]
    assert found.problems == []


def test_suffixes_in_capitals(tmp_path):
    save(art(), tmp_path / "A.PNG")
    save(art(), tmp_path / "B.Jpeg")
    assert [sample.name for sample in find_samples(tmp_path, 0.0).train] == ["A", "B"]


def test_unreadable_pictures_are_named_once(tmp_path):
    make_plain(tmp_path, "ab")
    text = tmp_path / "text.png"
    text.write_text("this is not a picture")
    (tmp_path / "empty.jpg").touch()
    found = find_samples(tmp_path, 0.0)
    assert [sample.name for sample in found.train] == ["a", "b"]
    assert len(found.problems) == 2
    assert f"{text}: not a picture, or of a kind that cannot be read" in found.problems


def test_tiny_pictures_are_named(tmp_path):
    make_plain(tmp_path, "a")
    save(art(32, 32), tmp_path / "least.png")
    save(art(31, 500), tmp_path / "narrow.png")
    found = find_samples(tmp_path, 0.0)
    assert [sample.name for sample in found.train] == ["a", "least"]
    assert found.problems == [
        f"{tmp_path / 'narrow.png'}: is too small, 31 x 500; 32 is the least side"
    ]


def test_tiny_halves_are_named(tmp_path):
    make_side_by_side(tmp_path, "abc")
    save(pair(30), tmp_path / "tiny.png")
    found = find_samples(tmp_path, 0.0)
    assert [sample.name for sample in found.train] == list("abc")
    assert found.problems[0].startswith(f"{tmp_path / 'tiny.png'}: is too small, 30 x 30")


def test_mismatched_pairs_are_named(tmp_path):
    make_published(tmp_path, ["good", "wide", "tiny", "damaged", "twice"])
    bw, rgb = tmp_path / "images_bw", tmp_path / "images_rgb"
    save(drawing(), bw / "only_sketch.png")
    save(art(), rgb / "only_colour.jpg")
    save(drawing(80, 64), bw / "wide.png")
    save(drawing(16, 16), bw / "tiny.png")
    (bw / "damaged.png").write_text("no")
    save(drawing(), bw / "twice.tif")
    found = find_samples(tmp_path, 0.0)
    assert [sample.name for sample in found.train] == ["good", "twice"]
    starts = [
        f"{bw / 'twice.tif'}: has the name of twice.png",
        f"{rgb / 'only_colour.jpg'}: has no partner in images_bw",
        f"{bw / 'only_sketch.png'}: has no partner in images_rgb",
        f"{bw / 'damaged.png'}: not a picture",
        f"{bw / 'tiny.png'}: is too small, 16 x 16",
        f"{bw / 'wide.png'}: is 80 x 64, its colours 64 x 64; the two must have the same shape",
    ]
    assert len(found.problems) == len(starts)
    for problem, start in zip(found.problems, starts, strict=True):
        assert problem.startswith(start)


def test_sketches_of_another_size_are_welcome(tmp_path):
    make_published(tmp_path, ["a"])
    save(drawing(200, 199), tmp_path / "images_bw" / "a.png")
    assert len(find_samples(tmp_path, 0.0).train) == 1


def test_shapes_are_compared_upright(tmp_path):
    make_published(tmp_path, ["a"])
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED_RIGHT
    save(art(96, 48), tmp_path / "images_rgb" / "a.jpg", exif=exif)
    save(drawing(48, 96), tmp_path / "images_bw" / "a.png")
    found = find_samples(tmp_path, 0.0)
    assert len(found.train) == 1, found.problems


@pytest.mark.parametrize("inside", [None, "notes.txt"])
def test_nothing_there(tmp_path, inside):
    if inside:
        (tmp_path / inside).write_text("hello")
    with pytest.raises(SgruError, match="no training pictures found") as caught:
        find_samples(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}: ")


def test_nothing_usable_names_the_folder_and_the_first_problem(tmp_path):
    (tmp_path / "a.png").write_text("text")
    save(art(8, 8), tmp_path / "b.png")
    with pytest.raises(SgruError, match="2 cannot be used, the first: ") as caught:
        find_samples(tmp_path)
    assert str(caught.value).startswith(f"{tmp_path}: ")
    assert f"{tmp_path / 'a.png'}: not a picture" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_missing_folder(tmp_path):
    with pytest.raises(SgruError, match=r"nowhere: no such folder of training pictures"):
        find_samples(tmp_path / "nowhere")


def test_damaged_pairs_do_not_stop_the_search(tmp_path):
    make_side_by_side(tmp_path, "abcde")
    cut_short(tmp_path / "a.png")
    found = find_samples(tmp_path, 0.0)
    assert [kind(sample) for sample in found.train] == ["side by side"] * 5
