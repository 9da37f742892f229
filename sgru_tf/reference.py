"""Reads the checkpoints of the paper's published TensorFlow 1 implementation.

Such a checkpoint is three or more files of one prefix (`model.ckpt.index`,
`model.ckpt.data-00000-of-00001`, ...) with variables named `SGRU_MODEL/...`. Optimizer slots,
step counters and the variables of other networks (VGG) are ignored.
"""

import re
from pathlib import Path

import numpy as np

from sgru_tf.config import ModelConfig
from sgru_tf.errors import SgruError, one_line
from sgru_tf.model import SwishGatedUNet, build_sgru
from sgru_tf.quiet import import_quietly

SCOPE = "SGRU_MODEL/"
# The published network reads the raw sketch, 0..255; ours scales it by 1/256 first. Only these
# three kernels see it, the last through the one channel that comes after encoder 1's filters.
# 256 is a power of two, so the factor changes no bit of the outputs.
SKETCH_SCALE = 256.0
SKETCH_KERNELS = ("encoder1/conv2/conv/kernel", "encoder1/gate/conv/kernel")
SKETCH_CHANNEL_KERNEL = "encoder2/conv1/conv/kernel"

_CONVOLUTIONS = {"conv1": "Conv", "conv2": "Conv_1", "conv3": "Conv_2"}
_FIRST_BLOCK = {"conv2": "Conv", "conv3": "Conv_1"}
_UPSAMPLING = {"up_residual": "Conv2d_transpose", "up_shortcut": "Conv2d_transpose_1"}
_TAIL = {"tail1": "Conv", "tail2": "Conv_1", "tail3": "Conv_2"}
_LAST = {"last/kernel": "conv2d/kernel", "last/bias": "conv2d/bias"}
_KINDS = {"conv/kernel": "weights", "norm/gamma": "LayerNorm/gamma", "norm/beta": "LayerNorm/beta"}


def published_name(path: str) -> str:
    """Translate the path of one of our weights to its name in a published checkpoint.

    `decoder3/up_shortcut/conv/kernel` becomes `SGRU_MODEL/SGB_3_up/Conv2d_transpose_1/weights`.
    """
    if path in _LAST:
        return SCOPE + _LAST[path]
    *where, part, name = path.split("/")
    kind = _KINDS[f"{part}/{name}"]
    block = where[0]
    if block in _TAIL:
        return f"{SCOPE}{_TAIL[block]}/{kind}"
    role, level = re.fullmatch(r"(encoder|decoder|skip)(\d)", block).groups()
    if role == "skip":
        return f"{SCOPE}SWISH_{level}/Conv/{kind}"
    scope = f"{SCOPE}SGB_{level}" + ("_up" if role == "decoder" else "")
    layer = where[1]
    if layer == "gate":
        return f"{scope}/SWISH/Conv/{kind}"
    names = _FIRST_BLOCK if block == "encoder1" else _CONVOLUTIONS
    return f"{scope}/{(names | _UPSAMPLING)[layer]}/{kind}"


def fold_scale(path: str, value: np.ndarray) -> np.ndarray:
    """Fold the factor 256 into one of the three kernels that read the raw sketch.

    Args:
        path: Path of our weight.
        value: The published value; it is not changed in place.

    Returns:
        The value for our network: the same array, unless it reads the sketch.
    """
    if path in SKETCH_KERNELS:
        return value * SKETCH_SCALE
    if path == SKETCH_CHANNEL_KERNEL:
        value = value.copy()
        value[:, :, -1] *= SKETCH_SCALE
    return value


def set_published_weights(model: SwishGatedUNet, values) -> None:
    """Give a model the weights of the published implementation.

    Args:
        model: A model whose `input_range` is `unit`.
        values: From published name to array of the published shape.

    Raises:
        SgruError: the model scales its input otherwise.
    """
    if model.sgru_config.input_range != "unit":
        raise SgruError(
            f"published weights need input_range 'unit', not {model.sgru_config.input_range!r}: "
            "a shift of the input does not commute with zero padding"
        )
    for weight in model.weights:
        weight.assign(fold_scale(weight.path, values[published_name(weight.path)]))


def is_published_checkpoint(path) -> bool:
    """Tell whether `path` is the prefix of a TensorFlow checkpoint, or its `.index` file."""
    return Path(f"{_prefix(path)}.index").is_file()


def load_published(path, config: ModelConfig | None = None) -> SwishGatedUNet:
    """Build the network with the weights of a published checkpoint.

    Args:
        path: The prefix (`.../model.ckpt`) or the `.index` file.
        config: The network that the checkpoint holds; the paper's by default.

    Returns:
        The model; its outputs equal those of the published implementation.

    Raises:
        SgruError: the checkpoint cannot be read, or a variable of the network is missing, has
            another shape, or is unknown; the message names it.
    """
    import_quietly("tensorflow")
    import tensorflow as tf

    try:
        reader = tf.train.load_checkpoint(_prefix(path))
        shapes = reader.get_variable_to_shape_map()
    except (tf.errors.OpError, ValueError, RuntimeError) as error:
        raise SgruError(
            f"{path}: cannot be read as a TensorFlow checkpoint; {one_line(error)}"
        ) from error

    model = build_sgru(config or ModelConfig(norm_epsilon=1e-12, proposal_spread=0.0))
    wanted = {published_name(weight.path): tuple(weight.shape) for weight in model.weights}
    for name, shape in wanted.items():
        if name not in shapes:
            raise SgruError(f"{path}: variable {name} is missing; this is no SGRU checkpoint")
        if tuple(shapes[name]) != shape:
            raise SgruError(
                f"{path}: variable {name} has shape {tuple(shapes[name])}, expected {shape}"
            )
    # An optimizer slot is named after its variable: SGRU_MODEL/Conv/weights/Adam_1.
    own = (name for name in shapes if name.startswith(SCOPE) and name not in wanted)
    unknown = sorted(name for name in own if name.rpartition("/")[0] not in wanted)
    if unknown:
        raise SgruError(f"{path}: unknown variable {unknown[0]}; this is another network")
    try:
        values = {name: reader.get_tensor(name) for name in wanted}
    except (tf.errors.OpError, IndexError, ValueError, RuntimeError) as error:
        raise SgruError(f"{path}: the checkpoint is damaged; {one_line(error)}") from error
    set_published_weights(model, values)
    return model


def _prefix(path) -> str:
    return re.sub(r"\.(index|meta|data-\d{5}-of-\d{5})$", "", str(path))
