"""What counts how much when a proposal learns its scheme, on every backend of Keras."""

from draws import WHITE
from keras import ops

ALIKE = 12.0  # grey levels, the mean over all nine: so near are two pixels of one surface
COLOURED, WEIGHT = 25.0, 2.0  # grey levels between two channels, or between the nine; extra weight
SAME, SKIN = 3.0, 0.6  # grey levels between the nine, and extra weight, of what is skin in all


def weigh(painted):
    """Weigh the pixels of colourings in nine schemes.

    Paper and colours count up to three times as much as greys and lines, skin nearly five times:
    where it is as likely as cloth, it is to be skin.

    Args:
        painted: (B, 9, H, W, 3) float32 RGB, 0..255.

    Returns:
        (B, 1, H, W, 1) float32, 1 to 4.8.
    """
    spread = ops.mean(ops.std(painted, axis=1, keepdims=True), axis=-1, keepdims=True)
    between = ops.max(painted, axis=-1, keepdims=True) - ops.min(painted, axis=-1, keepdims=True)
    between = ops.mean(between, axis=1, keepdims=True)
    white = ops.min(painted, axis=(1, 4), keepdims=True) >= WHITE
    colour = ops.minimum(ops.maximum(spread, between) / COLOURED, 1.0)
    weight = ops.maximum(colour, ops.cast(white, "float32"))
    skin = ops.cast(ops.logical_and(spread < SAME, between > COLOURED), "float32")
    return (1.0 + WEIGHT * weight) * (1.0 + SKIN * skin)


def unevenness(drawn, painted, shifts):
    """Measure how unevenly proposals are wrong within a surface.

    Where a network cannot tell skin from cloth, the mean of the differences is as content with a
    sleeve that fades from one to the other as with a sleeve of either. An artist is not: a surface
    that is wrong as a whole is repainted with one stroke. So pixels far apart that have one colour
    in all nine truths are to be wrong alike.

    Args:
        drawn: (B, 9, H, W, 3) float32 RGB, 0..255.
        painted: The truth, the same.
        shifts: (N, 2) int: rows and columns from one pixel to the other.

    Returns:
        (B, 1, H, W, 1) float32, grey levels, the mean over shifts, proposals and channels; 0 on
        paper, and where the other pixel is of another surface.
    """
    wrong, total = drawn - painted, 0.0
    cloth = ops.cast(ops.min(painted, axis=(1, 4), keepdims=True) < WHITE, "float32")
    for shift in shifts:
        there = ops.roll(painted, shift, axis=(2, 3))
        apart = ops.mean(ops.abs(painted - there), axis=(1, 4), keepdims=True)
        alike = cloth * ops.cast(apart < ALIKE, "float32")
        uneven = ops.abs(wrong - ops.roll(wrong, shift, axis=(2, 3)))
        total = total + alike * ops.mean(uneven, axis=(1, 4), keepdims=True)
    return total / len(shifts)
