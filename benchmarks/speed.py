"""Times the network: a forward pass and a training step, medians over several runs.

    python benchmarks/speed.py --width 0.25 --size 256
    python benchmarks/speed.py --width 0.25 --size 128 --batch 8 --train --vgg-weights FILE

Training times the loss with the choice of the winner by colour. Prints wall seconds, CPU seconds
and the peak memory of the process; run two settings one after the other on the same machine to
compare them, as a shared machine's clock says little by itself.
"""

import os
import resource
import statistics
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click


@click.command()
@click.option("--width", default=1.0, show_default=True)
@click.option("--size", default=256, show_default=True)
@click.option("--batch", default=1, show_default=True)
@click.option("--precision", default="float32", show_default=True)
@click.option("--train", is_flag=True, help="Time a training step instead of a forward pass.")
@click.option("--vgg", "backbone", default="vgg16", show_default=True)
@click.option("--vgg-weights", "weights", default="none", show_default=True)
@click.option("--runs", default=7, show_default=True)
def main(width, size, batch, precision, train, backbone, weights, runs):
    """Time the network of one width at one size."""
    import numpy as np
    import tensorflow as tf

    from sgru_tf import CollectionLoss, LossConfig, ModelConfig, build_sgru
    from sgru_tf.perceptual import build_features

    model = build_sgru(ModelConfig(width=width), dtype=precision)
    pixels = np.random.default_rng(0).uniform(0, 255, (batch, size, size, 4))
    target = tf.constant(pixels, tf.float32)
    if train:
        config = LossConfig(backbone=backbone, weights=weights, winner="colour")
        loss = CollectionLoss(config, build_features(config, dtype=precision))

        @tf.function
        def step():
            with tf.GradientTape() as tape:
                value = loss(target, model(target[..., 3:], training=True))
            return tape.gradient(value, model.trainable_variables)

    else:

        @tf.function
        def step():
            return model(target[..., 3:], training=False)

    step()
    walls, cpus = [], []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        step()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    kind = f"{'train' if train else 'forward'} width {width} {batch} x {size} x {size} {precision}"
    print(
        f"{kind}: {statistics.median(walls):.3f} s wall, {statistics.median(cpus):.3f} s CPU, "
        f"peak {peak:.2f} GB"
    )


if __name__ == "__main__":
    main()
