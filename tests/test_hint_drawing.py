"""Hints drawn for training: at random, of the true colours, inside the lines."""

import numpy as np
import pytest
import tensorflow as tf

from sgru_tf.config import TrainConfig
from sgru_tf.data import PictureData
from sgru_tf.hint_drawing import JITTER, draw_hints, simulate_hints
from sgru_tf.sources import find_samples

MOST = 16


@pytest.fixture(scope="module")
def picture():
    """Four fields of colour with ink between them."""
    rgb = np.empty((64, 96, 3), np.float32)
    rgb[:32, :48], rgb[:32, 48:] = (250, 20, 20), (20, 220, 40)
    rgb[32:, :48], rgb[32:, 48:] = (30, 30, 240), (250, 220, 30)
    sketch = np.full((64, 96, 1), 255, np.float32)
    sketch[31:33], sketch[:, 47:49] = 0, 0
    return tf.constant(rgb), tf.constant(sketch)


@pytest.fixture(scope="module")
def draw():
    @tf.function
    def drawn(rgb, sketch, seed, count):
        return draw_hints(rgb, sketch, seed, count, MOST)

    return lambda picture, seed, count: drawn(*picture, tf.constant(seed), count).numpy()


def test_hints_have_the_colour_of_what_they_lie_on(picture, draw):
    apart, painted = [], 0
    for index in range(20):
        hints = draw(picture, [1, index], 8)
        mask = hints[..., 3] > 0
        painted += mask.sum()
        apart += np.abs(hints[..., :3] - picture[0].numpy()).mean(-1)[mask].tolist()
        assert set(np.unique(hints[..., 3])) <= {0, 1} and not hints[~mask].any()
    assert painted > 20 * 8
    # Nearly all within the jitter; a few strokes stray beyond the lines, and brushes are broad.
    assert np.mean(np.array(apart) < 4 * JITTER) > 0.8
    assert 0.3 * JITTER < np.median(apart) < 1.5 * JITTER


def test_more_hints_paint_more(picture, draw):
    areas = [
        np.mean([draw(picture, [2, index], count)[..., 3].mean() for index in range(20)])
        for count in (0, 1, 4, MOST)
    ]
    assert areas[0] == 0 and np.all(np.diff(areas) > 0)


def test_the_same_seed_draws_the_same(picture, draw):
    np.testing.assert_array_equal(draw(picture, [3, 5], 4), draw(picture, [3, 5], 4))
    assert (draw(picture, [3, 5], 4) != draw(picture, [3, 6], 4)).any()


def test_dabs_alone_are_round_and_small(picture):
    hints = draw_hints(*picture, tf.constant([4, 4]), 1, MOST, longest=1).numpy()
    rows, columns = np.nonzero(hints[..., 3])
    assert np.ptp(rows) <= 9 and np.ptp(columns) <= 9


def test_a_share_gets_none_and_the_others_few_to_many(picture):
    drawn = tf.function(lambda seed: simulate_hints(*picture, seed, most=MOST, none=0.4))
    areas = [drawn(tf.constant([5, k])).numpy()[..., 3].mean() for k in range(200)]
    assert 0.3 < np.mean(np.array(areas) == 0) < 0.5
    painted = sorted(area for area in areas if area)
    assert painted[-1] > 20 * painted[0]


def test_the_data_gives_them_after_the_sketch(tmp_path):
    from PIL import Image

    random = np.random.default_rng(0)
    for index in range(3):
        pixels = random.integers(0, 256, (40, 40, 3), dtype=np.uint8)
        folder = tmp_path / "images_rgb"
        folder.mkdir(exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{index}.png")
        (tmp_path / "images_bw").mkdir(exist_ok=True)
        Image.new("L", (40, 40), 255).save(tmp_path / "images_bw" / f"{index}.png")
    samples = find_samples(tmp_path, 0.0).train
    config = TrainConfig(size=32, batch=12, flip=False)
    plain = next(iter(PictureData(samples, config).training(0, 12))).numpy()
    hinted = next(iter(PictureData(samples, config, hints=True).training(0, 12))).numpy()
    assert hinted.shape == (12, 32, 32, 8)
    # Hints leave all other draws as they are.
    np.testing.assert_array_equal(hinted[..., :4], plain)
    again = next(iter(PictureData(samples, config, hints=True).training(0, 12))).numpy()
    np.testing.assert_array_equal(hinted, again)
    assert hinted[..., 7].max() == 1
