"""The Swish-Gated Residual U-Net (Liu, Chen, Hu, ISICA 2018): one sketch in, N colourings out.

Input: (B, H, W, 1) float32, 0 (ink) to 255 (paper); H and W any multiple of 32. With hints a
dictionary: `sketch` as before, `hints` (B, H, W, 4), RGB 0..255 and a mask 0..1; or the sketch
alone.
Output: (B, N, H, W, 3) float32 RGB, nominally 0 to 255, unbounded: clip and round to show it.

The stages at width 1.0, N = 9 (f filters, sizes as parts of H x W):

    stage      size  f    output                                   channels
    scale      1     -    sketch / 256                                    1
    encoder 1  1     96   1/2:  maxpool r (96), gated sketch (1)         97
    encoder 2  1/2   192  1/4:  maxpool r, gated x                      384
    encoder 3  1/4   288  1/8:  maxpool r, gated x                      576
    encoder 4  1/8   384  1/16: maxpool r, gated x                      768
    encoder 5  1/16  480  1/32: maxpool r, gated x                      960
    skips 1-5             each encoder's r through a swish gate of its own
    decoder 5  1/32  512  1/16: up r, gated up x, skip 5               1504
    decoder 4  1/16  480  1/8:  up r, gated up x, skip 4               1344
    decoder 3  1/8   384  1/4:  up r, gated up x, skip 3               1056
    decoder 2  1/4   288  1/2:  up r, gated up x, skip 2                768
    decoder 1  1/2   192  1:    up r, gated up x, skip 1                480
    tail       1     96   1x1, 3x3, 3x3                                  96
    last       1     27   1x1 with bias; (y + 1) * 127.5; 9 RGB pictures

With hints, what they say is added to the output of every skip and of the last encoder, so the
decoders see it at all six sizes: `sgru_tf.hint_layers`. (Adding it to the other encoders too
gained nothing: after 300 steps of fine-tuning at 96 x 96, with 16 hints a picture, the difference
near them was 25.4 CIE Lab with all encoders, 25.1 without; 28.6 unguided.) That alone is obeyed
slowly, and makes the proposals alike; so after the last convolution the hints are spread over
what they touch, and mixed in: `sgru_tf.hint_spread`.
"""

import keras

from sgru_tf.config import ModelConfig
from sgru_tf.hint_layers import HintGuide, HintPyramid
from sgru_tf.hint_spread import HintSpread
from sgru_tf.layers import ConvNorm, DecoderBlock, EncoderBlock, SplitProposals, SwishGate
from sgru_tf.network_input import network_input

ENCODER_FILTERS = (96, 192, 288, 384, 480)
DECODER_FILTERS = (512, 480, 384, 288, 192)
TAIL_FILTERS = 96
GUIDE_FILTERS = 64
SPREAD_KEYS = 32


