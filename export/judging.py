"""Whether a TFLite file may leave the house: it runs, it is whole, and it looks like the model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sgru_tf.errors import SgruError
from sgru_tf.export.comparing import Comparison, Likeness
from sgru_tf.export.inspecting import Contents
from sgru_tf.export.sample_hints import for_network
from sgru_tf.litert import LiteRTNetwork

THRESHOLDS = {"float32": (60, 55), "float16": (50, 45), "dynamic": (42, 38), "int8": (36, 32)}
"""Least PSNR against Keras in dB, for each precision: mean over the sketches, and worst sketch.
README.md in this folder has what the shipped model comes to."""

BROKEN = 15
"""PSNR in dB under which a file does not draw what the model draws: it has lost its weights, or
computes values that are not numbers. It is refused whatever loss is allowed."""


def keras_pictures(
    model, pages: list[np.ndarray], hints: Sequence[np.ndarray | None] | None = None
) -> list[np.ndarray]:
    """Colour pages with the Keras model.

    Args:
        model: `SwishGatedUNet`.
        pages: uint8 (H, W), sides multiples of 32.
        hints: for each page hints from `sample_hints`, or None; None for none at all.

    Returns:
        uint8 (N, H, W, 3) each: clipped and rounded.

    Raises:
        SgruError: the model answers with values that are not finite.
    """
    from keras import ops

    from sgru_tf.network_input import network_input

    pictures = []
    for page, painted in zip(pages, hints or [None] * len(pages), strict=True):
        sketch = ops.convert_to_tensor(page[None, :, :, None].astype(np.float32))
        hinted = painted is not None
        given = ops.convert_to_tensor(for_network(painted)) if hinted else None
        answer = model(network_input(model.sgru_config, sketch, given), training=False)
        answer = np.asarray(answer[0])
        if not np.isfinite(answer).all():
            raise SgruError("the model answers with values that are not numbers: broken weights")
        pictures.append(np.rint(np.clip(answer, 0, 255)).astype(np.uint8))
    return pictures


def likeness(path, names: list[str], pages: list[np.ndarray], hints, truths) -> Likeness:
    """Run a file on pages and compare with what Keras made of them.

    Args:
        path: a `.tflite` file.
        names: of the sketches.
        pages: the sketches, uint8 (H, W), sides multiples of 32.
        hints: for each page hints from `sample_hints`, or None.
        truths: from `keras_pictures`.
    """
    network = LiteRTNetwork(path)
    comparison = Comparison()
    for page, painted, truth in zip(pages, hints, truths, strict=True):
        comparison.add(coloured(network, page, painted), truth)
    return comparison.likeness(names)


def coloured(network, page: np.ndarray, hints: np.ndarray | None) -> np.ndarray:
    """Colour a page with a network of `sgru_tf.backends`.

    Args:
        network: takes hints, if there are any.
        page: uint8 (H, W), sides multiples of 32.
        hints: from `sample_hints`, or None.

    Returns:
        Its answer (N, H, W, 3).
    """
    sketch = page[None, :, :, None].astype(np.float32)
    if hints is None:
        return network(sketch)[0]
    return network(sketch, for_network(hints))[0]


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
