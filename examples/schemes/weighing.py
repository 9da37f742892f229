"""How much each pixel counts when a proposal learns its scheme, on every backend of Keras."""

from draws import WHITE
from keras import ops

COLOURED, WEIGHT = 25.0, 2.0  # grey levels between two channels, or between the nine; extra weight
SAME, SKIN = 3.0, 0.6  # grey levels between the nine, and extra weight, of what is skin in all


def weigh(painted, skin=SKIN):
    """Weigh the pixels of colourings in nine schemes.

    Paper and colours count up to three times as much as greys and lines, skin more: with 0.6 nearly
    five times, so that where it is nearly as likely as cloth, it is skin.

    Args:
        painted: (B, 9, H, W, 3) float32 RGB, 0..255.
        skin: Extra weight of skin.

    Returns:
        (B, 1, H, W, 1) float32, 1 and up.
    """
    spread = ops.mean(ops.std(painted, axis=1, keepdims=True), axis=-1, keepdims=True)
    between = ops.max(painted, axis=-1, keepdims=True) - ops.min(painted, axis=-1, keepdims=True)
    between = ops.mean(between, axis=1, keepdims=True)
    white = ops.min(painted, axis=(1, 4), keepdims=True) >= WHITE
    colour = ops.minimum(ops.maximum(spread, between) / COLOURED, 1.0)
    weight = ops.maximum(colour, ops.cast(white, "float32"))
    bare = ops.cast(ops.logical_and(spread < SAME, between > COLOURED), "float32")
    return (1.0 + WEIGHT * weight) * (1.0 + skin * bare)
