"""Draw what `tune.py` learns from: sketches, and the nine colourings that each is to become.

Line art is that of training (`sgru_tf.linework`). What hand-drawn sketches have and painted figures
lack is added: arms in any pose and loose locks (`loose.py`), eyes that are drawn empty, and strokes
without meaning on the paper, as of a signature or of scenery. Sketches are (S, S, 1) float32,
colourings (9, S, S, 3) uint8 RGB, 0..255.
"""

from pathlib import Path

import numpy as np
import tensorflow as tf
from draws import AS_DRAWN, HOLLOW, STRETCH, TURN, WHITE, ZOOMS
from loose import Loose, model
from PIL import Image, ImageDraw, ImageFilter

from sgru_tf.errors import SgruError
from sgru_tf.linework import random_line_art
from sgru_tf.prepare import read_art

COUNTS = {"figure": 2, "head": 1, "doll": 0.7, "seeded": 8, "face": 2.5}
"""So often comes each picture of a kind; those that artists have painted, being few, most."""

BARE_COUNT = 2  # so often come models of which bare arms are pasted
STRAY, STROKES = 0.35, 7  # of the sketches have up to so many strokes on the paper


class Squares:
    """Draws sketches and what they are to become; the same number gives the same square.

    Args:
        painted: Folder of `paint.py`.
        kept: Of the folders that are kept: path, share, least and largest zoom.
        seed: Of all draws.

    Raises:
        SgruError: a folder holds nothing of use.
    """

    def __init__(self, painted: Path, kept, seed: int):
        self.seed = seed
        files = sorted(painted.glob("*.npz"))
        self.loose = Loose(files)
        self.figures, counts = [], []
        for file in files:
            if file.name.endswith(".part.npz"):
                continue
            with np.load(file) as held:
                # Of the iris its outline stays, so the mask is shrunk by a pixel.
                lines = Image.fromarray(255 - held["iris"]).filter(ImageFilter.MaxFilter(3))
                kind = file.stem.split(".")[-1]
                self.figures.append((kind, held["rgb"], held["painted"], lines))
            with_bare_arms = kind != "doll" and model(file) in self.loose.bare_armed
            counts.append(COUNTS[kind] * (BARE_COUNT if with_bare_arms else 1))
        if not self.figures:
            raise SgruError(f"{painted}: holds no pictures of paint.py")
        self.weights = np.array(counts) / sum(counts)
        self.kept = []
        for folder, share, low, high in kept:
            pairs = folder / "images_rgb"
            files = sorted(pairs.iterdir() if pairs.is_dir() else folder.iterdir())
            files = [file for file in files if file.suffix.lower() in (".png", ".jpg", ".webp")]
            if not files:
                raise SgruError(f"{folder}: holds no pictures")
            self.kept.append((files, share, (low, high)))
        self._lines = tf.function(random_line_art, autograph=False)

    def scheme(self, number: int, side: int):
        """Give a sketch, (S, S, 1) float32, and its nine colourings, (9, S, S, 3) uint8."""
        rng = np.random.default_rng([self.seed, number, 1])
        kind, rgb, painted, lines = self.figures[rng.choice(len(self.figures), p=self.weights)]
        turn, stretch = rng.uniform(-TURN, TURN), STRETCH ** rng.uniform(-0.5, 0.5)
        shape = rgb.shape[0] / stretch, rgb.shape[1] * stretch
        zoom = rng.uniform(*ZOOMS[kind])
        fit = self._placing(rng, side, shape, zoom, max, turn)
        nine = np.stack([fit(Image.fromarray(one)) for one in painted])
        drawn, which = fit(Image.fromarray(rgb)), rng.integers(len(nine))
        as_drawn, lines = rng.random() < AS_DRAWN, 255 - fit(lines)
        for part, put in self.loose.draw(nine.min((0, 3)) < WHITE, kind, zoom * side, rng):
            share = put(part.alpha)[..., None] / 255
            own = np.stack([put(one) for one in part.painted])
            nine = over(nine, own, share)
            drawn = over(drawn, put(part.rgb), share)
            lines = np.where(share[..., 0] > 0.5, 0, lines)
        sketch = self._sketch(drawn if as_drawn else nine[which], rng)
        if rng.random() < HOLLOW:
            sketch = np.maximum(sketch, lines[..., None].astype("float32"))
        if rng.random() < STRAY:
            paper = (nine.min((0, 3)) >= WHITE) & (sketch[..., 0] > WHITE)
            strokes = np.where(paper, np.asarray(stray_strokes(rng, side), np.float32), 255)
            sketch = np.minimum(sketch, strokes[..., None])
        return sketch, nine

    def keep(self, number: int, side: int):
        """Give a sketch of a folder that is kept, (S, S, 1) float32."""
        rng = np.random.default_rng([self.seed, number, 2])
        shares = np.array([share for _, share, _ in self.kept])
        files, _, zooms = self.kept[rng.choice(len(shares), p=shares / shares.sum())]
        file = files[rng.integers(len(files))]
        picture, zoom = read_art(file), rng.uniform(*zooms)
        # What is never smaller than the square is to fill it: pictures with a background.
        fit = self._placing(rng, side, picture.size[::-1], zoom, min if zooms[0] >= 1 else max)
        if file.parent.name == "images_rgb":
            sketch = Image.open(file.parent.parent / "images_bw" / file.name).convert("L")
            return fit(sketch)[..., None].astype("float32")
        return self._sketch(fit(picture), rng)

    def _sketch(self, square, rng):
        seed = rng.integers(0, 2**30, 2).astype("int32")
        return self._lines(tf.constant(square, tf.float32), tf.constant(seed)).numpy()

    def _placing(self, rng, side: int, shape, zoom: float, long, turn: float = 0.0):
        """Draw a place and a side, and give what brings pictures there, turned, on white."""
        scale = side * zoom / long(shape)
        height, width = (max(8, round(length * scale)) for length in shape)
        top, left = (
            int(rng.integers(min(0, side - length), max(0, side - length) + 1))
            for length in (height, width)
        )
        mirrored = rng.random() < 0.5

        def fit(picture):
            picture = picture.resize((width, height), Image.Resampling.LANCZOS)
            if mirrored:
                picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            if turn:
                picture = picture.rotate(turn, Image.Resampling.BICUBIC, fillcolor="white")
            sheet = Image.new(picture.mode, (side, side), "white")
            sheet.paste(picture, (left, top))
            return np.asarray(sheet)

        return fit


def over(beneath, above, share):
    """Lay uint8 (..., H, W, 3) over others, by their share, (H, W, 1) in 0..1."""
    return np.rint(beneath + share * (above.astype("float32") - beneath)).astype("u1")


def stray_strokes(rng, side: int):
    """Draw strokes without meaning on white, (side, side) in grey: short, long, or in a heap."""
    sheet = Image.new("L", (side, side), "white")
    pen = ImageDraw.Draw(sheet)
    heap, reach = rng.uniform(0, side, 2), side * rng.choice([0.05, 0.2, 0.6])
    for _ in range(rng.integers(1, STROKES + 1)):
        begin = rng.uniform(0, side, 2) if reach > 0.1 * side else heap + rng.normal(0, reach, 2)
        way = np.cumsum(rng.normal(0, reach / 4, (rng.integers(3, 12), 2)), axis=0)
        ink, width = int(rng.integers(0, 170)), int(rng.integers(1, 4))
        pen.line([tuple(point) for point in begin + way], fill=ink, width=width, joint="curve")
    return sheet.filter(ImageFilter.GaussianBlur(rng.uniform(0, 0.8)))
