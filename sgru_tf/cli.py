"""The five commands, as `train.py`, `infer.py` and the console scripts run them."""

from sgru_tf.cli_evaluate import evaluate
from sgru_tf.cli_infer import infer
from sgru_tf.cli_prepare import prepare
from sgru_tf.cli_train import train
from sgru_tf.cli_visualize import visualize

__all__ = ["evaluate", "infer", "prepare", "train", "visualize"]
