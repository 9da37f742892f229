"""Which pictures are judged, and under which line art."""
# ruff: noqa: F811

import dataclasses

import numpy as np
import pytest
from PIL import Image

pytest.importorskip("tensorflow")

from test_evaluate import (  # noqa: E402, F401
    GREENISH,
    REDDISH,
    Painter,
    art,
    flat,
    here,
    outcome,
    painters,
    pairs,
    run,
    save,
)

from sgru_tf.config import TrainConfig  # noqa: E402
from sgru_tf.data import PictureData  # noqa: E402
from sgru_tf.evaluation_data import TruePictures, find_pictures, spread  # noqa: E402
from sgru_tf.presets import preset  # noqa: E402
from sgru_tf.run_folder import RunConfig, RunFolder  # noqa: E402
from sgru_tf.shards import encode, shard_name, write_shard  # noqa: E402
from sgru_tf.sources import find_samples  # noqa: E402


def test_count_takes_pictures_from_all_over(here, painters):
    pairs(here / "d", [(index, 0, 0) for index in range(10)])
    run("shipped", "d", "--out", "o", "--count", 4)
    found = outcome()
    assert found["pictures"] == 4
    assert found["truth"]["mean_rgb"][0] == np.mean([0, 3, 6, 9])
    assert spread(10, None) == spread(10, 11) == list(range(10))


def test_a_val_folder_is_taken_alone(here, painters):
    pairs(here / "d" / "train", [REDDISH] * 3)
    pairs(here / "d" / "val", [GREENISH])
    for options in ((), ("--held-back",)):
        run("shipped", "d", "--out", "o", *options)
        assert outcome()["truth"]["mean_rgb"] == list(GREENISH)


def test_held_back_are_the_pictures_that_training_holds_back(here, painters):
    pairs(here / "d", [(index, 0, 0) for index in range(12)])
    model, loss, train = preset("small")
    train = dataclasses.replace(train, validation_share=0.3, seed=5)
    RunFolder("run").begin(RunConfig(model, loss, train, "d"))
    painters["run"] = Painter()
    run("run", "d", "--out", "o", "--held-back")
    held = find_samples("d", 0.3, 5).validation
    assert 0 < len(held) < 12
    expected = np.mean([int(sample.name) for sample in held])
    assert outcome()["truth"]["mean_rgb"][0] == pytest.approx(expected, abs=0.05)


def test_line_art_is_drawn_as_validation_draws_it(here):
    art(here / "d", 3, side=96)
    found = find_pictures(here / "d")
    pictures = TruePictures(found.validation, 64)
    again = TruePictures(found.validation, 64)
    judged = np.concatenate(list(PictureData(found.validation, TrainConfig(size=64)).validation(1)))
    for index, expected in enumerate(judged):
        picture = pictures.read(index)
        assert picture.name == str(index)
        np.testing.assert_allclose(picture.truth, expected[..., :3], atol=0.51)
        np.testing.assert_allclose(picture.sketch, expected[..., 3], atol=0.51)
        assert np.array_equal(picture.sketch, again.read(index).sketch)
    assert pictures.drawn


def test_clean_lines_are_drawn_on_white(here):
    art(here / "d", 1)
    picture = TruePictures(find_pictures(here / "d").validation, 64, "clean").read(0)
    assert picture.sketch.shape == (64, 64)
    assert np.median(picture.sketch) == 255 and picture.sketch.min() < 100


def test_side_by_side_pairs_and_shards(here, painters):
    side = np.concatenate([flat(GREENISH, (40, 40)), flat((255, 255, 255), (40, 40))], axis=1)
    side[18:20, 45:75] = 0
    save(side, here / "d" / "pair.png")
    run("shipped", "d", "--out", "o")
    found = outcome()
    assert found["line_art"] == "given"
    assert found["truth"]["mean_rgb"] == list(GREENISH)
    colour = Image.fromarray(flat(REDDISH, (40, 40)))
    lines = Image.fromarray(np.full((40, 40), 255, np.uint8))
    records = [("one", encode("one", colour, lines, lossless=True))]
    (here / "s").mkdir()
    write_shard(here / "s" / shard_name("art", 0, 1), records, "plan", {})
    assert run("shipped", "s", "--out", "o").exit_code == 0
    assert outcome()["truth"]["mean_rgb"] == list(REDDISH)
