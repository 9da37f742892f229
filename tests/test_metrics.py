"""The measures, against known values and against other programs' own."""

import numpy as np
import pytest
from PIL import Image, ImageCms

from sgru_tf.metrics import (
    MOST_PSNR,
    colour_distances,
    colourfulness,
    feature_distance,
    lab,
    psnr,
    ssim,
)


def flat(*rgb, size=(12, 14)):
    return np.full((*size, 3), rgb, np.uint8)


def noise(seed, size=(24, 30), low=0, high=256):
    return np.random.default_rng(seed).integers(low, high, (*size, 3), np.uint8)


def smooth(seed, size=(24, 30)):
    small = Image.fromarray(noise(seed, (4, 5)))
    return np.asarray(small.resize(size[::-1], Image.Resampling.BICUBIC))


def test_psnr_of_known_differences():
    assert psnr(flat(0, 0, 0), flat(255, 255, 255)) == pytest.approx(0.0)
    assert psnr(flat(100, 100, 100), flat(100, 100, 151)) == pytest.approx(
        10 * np.log10(255**2 / (51**2 / 3))
    )
    assert psnr(np.zeros((3, 3)), np.full((3, 3), 25.5)) == pytest.approx(20.0)
    assert psnr(noise(0), noise(0)) == MOST_PSNR


def test_ssim_is_that_of_tensorflow():
    tf = pytest.importorskip("tensorflow")
    truth = smooth(0)
    blurred = np.clip(truth.astype(int) + noise(1, high=40), 0, 255).astype(np.uint8)
    others = [noise(2), blurred, 255 - truth, truth // 2, flat(9, 9, 9, size=(24, 30))]
    for picture, value in zip(others, ssim(others, truth), strict=True):
        expected = float(tf.image.ssim(picture, truth, max_val=255))
        assert value == pytest.approx(expected, abs=2e-4)
    assert ssim([truth], truth) == [pytest.approx(1.0, abs=1e-6)]


def test_ssim_needs_room_for_its_window():
    with pytest.raises(ValueError, match="11 pixels"):
        ssim([noise(0, (10, 40))], noise(1, (10, 40)))
    assert len(ssim([noise(0, (11, 11))], noise(1, (11, 11)))) == 1


def test_lab_of_known_colours():
    # The primaries as they are tabulated for sRGB under D50 (Bradford).
    known = {
        (255, 255, 255): (100, 0, 0),
        (0, 0, 0): (0, 0, 0),
        (119, 119, 119): (50.03, 0, 0),
        (255, 0, 0): (54.29, 80.81, 69.89),
        (0, 255, 0): (87.82, -79.29, 80.99),
        (0, 0, 255): (29.57, 68.30, -112.03),
    }
    found = lab(np.array(list(known), np.uint8))
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, list(known.values()), atol=0.03)


def test_lab_is_that_of_the_colour_management():
    transform = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    picture = noise(3)
    coded = np.asarray(ImageCms.applyTransform(Image.fromarray(picture), transform))
    expected = np.concatenate(
        [coded[..., :1] * (100 / 255), coded[..., 1:].view(np.int8).astype(float)], axis=-1
    )
    # Its answers are whole numbers.
    difference = np.abs(lab(picture) - expected)
    assert difference.max() < 1.5
    assert difference.mean() < 0.4


def test_colour_distances_are_means_over_the_pixels():
    half = flat(0, 0, 0)
    half[:, 7:] = 255
    distances = colour_distances(np.stack([flat(0, 0, 0), flat(255, 255, 255), half]))
    expected = [[0, 100, 50], [100, 0, 50], [50, 50, 0]]
    np.testing.assert_allclose(distances, expected, atol=1e-3)
    red, blue = lab(np.array([[255, 0, 0], [0, 0, 255]], np.uint8))
    (distance,) = colour_distances(np.stack([flat(255, 0, 0), flat(0, 0, 255)]))[0, 1:]
    assert distance == pytest.approx(np.linalg.norm(red - blue), rel=1e-5)


def test_colourfulness_by_hand():
    picture = flat(255, 0, 0)
    picture[:, 7:] = (0, 0, 255)
    # rg is 255 and 0, yb 127.5 and -255: deviations 127.5 and 191.25, means 127.5 and -63.75.
    expected = np.hypot(127.5, 191.25) + 0.3 * np.hypot(127.5, 63.75)
    assert colourfulness(picture) == pytest.approx(expected)
    assert colourfulness(flat(200, 100, 50)) == pytest.approx(0.3 * np.hypot(100, 100))
    grey = np.repeat(noise(4)[..., :1], 3, axis=-1)
    assert colourfulness(grey) == pytest.approx(0.0, abs=1e-9)


def test_feature_distance_weighs_maps_not_pixels():
    first = [np.zeros((4, 4, 2)), np.ones((2, 2, 3))]
    second = [np.full((4, 4, 2), -3.0), np.ones((2, 2, 3)) + 0.5]
    assert feature_distance(first, second, (2.0, 10.0)) == pytest.approx(2 * 3 + 10 * 0.5)
    with pytest.raises(ValueError):
        feature_distance(first, second[:1], (2.0, 10.0))
