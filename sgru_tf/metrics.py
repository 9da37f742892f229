"""Measures of colourings, in numpy: of one picture, of a picture beside the truth, of a set.

Pictures are RGB 0-255, (H, W, 3), uint8 unless said otherwise. What is compared has one size.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

MOST_PSNR = 100.0
"""PSNR in dB given to equal pictures, whose true one is infinite."""

SSIM_WINDOW = 11
"""Side in pixels of the window of `ssim`, and so the least side of a picture."""

_SIGMA, _C1, _C2 = 1.5, (0.01 * 255) ** 2, (0.03 * 255) ** 2
# sRGB to CIE XYZ under D50, by the Bradford adaptation that ICC profiles use.
_TO_XYZ = np.array(
    [
        [0.4360747, 0.3850649, 0.1430804],
        [0.2225045, 0.7168786, 0.0606169],
        [0.0139322, 0.0971045, 0.7141733],
    ]
)


def psnr(picture: np.ndarray, truth: np.ndarray) -> float:
    """Give the peak signal-to-noise ratio in dB: 10 log10(255^2 / mean squared difference).

    Args:
        picture: any shape, 0-255.
        truth: the same shape.

    Returns:
        At most MOST_PSNR, which equal pictures get. A difference of 25 grey levels throughout is
        20 dB.
    """
    error = np.mean((picture.astype(np.float32) - truth) ** 2, dtype=np.float64)
    return float(min(MOST_PSNR, 10 * np.log10(255**2 / error))) if error else MOST_PSNR


def ssim(pictures: Sequence[np.ndarray], truth: np.ndarray) -> list[float]:
    """Give the structural similarity of pictures to one truth: 1 for equal ones, about 0 for noise.

    Wang, Bovik, Sheikh, Simoncelli, "Image quality assessment: from error visibility to structural
    similarity" (IEEE TIP 13, 2004), with its constants: a Gaussian window of 11 pixels with a
    standard deviation of 1.5, K 0.01 and 0.03. The mean over the places where the window lies
    inside the picture, and over the three channels, as in `tf.image.ssim`.

    Args:
        pictures: (H, W, 3) each.
        truth: (H, W, 3).

    Raises:
        ValueError: a side is shorter than SSIM_WINDOW.
    """
    if min(truth.shape[:2]) < SSIM_WINDOW:
        raise ValueError(f"SSIM needs {SSIM_WINDOW} pixels a side, not {truth.shape[:2]}")
    truth = truth.astype(np.float32)
    truth_mean, truth_square = _window_mean(truth), truth * truth
    values = []
    for picture in pictures:
        picture = picture.astype(np.float32)
        mean = _window_mean(picture)
        product, squares = mean * truth_mean, mean * mean + truth_mean * truth_mean
        covariance = _window_mean(picture * truth) - product
        variances = _window_mean(picture * picture + truth_square) - squares
        likeness = (2 * product + _C1) / (squares + _C1)
        likeness *= (2 * covariance + _C2) / (variances + _C2)
        values.append(float(likeness.mean(dtype=np.float64)))
    return values


def lab(rgb: np.ndarray) -> np.ndarray:
    """Turn sRGB into CIE 1976 L*a*b* under D50, the white of ICC profiles.

    Args:
        rgb: uint8 (..., 3).

    Returns:
        float32 (..., 3): L* 0-100, a* and b* about -110 to 110. Grey is 0 in both.
    """
    part = np.arange(256) / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    # Divided by its own sums, so that white is exactly (1, 1, 1).
    matrix = (_TO_XYZ / _TO_XYZ.sum(axis=1, keepdims=True)).T
    x = linear.astype(np.float32)[rgb] @ matrix.astype(np.float32)
    x = np.where(x > (6 / 29) ** 3, np.cbrt(x), x * np.float32((29 / 6) ** 2 / 3) + 4 / 29)
    x = x.astype(np.float32)
    lightness = 116 * x[..., 1] - 16
    return np.stack([lightness, 500 * (x[..., 0] - x[..., 1]), 200 * (x[..., 1] - x[..., 2])], -1)


def colour_distances(pictures: np.ndarray) -> np.ndarray:
    """Give the mean colour difference of each two pictures.

    The CIE 1976 difference: the distance in L*a*b*, pixel by pixel, averaged over the pixels. 2 is
    just to be seen side by side, 100 is black and white.

    Args:
        pictures: uint8 (N, H, W, 3).

    Returns:
        float64 (N, N), symmetric, 0 on the diagonal.
    """
    # Channels first: sums of three planes are many times faster than sums along the last axis.
    planes = [np.moveaxis(lab(picture), -1, 0).copy() for picture in pictures]
    result = np.zeros((len(planes), len(planes)))
    for i, first in enumerate(planes):
        for j in range(i):
            squares = (first - planes[j]) ** 2
            distance = np.sqrt(squares[0] + squares[1] + squares[2])
            result[i, j] = result[j, i] = distance.mean(dtype=np.float64)
    return result


def colourfulness(rgb: np.ndarray) -> float:
    """Give how colourful a picture is: 0 for grey, 15 slightly, 45 quite, 80 and more highly.

    Hasler and Suesstrunk, "Measuring colourfulness in natural images" (SPIE 5007, 2003): with
    rg = R - G and yb = (R + G) / 2 - B, the joint standard deviation of the two plus 0.3 times the
    distance of their mean from grey.

    Args:
        rgb: (H, W, 3), 0-255.
    """
    red, green, blue = np.moveaxis(rgb.astype(np.float64), -1, 0)
    rg, yb = red - green, (red + green) / 2 - blue
    return float(np.hypot(rg.std(), yb.std()) + 0.3 * np.hypot(rg.mean(), yb.mean()))


def feature_distance(first, second, weights: Sequence[float]) -> float:
    """Give the distance of two pictures in the maps of a network, as the perceptual loss takes it.

    Chen and Koltun, "Photographic image synthesis with cascaded refinement networks" (ICCV 2017):
    the sum over the maps of weight times the mean absolute difference. No unit; 0 for equal ones.

    Args:
        first: maps of one picture, arrays of any shapes.
        second: maps of the other, of the same shapes.
        weights: one a map.
    """
    pairs = zip(weights, first, second, strict=True)
    return float(sum(weight * np.abs(a - b).mean(dtype=np.float64) for weight, a, b in pairs))


def _window_mean(values: np.ndarray) -> np.ndarray:
    """Weigh the surroundings of each place of (H, W, 3) where the whole window finds room."""
    reach = SSIM_WINDOW // 2
    window = np.exp(-((np.arange(-reach, reach + 1) / _SIGMA) ** 2) / 2)
    window = (window / window.sum()).astype(np.float32)
    for axis in (0, 1):
        values = np.moveaxis(values, axis, 0)
        rows = len(values) - 2 * reach
        total = window[reach] * values[reach : reach + rows]
        for k in range(reach):
            opposite = SSIM_WINDOW - 1 - k
            total += window[k] * (values[k : k + rows] + values[opposite : opposite + rows])
        values = np.moveaxis(total, 0, axis)
    return values
