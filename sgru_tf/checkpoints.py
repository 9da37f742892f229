"""Going back to the newest checkpoint that can be read."""

import tensorflow as tf

from sgru_tf.errors import SgruError, one_line

# What TensorFlow raises on damaged checkpoints and on those of other networks.
_UNREADABLE = (tf.errors.OpError, ValueError, AssertionError, LookupError, RuntimeError)


def restore_newest(checkpoint: tf.train.Checkpoint, saved: list[str], say) -> None:
    """Restore a run from the newest of its checkpoints; from the one before, if that is damaged.

    Args:
        checkpoint: Over the objects to restore.
        saved: Paths, the newest last; nothing is done if there are none.
        say: Called with a line for each checkpoint that is passed over.

    Raises:
        SgruError: none of them can be restored: damaged, or of another network.
    """
    for path in reversed(saved):
        try:
            checkpoint.restore(path).assert_existing_objects_matched()
            return
        except _UNREADABLE as error:
            reason = one_line(error)
            say(f"{path}: cannot be restored, taking the one before; {reason}")
    if saved:
        raise SgruError(f"{saved[-1]}: cannot be restored, nor any before; {reason}")
