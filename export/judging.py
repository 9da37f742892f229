"""Whether a TFLite file may leave the house: it runs, it is whole, and it looks like the model."""

from __future__ import annotations

import numpy as np

from sgru_tf.errors import SgruError
from sgru_tf.export.comparing import Comparison, Likeness
from sgru_tf.export.inspecting import Contents
from sgru_tf.litert import LiteRTNetwork

THRESHOLDS = {"float32": (60, 55), "float16": (50, 45), "dynamic": (42, 38), "int8": (36, 32)}
"""Least PSNR against Keras in dB, for each precision: mean over the sketches, and worst sketch.
README.md in this folder has what the shipped model comes to."""

BROKEN = 15
"""PSNR in dB under which a file does not draw what the model draws: it has lost its weights, or
computes values that are not numbers. It is refused whatever loss is allowed."""


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
    comparison = Comparison()
    for page, truth in zip(pages, truths, strict=True):
        comparison.add(network(page[None, :, :, None].astype(np.float32))[0], truth)
    return comparison.likeness(names)


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
