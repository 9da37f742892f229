"""Paint arms and locks of hair that `poses.mjs` drew alone, in nine schemes; and paste them.

Figures are few, and their arms hang: so a network learns that what is raised, crossed or laid on a
dress is cloth, or hair. Pasted at any place and turn ("Simple Copy-Paste is a Strong Data
Augmentation Method for Instance Segmentation", Ghiasi et al., CVPR 2021), an arm is skin to its
sleeve wherever it is, and a lock is hair before a shirt, too.

A part is a file NAME.part.npz: `rgb`, `painted`, `label` and `table` as in `nine.py`; `alpha`,
(H, W) uint8; `length`, its long side as a part of its figure's; `turns`, whether it is found
at any angle, as arms are, or hangs; and `bare`, how much of an arm is skin, 0..1.
"""

import dataclasses
from pathlib import Path

import numpy as np
from nine import read_painted
from PIL import Image

BARE = 0.25  # arms are pasted if so much is skin
PASTED, MOST = (0.6, 0.35), (2, 2)  # of the sketches have arms, and locks, pasted; how many at most
SLEEVELESS = 0.4  # of the arms that are pasted
LEAST = 0.12  # of a figure's long side: smaller pieces of parts are left out
SAME = 8  # grey levels by which the nine differ at most where they are one
STRETCH = 1.25  # of a part, its width by its height or the other way round, at most
HANGING = 50.0  # degrees at most from where a lock was drawn
SPOTS = {  # of the rows of what is beneath: where the upper ends of arms lie, and of locks
    "figure": ((0.38, 0.75), (0.05, 0.45)),
    "seeded": ((0.65, 0.95), (0.2, 0.8)),
    "face": ((0.75, 0.98), (0.2, 0.8)),
    "sown": ((0.75, 0.98), (0.2, 0.8)),
    "head": ((0.65, 0.95), (0.2, 0.8)),
    "doll": ((0.35, 0.8), (0.05, 0.5)),
}
LENGTHS = {  # of a part, in those of its own figure; dolls are whole, or end under the breast
    "figure": (0.7, 1.3),
    "seeded": (0.7, 1.3),
    "face": (1.2, 2.4),
    "sown": (1.2, 2.4),
    "head": (1.8, 3.2),
    "doll": (0.8, 2.4),
}


@dataclasses.dataclass(frozen=True)
class Part:
    """An arm or a lock; for its fields see the module."""

    rgb: np.ndarray
    alpha: np.ndarray
    painted: np.ndarray
    label: np.ndarray
    table: np.ndarray
    length: float
    turns: bool
    bare: float

    @classmethod
    def read(cls, file: Path):
        """Read a part's file.

        Raises:
            SgruError: it is none, or of an earlier `paint.py`.
        """
        with read_painted(file) as held:
            return cls(
                held["rgb"],
                held["alpha"],
                held["painted"],
                held["label"],
                held["table"],
                float(held["length"]),
                bool(held["turns"]),
                float(held["bare"]),
            )


class Loose:
    """All parts of a folder, to be pasted over the others' pictures.

    Args:
        files: Of them those that are parts are read.

    `bare_armed` holds the models of which bare arms were drawn.
    """

    def __init__(self, files):
        parts = {file: Part.read(file) for file in files if file.name.endswith(".part.npz")}
        # Long sleeves have shown the network enough arms that are cloth.
        arms = {file: part for file, part in parts.items() if part.turns and part.bare > BARE}
        locks = [part for part in parts.values() if not part.turns]
        self._kinds = [list(arms.values()), locks]
        self.bare_armed = {model(file) for file in arms}

    def draw(self, figure, kind: str, long: float, rng):
        """Draw which arms and locks are pasted, and where; give each, and what puts it there.

        Args:
            figure: As for `paste`, also `kind` and `long`.
            rng: numpy Generator.
        """
        for parts, chance, most in zip(self._kinds, PASTED, MOST, strict=True):
            if not parts or rng.random() > chance:
                continue
            for _ in range(rng.integers(1, most + 1)):
                part = parts[rng.integers(len(parts))]
                if part.turns and rng.random() < SLEEVELESS:
                    part = sleeveless(part)
                put = paste(part, kind, long, figure, rng)
                if put:
                    yield part, put


