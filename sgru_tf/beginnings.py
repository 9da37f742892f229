"""The network as training begins with it: fresh or from other weights, sparing memory or not."""

import keras

from sgru_tf.config import ModelConfig
from sgru_tf.errors import SgruError
from sgru_tf.hint_layers import HintGuide
from sgru_tf.hint_spread import HintSpread
from sgru_tf.model import build_sgru

BLOCKS = (
    *(f"{kind}{level}" for kind in ("encoder", "skip", "decoder") for level in range(1, 6)),
    *(f"tail{index}" for index in (1, 2, 3)),
)
"""Layers of the network whose inside can be computed again for the gradient."""

ALWAYS = ("decoder1",)
"""Those for which it always is: in the last decoder lies an eighth of the memory that a step of the
paper's network takes, and computing it again cost no time that could be measured on a CPU."""


def build_for_training(config: ModelConfig, dtype: str = "float32", recompute: bool = False):
    """Build the network with fresh weights.

    Args:
        config: Size and options.
        dtype: Keras dtype policy.
        recompute: Keep only what passes from block to block, and compute what happens inside
            the blocks again when the gradient is taken (Chen et al., "Training deep nets with
            sublinear memory cost", 2016): less memory for one more pass through the network.
            If false, that is done for `ALWAYS` alone.
    """
    layers = BLOCKS if recompute else ALWAYS
    with keras.RematScope(mode="list_of_layers", layer_names=layers):
        return build_sgru(config, dtype=dtype)


def start_from(model, init) -> None:
    """Give a new model the weights of another of the same shape.

    A model with hints may start from one without: what it does without hints is then the same.

    Raises:
        SgruError: the other one has another shape.
    """
    for name in ("width", "proposals", "input_range"):
        wanted, given = getattr(model.sgru_config, name), getattr(init.sgru_config, name)
        if wanted != given:
            raise SgruError(f"--init: that model has {name} {given}, not {wanted}")
    if init.sgru_config.hints and not model.sgru_config.hints:
        raise SgruError("--init: that model takes hints; give --hints, or name another")
    for layer in init.layers:
        model.get_layer(layer.name).set_weights(layer.get_weights())


def freeze_all_but_hints(model) -> None:
    """Leave training only what hints add to the network; without hints it then stays what it is.

    Raises:
        SgruError: the network takes no hints.
    """
    if not model.sgru_config.hints:
        raise SgruError("hints alone are to be trained, but this network takes none")
    for layer in model.layers:
        layer.trainable = isinstance(layer, (HintGuide, HintSpread))
