"""Times the input pipeline: training samples a second from pictures, or from shards of them.

    sgru-prepare ART --out SHARDS --shards 8
    sgru-prepare ART --out LINES --shards 8 --lines
    python benchmarks/pipeline.py ART SHARDS LINES --cores 1 --cores 2

Every line is measured in a process of its own, bound to its cores, after a warm-up in which the
graph is traced and the files come into the cache of the system. Nothing is trained. CPU time says
more than wall time where a machine has other work. On machines with a clock or load that changes,
compare lines with each other only.
"""

import os
import subprocess
import sys
import time

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# The pipeline runs on CPUs; a GPU would only be set up and left alone.
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"

import click


@click.command()
@click.argument("folders", nargs=-1, required=True)
@click.option("--cores", multiple=True, type=int, default=(1,), help="Repeatable.")
@click.option("--size", default=256, show_default=True)
@click.option("--batch", default=8, show_default=True)
@click.option("--batches", default=40, show_default=True, help="Measured, after eight others.")
@click.option("--repeats", default=3, show_default=True, help="The best one is printed.")
@click.option("--child", is_flag=True, hidden=True)
def main(folders, cores, size, batch, batches, repeats, child):
    """Time the pipeline of each of FOLDERS, of pictures or of shards."""
    if child:
        speed, cpu = measure(folders[0], cores[0], size, batch, batches)
        print(speed, cpu)
        return
    print(f"| {size} x {size} | cores | samples a second | CPU ms a sample | times the first |")
    print("|---|---|---|---|---|")
    first = {}
    for count in cores:
        for folder in folders:
            numbers = ["--cores", count, "--size", size, "--batch", batch, "--batches", batches]
            command = [sys.executable, __file__, folder, "--child", *map(str, numbers)]
            runs = []
            for _ in range(repeats):
                done = subprocess.run(command, check=True, capture_output=True, text=True)
                runs.append(tuple(map(float, done.stdout.split()[-2:])))
            speed, cpu = max(runs)[0], min(run[1] for run in runs)
            ratio = speed / first.setdefault(count, speed)
            print(f"| {folder} | {count} | {speed:.0f} | {cpu:.1f} | {ratio:.2f} |", flush=True)


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
