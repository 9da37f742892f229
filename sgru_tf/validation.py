"""Judges a network on held-back pictures, in figures and as a sheet to look at."""

import numpy as np
import tensorflow as tf
from PIL import Image

from sgru_tf.measuring import Tally, measure
from sgru_tf.network_input import network_input

SHEET_ROWS = 8


class Judge:
    """Runs the validation samples through a network.

    Args:
        model: The network; its weights may change between two calls.
        loss: A `CollectionLoss`.
        data: A `PictureData`; if it draws hints, the network is judged with them.
        batch: Sketches at a time.
        count: At most so many samples.
    """

    def __init__(self, model, loss, data, batch: int, count: int | None = None):
        self.model, self.loss = model, loss
        self._batches = data.validation(batch, count)
        total = min(count or len(data.samples), len(data.samples))
        self._shown = set(range(0, total, max(1, total // SHEET_ROWS))[:SHEET_ROWS])
        self._judge = tf.function(self._judge_batch, reduce_retracing=True, autograph=False)

    def __call__(self) -> tuple[dict[str, float], Image.Image]:
        """Judge the network.

        Returns:
            Means over the samples: `best` and `mean` of the loss (see `CollectionLoss.evaluate`);
            and what `sgru-evaluate` tells too, see `sgru_tf.metrics`: `diversity`, `psnr_first`,
            `psnr_mean` and `psnr_best` in dB, `ssim_best`, `colourfulness`. And a sheet whose rows
            hold a sketch, its proposals and the true colours.
        """
        judged: dict[str, list] = {"best": [], "mean": []}
        tally, rows = Tally(), []
        for target in self._batches:
            parts, proposals = self._judge(target)
            for key, values in judged.items():
                values += np.asarray(parts[key]).tolist()
            for row in zip(np.asarray(target), np.asarray(proposals), strict=True):
                if tally.count in self._shown:
                    rows.append(row)
                tally.add(measure(_pixels(row[1]), _pixels(row[0][..., :3])))
        figures = {key: float(np.mean(values)) for key, values in judged.items()}
        figures |= {
            "diversity": tally.diversity(),
            "psnr_first": tally.first()["psnr"],
            "psnr_mean": tally.mean()["psnr"],
            "psnr_best": tally.best()["psnr"],
            "ssim_best": tally.best()["ssim"],
            "colourfulness": tally.mean()["colourfulness"],
        }
        return figures, sample_sheet(rows)

    def _judge_batch(self, target):
        hints = target[..., 4:] if target.shape[-1] == 8 else None
        given = network_input(self.model.sgru_config, target[..., 3:4], hints)
        proposals = self.model(given, training=False)
        return self.loss.evaluate(target, proposals), proposals


def sample_sheet(rows) -> Image.Image:
    """Lay out samples: a row each, the sketch, the proposals, the true colours.

    Args:
        rows: Pairs of a target (H, W, 4) and proposals (N, H, W, 3), float 0..255; or of a target
            with hints (H, W, 8), which are then seen on the sketch.
    """
    lines = []
    for target, proposals in rows:
        sketch = np.repeat(target[..., 3:4], 3, axis=-1)
        if target.shape[-1] == 8:
            sketch += target[..., 7:] * (target[..., 4:7] - sketch)
        lines.append(np.concatenate([sketch, *proposals, target[..., :3]], axis=1))
    return Image.fromarray(_pixels(np.concatenate(lines)))


def _pixels(values: np.ndarray) -> np.ndarray:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
