"""The building blocks of the network: the norm, the swish gate, and the two gated blocks.

All take and give maps (B, H, W, C) in the compute dtype of their policy, and are written in
`keras.ops` alone, so they run on every Keras backend. Names follow the paper (Liu, Chen, Hu,
ISICA 2018).
"""

import keras
from keras import ops

LEAK = 0.2


@keras.saving.register_keras_serializable("sgru_tf")
class SampleNorm(keras.layers.Layer):
    """Layer norm over height, width and channels of each sample, with a gain per channel.

    The published network's norm; equal to `keras.layers.GroupNormalization(groups=1)`, but in
    its centred form and at rank 4 throughout: that needs fewer and better supported operations
    in TFLite, and lets a converted file be resized. Statistics are taken in float32 whatever the
    compute dtype.

    Args:
        epsilon: Added to the variance.
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def build(self, input_shape):
        """Make `gamma` and `beta`, one each per channel."""
        channels = (input_shape[-1],)
        self.gamma = self.add_weight(shape=channels, initializer="ones", name="gamma")
        self.beta = self.add_weight(shape=channels, initializer="zeros", name="beta")
        super().build(input_shape)

    def call(self, x):
        """Normalise (B, H, W, C)."""
        wide = ops.cast(x, "float32")
        centred = wide - ops.mean(wide, axis=(1, 2, 3), keepdims=True)
        variance = ops.mean(centred * centred, axis=(1, 2, 3), keepdims=True)
        # One gain for each sample and channel: the big map is then touched twice, not three times.
        gain = ops.rsqrt(variance + self.epsilon) * ops.cast(self.gamma, "float32")
        return ops.cast(centred, x.dtype) * ops.cast(gain, x.dtype) + self.beta

    def compute_output_shape(self, input_shape):
        """Give the shape of the input."""
        return input_shape

    def get_config(self):
        """Give what `from_config` needs."""
        return {**super().get_config(), "epsilon": self.epsilon}


@keras.saving.register_keras_serializable("sgru_tf")
class ConvNorm(keras.layers.Layer):
    """Convolution without bias, norm, leaky ReLU 0.2.

    Args:
        filters: Channels of the output.
        kernel: Side of the kernel; 1 or 3 in the paper.
        epsilon: Of the norm.
        transposed: Use a transposed convolution of stride `kernel` instead, which enlarges the
            map by that factor; 2 in the paper.
    """

    def __init__(self, filters, kernel, epsilon=1e-5, transposed=False, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.kernel = filters, kernel
        self.epsilon, self.transposed = epsilon, transposed
        # He's initialisation for a leaky ReLU; the paper names none.
        options = {
            "padding": "same",
            "use_bias": False,
            "kernel_initializer": "he_normal",
            "dtype": self.dtype_policy,
            "name": "conv",
        }
        if transposed:
            self.conv = keras.layers.Conv2DTranspose(filters, kernel, strides=kernel, **options)
        else:
            self.conv = keras.layers.Conv2D(filters, kernel, **options)
        self.norm = SampleNorm(epsilon, dtype=self.dtype_policy, name="norm")

    def build(self, input_shape):
        """Build the convolution and the norm."""
        self.conv.build(input_shape)
        self.norm.build(self.compute_output_shape(input_shape))
        super().build(input_shape)

    def call(self, x):
        """Map (B, H, W, C) to (B, H, W, filters), or to twice the size if transposed."""
        return ops.leaky_relu(self.norm(self.conv(x)), LEAK)

    def compute_output_shape(self, input_shape):
        """Give the shape of the output."""
        return self.conv.compute_output_shape(input_shape)

    def get_config(self):
        """Give what `from_config` needs."""
        own = ("filters", "kernel", "epsilon", "transposed")
        return {**super().get_config(), **{name: getattr(self, name) for name in own}}


@keras.saving.register_keras_serializable("sgru_tf")
class SwishGate(keras.layers.Layer):
    """The swish layer of the paper: `x * sigmoid(norm(conv3x3(x)))`.

    A learnt gate on a shortcut: it decides what of `x` passes. As many filters as `x` has
    channels, no bias.

    Args:
        epsilon: Of the norm.
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon
        self.norm = SampleNorm(epsilon, dtype=self.dtype_policy, name="norm")

    def build(self, input_shape):
        """Make the convolution, now that the number of channels is known."""
        self.conv = keras.layers.Conv2D(
            input_shape[-1],
            3,
            padding="same",
            use_bias=False,
            kernel_initializer="glorot_normal",
            dtype=self.dtype_policy,
            name="conv",
        )
        self.conv.build(input_shape)
        self.norm.build(input_shape)
        super().build(input_shape)

    def opening(self, x):
        """Give how far the gate opens for (B, H, W, C), in that shape: 0 shut, 1 open."""
        return ops.sigmoid(self.norm(self.conv(x)))

    def call(self, x):
        """Gate (B, H, W, C)."""
        return x * self.opening(x)

    def compute_output_shape(self, input_shape):
        """Give the shape of the input."""
        return input_shape

    def get_config(self):
        """Give what `from_config` needs."""
        return {**super().get_config(), "epsilon": self.epsilon}


