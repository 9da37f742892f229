"""Pairs for `model.fit` on any backend: read with Pillow and numpy, and the same again."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from PIL import Image
from test_sources import cut_short, make_plain, make_side_by_side, save

from sgru_tf.errors import SgruError
from sgru_tf.pairs import Pairs, find_pairs
from sgru_tf.sources import Sample


@pytest.fixture
def samples(tmp_path):
    make_side_by_side(tmp_path, "abcdef")
    return find_pairs(tmp_path, 0.0).train


def flat(folder, count=6, size=(40, 40)):
    """Pairs of one grey level each, which tells the picture in any cut."""
    for index in range(count):
        pair = Image.new("L", (2 * size[0], size[1]), 255)
        pair.paste(10 * index, (0, 0, *size))
        save(pair, folder / f"{index}.png")
    return find_pairs(folder, 0.0).train


def test_batches_are_what_the_loss_takes(samples):
    pairs = Pairs(samples, 32, 4)
    assert len(pairs) == 1
    sketch, target = pairs[0]
    assert (sketch.shape, target.shape) == ((4, 32, 32, 1), (4, 32, 32, 4))
    assert sketch.dtype == target.dtype == np.float32
    assert np.array_equal(sketch, target[..., 3:])
    assert target.min() >= 0 and 200 < target.max() <= 255
    assert len(Pairs(samples, 32, 8)) == 1 and len(Pairs(samples, 32, 2, steps=7)) == 7


def test_a_batch_depends_on_its_numbers_alone(samples):
    def read(epoch, index, **options):
        pairs = Pairs(samples, 32, 2, **options)
        pairs.epoch = epoch
        return pairs[index][1]

    one = Pairs(samples, 32, 2)
    for epoch in range(3):
        one.epoch = epoch
        for index in range(3):
            assert np.array_equal(one[index][1], read(epoch, index))
    assert not np.array_equal(read(0, 0), read(1, 0))
    # A training goes through the same samples however it is cut into epochs.
    assert np.array_equal(read(1, 1), read(0, 4, steps=6))


def test_all_pictures_come_once_and_in_another_order_each_time(tmp_path):
    pairs = Pairs(flat(tmp_path), 32, 2)
    orders = []
    for epoch in range(3):
        pairs.epoch = epoch
        levels = [target[:, 0, 0, 0] for _, target in (pairs[index] for index in range(3))]
        orders.append(tuple(np.concatenate(levels)))
    assert {tuple(sorted(order)) for order in orders} == {(0, 10, 20, 30, 40, 50)}
    assert len(set(orders)) > 1


def test_colours_and_sketch_are_cut_and_mirrored_together(tmp_path):
    random = np.random.default_rng(0)
    half = Image.fromarray(random.integers(160, 256, (8, 8)).astype(np.uint8)).resize((64, 64))
    pair = Image.new("L", (128, 64))
    pair.paste(half, (0, 0))
    pair.paste(half, (64, 0))
    save(pair, tmp_path / "a.png")
    pairs = Pairs(find_pairs(tmp_path, 0.0).train, 32, 16)
    targets = pairs[0][1]
    assert np.array_equal(targets[..., 0], targets[..., 3])
    whole = np.asarray(half.resize((32, 32), Image.Resampling.BILINEAR), np.float32)
    straight, mirrored = (np.abs(targets[..., 3] - w).mean((1, 2)) for w in (whole, whole[:, ::-1]))
    assert 3 < (straight < mirrored).sum() < 13
    assert len({target.tobytes() for target in targets}) == 16


def test_without_variety_pictures_come_whole_and_in_order(tmp_path):
    pairs = Pairs(flat(tmp_path, size=(48, 48)), 32, 3, vary=False)
    levels = np.concatenate([pairs[index][1][:, 0, 0, 0] for index in range(2)])
    assert levels.tolist() == [0, 10, 20, 30, 40, 50]
    lines = Image.new("RGB", (96, 48), "white")
    lines.putpixel((48, 0), (0, 0, 0))
    lines.putpixel((95, 47), (0, 0, 0))
    save(lines, tmp_path / "other/a.png")
    sketch = Pairs(find_pairs(tmp_path / "other", 0.0).train, 32, 1, vary=False)[0][0]
    assert sketch[0, 0, 0, 0] < 200 and sketch[0, -1, -1, 0] < 200


def test_damaged_pictures_are_replaced_and_named(tmp_path):
    make_side_by_side(tmp_path, "abcd")
    cut_short(tmp_path / "b.png")
    pairs = Pairs(find_pairs(tmp_path, 0.0).train, 32, 4, vary=False)
    target = pairs[0][1]
    assert np.array_equal(target[1], target[2])
    assert len(pairs.problems) == 1 and "b.png" in pairs.problems[0]


def test_sketches_of_nothing_but_ink_are_taken_for_paper(tmp_path):
    pair = Image.new("RGB", (64, 32))
    pair.paste((50, 60, 70), (0, 0, 32, 32))
    save(pair, tmp_path / "a.png")
    black = Sample("a", tmp_path / "a.png", tmp_path / "a.png")
    sketches, _ = Pairs([black], 32, 1, vary=False)[0]
    assert (sketches == 255).all()


def test_pictures_without_sketches_are_refused(tmp_path):
    make_plain(tmp_path, "abc")
    with pytest.raises(SgruError, match="holds no pairs; make them of pictures: sgru-prepare"):
        find_pairs(tmp_path)


def test_fit_takes_the_batches_of_its_epoch(tmp_path):
    """Keras reads ahead in ways of its own; what counts is what arrives, and also when going on."""
    pairs = Pairs(flat(tmp_path), 32, 2)
    expected = []
    for epoch in range(4):
        pairs.epoch = epoch
        expected += [pairs[index][1].mean() for index in range(3)]
    seen = []

    class Recorder(keras.Model):
        def train_step(self, data):
            seen.append(float(tf.reduce_mean(data[1])))
            return {"loss": 0.0}

    image = keras.Input((32, 32, 1))
    model = Recorder(image, keras.layers.Conv2D(1, 1)(image))
    model.compile("sgd", "mse", run_eagerly=True)
    options = {"shuffle": False, "verbose": 0}
    again = Pairs(pairs.samples, 32, 2)
    model.fit(again, epochs=2, callbacks=[again.at_epoch()], **options)
    again = Pairs(pairs.samples, 32, 2)
    model.fit(again, epochs=4, initial_epoch=2, callbacks=[again.at_epoch()], **options)
    assert seen == pytest.approx(expected)
