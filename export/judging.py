"""Whether a TFLite file may leave the house: it runs, it is whole, and it looks like the model."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sgru_tf.errors import SgruError
from sgru_tf.export.inspecting import Contents
from sgru_tf.litert import LiteRTNetwork

THRESHOLDS = {"float32": (60, 55), "float16": (50, 45), "dynamic": (42, 38), "int8": (36, 32)}
"""Least PSNR against Keras in dB, for each precision: mean over the sketches, and worst sketch.
At 36 dB the nine pictures side by side look the same; under 30 colours begin to shift."""

BROKEN = 15
"""PSNR in dB under which a file does not draw what the model draws: it has lost its weights, or
computes values that are not numbers. It is refused whatever loss is allowed."""


@dataclass(frozen=True)
class Likeness:
    """How near a file comes to the Keras model, over some sketches.

    Attributes:
        mean: Mean PSNR over the sketches in dB, on rounded pictures 0-255.
        least: PSNR of the worst sketch, in dB.
        largest: Largest difference of a value, in grey levels.
        worst: Name of the worst sketch.
    """

    mean: float
    least: float
    largest: int
    worst: str


def psnr(first: np.ndarray, second: np.ndarray) -> float:
    """Give the peak signal-to-noise ratio of two pictures 0-255, in dB; 100 for equal ones."""
    error = np.mean((first.astype(np.float64) - second.astype(np.float64)) ** 2)
    return float(min(100.0, 10 * np.log10(255**2 / error))) if error else 100.0


def keras_pictures(model, pages: list[np.ndarray]) -> list[np.ndarray]:
    """Colour pages with the Keras model.

    Args:
        model: `SwishGatedUNet`.
        pages: uint8 (H, W), sides multiples of 32.

    Returns:
        uint8 (N, H, W, 3) each: clipped and rounded.

    Raises:
        SgruError: the model answers with values that are not finite.
    """
    pictures = []
    for page in pages:
        answer = np.asarray(model(page[None, :, :, None].astype(np.float32), training=False)[0])
        if not np.isfinite(answer).all():
            raise SgruError("the model answers with values that are not numbers: broken weights")
        pictures.append(np.rint(np.clip(answer, 0, 255)).astype(np.uint8))
    return pictures


def likeness(path, names: list[str], pages: list[np.ndarray], truths) -> Likeness:
    """Run a file on pages and compare with what Keras made of them.

    Args:
        path: a `.tflite` file.
        names: of the sketches.
        pages: the sketches, uint8 (H, W), sides multiples of 32.
        truths: from `keras_pictures`.
    """
    network = LiteRTNetwork(path)
    ratios, largest = [], 0
    for page, truth in zip(pages, truths, strict=True):
        answer = network(page[None, :, :, None].astype(np.float32))[0]
        ratios.append(psnr(answer, truth))
        largest = max(largest, int(np.abs(answer.astype(int) - truth).max()))
    least = int(np.argmin(ratios))
    return Likeness(float(np.mean(ratios)), ratios[least], largest, names[least])


def faults(contents: Contents, kernels: int) -> str:
    """Tell what is wrong inside a file, whatever it answers.

    Args:
        contents: from `inspect`.
        kernels: number of weights in the model's convolutions.

    Returns:
        What is wrong; empty if nothing is.
    """
    if contents.flex:
        return f"it holds operations that only TensorFlow has: {', '.join(contents.flex)}"
    if not contents.finite:
        return "it holds weights that are not finite numbers"
    if contents.constants < kernels:
        return f"it has lost weights: {contents.constants:,} values instead of {kernels:,}"
    return ""


def shortfall(precision: str, found: Likeness) -> str:
    """Tell by how much a file misses the threshold of its precision; empty if it does not."""
    mean, least = THRESHOLDS[precision]
    if found.mean < mean:
        return f"{found.mean:.1f} dB against Keras in the mean, {mean} are wanted"
    if found.least < least:
        return f"{found.least:.1f} dB against Keras on {found.worst}, {least} are wanted"
    return ""
