"""examples/schemes/sow.py: seeds that a small network sets as they were set by hand."""

import json
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from click.testing import CliRunner
from keras import layers
from PIL import Image, ImageDraw

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples" / "schemes"))
import sow  # noqa: E402
from seeded import KINDS, told_apart  # noqa: E402

SIDE = 64


def looks():
    """Five maps as VGG's, of blurs alone: of the whole size, 1/2, 1/4, 1/8 and 1/16 of it."""
    x = image = keras.Input((None, None, 3))
    maps = [layers.Rescaling(1 / 64, -2)(x)]
    for _ in range(4):
        maps.append(layers.AveragePooling2D(2)(maps[-1]))
    return keras.Model(image, maps)


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """A small network, for small pictures, quickly learnt."""
    monkeypatch.setattr(sow, "SIDE", SIDE)
    monkeypatch.setattr(sow, "WIDTH", 16)
    monkeypatch.setattr(sow, "RATE", 1e-2)
    monkeypatch.setattr(sow, "EPOCHS", 6)
    monkeypatch.setattr(sow, "build_features", lambda config: looks())


def face(number):
    """A head in green hair before a blue wall, somewhere in a picture, and its seeds."""
    rng = np.random.default_rng(number)
    picture = Image.new("RGB", (SIDE, SIDE), (60, 90, 200))
    x, y = rng.integers(8, 20, 2).tolist()
    pen = ImageDraw.Draw(picture)
    pen.rectangle((x, y, x + 28, y + 20), (40, 150, 60), "black")
    pen.rectangle((x, y + 20, x + 28, y + 42), (240, 205, 180), "black")
    at = {"paper": [(2, 2), (62, 2), (2, 62), (62, 62)], "hair": [(x + 14, y + 10)]}
    at["skin"] = [(x + 14, y + 31)]
    percent = {
        kind: [[100 * a / SIDE, 100 * b / SIDE] for a, b in points] for kind, points in at.items()
    }
    return picture, percent


def learnt(numbers):
    see = sow.features(looks())
    pictures = []
    for number in numbers:
        picture, seeds = face(number)
        pictures += sow.squares(np.asarray(picture), seeds, [0, number])
    return see, sow.learn(see, pictures, 0)


def test_squares_are_of_one_place_in_picture_and_surfaces():
    picture, seeds = face(1)
    drawn = sow.squares(np.asarray(picture), seeds, 3)
    assert len(drawn) == sow.DRAWS
    for square, cells in drawn:
        assert square.shape == (SIDE, SIDE, 3) and cells.shape == (SIDE // 4, SIDE // 4)
        means = square.reshape(SIDE // 4, 4, SIDE // 4, 4, 3).mean((1, 3))
        wall = cells == KINDS.index("paper")
        assert (means[..., 2] > 150)[wall].mean() > 0.85
        assert means[cells == KINDS.index("hair")].mean(0).argmax() == 1
    again = sow.squares(np.asarray(picture), seeds, 3)
    np.testing.assert_array_equal(drawn[2][0], again[2][0])


def test_it_sets_seeds_of_pictures_that_it_has_not_seen():
    see, teller = learnt(range(16))
    right, sures = [], []
    for number in range(100, 104):
        picture, given = face(number)
        seeds, sure = sow.sown(np.asarray(picture), see, teller)
        assert seeds["paper"] and seeds["hair"] and seeds["skin"] and not seeds["iris"]
        found, true = (told_apart(np.asarray(picture), of) for of in (seeds, given))
        right.append((found == true).mean())
        sures.append(sure)
    assert min(right) > 0.9
    noise = np.random.default_rng(0).integers(0, 255, (SIDE, SIDE, 3), np.uint8)
    assert sow.sown(noise, see, teller)[1] < min(sures)


def write(folder, numbers, seeds=None):
    folder.mkdir()
    listed = {}
    for number in numbers:
        picture, listed[f"{number}.png"] = face(number)
        picture.save(folder / f"{number}.png")
    if seeds:
        seeds.write_text(json.dumps(listed))


def call(*arguments):
    return CliRunner().invoke(sow.main, [str(one) for one in arguments], catch_exceptions=False)


def test_the_surest_pictures_are_written(tmp_path):
    """Of one folder, of which some were told apart by hand; one of these is left out."""
    hand, wild, out = tmp_path / "hand.json", tmp_path / "wild", tmp_path / "sown.json"
    write(wild, range(20), hand)
    for number in range(50, 54):
        face(number)[0].save(wild / f"{number}.png")
    (wild / "broken.png").write_bytes(b"no picture")
    rng = np.random.default_rng(0)
    Image.fromarray(rng.integers(0, 255, (SIDE, SIDE, 3), np.uint8)).save(wild / "noise.png")
    weights = tmp_path / "vgg.weights.h5"
    weights.touch()
    told = call(
        out, "--like", wild, hand, "--pictures", wild, "--vgg-weights", weights,
        "--count", 4, "--leave", "3.png",
    )  # fmt: skip
    assert told.exit_code == 1, told.output
    assert "of 2 pictures" in told.output
    assert "broken.png" in told.output and f"pictures 4 of 6, failed 1 -> {out}" in told.output
    listed = json.loads(out.read_text())
    assert list(listed) == ["50.png", "51.png", "52.png", "53.png"]
    picture, given = face(51)
    kinds = told_apart(np.asarray(picture), listed["51.png"])
    assert (kinds == told_apart(np.asarray(picture), given)).mean() > 0.85


def eye(skin, beside):
    """A square of skin with an iris in its middle and something on both sides of it; its seeds."""
    square = np.full((SIDE, SIDE, 3), skin, np.uint8)
    square[28:36, 20:44], square[28:36, 28:36] = beside, (40, 70, 160)
    middles = (np.arange(SIDE // 4) + 0.5) * 400 / SIDE
    seeds = {kind: [] for kind in sow.TOLD}
    for x in middles.tolist():
        for y in middles.tolist():
            kind = (
                "iris" if tuple(square[int(y * 0.64), int(x * 0.64)]) == (40, 70, 160) else "skin"
            )
            seeds[kind].append([x, y])
    return square, seeds


@pytest.mark.parametrize(
    "skin, beside, white",
    [
        ((245, 210, 185), (245, 245, 250), 8),  # the white of the eye
        ((245, 210, 185), (250, 225, 200), 0),  # skin in light
        ((248, 246, 246), (248, 246, 246), 0),  # a face that is white all over
    ],
)
def test_what_is_white_beside_an_iris_is_so(skin, beside, white):
    square, seeds = eye(skin, beside)
    before = len(seeds["skin"])
    sow.eye_whites(square, seeds)
    assert len(seeds["white"]) == white and len(seeds["skin"]) == before - white
    assert len(seeds["iris"]) == 4
    for x, y in seeds["white"]:
        assert (square[int(y * SIDE / 100), int(x * SIDE / 100)] == beside).all()


@pytest.mark.parametrize("text", ["no json", '{"0.png": 3}', '{"0.png": {}}', '{"absent.png": {}}'])
def test_a_fault_is_one_line(tmp_path, text):
    write(tmp_path / "like", [0])
    hand, weights = tmp_path / "hand.json", tmp_path / "vgg.weights.h5"
    hand.write_text(text)
    weights.touch()
    told = call(
        tmp_path / "out.json", "--like", tmp_path / "like", hand, "--pictures", tmp_path / "like",
        "--vgg-weights", weights,
    )  # fmt: skip
    assert told.exit_code == 1 and told.output.startswith("Error: ")
    assert len(told.output.strip().splitlines()) == 1
    assert not (tmp_path / "out.json").exists()
