"""The collection loss: how good is the best of the proposals, and a little of how good are all.

Target: (B, H, W, 4), RGB 0..255 and the sketch 0..255 as a fourth channel; or (B, H, W, 8) with
the hints that the network was given, RGB and mask. Prediction: (B, N, H, W, 3), RGB nominally
0..255. From Liu, Chen and Hu (ISICA 2018), who took it from
Chen and Koltun, "Photographic image synthesis with cascaded refinement networks" (ICCV 2017).
Written in `keras.ops` alone.
"""

import keras
from keras import ops

from sgru_tf.config import LossConfig
from sgru_tf.hint_loss import hint_distance
from sgru_tf.perceptual import build_features

# Colours are compared for the choice of the winner at this fraction of the size: heads should
# differ in colour, and drawing is decided in finer detail than that.
COLOUR_POOL = 8

# Least red, green and blue of white paper: JPEG leaves it a few grey levels short of 255.
WHITE = 250.0
# Pixels around that have to be white too, either way.
PAPER_AROUND = 8


@keras.saving.register_keras_serializable("sgru_tf")
class CollectionLoss(keras.losses.Loss):
    """Masked perceptual distance of the best proposal, per sample.

    The distance of a proposal is the sum over six layers (the pixels and five VGG maps) of
    `weight * mean over pixels of (mask * mean over channels of |difference|)`; the mask is the
    sketch, so that ink counts for nothing. With the default `LossConfig` a sample's loss is
    `0.999 * least distance + 0.001 * mean distance`, exactly the paper's.

    With `winner="colour"` the best proposal is chosen by colour alone: the least mean absolute
    difference of the pictures averaged over 8 x 8 pixels (in which lightness counts with
    `winner_lightness`, and places of strong colour more than others with `winner_vividness`),
    plus `balance * (N * share - 1)` grey levels, where `share` is the proposal's share of recent
    wins. The winner's distance counts with `1 - mean_share`, the mean distance in the pixels with
    `mean_share`, and the mean pixel distance of all others with `losers`.

    The loss holds no state. What changes while training is passed to `evaluate` by the loop;
    `model.fit` uses no balance and the config's last weight of the losers.

    Example::

        model.compile(optimizer, loss=CollectionLoss(LossConfig(weights="none")))
        model.fit(sketches, np.concatenate([colours, sketches], axis=-1))

    Args:
        config: The settings.
        features: The feature network, from RGB 0..255 to the five VGG maps; built from the
            config if not given, which may download its weights. Only used if the config's
            `weights` are not `none`.
    """

    def __init__(
        self,
        config: LossConfig | None = None,
        features=None,
        reduction="sum_over_batch_size",
        name="collection_loss",
    ):
        super().__init__(name=name, reduction=reduction)
        self.config = config or LossConfig()
        self.features = features if features is not None else build_features(self.config)
        if self.config.weights == "none":
            self.features = None

    def call(self, y_true, y_pred):
        """Give the loss of each sample, (B,) float32."""
        return self.evaluate(y_true, y_pred, losers=self.config.losers_end)["loss"]

    def evaluate(self, y_true, y_pred, losers=0.0, balance=0.0, shares=None) -> dict:
        """Compute the loss and what a training loop wants to know about it.

        Args:
            y_true: (B, H, W, 4) target: RGB and sketch, 0..255; (B, H, W, 8) with hints.
            y_pred: (B, N, H, W, 3) proposals.
            losers: With `winner="colour"`: weight of the pixel distance of the others.
            balance: With `winner="colour"`: grey levels, see above.
            shares: (N,) each proposal's share of recent wins, 1/N each if not given.

        Returns:
            A dictionary of float32 arrays: `loss` (B,), the value to minimise; `best` (B,), the
            distance of the winner; `mean` (B,), the mean over the proposals of the distance
            (`paper`) or of the pixel distance (`colour`); `wins` (B, N), one-hot; with hints,
            `hint` (B,), see `sgru_tf.hint_loss`.
        """
        y_true, y_pred = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
        if self.config.winner == "paper":
            parts = self._paper(y_true, y_pred)
        else:
            parts = self._colour(y_true, y_pred, losers, balance, shares)
        if y_true.shape[-1] == 8:
            parts["hint"] = hint_distance(y_true[..., :3], y_true[..., 4:], y_pred)
            scale = 1.0 if self.config.normalise_mask else 255.0
            parts["loss"] = parts["loss"] + scale * self.config.hint_weight * parts["hint"]
        return parts

    def true_maps(self, y_true):
        """Give the feature maps of the true colours, a list; empty without a backbone."""
        return [] if self.features is None else self.features(y_true[..., :3])

    def table(self, y_true, y_pred, true_maps=None):
        """Give the weighted distance of every layer, sample and proposal: (L, B, N) float32.

        Args:
            y_true: As for `evaluate`.
            y_pred: As for `evaluate`.
            true_maps: From `true_maps`, for who calls several times with one y_true.
        """
        rgb, mask = y_true[..., :3], self._mask(y_true)[:, None]
        batch, count, height, width, _ = ops.shape(y_pred)
        rows = [self._distance(rgb[:, None], y_pred, mask)]
        if self.features is not None:
            true_maps = self.true_maps(y_true) if true_maps is None else true_maps
            fake = self.features(ops.reshape(y_pred, (batch * count, height, width, 3)))
            for real, flat in zip(true_maps, fake, strict=True):
                stacked = ops.reshape(flat, (batch, count, *ops.shape(flat)[1:]))
                rows.append(self._distance(real[:, None], stacked, mask))
        weights = self.config.layer_weights[: len(rows)]
        return ops.stack([weight * row for weight, row in zip(weights, rows, strict=True)])

    def distances(self, y_true, y_pred):
        """Give the distance of every sample's proposals: the sum of `table`, (B, N) float32."""
        return ops.sum(self.table(y_true, y_pred), axis=0)

    def _paper(self, y_true, y_pred):
        distances = self.distances(y_true, y_pred)
        best, mean = ops.min(distances, axis=1), ops.mean(distances, axis=1)
        share = self.config.mean_share
        wins = ops.one_hot(ops.argmin(distances, axis=1), distances.shape[1], dtype="float32")
        return {
            "loss": (1 - share) * best + share * mean,
            "best": best,
            "mean": mean,
            "wins": wins,
        }

    def _colour(self, y_true, y_pred, losers, balance, shares):
        count = y_pred.shape[1]
        rgb, mask = y_true[..., :3], self._mask(y_true)[:, None]
        nearness = self._colour_distance(rgb, y_pred)
        if shares is not None:
            nearness = nearness + balance * (shares * count - 1.0)
        wins = ops.one_hot(ops.argmin(nearness, axis=1), count, dtype="float32")
        wins = ops.stop_gradient(wins)

        # A gather of the winner, written as a product for the sake of its simple gradient.
        winner = ops.sum(y_pred * wins[:, :, None, None, None], axis=1, keepdims=True)
        best = self.distances(y_true, winner)[:, 0]
        pixels = self.config.layer_weights[0] * self._distance(rgb[:, None], y_pred, mask)
        mean, share = ops.mean(pixels, axis=1), self.config.mean_share
        loss = (1 - share) * best + share * mean + losers * _of_losers(pixels, wins)
        if self.config.losers_paper:
            bare = mask * bare_paper(rgb)[:, None]
            tints = self.config.layer_weights[0] * self._distance(rgb[:, None], y_pred, bare)
            loss = loss + self.config.losers_paper * _of_losers(tints, wins)
        return {
            "loss": loss,
            "best": best,
            "mean": mean,
            "wins": wins,
        }

    def _mask(self, y_true):
        """How much each pixel counts, (B, H, W)."""
        rgb, sketch = y_true[..., :3], y_true[..., 3]
        floor = self.config.mask_floor
        mask = floor + (1 - floor) * sketch / 255.0
        if self.config.vividness:
            chroma = ops.max(rgb, axis=-1) - ops.min(rgb, axis=-1)
            mask = mask * (1.0 + self.config.vividness * chroma / 255.0)
        return mask if self.config.normalise_mask else mask * 255.0

    def _distance(self, real, fake, mask):
        """Masked mean absolute difference, (B, N); the mask is subsampled to the map's size."""
        difference = ops.mean(ops.cast(ops.abs(real - fake), "float32"), axis=-1)
        step = ops.shape(mask)[-1] // ops.shape(difference)[-1]
        return ops.mean(difference * mask[..., ::step, ::step], axis=(-2, -1))

    def _colour_distance(self, rgb, y_pred):
        batch, count, height, width, _ = ops.shape(y_pred)
        fake = ops.reshape(y_pred, (batch * count, height, width, 3))
        coarse = ops.average_pool(fake, COLOUR_POOL, COLOUR_POOL)
        coarse = ops.reshape(coarse, (batch, count, *ops.shape(coarse)[1:]))
        true = ops.average_pool(rgb, COLOUR_POOL, COLOUR_POOL)
        apart = true[:, None] - coarse
        lighter = ops.mean(apart, axis=-1, keepdims=True)
        apart = apart - (1.0 - self.config.winner_lightness) * lighter
        apart = ops.mean(ops.abs(apart), axis=-1)
        if self.config.winner_vividness:
            # Squared, as a dress of half the hair's chroma is easily twice as large.
            chroma = (ops.max(true, axis=-1) - ops.min(true, axis=-1)) / 255.0
            weight = 1.0 + self.config.winner_vividness * chroma**2
            weight = weight / ops.mean(weight, axis=(1, 2), keepdims=True)
            apart = apart * weight[:, None]
        return ops.mean(apart, axis=(2, 3))

    def get_config(self):
        """Give what `from_config` needs; the feature network is built anew."""
        return {
            "config": self.config.to_dict(),
            "reduction": self.reduction,
            "name": self.name,
        }

    @classmethod
    def from_config(cls, config):
        """Make the loss that `get_config` described."""
        options = dict(config)
        return cls(LossConfig.from_dict(options.pop("config")), **options)


