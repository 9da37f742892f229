"""The optimizer of a run, and what changes in a straight line while it runs."""

import keras
from keras import ops

from sgru_tf.config import TrainConfig


def build_optimizer(train: TrainConfig, devices: int = 1) -> keras.optimizers.Optimizer:
    """Build AdamW with warm-up, cosine decay and clipping; with scaled losses in float16.

    Norms and biases are spared the weight decay.

    Args:
        train: Its rate, warm-up, decay, clipping and precision are used.
        devices: Each of so many hands the optimizer an equal part of the summed gradient, which
            is clipped to an equal part of the norm: so it is the sum that is clipped.
    """
    warmup = min(train.warmup, train.steps // 2)
    rate = keras.optimizers.schedules.CosineDecay(
        0.0 if warmup else train.learning_rate,
        train.steps - warmup,
        warmup_target=train.learning_rate if warmup else None,
        warmup_steps=warmup,
    )
    optimizer = keras.optimizers.AdamW(
        rate, weight_decay=train.weight_decay, global_clipnorm=train.clip_norm / devices
    )
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    if train.precision == "mixed_float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    return optimizer


def ramp(start: float, end: float, done):
    """Go from start to end in a straight line while `done`, a scalar tensor, goes from 0 to 1."""
    return start + (end - start) * ops.clip(done, 0.0, 1.0)
