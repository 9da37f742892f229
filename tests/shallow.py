"""A network of one level in place of five, for tests of what trains it.

The training loop does not care how deep the network is, and every level costs each process seconds
to trace; nor are graphs optimised that run a few times. Also a script: `python tests/shallow.py
SCRIPT ARGUMENTS` runs another one with it; what `train.py` trains on is then drawn by one
threshold, as lines in style take seconds to trace, too.
"""

import contextlib
import os
from unittest import mock

ONE_LEVEL = {
    "sgru_tf.model.ENCODER_FILTERS": (96,),
    "sgru_tf.model.DECODER_FILTERS": (192,),
}
TWO_LEVELS = {
    "sgru_tf.model.ENCODER_FILTERS": (96, 192),
    "sgru_tf.model.DECODER_FILTERS": (288, 192),
}


@contextlib.contextmanager
def plain_graphs():
    """Run TensorFlow's graphs as they were traced."""
    import tensorflow as tf

    before = tf.config.optimizer.get_experimental_options().get("disable_meta_optimizer", False)
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    try:
        yield
    finally:
        tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": before})


@contextlib.contextmanager
def shallow_network(changes=ONE_LEVEL):
    """Build every network with one level, or as other changes have it."""
    with contextlib.ExitStack() as patches:
        if os.environ.get("KERAS_BACKEND", "tensorflow") == "tensorflow":
            patches.enter_context(plain_graphs())
        for change in changes.items():
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
