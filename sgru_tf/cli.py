"""The three commands, as `train.py`, `infer.py` and the console scripts run them."""

from sgru_tf.cli_infer import infer
from sgru_tf.cli_prepare import prepare
from sgru_tf.cli_train import train

__all__ = ["infer", "prepare", "train"]
