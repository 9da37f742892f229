"""The network of `sgru_tf.model` in PyTorch, for `tune.py --engine torch`.

Keras runs on PyTorch, too, but what it builds cannot be compiled as a whole, and is slow on a CPU.
This twin can; its weights come from a Keras model and go back into one. Inside, maps are (B, C, H,
W); as channels are last in memory and convolutions in bfloat16, processors with matrix units are
used; float32 is for those that cannot compute in bfloat16 themselves. Names are those of
`sgru_tf.layers`, which explains what is done.
"""

import numpy as np
import torch
from torch import nn
from torch.nn import functional

from sgru_tf.config import ModelConfig
from sgru_tf.errors import SgruError
from sgru_tf.layers import LEAK
from sgru_tf.model import DECODER_FILTERS, ENCODER_FILTERS, TAIL_FILTERS


class SampleNorm(nn.Module):
    """Norm over height, width and channels, in float32; gives float32."""

    def __init__(self, channels: int, epsilon: float):
        super().__init__()
        self.gamma, self.beta = (nn.Parameter(torch.zeros(channels)) for _ in range(2))
        self.epsilon = epsilon

    def forward(self, x):
        """Normalise (B, C, H, W)."""
        centred = x.float() - x.float().mean((1, 2, 3), keepdim=True)
        variance = (centred * centred).mean((1, 2, 3), keepdim=True)
        gain = torch.rsqrt(variance + self.epsilon) * self.gamma[:, None, None]
        return centred * gain + self.beta[:, None, None]


