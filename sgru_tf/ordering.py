"""The order of proposals: the most natural first, or the one that fits a reference best.

Natural is what has the colours of art and leaves the paper white:

- Mean and spread of L*, a* and b* over what is painted, beside those of true pictures: how far the
  six are from their means, in the metric of their covariance (Mahalanobis). With them goes the mean
  chroma: without it the greyest proposal has the safest a* and b*, and comes first.
- Where most proposals leave white paper, one that colours it is unlikely, and the other way round:
  the share of the picture where a proposal and the majority disagree about paper.

Nothing in it knows which output of which network a proposal is. What it was chosen for, and what
else was tried, is told in the project's `docs/order.md`.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from sgru_tf.metrics import colour_distances, lab
from sgru_tf.palette import Palette, paper
from sgru_tf.recolouring import misfit

ORDERS = ("natural", "network")
"""The most natural first; or as the network gives them."""

ALIKE = 5.0
"""Proposals with a smaller mean colour difference count as the same; 2 is just to be seen."""

_SIDE = 128

# Of 550 faces and 64 scenes, each kind with half the weight: L*, a*, b*, and their spreads.
_MEANS = np.array([59.9, 7.6, 7.4, 21.4, 11.6, 15.5])
_DEVIATIONS = np.array([12.1, 7.1, 11.3, 4.6, 5.2, 7.6])
_CORRELATIONS = np.array(
    [
        [1.00, -0.08, 0.28, -0.32, 0.16, 0.19],
        [-0.08, 1.00, 0.21, 0.05, 0.45, 0.24],
        [0.28, 0.21, 1.00, -0.12, 0.05, 0.02],
        [-0.32, 0.05, -0.12, 1.00, 0.11, 0.18],
        [0.16, 0.45, 0.05, 0.11, 1.00, 0.41],
        [0.19, 0.24, 0.02, 0.18, 0.41, 1.00],
    ]
)
_PRECISION = np.linalg.inv(_CORRELATIONS)
# Their mean chroma, its deviation, and how much it counts beside the six.
_CHROMA, _CHROMA_DEVIATION, _CHROMA_WEIGHT = 21.4, 9.0, 2.0
_PAPER = 1.5  # of half the picture: as bad as 0.75 standard deviations


def natural_order(pictures: Sequence[np.ndarray]) -> list[int]:
    """Sort proposals by how natural they look, near-duplicates last.

    Args:
        pictures: uint8 (h, w, 3) each, of one size, with their lines.

    Returns:
        Indices into `pictures`, the most natural first.
    """
    small = _small(pictures)
    return _sorted(unnaturalness(small), small)


def fitting_order(
    pictures: Sequence[np.ndarray], palettes: Sequence[Palette], reference: Palette
) -> list[int]:
    """Sort proposals by how well their own colours fit a reference, near-duplicates last.

    Args:
        pictures: as they will be seen, uint8 (h, w, 3) each, of one size.
        palettes: theirs, before any colour was moved.
        reference: the palette to fit.

    Returns:
        Indices into `pictures`, the best fit first.
    """
    return _sorted([misfit(palette, reference) for palette in palettes], _small(pictures))


def unnaturalness(pictures: np.ndarray) -> np.ndarray:
    """Tell how far each proposal is from what true pictures look like; see the module's docstring.

    Args:
        pictures: uint8 (N, h, w, 3).

    Returns:
        float64 (N,), 0 and more; the smaller, the more natural.
    """
    colours = [lab(picture) for picture in pictures]
    papers = np.stack([paper(one) for one in colours])
    looks = np.stack([_look(*both) for both in zip(colours, 1 - papers, strict=True)])
    away = (looks[:, :6] - _MEANS) / _DEVIATIONS
    pale = (looks[:, 6] - _CHROMA) / _CHROMA_DEVIATION
    squares = ((away @ _PRECISION) * away).sum(1) + _CHROMA_WEIGHT * pale**2
    distance = np.sqrt(squares / (len(_MEANS) + _CHROMA_WEIGHT))
    majority = papers.mean(0) > 0.5
    return distance + _PAPER * np.abs(papers - majority).mean((1, 2))


def _look(colours: np.ndarray, painted: np.ndarray) -> np.ndarray:
    """Give mean and deviation of L*, a* and b*, and the mean chroma, over what is painted: (7,)."""
    weights = painted + 1e-6  # a blank page has a look too
    weights = weights / weights.sum(dtype=np.float64)
    mean = np.einsum("hw,hwc->c", weights, colours)
    spread = np.sqrt(np.einsum("hw,hwc->c", weights, (colours - mean) ** 2))
    chroma = (weights * np.hypot(colours[..., 1], colours[..., 2])).sum()
    return np.concatenate([mean, spread, [chroma]])


def _small(pictures: Sequence[np.ndarray]) -> np.ndarray:
    height, width = pictures[0].shape[:2]
    scale = min(1, _SIDE / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    box = Image.Resampling.BOX
    return np.stack([np.asarray(Image.fromarray(one).resize(size, box)) for one in pictures])


def _sorted(badness: Sequence[float], pictures: np.ndarray) -> list[int]:
    """Sort by badness; what is nearly the same as a better one goes to the end."""
    distances = colour_distances(pictures)
    kept, alike = [], []
    for index in np.argsort(badness, kind="stable").tolist():
        twin = any(distances[index, other] < ALIKE for other in kept)
        (alike if twin else kept).append(index)
    return kept + alike
