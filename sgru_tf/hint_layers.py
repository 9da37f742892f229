"""How hints enter the network: a pyramid of their colours, added to its maps at every level.

What they do to the proposals directly is in `sgru_tf.hint_spread`.

A hint is a colour that the artist wants at a place. The input is (B, H, W, 4): RGB 0..255, and
a mask, 0 where there is no hint, 1 where there is one. Where the mask is 0 the colour counts for
nothing. All convolutions are without bias: where no hint is near, exactly nothing is added, and
with an empty mask the network is exactly the network without hints. Written in `keras.ops` alone.
"""

import keras
from keras import ops

from sgru_tf.layers import LEAK

# Guides begin at nothing in a network that may have learnt already: with Adam, whose steps have one
# size, this lets them learn so many times as fast as what is around them.
GAIN = 4.0


@keras.saving.register_keras_serializable("sgru_tf")
class HintPyramid(keras.layers.Layer):
    """Gives the hints at every size that the network works at.

    Level k is (B, H / 2^k, W / 2^k, 4): the mean colour of the hints in the cell in -1..1 times
    the presence, and the presence: 1 if the masks in the cell add up to one pixel or more. So a
    dot of one pixel is as strong at the coarsest level as a brush.

    Args:
        levels: How many; H and W must be multiples of 2^(levels - 1).
    """

    def __init__(self, levels=6, **kwargs):
        super().__init__(**kwargs)
        self.levels = levels

    def call(self, hints):
        """Map (B, H, W, 4) to a list of maps, the finest first."""
        mask = ops.clip(hints[..., 3:], 0.0, 1.0)
        colour = (hints[..., :3] / 127.5 - 1.0) * mask
        pyramid = []
        for level in range(self.levels):
            if level:
                mask = ops.average_pool(mask, 2, 2)
                colour = ops.average_pool(colour, 2, 2)
            presence = ops.minimum(mask * 4.0**level, 1.0)
            # The mean colour times the presence; written so that 16 bits divide it too.
            weighted = colour / ops.maximum(mask, 4.0**-level)
            pyramid.append(ops.concatenate([weighted, presence], axis=-1))
        return pyramid

    def compute_output_shape(self, input_shape):
        """Give the shapes of the maps."""
        batch, height, width, channels = input_shape

        def part(side, level):
            return None if side is None else side >> level

        sizes = [(part(height, k), part(width, k)) for k in range(self.levels)]
        return [(batch, *size, channels) for size in sizes]

    def get_config(self):
        """Give what `from_config` needs."""
        return {**super().get_config(), "levels": self.levels}


@keras.saving.register_keras_serializable("sgru_tf")
class HintGuide(keras.layers.Layer):
    """Adds to a map what the hints of its size say: `x + 4 conv3x3(leaky(conv3x3(hints)))`.

    The last kernel is 0 at first: a network that has learnt without hints may be given guides,
    and begins as what it was (as in Zhang et al., "Adding conditional control to text-to-image
    diffusion models", ICCV 2023).

    Args:
        filters: Channels between the two convolutions.
    """

    def __init__(self, filters, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.read = self._conv(filters, "he_normal", "read")

    def _conv(self, filters, initializer, name):
        return keras.layers.Conv2D(
            filters,
            3,
            padding="same",
            use_bias=False,
            kernel_initializer=initializer,
            dtype=self.dtype_policy,
            name=name,
        )

    def build(self, x_shape, hint_shape):
        """Make the second convolution, now that the number of channels is known."""
        self.read.build(hint_shape)
        self.write = self._conv(x_shape[-1], "zeros", "write")
        self.write.build((*hint_shape[:-1], self.filters))
        super().build(x_shape)

    def call(self, x, hint):
        """Guide (B, h, w, C) by a level of the pyramid, (B, h, w, 4)."""
        return x + GAIN * self.write(ops.leaky_relu(self.read(hint), LEAK))

    def compute_output_shape(self, x_shape, hint_shape):
        """Give the shape of x."""
        return x_shape

    def get_config(self):
        """Give what `from_config` needs."""
        return {**super().get_config(), "filters": self.filters}
