"""How hints colour the proposals: each spreads over what belongs to it, and stops at the lines.

A hint's colour walks from cell to cell of 4 x 4 pixels. Every step costs it a part of its
strength, little within a surface and much over a line; of several hints, a cell takes the one that
comes to it the strongest: distances as in Levin, Lischinski and Weiss, "Colorization using
optimization" (SIGGRAPH 2004), but with learnt costs. With the colour travels a description of the
place that it comes from; a pixel takes the colour as far as it is like that place. What it takes
is the same for all proposals, so all of them obey, and differ where no hint says anything.

Written in `keras.ops` alone. With an empty mask the proposals stay exactly what they are.
"""

import keras
import numpy as np
from keras import ops

CELL = 4
# A strength that is none. The strongest of a cell's neighbours counts more than others by the cube.
NOTHING = 1e-4
# A hint's colour is for the light that falls on its place; elsewhere it is at most so many times as
# light. The light of a place as dark as ink says nothing.
BRIGHTEST, DARKEST = 1.5, 0.05


@keras.saving.register_keras_serializable("sgru_tf")
class HintSpread(keras.layers.Layer):
    """Spreads the hints and mixes them into the proposals.

    Gives `x + share * (shading * hint colour - x)`, where `share` (0 to 1) and the shading are the
    same for all proposals. The shading is how light the proposals are on the average, against how
    light they are under the hint: so lines, shadows and highlights stay.

    Args:
        keys: Numbers in the description of a place.
        steps: Cells that a hint can walk: 32 are 128 pixels. It fades over the second half.
    """

    def __init__(self, keys=8, steps=32, **kwargs):
        super().__init__(**kwargs)
        self.keys, self.steps = keys, steps
        own = {"padding": "same", "use_bias": False, "dtype": self.dtype_policy}
        self.key = keras.layers.Conv2D(keys, 1, name="key", **own)
        self.ease = keras.layers.Conv2D(1, 3, kernel_initializer="zeros", name="ease", **own)
        self.shade = keras.layers.Conv2D(3, 1, kernel_initializer="zeros", name="shade", **own)

    def build(self, x_shape, features_shape, sketch_shape, hints_shape):
        """Make the weights."""
        for layer in (self.key, self.ease, self.shade):
            layer.build(features_shape)

        def number(name, value):
            constant = keras.initializers.Constant(value)
            return self.add_weight(shape=(), initializer=constant, name=name)

        # At first a step costs 2 % of the strength on paper and three quarters on a line.
        self.open, self.line = number("open", 4.0), number("line", 5.0)
        self.alike, self.unlike = number("alike", 1.0), number("unlike", 0.0)
        self.faint = number("faint", 0.05)
        super().build(x_shape)

    def call(self, x, features, sketch, hints):
        """Colour (B, H, W, 3N) by hints (B, H, W, 4).

        Args:
            x: Proposals in -1..1: all reds, all greens, all blues.
            features: (B, H, W, C), what the proposals are made of.
            sketch: (B, H, W, 1), 0..255.
            hints: RGB 0..255 and mask 0..1. H and W are multiples of 4.
        """
        share, wanted = self.mixture(x, features, sketch, hints)
        return x + share * (ops.repeat(wanted, x.shape[-1] // 3, axis=-1) - x)

    def mixture(self, x, features, sketch, hints):
        """Give what is mixed into every proposal, for graphs that order their channels otherwise.

        Args:
            x: As for `call`, its channels in any order.
            features: As for `call`.
            sketch: As for `call`.
            hints: As for `call`.

        Returns:
            The share, (B, H, W, 1) in 0..1, and the colour, (B, H, W, 3), nominally in -1..1.
        """
        features, keys = ops.cast(features, "float32"), self.key(features)
        mask = ops.clip(hints[..., 3:], 0.0, 1.0)
        light = ops.mean(ops.maximum(x, -1.0), axis=-1, keepdims=True) + 1.0
        carried = ops.concatenate([hints[..., :3] / 255.0, light, keys], axis=-1)
        there = ops.average_pool(mask, CELL, CELL)
        least = CELL**-2 / 255.0
        source = ops.average_pool(carried * mask, CELL, CELL) / ops.maximum(there, least)
        presence = ops.minimum(there * CELL**2, 1.0)

        ink = ops.max_pool(1.0 - sketch / 255.0, CELL, CELL)
        ease = self.ease(ops.average_pool(features, CELL, CELL)) + self.open - self.line * ink
        carried, strength = self._walk(source, presence, ops.sigmoid(ease))

        # Cells that nothing came to have no colour, and no part in that of their neighbours.
        near, carried = _enlarged(self._near(presence)), _enlarged(carried * strength)
        strength = _enlarged(strength)
        carried = carried / (strength + NOTHING)
        likeness = ops.sum(keys * carried[..., 4:], axis=-1, keepdims=True)
        share = ops.sigmoid(self.alike * likeness + self.unlike)
        share = share * strength / (strength + ops.abs(self.faint) + NOTHING)
        share = share * near
        shading = ops.minimum(light / (carried[..., 3:4] + DARKEST), BRIGHTEST)
        return share, 2.0 * shading * carried[..., :3] - 1.0 + self.shade(features)

    def _walk(self, source, presence, ease):
        """Let hints walk; give what each cell gets, (B, h, w, 4 + keys), and its strength."""
        # Everything in one map, whose last two channels are the strength and a 1 that counts
        # the neighbours: few operations a step, as phones take them one by one. Written without
        # maps of constants, which would give an exported file its size, and without small
        # numbers, which 16 bits do not hold.
        count = source.shape[-1]
        carries, strong, one = (
            ops.convert_to_tensor(np.repeat(np.eye(3, dtype="float32")[part], (count, 1, 1)))
            for part in range(3)
        )
        given = ops.concatenate([presence * source, presence, presence], axis=-1)
        given = given * (1.0 - one) + one
        kept = (1.0 - presence) * (carries + ease * strong)
        map_ = given
        for _ in range(self.steps):
            strength = map_[..., -2:-1]
            beside = strength / (ops.max_pool(strength, 3, 1, "same") + NOTHING)
            pooled = ops.average_pool(map_ * beside * beside * beside, 3, 1, "same")
            map_ = given + kept * (pooled / (pooled[..., -1:] + NOTHING))
        return map_[..., :-2], map_[..., -2:-1]

    def _near(self, presence):
        """Give 1 near hints, 0 where none can walk to, and what is between in between."""
        quarter = self.steps // 4
        for window in ((6 * quarter + 1, 1), (1, 6 * quarter + 1)):
            presence = ops.max_pool(presence, window, 1, "same")
        for window in ((2 * quarter + 1, 1), (1, 2 * quarter + 1)):
            presence = ops.average_pool(presence, window, 1, "same")
        return presence

    def compute_output_shape(self, x_shape, features_shape, sketch_shape, hints_shape):
        """Give the shape of x."""
        return x_shape

    def get_config(self):
        """Give what `from_config` needs."""
        return {**super().get_config(), "keys": self.keys, "steps": self.steps}


def _enlarged(x):
    """Give a map the size of the picture, without edges between the cells."""
    # Of all ways to repeat, the one that phones know at rank 4, and that may be resized.
    copies = np.ones((CELL, CELL, 1, 1)) * np.eye(x.shape[-1])
    x = ops.conv_transpose(x, ops.convert_to_tensor(copies, x.dtype), CELL, "same")
    return ops.average_pool(x, CELL + 1, 1, "same")
