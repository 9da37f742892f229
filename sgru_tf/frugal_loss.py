"""The collection loss with the memory of one proposal: VGG sees them one after the other.

The gradient of a sample's loss with respect to proposal u is that of proposal u's own distance,
times a number that all distances together decide. So the distances are taken one proposal at a
time, each with its gradient, which is only as large as the picture; the maps of VGG are dropped
before the next one. Value and gradient are those of `CollectionLoss`.
"""

import tensorflow as tf

from sgru_tf.losses import CollectionLoss


class FrugalLoss(CollectionLoss):
    """`CollectionLoss` for a training step of TensorFlow's; not for `model.fit` of other backends.

    Args:
        config: As for `CollectionLoss`.
        features: As for `CollectionLoss`.
    """

    def distances(self, y_true, y_pred):
        """Give the distances, (B, N) float32; differentiable with respect to y_pred alone."""
        true_maps = self.true_maps(y_true)

        def one(proposal):
            with tf.GradientTape() as tape:
                tape.watch(proposal)
                table = self.table(y_true, proposal[:, None], true_maps)
                distance = tf.reduce_sum(table, axis=(0, 2))
            # Each sample's distance depends on its own picture alone.
            return distance, tape.gradient(distance, proposal)

        fixed = tf.stop_gradient(y_pred)
        kinds = tf.TensorSpec(None, tf.float32), tf.TensorSpec(None, tf.float32)
        # Left to itself, map_fn would run ten proposals side by side.
        found, slopes = tf.map_fn(
            one,
            tf.transpose(fixed, (1, 0, 2, 3, 4)),
            fn_output_signature=kinds,
            parallel_iterations=1,
        )
        slopes = tf.transpose(slopes, (1, 0, 2, 3, 4))
        # Adds nothing to the value, and has the slopes for its gradient.
        change = tf.reduce_sum(tf.stop_gradient(slopes) * (y_pred - fixed), axis=(2, 3, 4))
        found = tf.stop_gradient(tf.transpose(found))
        return tf.ensure_shape(found, y_pred.shape[:2]) + change
