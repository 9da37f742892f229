"""Colours anime and manga line art: one sketch in, nine colourings out.

A TensorFlow/Keras implementation of the Swish-Gated Residual U-Net (Liu, Chen, Hu, ISICA 2018)::

    import sgru_tf

    colorizer = sgru_tf.Colorizer()
    pictures = colorizer("sketch.png")  # uint8 (9, H, W, 3)

The names are loaded when they are first used, so that importing the package costs nothing.
"""

import importlib

__version__ = "0.1.0"

_HOMES = {
    "build_sgru": "model",
    "SwishGatedUNet": "model",
    "load_model": "loading",
    "Colorizer": "colorizer",
    "CollectionLoss": "losses",
    "ModelConfig": "config",
    "LossConfig": "config",
    "TrainConfig": "config",
    "SgruError": "errors",
}

__all__ = ["__version__", *_HOMES]  # noqa: PLE0604


def __getattr__(name):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__():
    return sorted(__all__)
