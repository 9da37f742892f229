"""What learns in `tune.py`: the network, its teacher and its optimizer, in TensorFlow or PyTorch.

A learner takes sketches (B, S, S, 1) float32 and, of the first M of them, nine colourings each,
(M, 9, S, S, 3) uint8 RGB, takes a step, and gives two losses: of those that have colourings, and of
the rest, which are to stay as the teacher draws them. `write` gives a model the averaged weights,
and `shrink` tells how many times smaller colourings are to be (`deep.py`).
"""

import keras
import numpy as np
from weighing import SKIN, weigh

from sgru_tf.model import build_sgru

CLIP, DECAY = 1.0, 1e-4
SQUARED = 4.0  # times the square of what a quarter of the range is off is as much as the difference


def young(steps):
    """How much of the average stays at most at a step, the first being 1: little at first."""
    return (1 + steps) / (10 + steps)


class TensorFlowLearner:
    """Learns in TensorFlow.

    Args:
        trained: Keras model to begin with.
        teacher: Keras model.
        rate: Learning rates, a schedule of Keras.
        average: How much of the averaged weights stays at each step.
        precision: `mixed_bfloat16` or `float32`.
    """

    def __init__(self, trained, teacher, rate, average: float, precision: str):
        import tensorflow as tf

        network = build_sgru(trained.sgru_config, precision)
        network.set_weights(trained.get_weights())
        kept = build_sgru(teacher.sgru_config, precision)
        kept.set_weights(teacher.get_weights())
        variables = network.trainable_variables
        optimizer = keras.optimizers.AdamW(rate, weight_decay=DECAY, global_clipnorm=CLIP)
        optimizer.build(variables)
        self._averaged = [tf.Variable(variable.value) for variable in variables]

        @tf.function(autograph=False)
        def step(sketches, painted):
            many = painted.shape[0]
            before = tf.cast(kept(sketches[many:], training=False), tf.float32)
            painted = tf.cast(painted, tf.float32)
            weight = weigh(painted)
            with tf.GradientTape() as tape:
                drawn = tf.cast(network(sketches, training=True), tf.float32)
                learnt = tf.reduce_mean(weight * tf.abs(drawn[:many] - painted)) / 255
                apart = tf.abs(drawn[many:] - tf.clip_by_value(before, 0, 255))
                stayed = tf.reduce_mean(apart) / 255
                loss = learnt + stayed
            optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables, strict=True))
            done = tf.cast(optimizer.iterations, tf.float32)
            share = tf.minimum(average, young(done))
            for mean, variable in zip(self._averaged, variables, strict=True):
                mean.assign(share * mean + (1 - share) * variable)
            return learnt, stayed

        self._step = step

    def shrink(self, number: int) -> int:
        """Colourings are as large as sketches."""
        return 1

    def step(self, sketches: np.ndarray, painted: np.ndarray) -> tuple[float, float]:
        """Take a step; give both losses."""
        learnt, stayed = self._step(sketches, painted)
        return float(learnt), float(stayed)

    def write(self, model) -> None:
        """Give a Keras model the averaged weights."""
        for variable, value in zip(model.trainable_variables, self._averaged, strict=True):
            variable.assign(value)


class TorchLearner:
    """Learns in PyTorch, compiled: each size of squares, eight at most, takes minutes the first
    time.

    Args:
        trained: Keras model to begin with.
        teacher: Keras model.
        rate: Learning rates, a schedule of Keras.
        average: How much of the averaged weights stays at each step.
        precision: `mixed_bfloat16` or `float32`.
        inner: Of the network only what works at a quarter of the size and less learns; the rest,
            its last layer and so its colours among it, stays; see `Twin.outer`.
        muon: Kernels learn by `muon.py`, what is left by AdamW.
        skin: Extra weight of skin; see `weigh`.
        squared: The loss of what has colourings is `SQUARED` times the squared difference; that of
            what is kept stays the difference. See `tune.py`.
    """

    def __init__(
        self,
        trained,
        teacher,
        rate,
        average: float,
        precision="mixed_bfloat16",
        inner=False,
        muon=False,
        skin=SKIN,
        squared=False,
    ):
        import torch
        from muon import Muon
        from twin import Twin

        narrow = torch.float32 if precision == "float32" else torch.bfloat16
        self._network = Twin(trained.sgru_config, narrow)
        self._teacher = Twin(teacher.sgru_config, narrow)
        self._network.read(trained)
        self._teacher.read(teacher)
        for one in (self._network, self._teacher):
            one.to(memory_format=torch.channels_last)
        for part in self._network.outer() if inner else ():
            part.requires_grad_(False)
        self._narrow = narrow
        self._compiled = torch.compile(self._network, dynamic=False)
        self._parameters = [one for one in self._network.parameters() if one.requires_grad]
        self._averaged = [parameter.detach().clone() for parameter in self._parameters]
        kernels = [one for one in self._parameters if muon and one.ndim > 1]
        others = [one for one in self._parameters if not muon or one.ndim == 1]
        self._optimizers = [torch.optim.AdamW(others, eps=1e-7, weight_decay=DECAY)]
        self._optimizers += [Muon(kernels, weight_decay=DECAY)] if muon else []
        self._rate, self._average, self._steps = rate, average, 0
        self._skin, self._squared = skin, squared

    def shrink(self, number: int) -> int:
        """Colourings are as large as sketches."""
        return 1

    def step(self, sketches: np.ndarray, painted: np.ndarray) -> tuple[float, float]:
        """Take a step; give both losses."""
        import torch

        many, planes = len(painted), torch.from_numpy(sketches).permute(0, 3, 1, 2)
        with self._narrowed():
            with torch.no_grad():
                before = self._teacher(planes[many:]).clamp(0, 255)
            drawn = self._compiled(planes)
        learnt = self._apart(drawn[:many], painted)
        stayed = (drawn[many:] - before).abs().mean() / 255
        self._follow(learnt + stayed)
        return learnt.item(), stayed.item()

    def _apart(self, drawn, painted):
        """Tell how far what was drawn, (M, 27, H, W), is from colourings."""
        import torch

        wanted = painted.astype(np.float32)
        weight = torch.from_numpy(np.array(weigh(wanted, self._skin)))[..., 0]
        # N reds, N greens, N blues.
        wanted = torch.from_numpy(wanted).permute(0, 4, 1, 2, 3).flatten(1, 2)
        off = (drawn - wanted).abs() / 255
        return (weight * (SQUARED * off**2 if self._squared else off)).mean()

    def _narrowed(self):
        import torch

        return torch.autocast("cpu", torch.bfloat16, enabled=self._narrow == torch.bfloat16)

    def _follow(self, loss) -> None:
        """Go down a loss, and take the new weights into the averaged ones."""
        import torch

        rate = float(self._rate(self._steps))
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._parameters, CLIP)
        for optimizer in self._optimizers:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()
            optimizer.zero_grad()
        self._steps += 1
        share = min(self._average, young(self._steps))
        with torch.no_grad():
            for mean, parameter in zip(self._averaged, self._parameters, strict=True):
                mean.lerp_(parameter, 1 - share)

    def write(self, model) -> None:
        """Give a Keras model the averaged weights."""
        averaged = dict(zip(self._parameters, self._averaged, strict=True))
        every = {one: averaged.get(one, one) for one in self._network.parameters()}
        self._network.write(model, every)
