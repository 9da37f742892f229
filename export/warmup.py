"""Requests with which TensorFlow Serving warms a model up before it serves it."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from sgru_tf.errors import SgruError

WARMUP_FILE = "tf_serving_warmup_requests"
"""Name, in the folder assets.extra of a SavedModel, by which the server finds them."""

_SIDE = 64


def warmup_sketch() -> np.ndarray:
    """Give a small sketch on tinted paper, uint8 (64, 64), so that levelling is warmed up too."""
    sketch = np.full((_SIDE, _SIDE), 240, np.uint8)
    sketch[12:52, 30:33] = 0
    sketch[30:33, 12:52] = 0
    return sketch


def warmup_hints() -> np.ndarray:
    """Give a dab of red for `warmup_sketch`, uint8 (64, 64, 4), RGBA."""
    hints = np.zeros((_SIDE, _SIDE, 4), np.uint8)
    hints[20:24, 20:24] = 255, 0, 0, 255
    return hints


def write_warmup(folder: Path, model_name: str, hints: bool = False) -> None:
    """Write one request for each signature of the serving graph.

    Args:
        folder: an existing folder; gets the file WARMUP_FILE.
        model_name: under which the model will be served.
        hints: the network takes hints, and has the signatures for them.

    Raises:
        SgruError: tensorflow-serving-api is not installed.
    """
    try:
        from tensorflow_serving.apis import predict_pb2, prediction_log_pb2
    except ImportError as error:
        raise SgruError(
            "tensorflow-serving-api is not installed, and is needed for warm-up requests: install "
            "with the extra [export], or leave them out"
        ) from error
    import tensorflow as tf

    sketch, dab = warmup_sketch(), warmup_hints()
    files = {"image_bytes": [_png(sketch)]}
    arrays = {"sketch": sketch[None, :, :, None]}
    inputs = {"serving_default": files, "colorize": arrays}
    if hints:
        inputs["colorize_bytes_with_hints"] = {**files, "hint_bytes": [_png(dab)]}
        inputs["colorize_with_hints"] = {**arrays, "hints": dab[None]}
    with tf.io.TFRecordWriter(str(folder / WARMUP_FILE)) as writer:
        for signature, values in inputs.items():
            request = predict_pb2.PredictRequest()
            request.model_spec.name = model_name
            request.model_spec.signature_name = signature
            for name, value in values.items():
                request.inputs[name].CopyFrom(tf.make_tensor_proto(value))
            log = prediction_log_pb2.PredictionLog(
                predict_log=prediction_log_pb2.PredictLog(request=request)
            )
            writer.write(log.SerializeToString())


def _png(pixels: np.ndarray) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()