def model(file: Path) -> str:
    """Give the name of what a file shows, without the numbers of the pose and the doll."""
    return file.name.split(".")[0]


def kernel(shrink: int):
    """Give the kernel for pictures that come to a `shrink`th: the mean, if they are to be small."""
    return Image.Resampling.BOX if shrink > 1 else Image.Resampling.LANCZOS


def pieces(alpha, figure_long: int):
    """Find what of a drawing is apart, as two arms are; give the slices of each.

    Args:
        alpha: (H, W) uint8.
        figure_long: Pixels of the long side of the figure.
    """
    columns = np.concatenate([[False], (alpha > 24).any(0), [False]])
    edges = np.flatnonzero(columns[1:] != columns[:-1])
    for left, right in edges.reshape(-1, 2):
        rows = np.flatnonzero((alpha[:, left:right] > 24).any(1))
        top, bottom = rows[0], rows[-1] + 1
        if max(right - left, bottom - top) >= LEAST * figure_long:
            yield slice(top, bottom), slice(left, right)


def sleeveless(part: Part) -> Part:
    """Give an arm without what of it is painted."""
    same = np.ptp(part.painted, axis=0).max(-1) <= SAME
    return dataclasses.replace(part, alpha=np.where(same, part.alpha, 0).astype("u1"))


def paste(part: Part, kind: str, long: float, figure, rng):
    """Draw where a part goes, and give what brings its pictures there.

    Args:
        part: The part.
        kind: A key of `SPOTS`: of the picture beneath.
        long: Pixels of the long side of the figure beneath.
        figure: (H, W) bool: where that is.
        rng: numpy Generator.

    Returns:
        A function from a picture of the part, or its alpha, to one of the shape of `figure`, or of
        a `shrink`th of that, if it is told; None where there is no place for it, or too little of
        it.
    """
    heights = np.flatnonzero(figure.any(1))
    if not len(heights):
        return None
    low, high = SPOTS[kind][0 if part.turns else 1]
    heights = heights[int(low * len(heights)) : int(high * len(heights)) + 1]
    spots = np.zeros_like(figure)
    spots[heights] = figure[heights]
    rows, columns = np.nonzero(spots)
    if not len(rows):
        return None
    at = rng.integers(len(rows))
    length = part.length * long * rng.uniform(*LENGTHS[kind])
    scale = length / max(part.alpha.shape)
    stretch = STRETCH ** rng.uniform(-1, 1)
    high, wide = part.alpha.shape[0] * scale * stretch, part.alpha.shape[1] * scale / stretch
    size = max(2, round(wide)), max(2, round(high))
    mirrored = rng.random() < 0.5
    turn = np.radians(rng.uniform(-180, 180) if part.turns else rng.uniform(-HANGING, HANGING))
    alpha = np.asarray(Image.fromarray(part.alpha).resize(size)) > 128
    if mirrored:
        alpha = alpha[:, ::-1]
    inside = np.nonzero(alpha)
    if not len(inside[0]):
        return None
    top = inside[0] <= inside[0].min() + 0.1 * size[1]
    root = inside[1][top].mean(), inside[0][top].mean()  # x, y
    cos, sin = np.cos(turn), np.sin(turn)
    left, upper = float(columns[at]), float(rows[at])
    # From a place of the square to one of the part, as PIL wants it.
    place = (
        cos, sin, root[0] - cos * left - sin * upper,
        -sin, cos, root[1] + sin * left - cos * upper,
    )  # fmt: skip

    def put(picture, shrink=1):
        small = tuple(max(1, round(length / shrink)) for length in size)
        row, column = small[0] / size[0], small[1] / size[1]
        scales = row * shrink, row * shrink, row, column * shrink, column * shrink, column
        picture = Image.fromarray(picture).resize(small, kernel(shrink))
        if mirrored:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return np.asarray(
            picture.transform(
                tuple(length // shrink for length in spots.shape[::-1]),
                Image.Transform.AFFINE,
                tuple(one * scale for one, scale in zip(place, scales, strict=True)),
                Image.Resampling.BICUBIC,
            )
        )

    return put