class ConvNorm(nn.Module):
    """Convolution without bias, norm, leaky ReLU."""

    def __init__(self, channels: int, filters: int, kernel: int, epsilon: float, transposed=False):
        super().__init__()
        options = {"stride": kernel} if transposed else {"padding": kernel // 2}
        kind = nn.ConvTranspose2d if transposed else nn.Conv2d
        self.conv = kind(channels, filters, kernel, bias=False, **options)
        self.norm = SampleNorm(filters, epsilon)

    def forward(self, x):
        """Map (B, C, H, W) to `filters` channels."""
        return functional.leaky_relu(self.norm(self.conv(x)), LEAK).to(x.dtype)

    def weights(self):
        """Give the parameters in the order of Keras."""
        return [self.conv.weight, self.norm.gamma, self.norm.beta]


class SwishGate(nn.Module):
    """The swish layer: x * sigmoid(norm(conv3x3(x)))."""

    def __init__(self, channels: int, epsilon: float):
        super().__init__()
        self.conv = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.norm = SampleNorm(channels, epsilon)

    def forward(self, x):
        """Gate (B, C, H, W)."""
        return (x.float() * torch.sigmoid(self.norm(self.conv(x)))).to(x.dtype)

    def weights(self):
        """Give the parameters in the order of Keras."""
        return [self.norm.gamma, self.norm.beta, self.conv.weight]


class EncoderBlock(nn.Module):
    """Swish-gated block of the contracting half; the first one has no `conv1`."""

    def __init__(self, channels: int, filters: int, epsilon: float, squeeze: bool):
        super().__init__()
        self.conv1 = ConvNorm(channels, filters, 1, epsilon) if squeeze else None
        channels = filters if squeeze else channels
        self.conv2 = ConvNorm(channels, filters, 3, epsilon)
        self.conv3 = ConvNorm(filters, filters, 3, epsilon)
        self.gate = SwishGate(channels, epsilon)
        self.channels = filters + channels

    def forward(self, x):
        """Give what goes on, at half the size, and what the skip connection takes."""
        if self.conv1 is not None:
            x = self.conv1(x)
        residual = self.conv3(self.conv2(x))
        halves = [functional.max_pool2d(maps, 2) for maps in (residual, x)]
        return torch.cat([halves[0], self.gate(halves[1])], 1), residual

    def weights(self):
        """Give the parameters in the order of Keras."""
        parts = [self.conv1] if self.conv1 is not None else []
        return [w for part in (*parts, self.conv2, self.conv3, self.gate) for w in part.weights()]


class DecoderBlock(nn.Module):
    """Swish-gated block of the expanding half."""

    def __init__(self, channels: int, filters: int, epsilon: float, skipped: int):
        super().__init__()
        self.conv1 = ConvNorm(channels, filters, 1, epsilon)
        self.conv2, self.conv3 = (ConvNorm(filters, filters, 3, epsilon) for _ in range(2))
        self.gate = SwishGate(filters, epsilon)
        self.up_residual = ConvNorm(filters, filters, 2, epsilon, transposed=True)
        self.up_shortcut = ConvNorm(filters, filters, 2, epsilon, transposed=True)
        self.channels = 2 * filters + skipped

    def forward(self, x, skip):
        """Give a map of twice the size."""
        x = self.conv1(x)
        residual = self.conv3(self.conv2(x))
        return torch.cat([self.up_residual(residual), self.gate(self.up_shortcut(x)), skip], 1)

    def weights(self):
        """Give the parameters in the order of Keras."""
        parts = self.conv1, self.conv2, self.conv3, self.gate, self.up_residual, self.up_shortcut
        return [w for part in parts for w in part.weights()]


class Twin(nn.Module):
    """The network without hints.

    Args:
        config: Of the Keras model.
        narrow: What maps are kept in, and convolutions computed: bfloat16 under
            `torch.autocast("cpu", torch.bfloat16)`, or float32.
    """

    def __init__(self, config: ModelConfig, narrow=torch.bfloat16):
        super().__init__()
        self.narrow = narrow
        if config.hints or config.input_range != "unit":
            raise SgruError("--engine torch: for models without hints and of input_range 'unit'")
        channels, epsilon = 1, config.norm_epsilon
        encoders, skips, decoders, tails = [], [], [], []
        filters = [config.filters(published) for published in ENCODER_FILTERS]
        for level, own in enumerate(filters):
            encoders.append(EncoderBlock(channels, own, epsilon, squeeze=level > 0))
            skips.append(SwishGate(own, epsilon))
            channels = encoders[-1].channels
        for published, skipped in zip(DECODER_FILTERS, reversed(filters), strict=True):
            decoders.append(DecoderBlock(channels, config.filters(published), epsilon, skipped))
            channels = decoders[-1].channels
        for kernel in (1, 3, 3):
            tails.append(ConvNorm(channels, config.filters(TAIL_FILTERS), kernel, epsilon))
            channels = config.filters(TAIL_FILTERS)
        self.encoders, self.skips = nn.ModuleList(encoders), nn.ModuleList(skips)
        self.decoders, self.tails = nn.ModuleList(decoders), nn.ModuleList(tails)
        self.last = nn.Conv2d(channels, 3 * config.proposals, 1)

    def forward(self, sketches):
        """Map (B, 1, H, W) float32, 0..255, to (B, 3 N, H, W): N reds, N greens, N blues."""
        x, residuals = (sketches / 256).to(self.narrow, memory_format=torch.channels_last), []
        for encoder, skip in zip(self.encoders, self.skips, strict=True):
            x, residual = encoder(x)
            residuals.append(skip(residual))
        for decoder in self.decoders:
            x = decoder(x, residuals.pop())
        for tail in self.tails:
            x = tail(x)
        # As in Keras; in bfloat16 a colour would be rounded by up to half a grey level.
        with torch.autocast("cpu", enabled=False):
            return (self.last(x.float()) + 1) * 127.5

    def outer(self) -> list:
        """Give what works at the sketch's own size and half of it, where lines and tones are made.

        That is the first two encoders, the first skip connection, the last decoder, and what
        follows it. The rest, which but for the second skip connection works at a quarter and less,
        tells surfaces apart.
        """
        return [*self.encoders[:2], self.skips[0], self.decoders[-1], self.tails, self.last]

    def named(self) -> dict:
        """Give the parameters by the names of Keras' layers, in Keras' order."""
        levels = range(len(self.encoders))
        layers = {f"encoder{level + 1}": self.encoders[level] for level in levels}
        layers |= {f"skip{level + 1}": self.skips[level] for level in levels}
        layers |= {f"decoder{len(levels) - level}": self.decoders[level] for level in levels}
        layers |= {f"tail{index + 1}": tail for index, tail in enumerate(self.tails)}
        found = {name: layer.weights() for name, layer in layers.items()}
        return found | {"last": [self.last.weight, self.last.bias]}

    def read(self, model) -> None:
        """Take the weights of a Keras model."""
        with torch.no_grad():
            for name, own in self.named().items():
                for weight, given in zip(own, model.get_layer(name).get_weights(), strict=True):
                    given = torch.from_numpy(np.ascontiguousarray(given))
                    weight.copy_(given.permute(3, 2, 0, 1) if given.ndim == 4 else given)

    def write(self, model, values=None) -> None:
        """Give a Keras model the weights, or others, by the same parameters."""
        for name, own in self.named().items():
            kept = [weight if values is None else values[weight] for weight in own]
            kept = [one.permute(2, 3, 1, 0) if one.ndim == 4 else one for one in kept]
            model.get_layer(name).set_weights([one.detach().float().numpy() for one in kept])
