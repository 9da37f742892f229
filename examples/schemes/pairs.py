"""Draw what `tune.py` learns from: sketches, and the nine colourings that each is to become.

Line art is that of training (`sgru_tf.linework`). What hand-drawn sketches have and painted figures
lack is added: figures that fall or are bent (`warps.py`), arms in any pose and loose locks
(`loose.py`), eyes that are drawn empty, lines of a pen, outlines where a painting is pale
(`outlines.py`), strokes without meaning on the paper, as of a signature, and what stands behind a
figure (`scenery.py`).
Sketches are (S, S, 1) float32, colourings (9, S, S, 3) uint8 RGB, 0..255.
"""

from functools import partial
from pathlib import Path

import numpy as np
import tensorflow as tf
from draws import AS_DRAWN, BENT, FALL, FLYING, HOLLOW, STANDING, STRETCH, TURN, WHITE, ZOOMS
from loose import Loose, kernel, model
from outlines import completed, outlines
from PIL import Image, ImageDraw, ImageFilter
from scenery import Scenery
from warps import bend

from sgru_tf.errors import SgruError
from sgru_tf.linework import random_line_art
from sgru_tf.prepare import read_art

COUNTS = {"figure": 2, "head": 1, "doll": 0.7, "seeded": 8, "face": 1.5, "sown": 0.9}
"""So often comes each picture of a kind; those that artists have painted, being few, most."""

COMPLETED = {"seeded": 0.75, "face": 0.75, "sown": 0.75}  # so many sketches of a kind get outlines
BARE_COUNT = 2  # so often come models of which bare arms are pasted
BEHIND = 0.25  # of the sketches have scenery behind the figure, if there is any
INKED = 0.35  # of the sketches have the wide and dark lines of a pen, which `linework` seldom draws
STRAY, STROKES = 0.35, 7  # of the sketches have up to so many strokes on the paper


