"""Reading samples: colours and sketches of any size and kind become arrays of one size."""

import numpy as np
from PIL import Image
from test_data import negative, smooth

from sgru_tf.data import read_sample
from sgru_tf.sources import Sample


def test_reading_splits_side_by_side_pictures(tmp_path):
    colours = smooth(40, 40)
    both = Image.new("RGB", (80, 40))
    both.paste(colours, (0, 0))
    both.paste(negative(colours), (40, 0))
    both.save(tmp_path / "pair.png")
    rgb, sketch = read_sample(Sample("pair", tmp_path / "pair.png", tmp_path / "pair.png"))
    assert rgb.dtype == sketch.dtype == np.uint8
    np.testing.assert_array_equal(rgb, np.asarray(colours))
    np.testing.assert_array_equal(sketch[..., 0], np.asarray(negative(colours)))


def test_reading_brings_the_sketch_to_the_size_of_the_colours(tmp_path):
    smooth(60, 90).save(tmp_path / "colour.png")
    negative(smooth(120, 180)).save(tmp_path / "sketch.png")
    rgb, sketch = read_sample(Sample("a", tmp_path / "colour.png", tmp_path / "sketch.png"))
    assert rgb.shape == (90, 60, 3) and sketch.shape == (90, 60, 1)
    grey = np.asarray(Image.fromarray(rgb).convert("L"), float)
    assert np.abs(grey + sketch[..., 0] - 255).mean() < 2


def test_reading_limits_the_short_side_only_downwards(tmp_path):
    path = tmp_path / "a.png"
    smooth(100, 300).save(path)
    rgb, sketch = read_sample(Sample("a", path), limit=50)
    assert rgb.shape == (150, 50, 3) and sketch.shape == (0, 0, 1)
    assert read_sample(Sample("a", path), limit=500)[0].shape == (300, 100, 3)


def test_reading_takes_sketches_of_any_kind(tmp_path):
    smooth(40, 40).save(tmp_path / "colour.png")
    ink = np.zeros((40, 40), np.uint16)
    ink[:, 20:] = 65535
    Image.fromarray(ink).save(tmp_path / "deep.png")
    layer = np.zeros((40, 40, 4), np.uint8)
    layer[:, :20, 3] = 255
    Image.fromarray(layer).save(tmp_path / "layer.png")
    for name in ("deep.png", "layer.png"):
        sketch = read_sample(Sample("a", tmp_path / "colour.png", tmp_path / name))[1]
        assert np.unique(sketch[:, :20]) == 0, name
        assert np.unique(sketch[:, 20:]) == 255, name
