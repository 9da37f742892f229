"""Runs a network and shows what passes through it: the maps of its stages, and its swish gates.

The gates lie inside the blocks, where no functional model can take its outputs from. So for one
pass, run eagerly, methods of the layers are replaced by ones that tell what they give, and are
put back afterwards. That asks nothing of the Keras backend and leaves the model as it was.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import numpy as np

from sgru_tf.errors import SgruError, one_line

LEVELS = range(1, 6)
"""Numbers of the encoders, the skips and the decoders."""

TAILS = range(1, 4)
"""Numbers of the convolutions after the last decoder."""

See = Callable[[str, str, np.ndarray], None]
"""Called with "stage" or "gate", a name, and the map: float32 (h, w, C) of the first sample."""


class WatchedNetwork:
    """A Keras model as `sgru_tf.backends` wants a network, which shows what passes through it.

    Names are `encoder1` to `encoder5`, `skip1` to `skip5`, `decoder5` to `decoder1`, and of stages
    `tail1` to `tail3`. A stage shows what it hands on, after the hints were added to it; a gate how
    far it is open, 0 to 1.

    Args:
        model: From `sgru_tf.build_sgru` or `sgru_tf.load_model`.

    Attributes:
        see: Told everything of the next sketch, in the order of the network, each name once for a
            stage and once for a gate; None tells nobody.
    """

    def __init__(self, model):
        import keras

        self.model = model
        self.proposals = model.sgru_config.proposals
        self.working_size = model.sgru_config.working_size
        self.hints = model.sgru_config.hints
        self.see: See | None = None
        self._to_numpy = keras.ops.convert_to_numpy
        self._to_tensor = keras.ops.convert_to_tensor

    def __call__(self, sketch: np.ndarray, hints: np.ndarray | None = None) -> np.ndarray:
        """Colour one sketch: float32 (1, H, W, 1), 0-255, to float32 (1, N, H, W, 3).

        Args:
            sketch: The sketch.
            hints: float32 (1, H, W, 4), RGB 0-255 and a mask 0-1; for models with hints only.

        Raises:
            SgruError: there is not enough memory.
        """
        from sgru_tf.network_input import network_input

        maps = [None if one is None else self._to_tensor(one) for one in (sketch, hints)]
        given = network_input(self.model.sgru_config, *maps)
        try:
            with self._watched():
                return self._to_numpy(self.model(given, training=False))
        except Exception as error:
            height, width = sketch.shape[1:3]
            raise SgruError(
                f"the network failed at {width} x {height} pixels; try a smaller size "
                f"({one_line(error)})"
            ) from error

    @contextmanager
    def _watched(self) -> Iterator[None]:
        with ExitStack() as stack:
            if self.see is not None:
                for name, layer in stages(self.model):
                    stack.enter_context(_told(layer, "call", self._teller("stage", name)))
                for name, gate in gates(self.model):
                    stack.enter_context(_told(gate, "opening", self._teller("gate", name)))
            yield

    def _teller(self, kind: str, name: str) -> Callable:
        def tell(result):
            # An encoder gives a second map, for its skip: that one is seen there.
            first = result[0] if isinstance(result, tuple) else result
            self.see(kind, name, self._to_numpy(first)[0].astype(np.float32))

        return tell


def stages(model) -> list[tuple[str, object]]:
    """Give the stages of a network: names, and the layers whose outputs they hand on."""
    names = [f"encoder{level}" for level in LEVELS] + [f"skip{level}" for level in LEVELS]
    names += [f"decoder{level}" for level in reversed(LEVELS)] + [f"tail{index}" for index in TAILS]
    layers = {layer.name: layer for layer in model.layers}
    return [(name, layers.get(f"guide_{name}", layers[name])) for name in names]


def gates(model) -> list[tuple[str, object]]:
    """Give the swish gates of a network: names, and `sgru_tf.layers.SwishGate`s."""
    found = []
    for kind in ("encoder", "skip", "decoder"):
        for level in LEVELS:
            layer = model.get_layer(f"{kind}{level}")
            found.append((f"{kind}{level}", layer if kind == "skip" else layer.gate))
    return found


@contextmanager
def _told(layer, name: str, tell: Callable) -> Iterator[None]:
    """Call `tell` with whatever a method of a layer gives."""
    method = getattr(layer, name)

    @functools.wraps(method)
    def told(*args, **kwargs):
        result = method(*args, **kwargs)
        tell(result)
        return result

    setattr(layer, name, told)
    try:
        yield
    finally:
        delattr(layer, name)
