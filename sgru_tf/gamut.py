"""From L*a*b* back to sRGB, with the chroma that a screen can show."""

from __future__ import annotations

import numpy as np

from sgru_tf.metrics import lab

_SLACK = 1e-4  # of linear light: float32 puts white itself this far outside
_HALVINGS = 8


def rgb_of(colours: np.ndarray) -> np.ndarray:
    """Turn L*a*b* under D50 into sRGB: the way back from `sgru_tf.metrics.lab`.

    A colour that sRGB does not have gives up chroma until it fits; lightness and hue stay. Cutting
    off its channels would change both.

    Args:
        colours: float32 (..., 3), L* 0-100.

    Returns:
        uint8 (..., 3).
    """
    light = _linear(colours)
    out = ((light < -_SLACK) | (light > 1 + _SLACK)).any(-1)
    if out.any():
        light[out] = _linear(_within(colours[out]))
    light = np.clip(light, 0, 1)
    part = np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055)
    return np.rint(255 * part).astype(np.uint8)


def _within(colours: np.ndarray) -> np.ndarray:
    """Take as much chroma away from colours (n, 3) as sRGB wants."""
    good = np.zeros(len(colours), np.float32)
    step = np.float32(0.5)
    for _ in range(_HALVINGS):
        light = _linear(_with_chroma(colours, good + step))
        fits = ((light >= -_SLACK) & (light <= 1 + _SLACK)).all(-1)
        good += np.where(fits, step, np.float32(0))
        step /= 2
    return _with_chroma(colours, good)


def _with_chroma(colours: np.ndarray, share: np.ndarray) -> np.ndarray:
    return np.concatenate([colours[:, :1], colours[:, 1:] * share[:, None]], -1)


def _xyz(colours: np.ndarray) -> np.ndarray:
    """L*a*b* to X, Y and Z, each as a share of that of white."""
    y = (colours[..., 0] + 16) / 116
    part = np.stack([y + colours[..., 1] / 500, y, y - colours[..., 2] / 200], -1)
    return np.where(part > 6 / 29, part**3, (part - 4 / 29) * (3 * (6 / 29) ** 2))


def _linear(colours: np.ndarray) -> np.ndarray:
    return _xyz(colours) @ _TO_LINEAR


# The rows are X, Y and Z of pure red, green and blue: what their sum, white, is made of.
_PRIMARIES = lab(np.diag([255, 255, 255]).astype(np.uint8)).astype(np.float64)
_TO_LINEAR = np.linalg.inv(_xyz(_PRIMARIES)).astype(np.float32)
