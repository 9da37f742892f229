"""Distances of pictures in the maps of a VGG network, for evaluation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sgru_tf.config import LossConfig
from sgru_tf.errors import SgruError
from sgru_tf.metrics import feature_distance
from sgru_tf.quiet import import_quietly


class FeatureDistances:
    """Compares pictures as the paper's perceptual loss does, without its mask and its pixel term.

    Five maps of the network, `block{1..5}_conv2`, weighed as `LossConfig` weighs them by default.

    Args:
        backbone: "vgg19" or "vgg16".
        weights: "imagenet", which Keras downloads once, or a weight file.

    Raises:
        SgruError: the weights are missing, cannot be downloaded, or do not fit; or Keras is not
            installed.
    """

    def __init__(self, backbone: str, weights: str):
        """Load the network."""
        import_quietly("keras")
        import keras

        from sgru_tf.perceptual import build_features

        config = LossConfig(backbone=backbone, weights=weights)
        self._weights = config.layer_weights[1:]
        self._network = build_features(config)
        if self._network is None:
            raise SgruError("feature distances need weights: imagenet or a weight file")
        self._to_numpy = keras.ops.convert_to_numpy
        self.name = backbone.upper()

    def __call__(self, pictures: Sequence[np.ndarray], truth: np.ndarray) -> list[float]:
        """Give the distance of each picture, uint8 (H, W, 3), to a truth of the same size."""
        true_maps = self._maps(truth)
        # One at a time: the maps of nine pictures of 256 x 256 would take a gigabyte.
        return [feature_distance(self._maps(p), true_maps, self._weights) for p in pictures]

    def _maps(self, picture: np.ndarray) -> list[np.ndarray]:
        maps = self._network(picture[None].astype(np.float32), training=False)
        return [self._to_numpy(one) for one in maps]
