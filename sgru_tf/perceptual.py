"""The frozen VGG network whose features the collection loss compares.

Input: (B, H, W, 3) RGB, 0 to 255. Output: the five maps `block{1..5}_conv2`, each after its
ReLU, at 1/1, 1/2, 1/4, 1/8 and 1/16 of the size. Nothing after `block5_conv2` is computed.
"""

from pathlib import Path

import keras
from keras import ops

from sgru_tf.config import LossConfig
from sgru_tf.errors import SgruError

LAYERS = tuple(f"block{block}_conv2" for block in range(1, 6))
# Means of ImageNet's training pictures in RGB, as Simonyan and Zisserman trained VGG.
MEANS = (123.68, 116.779, 103.939)


def build_features(config: LossConfig, dtype="float32") -> keras.Model | None:
    """Build the feature network that a loss needs.

    Args:
        config: Its `backbone` and `weights` are used.
        dtype: Keras dtype policy of the layers.

    Returns:
        A frozen model from RGB 0..255 to the five maps, or None if `weights` is `none`.

    Raises:
        SgruError: the weight file is missing, cannot be downloaded, or does not fit.
    """
    if config.weights == "none":
        return None
    return truncate(_load_vgg(config, dtype))


def truncate(vgg: keras.Model) -> keras.Model:
    """Cut a `keras.applications` VGG16 or VGG19 after `block5_conv2`, and freeze it.

    The preprocessing is part of the result, which takes RGB 0..255.
    """
    layers = {layer.name: layer for layer in vgg.layers}
    image = keras.Input((None, None, 3), name="image")
    x = ops.flip(image, axis=-1) - ops.convert_to_tensor(MEANS[::-1], dtype="float32")
    maps = []
    for layer in vgg.layers[1:]:
        x = layer(x)
        if layer.name in LAYERS:
            maps.append(x)
        if layer is layers[LAYERS[-1]]:
            break
    features = keras.Model(image, maps, name="features")
    features.trainable = False
    return features


def _load_vgg(config: LossConfig, dtype) -> keras.Model:
    build = {"vgg19": keras.applications.VGG19, "vgg16": keras.applications.VGG16}[config.backbone]
    if config.weights != "imagenet" and not Path(config.weights).is_file():
        raise SgruError(f"{config.weights}: no such VGG weight file")
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        return build(include_top=False, weights=config.weights)
    except Exception as error:
        # Keras raises many kinds here: its own, urllib's, h5py's.
        raise SgruError(_advice(config)) from error
    finally:
        keras.config.set_dtype_policy(before)


def _advice(config: LossConfig) -> str:
    if config.weights != "imagenet":
        return (
            f"{config.weights}: does not hold the weights of {config.backbone.upper()} without "
            "its top, as keras.applications saves them"
        )
    name = f"{config.backbone}_weights_tf_dim_ordering_tf_kernels_notop.h5"
    return (
        f"the ImageNet weights of {config.backbone.upper()} could not be downloaded; fetch "
        f"{name} (keras-applications' storage) on another machine and give it with "
        "--vgg-weights FILE, or train on pixels alone with --vgg-weights none"
    )
