"""The collection loss with the memory of a few proposals: VGG sees them in groups.

The gradient of a sample's loss with respect to proposal u is that of proposal u's own distance,
times a number that all distances together decide. So the distances are taken a few proposals at a
time, each with its gradient, which is only as large as the picture; the maps of VGG are dropped
before the next ones. Value and gradient are those of `CollectionLoss`.
"""

import tensorflow as tf

from sgru_tf.losses import CollectionLoss

# A convolution prepares its weights anew at every call: one picture at a time takes a third more
# time than three, and three take as little as all nine.
TOGETHER = 3


class FrugalLoss(CollectionLoss):
    """`CollectionLoss` for a training step of TensorFlow's; not for `model.fit` of other backends.

    Args:
        config: As for `CollectionLoss`.
        features: As for `CollectionLoss`.
    """

    def distances(self, y_true, y_pred):
        """Give the distances, (B, N) float32; differentiable with respect to y_pred alone."""
        true_maps = self.true_maps(y_true)
        fixed = tf.stop_gradient(y_pred)
        group = -(-TOGETHER // (y_pred.shape[0] or 1))
        found, slopes = [], []
        for first in range(0, y_pred.shape[1], group):
            # Without a reason to wait, TensorFlow works on all groups at once.
            with tf.control_dependencies(slopes[-1:]):
                some = tf.identity(fixed[:, first : first + group])
            with tf.GradientTape() as tape:
                tape.watch(some)
                distance = tf.reduce_sum(self.table(y_true, some, true_maps), axis=0)
            # Each distance depends on its own picture alone, so the sum mixes nothing.
            found.append(distance)
            slopes.append(tape.gradient(distance, some))
        # Adds nothing to the value, and has the slopes for its gradient.
        slope = tf.stop_gradient(tf.concat(slopes, axis=1))
        change = tf.reduce_sum(slope * (y_pred - fixed), axis=(2, 3, 4))
        return tf.stop_gradient(tf.concat(found, axis=1)) + change
