"""One optimizer step under `tf.distribute`, and everything that changes by it.

All that a step changes is a variable: weights, optimizer, averaged weights, the number of steps
and the shares of wins. So a checkpoint of `Step.state` holds all there is.
"""

import keras
import tensorflow as tf

from sgru_tf.beginnings import build_for_training, freeze_all_but_hints, start_from
from sgru_tf.devices import shared_evenly
from sgru_tf.frugal_loss import FrugalLoss
from sgru_tf.losses import CollectionLoss
from sgru_tf.model import build_sgru
from sgru_tf.network_input import network_input
from sgru_tf.optimizing import build_optimizer, ramp
from sgru_tf.perceptual import build_features
from sgru_tf.run_folder import RunConfig

# Of the running shares of wins: an average over about 100 steps.
SHARE_MOMENTUM = 0.99


class Step:
    """The network, its loss and its optimizer on the devices of a strategy.

    Args:
        config: All settings.
        strategy: Where to train.
        init: Model whose weights are started from; fresh ones if None.

    Attributes:
        model: The network that is trained.
        averaged: The same in float32, with averaged weights; what is validated and saved.
        loss: The collection loss.
        optimizer: As `build_optimizer` makes it.
        number: Steps done, a `tf.Variable`.
        shares: (N,) each proposal's share of recent wins.
        state: The variables by name, for a checkpoint.
    """

    def __init__(
        self,
        config: RunConfig,
        strategy: tf.distribute.Strategy,
        init: keras.Model | None = None,
    ):
        train = config.train
        self.config, self.strategy = config, strategy
        self.devices = strategy.num_replicas_in_sync
        with strategy.scope():
            # First, because it is what may be missing, and large networks take long to build.
            own = config.loss.vgg_precision
            features = build_features(config.loss, dtype=train.precision if own == "same" else own)
            self.model = build_for_training(config.model, train.precision, train.recompute)
            self.averaged = build_sgru(config.model)
            if init is not None:
                start_from(self.model, init)
            if train.hints_only:
                freeze_all_but_hints(self.model)
            for slow, fast in zip(self.averaged.variables, self.model.variables, strict=True):
                slow.assign(tf.cast(fast.value, slow.dtype))
            # Where the winner is chosen by colour, only that one goes through the backbone anyway.
            frugal = features is not None and config.loss.winner == "paper"
            self.loss = (FrugalLoss if frugal else CollectionLoss)(config.loss, features)
            self.optimizer = build_optimizer(train, self.devices)
            self.optimizer.build(self.model.trainable_variables)
            self.number = tf.Variable(0, dtype=tf.int64, trainable=False)
            count = config.model.proposals
            self.shares = tf.Variable(tf.fill([count], 1.0 / count), trainable=False)
        self.state = {
            "model": self.model,
            "averaged": self.averaged,
            "optimizer": self.optimizer,
            "step": self.number,
            "shares": self.shares,
        }
        self._compiled = tf.function(
            self._distributed, jit_compile=train.jit or None, autograph=False
        )

    def __call__(self, batch, stop) -> dict:
        """Train one step on a distributed batch.

        Args:
            batch: Targets, (B, H, W, 4) float32, RGB and sketch, or with hints (B, H, W, 8), in
                parts on the devices.
            stop: Scalar float32, over 0 if this machine was told to stop.

        Returns:
            The means of the loss's parts over the whole batch; `gradient`, the norm of its
            gradient; `stop`, which is over 0 if it was so on any machine.
        """
        return self._compiled(batch, stop)

    def _distributed(self, batch, stop):
        train, loss = self.config.train, self.config.loss
        done = tf.cast(self.number, tf.float32) / train.steps
        losers = ramp(loss.losers_start, loss.losers_end, done / loss.losers_fall)
        balance = ramp(loss.balance_start, loss.balance_end, done)
        shares = tf.identity(self.shares)

        def replica(target, stop):
            with tf.GradientTape() as tape:
                given = network_input(self.config.model, target[..., 3:4], target[..., 4:])
                proposals = self.model(given, training=True)
                parts = self.loss.evaluate(target, proposals, losers, balance, shares)
                # Keras sums the gradients over the replicas, so divide by the whole batch.
                value = tf.reduce_sum(parts["loss"]) / train.batch
                scaled = self.optimizer.scale_loss(value)
            variables = self.model.trainable_variables
            gradients = shared_evenly(tape.gradient(scaled, variables), self.devices)
            self.optimizer.apply(gradients, variables)
            sums = {key: tf.reduce_sum(part, axis=0) for key, part in parts.items()}
            sums["stop"] = tf.identity(stop)
            return sums | {"gradient": train.batch * self._norm(gradients)}

        per_replica = self.strategy.run(replica, (batch, stop))
        totals = {
            key: self.strategy.reduce("SUM", value, axis=None) / train.batch
            for key, value in per_replica.items()
        }
        self.shares.assign(SHARE_MOMENTUM * shares + (1 - SHARE_MOMENTUM) * totals["wins"])
        self.number.assign_add(1)
        # A young average forgets faster, or it would hold the initial weights for long.
        age = tf.cast(self.number, tf.float32)
        momentum = tf.minimum(train.average, (1 + age) / (10 + age))
        for slow, fast in zip(self.averaged.variables, self.model.variables, strict=True):
            # In this form weights that do not change stay what they are to the bit.
            slow.assign_add((1 - momentum) * (tf.cast(fast.value, slow.dtype) - slow.value))
        return totals

    def _norm(self, gradients):
        # 0 in float16, whose optimizer skips overflows itself.
        scaled = self.config.train.precision == "mixed_float16"
        return tf.constant(0.0) if scaled else tf.linalg.global_norm(gradients)