class _GatedBlock(keras.layers.Layer):
    """The trunk that both blocks share: `x = conv1x1(input)`, `r = conv3x3(conv3x3(x))`."""

    def __init__(self, filters, epsilon=1e-5, squeeze=True, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.epsilon, self.squeeze = filters, epsilon, squeeze
        self.conv1 = self._conv(1, "conv1") if squeeze else None
        self.conv2 = self._conv(3, "conv2")
        self.conv3 = self._conv(3, "conv3")
        self.gate = SwishGate(epsilon, dtype=self.dtype_policy, name="gate")

    def _conv(self, kernel, name, transposed=False):
        return ConvNorm(
            self.filters, kernel, self.epsilon, transposed, dtype=self.dtype_policy, name=name
        )

    def _build_trunk(self, input_shape):
        """Build the convolutions; give the shapes of x and of r."""
        if self.squeeze:
            self.conv1.build(input_shape)
            input_shape = self.conv1.compute_output_shape(input_shape)
        wide = (*input_shape[:-1], self.filters)
        self.conv2.build(input_shape)
        self.conv3.build(wide)
        return input_shape, wide

    def _trunk(self, x):
        if self.squeeze:
            x = self.conv1(x)
        return x, self.conv3(self.conv2(x))

    def get_config(self):
        """Give what `from_config` needs."""
        return {**super().get_config(), "filters": self.filters, "epsilon": self.epsilon}


@keras.saving.register_keras_serializable("sgru_tf")
class EncoderBlock(_GatedBlock):
    """Swish-gated block of the contracting half.

    Gives two maps: `concat[maxpool2(r), gate(maxpool2(x))]` (B, H/2, W/2, filters + C of x) for
    the next block, and r (B, H, W, filters) for the skip connection.

    Args:
        filters: Channels of r.
        epsilon: Of the norms.
        squeeze: Whether a 1x1 convolution comes first. The first block has none: its x is the
            sketch itself.
    """

    def __init__(self, filters, epsilon=1e-5, squeeze=True, **kwargs):
        super().__init__(filters, epsilon, squeeze, **kwargs)
        self.pool = keras.layers.MaxPooling2D(2, dtype=self.dtype_policy, name="pool")

    def build(self, input_shape):
        """Build the convolutions and the gate."""
        x_shape, _ = self._build_trunk(input_shape)
        self.gate.build(self.pool.compute_output_shape(x_shape))
        super().build(input_shape)

    def call(self, x):
        """Map (B, H, W, C) to the two maps above."""
        x, residual = self._trunk(x)
        down = ops.concatenate([self.pool(residual), self.gate(self.pool(x))], axis=-1)
        return down, residual

    def compute_output_shape(self, input_shape):
        """Give the shapes of the two outputs."""
        x_channels = self.filters if self.squeeze else input_shape[-1]
        half = self.pool.compute_output_shape(input_shape)[:-1]
        return (*half, self.filters + x_channels), (*input_shape[:-1], self.filters)

    def get_config(self):
        """Give what `from_config` needs."""
        return {**super().get_config(), "squeeze": self.squeeze}


@keras.saving.register_keras_serializable("sgru_tf")
class DecoderBlock(_GatedBlock):
    """Swish-gated block of the expanding half.

    Gives `concat[up(r), gate(up(x)), skip]`, (B, 2H, 2W, 2 * filters + C of skip).

    Args:
        filters: Channels of x and of r.
        epsilon: Of the norms.
    """

    def __init__(self, filters, epsilon=1e-5, **kwargs):
        super().__init__(filters, epsilon, **kwargs)
        self.up_residual = self._conv(2, "up_residual", transposed=True)
        self.up_shortcut = self._conv(2, "up_shortcut", transposed=True)

    def build(self, x_shape, skip_shape):
        """Build the convolutions and the gate."""
        shortcut_shape, residual_shape = self._build_trunk(x_shape)
        self.up_residual.build(residual_shape)
        self.up_shortcut.build(shortcut_shape)
        self.gate.build(self.up_shortcut.compute_output_shape(shortcut_shape))
        super().build(x_shape)

    def call(self, x, skip):
        """Map (B, H, W, C) and the skip (B, 2H, 2W, S) to the map above."""
        x, residual = self._trunk(x)
        shortcut = self.gate(self.up_shortcut(x))
        return ops.concatenate([self.up_residual(residual), shortcut, skip], axis=-1)

    def compute_output_shape(self, x_shape, skip_shape):
        """Give the shape of the output."""
        double = self.up_residual.compute_output_shape((*x_shape[:-1], self.filters))[:-1]
        return (*double, 2 * self.filters + skip_shape[-1])


@keras.saving.register_keras_serializable("sgru_tf")
class SplitProposals(keras.layers.Layer):
    """The last step: (B, H, W, 3N) in -1..1 to N pictures (B, N, H, W, 3) in 0..255, float32.

    Proposal u has its red in channel u, its green in N + u, its blue in 2N + u. Nothing is
    clipped: that would stop the gradients of what lies outside.
    """

    def call(self, x):
        """Split and scale."""
        x = ops.cast(x, "float32")
        batch, height, width, channels = ops.shape(x)
        planes = ops.reshape(x, (batch, height, width, 3, channels // 3))
        return (ops.transpose(planes, (0, 4, 1, 2, 3)) + 1.0) * 127.5

    def compute_output_spec(self, x):
        """Give shape and dtype of the output."""
        batch, height, width, channels = x.shape
        return keras.KerasTensor((batch, channels // 3, height, width, 3), "float32")
