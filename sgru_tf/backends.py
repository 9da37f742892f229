"""What runs a network for `Colorizer`: one small class for each kind of model file.

Everything that colours needs only an object that can be called with a float32 sketch
(1, H, W, 1), 0-255, H and W multiples of 32, and answers (1, N, H, W, 3), RGB nominally 0-255;
with `proposals` (N) and `working_size` (the long side it likes, in pixels) as attributes. Where
`hints` is an attribute and true, a second argument may be given: float32 (1, H, W, 4), RGB 0-255
and a mask 0-1. `schemes`, of `ModelConfig`, is an attribute of networks that have them.
TensorFlow is imported when a Keras model is opened, not before, and never for a `.tflite` file.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from sgru_tf.errors import SgruError, one_line
from sgru_tf.litert import LiteRTNetwork
from sgru_tf.loading import load_model, shipped_model, shipped_tflite
from sgru_tf.quiet import import_quietly

DEFAULT_WORKING_SIZE = 256
"""Working size for a callable that does not name its own."""


def open_network(path=None):
    """Open what `path` names.

    Args:
        path: None for the shipped weights: the Keras model where Keras is installed, the `.tflite`
            file elsewhere. Or a `.tflite` file, or what `sgru_tf.loading.load_model` takes.

    Returns:
        A callable as the module's docstring describes.

    Raises:
        SgruError: there is no such model, or TensorFlow is needed and not installed.
    """
    if path is None:
        path = shipped_model() if _has_keras() else shipped_tflite()
    if Path(path).suffix.lower() == ".tflite":
        return LiteRTNetwork(path)
    import_quietly("keras")

    return KerasNetwork(load_model(path))


def _has_keras() -> bool:
    backend = os.environ.get("KERAS_BACKEND") or "tensorflow"
    # Of a backend that it does not know, let Keras tell itself.
    known = backend in ("tensorflow", "jax", "torch")
    return bool(find_spec("keras")) and (not known or bool(find_spec(backend)))


def as_network(model):
    """Wrap a Keras model, or any callable, so that it has the attributes named above.

    Args:
        model: `keras.Model` of this project, or a callable; `proposals` may be missing from a
            callable (it is then learnt from the first answer), and `working_size` too.
    """
    if hasattr(model, "sgru_config"):
        return KerasNetwork(model)
    if not callable(model):
        raise SgruError(f"cannot colour with a {type(model).__name__}: give a path or a model")
    return model


class KerasNetwork:
    """A Keras model, run in the fastest way of its backend.

    Args:
        model: from `sgru_tf.build_sgru` or `sgru_tf.load_model`.
    """

    def __init__(self, model):
        """Wrap the model; nothing is traced before the first sketch."""
        import keras

        from sgru_tf.network_input import network_input

        self.model = model
        self.proposals = model.sgru_config.proposals
        self.working_size = model.sgru_config.working_size
        self._to_numpy = keras.ops.convert_to_numpy
        self.hints = model.sgru_config.hints
        self.schemes = model.sgru_config.schemes

        def run(sketch, hints):
            return model(network_input(model.sgru_config, sketch, hints), training=False)

        self._run = run
        if keras.backend.backend() == "tensorflow":
            import tensorflow as tf

            # One open signature: sketches of other proportions must not trace the graph again.
            signature = [tf.TensorSpec((1, None, None, count), tf.float32) for count in (1, 4)]
            self._run = tf.function(self._run, input_signature=signature, autograph=False)

    def __call__(self, sketch: np.ndarray, hints: np.ndarray | None = None) -> np.ndarray:
        """Colour one sketch: float32 (1, H, W, 1), 0-255, to float32 (1, N, H, W, 3).

        Args:
            sketch: The sketch.
            hints: float32 (1, H, W, 4), RGB 0-255 and a mask 0-1; for models with hints only.
        """
        if hints is None:
            hints = np.zeros((*sketch.shape[:3], 4), np.float32)
        try:
            return self._to_numpy(self._run(sketch, hints))
        except Exception as error:
            height, width = sketch.shape[1:3]
            raise SgruError(
                f"the network failed at {width} x {height} pixels; try a smaller size "
                f"({one_line(error)})"
            ) from error
