"""Pipelines: which samples come, and what happens to damaged ones."""
# ruff: noqa: F811

import numpy as np
import pytest
from PIL import Image
from test_data import STILL, cut_short, flat_pairs, negative, numbers_of, quick_lines, smooth, taken  # noqa: F401

from sgru_tf.config import TrainConfig
from sgru_tf.data import PictureData
from sgru_tf.errors import SgruError
from sgru_tf.sources import Sample, find_samples


def test_every_sample_comes_once_an_epoch(tmp_path):
    data = PictureData(flat_pairs(tmp_path, 7), TrainConfig(**STILL))
    assert data.epoch == 7
    numbers = numbers_of(taken(data, 28))
    epochs = [tuple(numbers[i : i + 7]) for i in range(0, 28, 7)]
    for epoch in epochs:
        assert sorted(epoch) == list(range(7))
    assert len(set(epochs)) > 2, "the order must differ"
    assert tuple(range(7)) not in epochs[:1]


def test_one_sample_is_enough(tmp_path):
    assert numbers_of(taken(PictureData(flat_pairs(tmp_path, 1), TrainConfig(**STILL)), 3)) == [
        0,
        0,
        0,
    ]


def test_extras_come_with_their_share(tmp_path):
    samples = flat_pairs(tmp_path, 20)
    main, short, long = samples[:8], samples[8:10], samples[10:20]
    data = PictureData(main, TrainConfig(**STILL), ((short, 0.3), (long, 0.3)))
    # 8 are the rest of 0.4, so each extra list gets 6 of 20 draws.
    assert data.epoch == 20
    numbers = numbers_of(taken(data, 10, batch=4))
    first, second = numbers[:20], numbers[20:]
    for epoch in (first, second):
        assert sorted(n for n in epoch if n < 8) == list(range(8))
        assert sorted(n for n in epoch if 8 <= n < 10) == [8] * 3 + [9] * 3
        assert len({n for n in epoch if n >= 10}) == 6
    assert {n for n in numbers if n >= 10} == set(range(10, 20)), "all of a long list, in time"


@pytest.mark.parametrize("shares", [(1.0,), (0.5, 0.5), (0.0,), (-0.1,), (float("nan"),)])
def test_impossible_shares_are_refused(tmp_path, shares):
    samples = flat_pairs(tmp_path, 2)
    with pytest.raises(SgruError, match="shares of the extra folders"):
        PictureData(samples, TrainConfig(), tuple((samples, share) for share in shares))


@pytest.mark.parametrize("suffix", [".png", ".jpg"])
def test_damaged_pictures_are_replaced_and_named_once(tmp_path, suffix):
    samples = flat_pairs(tmp_path, 4)
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    path = tmp_path / f"01{suffix}"
    Image.fromarray(noise).save(path)
    cut_short(path)
    samples[1] = Sample("01", path)
    assert samples[1] in find_samples(tmp_path, 0.0).train, "its header is fine"
    data = PictureData(samples, TrainConfig(**STILL))
    numbers = numbers_of(taken(data, 8))
    assert sorted(numbers[:4]) == sorted(numbers[4:]) == [0, 2, 2, 3]
    assert len(data.problems) == 1
    assert data.problems[0].startswith(f"{path}: damaged, cannot be decoded: ")


def test_a_damaged_sketch_is_the_file_that_is_named(tmp_path):
    samples = flat_pairs(tmp_path, 2)
    smooth(64, 64).save(tmp_path / "colour.jpg")
    sketch = tmp_path / "sketch.png"
    negative(smooth(64, 64)).save(sketch)
    cut_short(sketch)
    samples.insert(0, Sample("a", tmp_path / "colour.jpg", sketch))
    data = PictureData(samples, TrainConfig(**STILL))
    assert set(numbers_of(taken(data, 3))) == {0, 1}
    assert [problem.split(":")[0] for problem in data.problems] == [str(sketch)]


def test_pictures_that_vanish_are_replaced(tmp_path):
    samples = flat_pairs(tmp_path, 3)
    data = PictureData(samples, TrainConfig(**STILL))
    samples[2].colour.unlink()
    assert sorted(numbers_of(taken(data, 3))) == [0, 0, 1]
    assert data.problems == [f"{samples[2].colour}: no such file"]


def test_nothing_that_can_be_decoded(tmp_path):
    samples = flat_pairs(tmp_path, 3, side=64)
    for sample in samples:
        cut_short(sample.colour)
    with pytest.raises(SgruError, match="none of the 3 pictures can be decoded") as caught:
        PictureData(samples, TrainConfig(**STILL))
    assert str(samples[0].colour) in str(caught.value)
    assert "\n" not in str(caught.value)
