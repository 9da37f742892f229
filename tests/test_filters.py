"""The image filters: values, borders, agreement with tensorflow-addons, use in graphs."""

import os
import subprocess
import sys

import numpy as np
import pytest

tf = pytest.importorskip("tensorflow")

from sgru_tf import filters  # noqa: E402
from sgru_tf.errors import SgruError  # noqa: E402

needs_addons = pytest.mark.skipif(not filters.HAVE_ADDONS, reason="tensorflow-addons is missing")


def picture(*shape, seed=0):
    return np.random.default_rng(seed).uniform(0, 255, shape).astype(np.float32)


def gaussian_by_hand(image, sigma):
    radius = int(np.ceil(3 * sigma))
    x = np.arange(-radius, radius + 1)
    kernel = np.exp(-(x**2) / (2 * sigma**2))
    kernel /= kernel.sum()
    for axis in (0, 1):
        width = [(0, 0)] * 3
        width[axis] = (radius, radius)
        padded = np.pad(image.astype(np.float64), width, mode="symmetric")
        image = np.apply_along_axis(np.convolve, axis, padded, kernel, mode="valid")
    return image


@pytest.mark.parametrize("sigma", [0.4, 1.0, 2.3])
def test_gaussian_values_and_borders(sigma):
    image = picture(20, 17, 3)
    out = filters.gaussian(image, sigma, addons=False)
    np.testing.assert_allclose(out, gaussian_by_hand(image, sigma), atol=1e-3)


@pytest.mark.parametrize("size", [3, 5])
def test_median_values_and_borders(size):
    image = picture(9, 11, 2)
    r = size // 2
    padded = np.pad(image, [(r, r), (r, r), (0, 0)], mode="symmetric")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size), axis=(0, 1))
    expected = np.median(windows, axis=(-2, -1))
    np.testing.assert_array_equal(filters.median(image, size, addons=False), expected)


def test_warp_follows_the_convention():
    image = picture(8, 10, 3)
    flow = np.zeros((8, 10, 2), np.float32)
    flow[..., 0], flow[..., 1] = 2, -1
    out = filters.warp(image, flow, addons=False).numpy()
    np.testing.assert_allclose(out[2:, :-1], image[:-2, 1:], atol=1e-4)
    np.testing.assert_allclose(out[0, :-1], image[0, 1:], atol=1e-4)
    flow[...] = 0.5
    out = filters.warp(image, flow, addons=False).numpy()
    mean = (image[1:, 1:] + image[:-1, 1:] + image[1:, :-1] + image[:-1, :-1]) / 4
    np.testing.assert_allclose(out[1:, 1:], mean, atol=1e-3)


@needs_addons
@pytest.mark.parametrize("shape", [(24, 19, 3), (2, 16, 16, 1)])
def test_both_ways_agree(shape):
    image = picture(*shape)
    for sigma in (0.3, 1.0, 2.6):
        a, b = (filters.gaussian(image, sigma, addons=way) for way in (True, False))
        np.testing.assert_allclose(a, b, atol=1e-3)
    for size in (1, 3, 5):
        a, b = (filters.median(image, size, addons=way) for way in (True, False))
        np.testing.assert_array_equal(a, b)
    flow = np.random.default_rng(1).normal(0, 4, (*shape[:-1], 2)).astype(np.float32)
    a, b = (filters.warp(image, flow, addons=way) for way in (True, False))
    np.testing.assert_allclose(a, b, atol=1e-3)


@needs_addons
def test_addons_is_really_called(monkeypatch):
    calls = []
    plain_call = filters._plain_call
    monkeypatch.setattr(
        filters, "_plain_call", lambda name, *a: calls.append(name) or plain_call(name, *a)
    )
    image = picture(16, 16, 1)
    filters.gaussian(image, 1.0)
    filters.median(image, 3)
    filters.warp(image, np.zeros((16, 16, 2), np.float32))
    assert set(calls) == {"gaussian_filter2d", "median_filter2d", "dense_image_warp"}


def test_sigma_near_zero_returns_the_image():
    image = picture(6, 7, 3)
    for sigma in (0, 0.0, 1e-6, 0.05):
        np.testing.assert_array_equal(filters.gaussian(image, sigma), image)
    blur = tf.function(
        filters.gaussian, input_signature=[tf.TensorSpec((6, 7, 3)), tf.TensorSpec(())]
    )
    np.testing.assert_array_equal(blur(image, 0.0), image)


def test_symbolic_sigma_and_unknown_size_in_a_pipeline():
    images = [picture(13, 21, 3, seed=1), picture(30, 9, 3, seed=2)]
    data = tf.data.Dataset.from_generator(
        lambda: zip(images, (0.7, 1.9), strict=True),
        output_signature=(tf.TensorSpec((None, None, 3)), tf.TensorSpec(())),
    )
    for image, sigma, out in zip(images, (0.7, 1.9), data.map(filters.gaussian), strict=True):
        np.testing.assert_allclose(out, filters.gaussian(image, sigma), atol=1e-3)
    for image, out in zip(images, data.map(lambda i, s: filters.median(i, 3)), strict=True):
        np.testing.assert_array_equal(out, filters.median(image, 3))


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 5, 1), (2, 3, 1)])
def test_tiny_pictures(shape):
    image = picture(*shape)
    assert filters.gaussian(image, 2.5).shape == shape
    assert filters.median(image, 5).shape == shape
    flow = np.ones((*shape[:2], 2), np.float32)
    assert np.isfinite(filters.warp(image, flow)).all()
    flat = np.full(shape, 77, np.float32)
    np.testing.assert_allclose(filters.gaussian(flat, 2.5), flat, rtol=1e-5)


def test_wrong_arguments_are_told():
    image = picture(6, 6, 1)
    with pytest.raises(SgruError, match="sigma"):
        filters.gaussian(image, -1.0)
    with pytest.raises(SgruError, match="median"):
        filters.median(image, 4)
    with pytest.raises(SgruError, match="shape"):
        filters.gaussian(image[..., 0], 1.0)
    with pytest.raises(SgruError, match="flow"):
        filters.warp(image, np.zeros((6, 6, 3), np.float32))


@pytest.mark.parametrize("failure", ["ModuleNotFoundError('keras.src')", "RuntimeError('old')"])
def test_a_broken_addons_counts_as_missing(tmp_path, failure):
    package = tmp_path / "tensorflow_addons"
    package.mkdir()
    (package / "__init__.py").write_text(f"raise {failure}\n")
    code = (
        "from sgru_tf import filters; assert not filters.HAVE_ADDONS\n"
        "assert filters.median([[[1.0]]], 3).shape == (1, 1, 1)\n"
        "try: filters.median([[[1.0]]], 3, addons=True)\n"
        "except ValueError as error: print(error)\n"
    )
    root = os.path.dirname(os.path.dirname(os.path.abspath(filters.__file__)))
    path = os.pathsep.join([str(tmp_path), root])
    env = {**os.environ, "PYTHONPATH": path, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "[addons]" in done.stdout


@needs_addons
def test_importing_is_silent():
    code = (
        "import tensorflow, sys; print('mark', file=sys.stderr)\n"
        "from sgru_tf import filters; assert filters.HAVE_ADDONS"
    )
    root = os.path.dirname(os.path.dirname(os.path.abspath(filters.__file__)))
    env = {**os.environ, "PYTHONPATH": root, "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr and "Addons" not in done.stderr
