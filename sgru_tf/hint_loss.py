"""How far the proposals are from obeying their hints. Written in `keras.ops` alone."""

from keras import ops

# A hint speaks for the parts around it that truly have its colour: cells of so many pixels, with
# so much weight; and true colours so much like it, in grey levels.
REACH = ((8, 0.5), (16, 0.25), (32, 0.12))
ALIKE = 14.0


def hint_weights(rgb, hints):
    """Tell for how much each pixel counts: 1 under a hint, less beside it, 0 elsewhere.

    Args:
        rgb: (B, H, W, 3) true colours, 0..255.
        hints: (B, H, W, 4) hint colours 0..255 and mask 0..1. H and W are multiples of 32.

    Returns:
        (B, H, W) float32.
    """
    mask = ops.clip(hints[..., 3:], 0.0, 1.0)
    weights = mask[..., 0]
    for side, share in REACH:
        there = ops.average_pool(mask, side, side)
        colour = ops.average_pool(hints[..., :3] * mask, side, side) / ops.maximum(there, 1e-6)
        colour = ops.repeat(ops.repeat(colour, side, axis=1), side, axis=2)
        known = ops.cast(there > 0, "float32")
        known = ops.repeat(ops.repeat(known, side, axis=1), side, axis=2)[..., 0]
        apart = ops.mean(ops.abs(colour - rgb), axis=-1) / ALIKE
        weights = ops.maximum(weights, share * known * ops.exp(-(apart**2)))
    return weights


def hint_distance(rgb, hints, y_pred):
    """Give the mean absolute difference to the true colours where hints speak, over all proposals.

    Every proposal has to obey, not the best one alone.

    Args:
        rgb: As for `hint_weights`.
        hints: As for `hint_weights`.
        y_pred: (B, N, H, W, 3) proposals.

    Returns:
        (B,) float32 grey levels; 0 for a picture without hints.
    """
    weights = hint_weights(rgb, hints)
    apart = ops.mean(ops.abs(y_pred - rgb[:, None]), axis=(1, -1))
    return ops.sum(weights * apart, axis=(1, 2)) / (ops.sum(weights, axis=(1, 2)) + 1.0)
