"""A network of two levels in place of five, for tests of what trains it.

The training loop does not care how deep the network is, and every level costs each process seconds
to trace. Also a script: `python tests/shallow.py SCRIPT ARGUMENTS` runs another one with it; what
`train.py` trains on is then drawn by one threshold, as lines in style take seconds to trace, too.
"""

import contextlib
import os
from unittest import mock

CHANGES = {
    "sgru_tf.model.ENCODER_FILTERS": (96, 192),
    "sgru_tf.model.DECODER_FILTERS": (288, 192),
}


@contextlib.contextmanager
def shallow_network():
    """Build every network with two levels."""
    with contextlib.ExitStack() as patches:
        for change in CHANGES.items():
            patches.enter_context(mock.patch(*change))
        yield


def two_tone(rgb, seed):
    """Draw line art by one threshold."""
    import tensorflow as tf

    grey = tf.reduce_mean(rgb, axis=-1, keepdims=True)
    return tf.where(grey > tf.reduce_mean(grey), 255.0, 0.0)


if __name__ == "__main__":
    import runpy
    import sys
    from pathlib import Path

    script = Path(sys.argv[1]).resolve()
    # As `python SCRIPT ARGUMENTS` has it; and this project may not be installed.
    sys.argv[:2] = [str(script)]
    sys.path[0] = str(script.parent)
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    with contextlib.ExitStack() as changed:
        changed.enter_context(shallow_network())
        if script.name == "train.py" and os.environ.get("KERAS_BACKEND") != "jax":
            changed.enter_context(mock.patch("sgru_tf.data.random_line_art", two_tone))
        runpy.run_path(str(script), run_name="__main__")