def _of_losers(values, wins):
    """Mean of (B, N) over the proposals that did not win, (B,)."""
    return ops.sum(values * (1.0 - wins), axis=1) / max(values.shape[1] - 1, 1)


def bare_paper(rgb):
    """Find white paper in true pictures: all white, and so is everything around.

    Highlights, eyes and shirts are white too, but small, and not white for certain.

    Args:
        rgb: (B, H, W, 3) float32, 0 to 255.

    Returns:
        (B, H, W) float32, 1 where `PAPER_AROUND` pixels either way are white, else 0.
    """
    coloured = ops.cast(ops.min(rgb, axis=-1, keepdims=True) < WHITE, "float32")
    window = 2 * PAPER_AROUND + 1
    for sides in ((window, 1), (1, window)):
        coloured = ops.max_pool(coloured, sides, 1, "same")
    return 1.0 - coloured[..., 0]


def _pixel_errors(y_true, y_pred):
    """Mean absolute difference in grey levels of each proposal, (B, N), without a mask."""
    y_true, y_pred = ops.cast(y_true, "float32"), ops.cast(y_pred, "float32")
    return ops.mean(ops.abs(y_true[:, None, ..., :3] - y_pred), axis=(2, 3, 4))


@keras.saving.register_keras_serializable("sgru_tf")
def best_proposal(y_true, y_pred):
    """Metric: mean absolute error of the best proposal, (B,), in grey levels 0..255.

    For `model.compile(metrics=[best_proposal, mean_proposal])`: Keras's own `mae` refuses a
    target of four channels.
    """
    return ops.min(_pixel_errors(y_true, y_pred), axis=1)


@keras.saving.register_keras_serializable("sgru_tf")
def mean_proposal(y_true, y_pred):
    """Metric: mean absolute error over all proposals, (B,), in grey levels 0..255."""
    return ops.mean(_pixel_errors(y_true, y_pred), axis=1)
