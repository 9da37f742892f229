"""Complete the lines of a sketch, as an artist would: every surface has an outline.

Lines that are drawn from a painting's colours alone (`sgru_tf.linework`) end where two colours are
alike: of blond hair on white paper, or a pale dress, there is next to none. Nobody draws such
sketches, and little is to be learnt from them. Of pictures whose surfaces are known (`nine.py`),
outlines can be drawn.
"""

import numpy as np
from draws import WHITE
from PIL import Image, ImageFilter

SMOOTH = 1.5  # pixels of a picture: borders are drawn by hand, not along pixels
LEVEL = 0.8, 1.1  # how dark outlines are, by the darkest lines of the sketch
DARK = 90  # grey levels of ink: so dark they are at least
CELL = 24  # pixels, about, between two pressures of the pen
LIFTED = 0.22  # pressure, 0..1, under which the pen does not touch the paper
DETAIL = 2, 300, 3  # of raising faint lines: radius in pixels, most percent, threshold
SPARSE, TRIES = 0.05, 3  # ink, as a part of the figure: less is drawn once more, in another style


def outlines(rgb: np.ndarray, label: np.ndarray) -> Image.Image:
    """Find the borders of surfaces.

    Args:
        rgb: (H, W, 3) uint8, a figure on white paper.
        label: (H, W) uint8: what a pixel is of, 0 for skin and paper.

    Returns:
        "L", 0 along borders, 255 elsewhere.
    """
    kinds = np.where((label == 0) & (rgb.min(-1) >= WHITE), 255, label)
    numbers = np.unique(kinds)
    shares = np.stack([_blurred(kinds == number) for number in numbers])
    kinds = shares.argmax(0)
    border = np.zeros(kinds.shape, bool)
    border[:, 1:] |= kinds[:, 1:] != kinds[:, :-1]
    border[1:] |= kinds[1:] != kinds[:-1]
    return Image.fromarray(np.where(border, 0, 255).astype("u1"))


def _blurred(mask: np.ndarray) -> np.ndarray:
    picture = Image.fromarray(255 * mask.astype("u1"))
    return np.asarray(picture.filter(ImageFilter.GaussianBlur(SMOOTH)), np.int16)


def detailed(picture: np.ndarray, rng) -> np.ndarray:
    """Raise what is faint in a picture, (H, W, 3) uint8, so that it becomes lines."""
    radius, most, least = DETAIL
    sharpen = ImageFilter.UnsharpMask(radius, int(rng.uniform(0, most)), least)
    return np.asarray(Image.fromarray(picture).filter(sharpen))


def is_sparse(sketch: np.ndarray, figure: np.ndarray) -> bool:
    """Tell if a figure, (S, S) bool, has next to no lines in a sketch, (S, S, 1) float32."""
    return (sketch[figure] < 200).mean() < SPARSE if figure.any() else False


def completed(picture: np.ndarray, figure: np.ndarray, borders: np.ndarray, draw, rng):
    """Draw a sketch as complete as artists draw: outlines, and lines where colours are pale.

    Args:
        picture: (S, S, 3) uint8.
        figure: (S, S) bool, where it is not paper.
        borders: (S, S) uint8, see `outlined`.
        draw: Draws lines of a picture, (S, S, 1) float32, each time in another style.
        rng: numpy Generator.

    Returns:
        (S, S, 1) float32.
    """
    picture = detailed(picture, rng)
    for _ in range(TRIES):
        sketch = draw(picture)
        if not is_sparse(sketch, figure):
            break
    return outlined(sketch, borders, rng)


def outlined(sketch: np.ndarray, borders: np.ndarray, rng) -> np.ndarray:
    """Draw the borders of surfaces into a sketch, with a pen's changing pressure.

    Args:
        sketch: (S, S, 1) float32, 0..255.
        borders: (S, S) uint8, 0 along borders, 255 elsewhere, in between if they were made smaller.
        rng: numpy Generator.

    Returns:
        (S, S, 1) float32.
    """
    side = len(sketch)
    strength = (255.0 - borders) / 255
    darkest = float(strength.max())
    if darkest == 0:
        return sketch
    strength = np.minimum(strength / min(1, darkest) * rng.uniform(1, 1.6), 1)
    level = max(DARK, 255 - float(np.percentile(sketch, 1))) * rng.uniform(*LEVEL)
    cells = rng.integers(0, 256, (side // CELL + 2,) * 2).astype("u1")
    pressure = Image.fromarray(cells).resize((side, side), Image.Resampling.BICUBIC)
    pressure = np.asarray(pressure, np.float32) / 255
    pressure = np.where(pressure < LIFTED, 0, 0.6 + 0.4 * pressure)
    ink = np.minimum(level, 255) * strength * pressure
    return np.minimum(sketch, 255 - ink[..., None]).astype("float32")
