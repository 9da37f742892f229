"""Where to train: the one device, all GPUs of a machine, or many machines that TF_CONFIG names."""

import json
import os

import tensorflow as tf

from sgru_tf.errors import SgruError


def default_strategy() -> tf.distribute.Strategy:
    """Give the strategy for what there is; to be called before any other TensorFlow operation.

    Where TF_CONFIG is set, all machines that it names, which have to run the same command; else
    all GPUs of this machine, or its one device.

    Raises:
        SgruError: TF_CONFIG is not what TensorFlow expects.
    """
    if os.environ.get("TF_CONFIG"):
        _check_tf_config(os.environ["TF_CONFIG"])
        # No time limit on exchanges: each would start a thread that outlives it by that time, of
        # which soon there are more than a process may have. TensorFlow asks each peer every 30
        # seconds whether it lives, and ends the exchanges if not.
        return tf.distribute.MultiWorkerMirroredStrategy()
    if len(tf.config.list_physical_devices("GPU")) > 1:
        return tf.distribute.MirroredStrategy()
    return tf.distribute.get_strategy()


def is_chief(strategy: tf.distribute.Strategy) -> bool:
    """Tell whether this process writes the files of a run: one of all workers does."""
    resolver = strategy.cluster_resolver
    if resolver is None or not resolver.task_type:
        return True
    first = "chief" if "chief" in resolver.cluster_spec().jobs else "worker"
    return resolver.task_type == first and resolver.task_id == 0


def on_many_machines(strategy: tf.distribute.Strategy) -> bool:
    """Tell whether other processes take part in the training."""
    return isinstance(strategy, tf.distribute.MultiWorkerMirroredStrategy)


def shared_evenly(gradients: list, devices: int) -> list:
    """Sum gradients over all devices and give each an equal part of the sum.

    The optimizer adds up what the devices hand it; so its gradient is the sum, and each device
    can clip its part by the norm of the sum. To be called on each device, inside `strategy.run`.
    """
    if devices == 1:
        return gradients
    context = tf.distribute.get_replica_context()
    return [gradient / devices for gradient in context.all_reduce("SUM", gradients)]


def _check_tf_config(text: str) -> None:
    try:
        config = json.loads(text)
        workers = config["cluster"].get("chief", []) + config["cluster"].get("worker", [])
        task = config["task"]
        sound = workers and config["cluster"][task["type"]][int(task["index"])]
    except (ValueError, KeyError, TypeError, AttributeError, IndexError):
        sound = False
    if not sound:
        raise SgruError(
            "TF_CONFIG is not usable: give {'cluster': {'worker': ['host:port', ...]}, "
            "'task': {'type': 'worker', 'index': 0}} as JSON, with this machine's index"
        )
