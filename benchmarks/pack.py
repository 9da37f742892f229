"""Packs a trained model for the repository: weights rounded to float16, the file deflated.

    python benchmarks/pack.py RUN sgru_tf/pretrained/sgru-small.keras

The result is an ordinary `.keras` file of float32 variables whose values float16 can hold, which
is what makes it compress; half the size, and the pictures differ by less than one grey level.
"""

import os
import zipfile

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click
import numpy as np


@click.command()
@click.argument("model", type=str)
@click.argument("out", type=click.Path(dir_okay=False))
@click.option("--working-size", type=int, help="Size at which the model is meant to be run.")
def main(model, out, working_size):
    """Pack MODEL, anything that infer.py takes, into the file OUT."""
    import dataclasses

    from sgru_tf import build_sgru, load_model

    trained = load_model(model)
    config = trained.sgru_config
    if working_size:
        config = dataclasses.replace(config, working_size=working_size)
    packed = build_sgru(config)
    packed.set_weights([w.astype("float16").astype("float32") for w in trained.get_weights()])

    sketch = np.random.default_rng(0).uniform(size=(1, 256, 256, 1)) > 0.1
    sketch = 255 * sketch.astype("float32")
    shown = [np.clip(np.asarray(network(sketch)), 0, 255) for network in (trained, packed)]
    print(f"largest difference {np.abs(shown[0] - shown[1]).max():.3f} grey levels")

    part = f"{out}.part.keras"
    packed.save(part)
    with zipfile.ZipFile(part) as source, zipfile.ZipFile(f"{out}.part", "w") as target:
        for name in source.namelist():
            target.writestr(name, source.read(name), zipfile.ZIP_DEFLATED, compresslevel=9)
    os.remove(part)
    os.replace(f"{out}.part", out)
    print(f"{out}: {os.path.getsize(out) / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
