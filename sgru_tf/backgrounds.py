"""Put figures on white paper: find the plain background of a picture, and paint it white.

Face crops have painted backgrounds, sketches have none: a network that has learnt from faces alone
paints fog where an artist left paper. Uint8 RGB (H, W, 3) in and out; numpy and Pillow.

A background is what is smooth, touches the upper part of the frame, keeps away from the middle,
where the figure is, and has not the colour of what is above the middle: hair that touches the
frame. What is found on too little of the frame is left alone: better no cut than half a cut.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from sgru_tf.errors import SgruError
from sgru_tf.files import write_image
from sgru_tf.folder import Job, Outcome, failure, prepare_folder
from sgru_tf.prepare import read_art

# All in pixels of a picture whose long side is this.
SIDE = 128
# Steps between neighbours, in grey levels, up to which a surface is smooth.
SMOOTH = 4.5
# Smallest surface, in pixels, and its least length along the frame.
AREA, TOUCH = 40, 4
# Grey levels by which a background differs from the hair, where lightness counts so much: a lock in
# shade is darker, but of the same colour.
APART, LIGHTNESS = 18, 0.4
# Least share of the picture, and of the frame's upper part, that has to be background.
SHARE, FRAME = 0.10, 0.6
WHITE = 255


def plain_background(rgb: np.ndarray) -> np.ndarray | None:
    """Find the background of a picture with one figure in its middle.

    Args:
        rgb: (H, W, 3) uint8.

    Returns:
        (h, w) bool at a long side of 128, or None if there is no plain background.
    """
    scale = SIDE / max(rgb.shape[:2])
    size = [max(16, round(side * scale)) for side in rgb.shape[1::-1]]
    small = Image.fromarray(rgb).resize(size, Image.Resampling.BOX)
    colours = np.asarray(small, np.float32)
    height, width = colours.shape[:2]
    smooth = _steps(np.asarray(small.filter(ImageFilter.GaussianBlur(0.8)), np.float32)) < SMOOTH

    down, along = np.mgrid[0:height, 0:width]
    middle = ((along / width - 0.5) / 0.24) ** 2 + ((down / height - 0.49) / 0.37) ** 2 < 1
    crown = colours[height // 50 : height // 4, int(0.38 * width) : int(0.62 * width)]
    hair = np.median(crown.reshape(-1, 3), axis=0)

    labels = Image.fromarray(np.where(smooth, 1, 0).astype(np.int32), "I")
    edge = [(x, 0) for x in range(width)]
    edge += [(x, y) for y in range(int(0.8 * height)) for x in (0, width - 1)]
    found = np.zeros((height, width), bool)
    label = 1
    for spot in edge:
        if labels.getpixel(spot) != 1:
            continue
        label += 1
        ImageDraw.floodfill(labels, spot, label)
        region = np.asarray(labels) == label
        touch = sum(region[y, x] for x, y in edge)
        if touch < TOUCH or region.sum() < AREA:
            continue
        in_middle = (region & middle).sum() > 0.02 * region.sum() + 5
        if in_middle or _apart(colours[region].mean(axis=0), hair) < APART:
            continue
        found |= region
    corner = int(0.27 * width)
    upper = [found[0, :corner], found[0, -corner:]]
    upper += [found[: height // 2, 0], found[: height // 2, -1]]
    if found.mean() < SHARE or np.concatenate(upper).mean() < FRAME:
        return None
    return found


def _apart(one, other) -> float:
    lighter = np.mean(one - other)
    return np.hypot(LIGHTNESS * lighter, np.abs(one - other - lighter).max())


def _steps(colours):
    """Largest step to a neighbour over the channels, (h, w), in grey levels."""
    slopes = np.gradient(colours, axis=(0, 1))
    return np.hypot(*slopes).max(axis=-1)


def on_paper(rgb: np.ndarray) -> np.ndarray | None:
    """Paint the plain background of a picture white.

    Args:
        rgb: (H, W, 3) uint8.

    Returns:
        The picture, in the same shape, or None if it has no plain background.
    """
    found = plain_background(rgb)
    if found is None:
        return None
    mask = Image.fromarray(np.where(found, WHITE, 0).astype(np.uint8))
    # Closes cracks, then goes up to the outline itself.
    mask = mask.filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.MinFilter(3))
    mask = mask.resize(rgb.shape[1::-1], Image.Resampling.BICUBIC)
    share = np.asarray(mask.filter(ImageFilter.GaussianBlur(0.6)), np.float32)[..., None] / WHITE
    return np.rint(rgb * (1 - share) + WHITE * share).astype(np.uint8)


def with_room(rgb: np.ndarray, room: float) -> np.ndarray:
    """Put a picture on a larger sheet of white paper, in the middle of its lower edge.

    There a bust stands as figures do, and a face is as small as in the drawing of a whole figure.

    Args:
        rgb: (H, W, 3) uint8.
        room: So many times as wide and high is the sheet; 1 or more.

    Returns:
        The sheet, uint8.
    """
    height, width = rgb.shape[:2]
    sheet = np.full((round(height * room), round(width * room), 3), WHITE, np.uint8)
    left = (sheet.shape[1] - width) // 2
    sheet[sheet.shape[0] - height :, left : left + width] = rgb
    return sheet


def cut_jobs(
    jobs: Sequence[Job], size: int | None = None, overwrite: bool = False, room: float = 1.0
) -> Iterator[Outcome]:
    """Write one picture after the other on white paper; a bad one does not stop the rest.

    Args:
        jobs: from `sgru_tf.prepare.plan_pictures`.
        size: longest side in pixels, to which larger pictures are shrunk; None keeps all sizes.
        overwrite: write again what is there already.
        room: see `with_room`.

    Returns:
        An outcome for each job: "cut", "without" a plain background, for which nothing is
        written, "skipped" or "failed".
    """
    sources = {job.source.resolve() for job in jobs}
    for job in jobs:
        path = job.folder / f"{job.stem}.png"
        try:
            if path.resolve() in sources:
                raise SgruError(
                    f"{job.source}: would replace the picture {path}; use another --out"
                )
            if path.exists() and not overwrite:
                yield Outcome(job, "skipped")
                continue
            cut = on_paper(np.asarray(read_art(job.source, size)))
            if cut is not None:
                prepare_folder(job.folder)
                write_image(Image.fromarray(with_room(cut, room)), path)
        except Exception as error:  # an oversight of the program is one bad file too
            yield failure(job, error)
        else:
            yield Outcome(job, "without" if cut is None else "cut")
