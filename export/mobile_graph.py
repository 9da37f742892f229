"""The network as a graph for phones: fixed size, rank 4 throughout, pictures ready to show.

It differs from the Keras model in what comes from the last convolution on only. There the Keras
model reshapes to rank 5, which the delegates of phones do not take. Here the channels of the last
convolution are put in the order R G B of each proposal, hints are mixed in, and the result is
scaled to 0-255, clipped, rounded, split into proposals and joined on the batch axis; without hints
the weights are scaled beforehand. Hints in uint8 have a mask of 0-255, which is brought to 0-1
first.
"""

from __future__ import annotations

import contextlib
import functools
import tempfile
from collections.abc import Callable, Iterator

import numpy as np

from sgru_tf.errors import SgruError, one_line
from sgru_tf.litert import SIGNATURE


@contextlib.contextmanager
def converter(model, width: int, height: int, input_dtype: str) -> Iterator[Callable[..., bytes]]:
    """Trace the graph, and give a function that converts it for as long as the block lasts.

    Args:
        model: `SwishGatedUNet` in float32.
        width: of the sketch, in pixels; a multiple of 32.
        height: of the sketch, in pixels; a multiple of 32.
        input_dtype: "uint8" or "float32", of all inputs.

    Yields:
        `convert(half)`: gives the TFLite file with float32 weights, or with float16 ones.
        Its signature `colorize`: `sketch` (1, H, W, 1), 0-255 -> `proposals` uint8 (N, H, W, 3).
        For a network with hints another input, `hints` (1, H, W, 4): RGB 0-255, and a mask, 0-255
        in uint8, 0-1 in float32.
    """
    import tensorflow as tf

    specs = [tf.TensorSpec((1, height, width, 1), input_dtype, name="sketch")]
    if model.sgru_config.hints:
        specs.append(tf.TensorSpec((1, height, width, 4), input_dtype, name="hints"))
    function = tf.function(_mobile_function(model), specs, autograph=False).get_concrete_function()
    with tempfile.TemporaryDirectory() as folder:
        try:
            # Other ways to the converter lose the signature's name.
            tf.saved_model.save(tf.Module(), folder, {SIGNATURE: function})
        except (OSError, tf.errors.OpError) as error:
            raise SgruError(
                f"{folder}: the temporary folder cannot be written to; {one_line(error)}"
            ) from error

        @functools.cache
        def convert(half: bool) -> bytes:
            work = tf.lite.TFLiteConverter.from_saved_model(folder, signature_keys=[SIGNATURE])
            if half:
                work.optimizations = [tf.lite.Optimize.DEFAULT]
                work.target_spec.supported_types = [tf.float16]
            return work.convert()

        yield convert


def _mobile_function(model):
    import keras
    import tensorflow as tf

    last = model.get_layer("last")
    backbone = keras.Model(model.input, last.input)
    proposals = model.sgru_config.proposals
    kernel, bias = (keras.ops.convert_to_numpy(weight) for weight in last.weights)
    order = [colour * proposals + index for index in range(proposals) for colour in range(3)]
    kernel, bias = kernel[..., order].astype(np.float32), bias[order].astype(np.float32)
    # Variables would be written to a folder and read back for every file.
    constants = [(one, keras.ops.convert_to_numpy(one)) for one in model.variables]
    spread = model.get_layer("spread") if model.sgru_config.hints else None
    # The half is for the cast below, which cuts off.
    scale, offset = np.float32(127.5), np.float32(128.0)
    if spread is None:
        kernel, bias = kernel * scale, bias * scale + offset

    def colorize(sketch, hints=None):
        given = tf.cast(sketch, tf.float32)
        if hints is not None:
            if hints.dtype == tf.uint8:
                hints = tf.cast(hints, tf.float32) * [1.0, 1.0, 1.0, 1 / 255]
            given = {"sketch": given, "hints": hints}
        with keras.StatelessScope(constants):
            maps = backbone(given, training=False)
            pictures = tf.nn.bias_add(tf.nn.conv2d(maps, kernel, 1, "SAME"), bias)
            if spread is not None:
                # The name by which the quantizer knows what stays float.
                with tf.name_scope(spread.name):
                    share, wanted = spread.mixture(pictures, maps, given["sketch"], given["hints"])
                    wanted = tf.tile(wanted, (1, 1, 1, proposals))
                    pictures = (pictures + share * (wanted - pictures)) * scale + offset
        pictures = tf.cast(tf.minimum(tf.nn.relu(pictures), 255.5), tf.uint8)
        return {"proposals": tf.concat(tf.split(pictures, proposals, axis=3), axis=0)}

    return colorize
