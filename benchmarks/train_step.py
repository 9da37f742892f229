"""What a training step costs: seconds, CPU seconds and peak memory of every way to train.

    python benchmarks/train_step.py --width 1.0 --size 256
    python benchmarks/train_step.py --width 0.25 --size 512 --variant plain --variant frugal

Each variant runs in a process of its own, one after the other, with VGG19 of random weights (they
cost what trained ones cost). `plain` is the published scheme: all proposals go through VGG in
one tape, in float32. The others are what `train.py` does; see VARIANTS. Prints a Markdown table.
"""

import json
import os
import statistics
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click

# name: (winner, a few proposals at a time, recompute: in all blocks or, False, in the last decoder
# alone, precision of the network, precision of VGG)
BFLOAT16 = "mixed_bfloat16"
VARIANTS = {
    "plain": ("paper", False, False, "float32", "float32"),
    "frugal": ("paper", True, False, "float32", "float32"),
    "frugal recompute": ("paper", True, True, "float32", "float32"),
    "frugal, VGG bfloat16": ("paper", True, False, "float32", BFLOAT16),
    "frugal bfloat16": ("paper", True, False, BFLOAT16, BFLOAT16),
    "frugal recompute bfloat16": ("paper", True, True, BFLOAT16, BFLOAT16),
    "colour": ("colour", False, False, "float32", "float32"),
    "colour recompute": ("colour", False, True, "float32", "float32"),
    "colour, VGG bfloat16": ("colour", False, False, "float32", BFLOAT16),
    "colour bfloat16": ("colour", False, False, BFLOAT16, BFLOAT16),
}


def measure(variant: str, width: float, size: int, batch: int, runs: int, jit: bool) -> dict:
    """Time steps in this process, and take its memory."""
    import keras
    import numpy as np
    import tensorflow as tf

    from sgru_tf import CollectionLoss, LossConfig, ModelConfig
    from sgru_tf.beginnings import build_for_training
    from sgru_tf.config import TrainConfig
    from sgru_tf.frugal_loss import FrugalLoss
    from sgru_tf.model import build_sgru
    from sgru_tf.optimizing import build_optimizer
    from sgru_tf.perceptual import truncate

    winner, frugal, recompute, precision, vgg_precision = VARIANTS[variant]
    keras.utils.set_random_seed(0)
    if variant == "plain":
        model = build_sgru(ModelConfig(width=width))
    else:
        model = build_for_training(ModelConfig(width=width), precision, recompute)
    keras.config.set_dtype_policy(vgg_precision)
    features = truncate(keras.applications.VGG19(include_top=False, weights=None))
    loss = (FrugalLoss if frugal else CollectionLoss)(LossConfig(winner=winner), features)
    optimizer = build_optimizer(TrainConfig(precision=precision))
    optimizer.build(model.trainable_variables)
    pixels = np.random.default_rng(0).uniform(0, 255, (batch, size, size, 4))
    target = tf.constant(pixels, tf.float32)

    @tf.function(jit_compile=jit)
    def step():
        with tf.GradientTape() as tape:
            parts = loss.evaluate(target, model(target[..., 3:], training=True), losers=0.1)
            value = tf.reduce_mean(parts["loss"])
        gradients = tape.gradient(value, model.trainable_variables)
        optimizer.apply(gradients, model.trainable_variables)
        return value

    first = float(step())
    walls, cpus = [], []
    for _ in range(runs):
        wall, cpu = time.perf_counter(), time.process_time()
        step()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    with open("/proc/self/status") as lines:
        peak = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return {
        "loss": first,
        "wall": statistics.median(walls),
        "cpu": statistics.median(cpus),
        "peak": peak * 1024 / 1e9,
    }


@click.command()
@click.option("--width", default=1.0, show_default=True)
@click.option("--size", default=256, show_default=True)
@click.option("--batch", default=1, show_default=True)
@click.option("--runs", default=3, show_default=True)
@click.option("--jit", is_flag=True, help="Compile the step with XLA.")
@click.option("--variant", "variants", multiple=True, type=click.Choice(list(VARIANTS)))
@click.option("--here", is_flag=True, hidden=True)
def main(width, size, batch, runs, jit, variants, here):
    """Measure training steps."""
    if here:
        print("\n" + json.dumps(measure(variants[0], width, size, batch, runs, jit)))
        return
    print(f"width {width}, batch {batch}, {size} x {size}, {len(os.sched_getaffinity(0))} cores\n")
    print("| step | s | CPU s | peak GB | time | memory | loss |\n|---|---|---|---|---|---|---|")
    base = None
    for variant in variants or VARIANTS:
        command = [sys.executable, __file__, "--here", "--variant", variant, "--width", str(width)]
        command += ["--size", str(size), "--batch", str(batch), "--runs", str(runs)]
        done = subprocess.run(command + ["--jit"] * jit, capture_output=True, text=True)
        if done.returncode:
            print(f"| {variant} | failed: {done.stderr.strip().splitlines()[-1][:80]} |")
            continue
        found = json.loads(done.stdout.splitlines()[-1])
        base = base or found
        print(
            f"| {variant} | {found['wall']:.2f} | {found['cpu']:.2f} | {found['peak']:.2f} "
            f"| {found['wall'] / base['wall']:.2f} | {found['peak'] / base['peak']:.2f} "
            f"| {found['loss']:.6g} |",
            flush=True,
        )


if __name__ == "__main__":
    main()
