"""Times the input pipeline: training samples a second, and the cores that a GPU needs for them.

    python benchmarks/pipeline.py                           # 64 drawn pictures of 512 x 512
    sgru-prepare ART --out SHARDS --shards 8
    sgru-prepare ART --out LINES --shards 8 --lines
    python benchmarks/pipeline.py ART SHARDS LINES --cores 1 --cores 2

Every line is measured in a process of its own, bound to its cores, after a warm-up in which the
graph is traced and the files come into the cache of the system. Nothing is trained. CPU time says
more than wall time where a machine has other work. On machines with a clock or load that changes,
compare lines with each other only.

A step that takes S samples a second does not wait for pictures where there are
S x (CPU seconds a sample) cores besides those that the step itself keeps busy; the last column has
that for 100 samples a second. A run says in the end whether it waited.
"""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# The pipeline runs on CPUs; a GPU would only be set up and left alone.
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import click


@click.command()
@click.argument("folders", nargs=-1)
@click.option("--cores", multiple=True, type=int, default=(1,), help="Repeatable.")
@click.option("--size", default=256, show_default=True)
@click.option("--batch", default=8, show_default=True)
@click.option("--batches", default=40, show_default=True, help="Measured, after eight others.")
@click.option("--repeats", default=3, show_default=True, help="The best one is printed.")
@click.option("--child", is_flag=True, hidden=True)
def main(folders, cores, size, batch, batches, repeats, child):
    """Time the pipeline of each of FOLDERS, of pictures or shards; without any, of drawn ones."""
    if child:
        speed, cpu = measure(folders[0], cores[0], size, batch, batches)
        print(speed, cpu)
        return
    with tempfile.TemporaryDirectory() as spare:
        print(
            f"| {size} x {size} | cores | samples a second | CPU ms a sample | times the first "
            "| cores for 100 a second |\n|---|---|---|---|---|---|"
        )
        first = {}
        for count in cores:
            for folder in folders or [draw_pictures(Path(spare) / "drawn")]:
                numbers = ["--cores", count, "--size", size, "--batch", batch, "--batches", batches]
                command = [sys.executable, __file__, folder, "--child", *map(str, numbers)]
                runs = []
                for _ in range(repeats):
                    done = subprocess.run(command, check=True, capture_output=True, text=True)
                    runs.append(tuple(map(float, done.stdout.split()[-2:])))
                speed, cpu = max(runs)[0], min(run[1] for run in runs)
                ratio = speed / first.setdefault(count, speed)
                print(
                    f"| {Path(folder).name} | {count} | {speed:.0f} | {cpu:.1f} | {ratio:.2f} "
                    f"| {cpu / 10:.1f} |",
                    flush=True,
                )


def draw_pictures(folder: Path, count: int = 64, side: int = 512) -> str:
    """Write JPEGs of coloured ellipses under ink lines, with a little grain, as artists' are."""
    import numpy as np
    from PIL import Image, ImageDraw

    if folder.exists():
        return str(folder)
    folder.mkdir()
    rng = np.random.default_rng(0)
    for index in range(count):
        picture = Image.new("RGB", (side, side), tuple(rng.integers(120, 256, 3).tolist()))
        pen = ImageDraw.Draw(picture)
        for _ in range(40):
            x, y, width, height = (rng.uniform(0.05, 0.9, 4) * side).tolist()
            colour = tuple(rng.integers(0, 256, 3).tolist())
            box = (x, y, x + width / 2, y + height / 2)
            pen.ellipse(box, fill=colour, outline=(20, 20, 30), width=int(rng.integers(1, 5)))
        grain = rng.normal(0, 3, (side, side, 1))
        pixels = np.clip(np.asarray(picture) + grain, 0, 255).astype("uint8")
        Image.fromarray(pixels).save(folder / f"{index}.jpg", quality=92)
    return str(folder)


def measure(folder: str, cores: int, size: int, batch: int, batches: int) -> tuple[float, float]:
    """Give samples a second, and CPU milliseconds a sample."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:cores])
    from sgru_tf.config import TrainConfig
    from sgru_tf.data import PictureData
    from sgru_tf.sources import find_samples

    data = PictureData(find_samples(folder, 0.0).train, TrainConfig(size=size))
    samples = iter(data.training(0, batch))
    for _ in range(8):
        next(samples)
    wall, cpu = time.perf_counter(), time.process_time()
    for _ in range(batches):
        next(samples)
    count = batches * batch
    speed = count / (time.perf_counter() - wall)
    return speed, 1000 * (time.process_time() - cpu) / count


if __name__ == "__main__":
    main()