class Squares:
    """Draws sketches and what they are to become; the same number gives the same square.

    Args:
        painted: Folder of `paint.py`.
        kept: Of the folders that are kept: path, share, least and largest zoom.
        seed: Of all draws.
        scenery: Folder of `scenery.py`, or None.

    Raises:
        SgruError: a folder holds nothing of use.
    """

    def __init__(self, painted: Path, kept, seed: int, scenery: Path | None = None):
        self.seed = seed
        self.scenery = scenery and Scenery(scenery)
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
                borders = outlines(held["rgb"], held["label"]) if kind in COMPLETED else None
                self.figures.append((kind, held["rgb"], held["painted"], lines, borders))
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

    def scheme(self, number: int, side: int, shrink: int = 1):
        """Give a sketch, (S, S, 1) float32, and its nine colourings, (9, S, S, 3) uint8.

        With `shrink`, a divisor of the side, colourings are as large as a `shrink`th of it, and
        drawn in a fraction of the time.
        """
        rng = np.random.default_rng([self.seed, number, 1])
        chosen = rng.choice(len(self.figures), p=self.weights)
        kind, rgb, painted, lines, borders = self.figures[chosen]
        stands = rng.random() < STANDING and painted[:, -1].min() < WHITE
        flies = rng.random() < FLYING and not cut_off(painted)
        most = FALL if flies else TURN
        turn, stretch = rng.uniform(-most, most), STRETCH ** rng.uniform(-0.5, 0.5)
        bent = bend(rng) if rng.random() < BENT else None
        shape = rgb.shape[0] / stretch, rgb.shape[1] * stretch
        zoom = rng.uniform(*ZOOMS[kind])
        fit = self._placing(rng, side, shape, zoom, max, turn, stands, bent)
        nine = np.stack([fit(Image.fromarray(one), shrink) for one in painted])
        which, as_drawn = rng.integers(len(nine)), rng.random() < AS_DRAWN
        drawn = fit(Image.fromarray(rgb if as_drawn else painted[which]))
        lines = 255 - fit(lines)
        complete = rng.random() < COMPLETED.get(kind, 0)
        borders = fit(borders) if complete else None
        figure = enlarged(nine.min((0, 3)) < WHITE, shrink)
        for part, put in self.loose.draw(figure, kind, zoom * side, rng):
            share = put(part.alpha)[..., None] / 255
            drawn = over(drawn, put(part.rgb if as_drawn else part.painted[which]), share)
            lines = np.where(share[..., 0] > 0.5, 0, lines)
            if complete:
                borders = np.where(share[..., 0] > 0.5, 255, borders)
            own = np.stack([put(one, shrink) for one in part.painted])
            nine = over(nine, own, put(part.alpha, shrink)[..., None] / 255)
        paper = enlarged(nine.min((0, 3)) >= WHITE, shrink)
        if self.scenery and rng.random() < BEHIND:
            drawn = self.scenery.lay(drawn, paper, rng)
        draw = partial(self._sketch, rng=rng)
        sketch = completed(drawn, ~paper, borders, draw, rng) if complete else draw(drawn)
        if rng.random() < HOLLOW:
            sketch = np.maximum(sketch, lines[..., None].astype("float32"))
        if rng.random() < STRAY:
            bare = paper & (sketch[..., 0] > WHITE)
            strokes = np.where(bare, np.asarray(stray_strokes(rng, side), np.float32), 255)
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
        sketch = self._lines(tf.constant(square, tf.float32), tf.constant(seed)).numpy()
        return inked(sketch, rng) if rng.random() < INKED else sketch

    def _placing(self, rng, side: int, shape, zoom, long, turn=0.0, stands=False, bent=None):
        """Draw a place and a side, and give what brings pictures there, bent and turned, on white.

        What stands, being cut off by the lower edge of its picture, is so by that of the square.
        """
        scale = side * zoom / long(shape)
        height, width = (max(8, round(length * scale)) for length in shape)
        top, left = (
            int(rng.integers(min(0, side - length), max(0, side - length) + 1))
            for length in (height, width)
        )
        if stands and height < side:
            top = side - height + int(np.sin(np.radians(abs(turn))) * width / 2)
        mirrored = rng.random() < 0.5

        def fit(picture, shrink=1):
            size = tuple(max(2, round(length / shrink)) for length in (width, height))
            picture = picture.resize(size, kernel(shrink))
            if mirrored:
                picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
            if bent:
                picture = bent(picture)
            if turn:
                bicubic = Image.Resampling.BICUBIC
                picture = picture.rotate(turn, bicubic, expand=True, fillcolor="white")
            grown = (picture.width - size[0]) / 2, (picture.height - size[1]) / 2
            if shrink > 1:
                # Where it lies may be within a pixel.
                across, down = size[0] / width, size[1] / height
                place = (across * shrink, 0, grown[0] - left * across,
                         0, down * shrink, grown[1] - top * down)  # fmt: skip
                way, bilinear = Image.Transform.AFFINE, Image.Resampling.BILINEAR
                small = side // shrink, side // shrink
                return np.asarray(picture.transform(small, way, place, bilinear, fillcolor="white"))
            sheet = Image.new(picture.mode, (side, side), "white")
            sheet.paste(picture, (left - round(grown[0]), top - round(grown[1])))
            return np.asarray(sheet)

        return fit


def cut_off(painted) -> bool:
    """Tell if an edge of the pictures, (N, H, W, 3) uint8, cuts a figure off."""
    edges = painted[:, [0, -1]], painted[:, :, [0, -1]]
    return min(edge.min() for edge in edges) < WHITE


def enlarged(mask, times: int):
    """Make every pixel of a mask, (H, W), `times` as high and wide."""
    return mask.repeat(times, 0).repeat(times, 1)


def over(beneath, above, share):
    """Lay uint8 (..., H, W, 3) over others, by their share, (H, W, 1) in 0..1."""
    return np.rint(beneath + share * (above.astype("float32") - beneath)).astype("u1")


def inked(sketch, rng):
    """Draw lines, (S, S, 1) float32 in 0..255, wider by up to two pixels and up to 3.5 times as
    dark; the paper stays as it is."""
    ink = 255 - sketch[..., 0]
    paper = np.median(ink)
    ink = np.maximum(ink - paper, 0)
    picture = Image.fromarray(np.rint(ink).astype("u1"))
    wide = np.asarray(picture.filter(ImageFilter.MaxFilter(3)), np.float32)
    ink += rng.uniform(0, 1) * np.maximum(wide - ink, 0)
    ink = np.minimum(ink * rng.uniform(1, 3.5), rng.uniform(200, 255))
    return (255 - paper - ink).clip(0, 255)[..., None].astype("float32")


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
