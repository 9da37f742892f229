"""A tiny network that takes hints, and hints for it."""

import keras
import numpy as np

from sgru_tf.config import ModelConfig
from sgru_tf.hint_layers import HintGuide
from sgru_tf.model import build_sgru


def hinted_model():
    """The smallest network, whose guides have learnt something; it gives three proposals."""
    keras.utils.set_random_seed(1)
    model = build_sgru(ModelConfig(width=1 / 12, proposals=3, working_size=64, hints=True))
    random = np.random.default_rng(0)
    for layer in model.layers:
        if isinstance(layer, HintGuide):
            layer.write.kernel.assign(random.normal(0, 0.1, layer.write.kernel.shape))
    return model


def dabs(width, height):
    """A hint picture: two round dabs, one of them half transparent; uint8 (H, W, 4)."""
    picture = np.zeros((height, width, 4), np.uint8)
    rows, columns = np.mgrid[:height, :width]
    for place, colour in (((0.3, 0.2), (255, 40, 0, 255)), ((0.7, 0.8), (0, 60, 250, 128))):
        far = np.hypot(rows - place[0] * height, columns - place[1] * width)
        picture[far <= max(0.06 * max(width, height), 1)] = colour
    return picture