@keras.saving.register_keras_serializable("sgru_tf")
class SwishGatedUNet(keras.Model):
    """The network as a functional Keras model that remembers its `ModelConfig`.

    Example::

        model = SwishGatedUNet(ModelConfig(width=0.25))
        proposals = model(255.0 * np.ones((1, 256, 256, 1), "float32"))  # (1, 9, 256, 256, 3)

    Args:
        config: Size and options of the network.
        dtype: Keras dtype policy of all layers but the last convolution, which stays in float32.
            `float32` for inference and export; see `TrainConfig.precision`.

    Attributes:
        sgru_config: The `ModelConfig`.
    """

    def __init__(self, config: ModelConfig | None = None, dtype="float32", **kwargs):
        config = config or ModelConfig()
        sketch = keras.Input((None, None, 1), name="sketch", dtype="float32")
        options = {"epsilon": config.norm_epsilon, "dtype": dtype}

        if config.input_range == "unit":
            x = keras.layers.Rescaling(1 / 256, dtype=dtype, name="scale")(sketch)
        else:
            x = keras.layers.Rescaling(1 / 127.5, -1.0, dtype=dtype, name="scale")(sketch)
        hints = keras.Input((None, None, 4), name="hints", dtype="float32")
        pyramid = HintPyramid(dtype="float32", name="pyramid")(hints) if config.hints else None

        def guided(x, level, name):
            if not config.hints:
                return x
            guide = HintGuide(config.filters(GUIDE_FILTERS), dtype=dtype, name=f"guide_{name}")
            return guide(x, pyramid[level])

        skips = []
        for level, published in enumerate(ENCODER_FILTERS, start=1):
            block = EncoderBlock(
                config.filters(published), squeeze=level > 1, name=f"encoder{level}", **options
            )
            x, residual = block(x)
            skip = SwishGate(name=f"skip{level}", **options)(residual)
            skips.append(guided(skip, level - 1, f"skip{level}"))
        levels = len(ENCODER_FILTERS)
        x = guided(x, levels, f"encoder{levels}")
        for level, published in zip(range(levels, 0, -1), DECODER_FILTERS, strict=True):
            block = DecoderBlock(config.filters(published), name=f"decoder{level}", **options)
            x = block(x, skips.pop())
        for index, kernel in enumerate((1, 3, 3), start=1):
            x = ConvNorm(config.filters(TAIL_FILTERS), kernel, name=f"tail{index}", **options)(x)
        tail = x
        x = keras.layers.Conv2D(
            3 * config.proposals,
            1,
            kernel_initializer="glorot_normal",
            bias_initializer=keras.initializers.RandomNormal(stddev=config.proposal_spread),
            dtype="float32",
            name="last",
        )(tail)
        if config.hints:
            spread = HintSpread(config.filters(SPREAD_KEYS), dtype="float32", name="spread")
            x = spread(x, tail, sketch, hints)
        proposals = SplitProposals(dtype="float32", name="proposals")(x)

        inputs = {"sketch": sketch, "hints": hints} if config.hints else sketch
        super().__init__(inputs=inputs, outputs=proposals, **kwargs)
        self.sgru_config = config
        self._policy = dtype

    def __call__(self, inputs, *args, **kwargs):
        """Colour sketches; a network with hints takes a sketch alone for one without hints."""
        return super().__call__(self._input(inputs), *args, **kwargs)

    def call(self, inputs, *args, **kwargs):
        """Do so in `stateless_call` too, which comes here at once."""
        return super().call(self._input(inputs), *args, **kwargs)

    def _input(self, inputs):
        if isinstance(inputs, dict):
            return inputs
        return network_input(self.sgru_config, inputs)

    def get_config(self):
        """Give what `from_config` needs."""
        return {"config": self.sgru_config.to_dict(), "dtype": self._policy, "name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Build the model that `get_config` described, with fresh weights."""
        options = dict(config)
        return cls(ModelConfig.from_dict(options.pop("config")), **options)


def build_sgru(config: ModelConfig | None = None, dtype="float32") -> keras.Model:
    """Build the network with fresh weights.

    Args:
        config: Size and options; the paper's network by default.
        dtype: Keras dtype policy; see `SwishGatedUNet`.

    Returns:
        A `keras.Model` from (B, H, W, 1) float32 0..255 to (B, N, H, W, 3) float32, nominally
        0..255. H and W must be multiples of 32 and may differ from call to call. If the config
        has `hints`, its input is a dictionary of `sketch` and `hints`, (B, H, W, 4), or the sketch
        alone.
    """
    return SwishGatedUNet(config, dtype=dtype)


def in_float32(model: SwishGatedUNet) -> SwishGatedUNet:
    """Give a model whose layers all compute in float32: itself, or a copy with its weights.

    Graphs of mixed precision can neither be served everywhere nor converted to TFLite.
    """
    policies = {layer.dtype_policy.name for layer in model._flatten_layers(include_self=False)}
    if policies == {"float32"}:
        return model
    copy = build_sgru(model.sgru_config)
    copy.set_weights(model.get_weights())
    return copy
