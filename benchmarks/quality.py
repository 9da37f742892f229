"""Measures a model on colour pictures: how near its proposals come, and how they differ.

    python benchmarks/quality.py PICTURES --model RUN --size 256

Line art is drawn from each picture as in validation, in a style of its own, the same for every
model. Printed, over all pictures:

- PSNR of the best and of the mean proposal against the true colours, in dB;
- diversity: mean distance in CIE Lab between two proposals of a sketch, averaged over the pixels;
- colourfulness (Hasler and Süsstrunk, "Measuring colourfulness in natural images", 2003) of the
  proposals as a share of the true pictures';
- wins: how many pictures each proposal came nearest to.
"""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import click
import numpy as np
from PIL import Image, ImageCms

TO_LAB = ImageCms.buildTransform(
    ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
)


def lab(rgb: np.ndarray) -> np.ndarray:
    """Turn uint8 RGB (H, W, 3) into CIE Lab, float32."""
    coded = np.asarray(ImageCms.applyTransform(Image.fromarray(rgb), TO_LAB))
    lightness = coded[..., :1].astype(np.float32) * (100 / 255)
    return np.concatenate([lightness, coded[..., 1:].view(np.int8).astype(np.float32)], axis=-1)


def colourfulness(rgb: np.ndarray) -> float:
    """Give Hasler and Süsstrunk's measure of one picture (H, W, 3)."""
    red, green, blue = np.moveaxis(rgb.astype(np.float64), -1, 0)
    first, second = red - green, (red + green) / 2 - blue
    spread = np.hypot(first.std(), second.std())
    return spread + 0.3 * np.hypot(first.mean(), second.mean())


def diversity(proposals: np.ndarray) -> float:
    """Give the mean Lab distance between two proposals (N, H, W, 3) of one sketch."""
    maps = np.stack([lab(picture) for picture in proposals])
    count = len(maps)
    distances = [
        np.linalg.norm(maps[i] - maps[j], axis=-1).mean()
        for i in range(count)
        for j in range(i + 1, count)
    ]
    return float(np.mean(distances)) if distances else 0.0


@click.command()
@click.argument("pictures", type=click.Path(exists=True, file_okay=False))
@click.option("--model", type=str, help="As for infer.py.  [default: the shipped weights]")
@click.option("--size", default=256, show_default=True)
@click.option("--count", default=100, show_default=True, help="At most so many pictures.")
def main(pictures, model, size, count):
    """Measure a model on the colour pictures of a folder."""
    from sgru_tf import TrainConfig, load_model
    from sgru_tf.data import PictureData
    from sgru_tf.sources import find_samples

    network = load_model(model)
    samples = find_samples(pictures, validation_share=0.0).train
    data = PictureData(samples, TrainConfig(size=size))
    psnrs, spreads, true_colour, our_colour, wins = [], [], [], [], []
    for (target,) in data.validation(1, count).map(lambda batch: (batch,)):
        target = np.asarray(target)
        answer = np.asarray(network(target[..., 3:], training=False))[0]
        proposals = np.rint(np.clip(answer, 0, 255)).astype(np.uint8)
        truth = np.rint(np.clip(target[0, ..., :3], 0, 255)).astype(np.uint8)
        errors = ((proposals - truth.astype(np.float32)) ** 2).mean((1, 2, 3))
        psnrs.append(10 * np.log10(255**2 / errors))
        wins.append(int(errors.argmin()))
        spreads.append(diversity(proposals))
        true_colour.append(colourfulness(truth))
        our_colour.append(np.mean([colourfulness(picture) for picture in proposals]))
    psnrs = np.array(psnrs)
    print(f"{len(psnrs)} pictures at {size}")
    print(f"PSNR best {psnrs.max(1).mean():.2f} dB, mean {psnrs.mean():.2f} dB")
    print(f"diversity {np.mean(spreads):.1f} Lab")
    print(f"colourfulness {np.mean(our_colour) / np.mean(true_colour):.2f} of the true pictures'")
    print(f"wins {' '.join(map(str, np.bincount(wins, minlength=psnrs.shape[1])))}")


if __name__ == "__main__":
    main()
