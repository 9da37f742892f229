"""Colour pictures to line art, or to side-by-side pairs, on disk.

Training draws its lines on the fly; this is for people who want to look at them or edit them
first. `train.py` reads the results: pairs as they are, and line art as the `images_bw/` beside an
`images_rgb/` that holds the colours.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from sgru_tf.errors import SgruError
from sgru_tf.files import write_image
from sgru_tf.folder import Job, Outcome, failure, plan, prepare_folder
from sgru_tf.images import read_colour
from sgru_tf.quiet import import_quietly
from sgru_tf.sources import LEAST_SIDE, draw_name

STYLES = ("clean", "random")
"""Even black lines on white to show to people; or the variety that training draws."""

MAX_DRAWN_PIXELS = 36_000_000
"""Largest picture that is drawn, in pixels: A4 at 600 dpi. Filtering takes 120 bytes a pixel."""


@dataclass(frozen=True)
class Recipe:
    """What is to be written for each picture.

    Attributes:
        pairs: side-by-side pairs instead of line art alone.
        style: one of STYLES.
        draws: versions of each picture, named by `sgru_tf.sources.draw_name`; each is a file.
        seed: of the random style; together with a picture's name and the number of the version
            it decides how it is drawn.
        size: longest side in pixels, to which larger pictures are shrunk; None keeps all sizes.
        overwrite: draw again what is there already.
    """

    pairs: bool = False
    style: str = "clean"
    draws: int = 1
    seed: int = 0
    size: int | None = None
    overwrite: bool = False


def plan_pictures(
    inputs: Sequence[Path], out: Path, *, recursive: bool = False
) -> tuple[list[Job], list[str], int]:
    """Find the pictures and name their results, as `sgru_tf.folder.plan` does.

    What lies in `out` is not looked at where `out` is inside one of the folders: it is what an
    earlier run has written.

    Args:
        inputs: files and folders.
        out: output folder.
        recursive: look into subfolders too.

    Returns:
        The jobs; a line for each input that is of no use; and how many pictures were passed over
        because this program made them.

    Raises:
        SgruError: `out` is one of the folders, so that results and pictures would mix.
    """
    target = out.resolve()
    folders = [given.resolve() for given in inputs if given.is_dir()]
    if target in folders:
        raise SgruError(f"{out}: holds the pictures themselves; give another folder for --out")
    jobs, problems, own = plan(inputs, out, recursive=recursive)
    if any(folder in target.parents for folder in folders):
        named = {given.resolve() for given in inputs if given.is_file()}
        kept = []
        for job in jobs:
            source = job.source.resolve()
            if source in named or target not in source.parents:
                kept.append(job)
        jobs, own = kept, own + len(jobs) - len(kept)
    return jobs, problems, own


def draw_jobs(jobs: Sequence[Job], out: Path, recipe: Recipe) -> Iterator[Outcome]:
    """Draw one picture after the other; a bad one does not stop the rest.

    Args:
        jobs: from `plan_pictures`.
        out: the output folder given there.
        recipe: what to write.

    Returns:
        An outcome for each job, "drawn" if any of its versions was drawn now, "skipped" or
        "failed".

    Raises:
        SgruError: TensorFlow is not installed.
    """
    sources = {job.source.resolve() for job in jobs}
    names = {(job.folder, job.stem.casefold()) for job in jobs}
    for job in jobs:
        results = [draw_name(job.stem, number + 1) for number in range(recipe.draws)]
        clash = [name for name in results[1:] if (job.folder, name.casefold()) in names]
        missing = {}
        for number, name in enumerate(results, start=1):
            path = job.folder / f"{name}.png"
            if recipe.overwrite or not path.exists() or path.resolve() in sources:
                missing[number] = path
        if not missing and not clash:
            yield Outcome(job, "skipped")
            continue
        # Not imported before there is a picture to draw: TensorFlow takes seconds to start.
        import_quietly("tensorflow")
        try:
            if clash:
                raise SgruError(
                    f"{job.source}: another picture is named {clash[0]}, as a version of this one "
                    "would be; rename it"
                )
            for path in missing.values():
                if path.resolve() in sources:
                    raise SgruError(
                        f"{job.source}: would replace the picture {path}; use another --out"
                    )
            _draw(job, missing, out, recipe)
        except Exception as error:  # an oversight of the program is one bad file too
            yield failure(job, error)
        else:
            yield Outcome(job, "drawn")


def read_art(path: Path, size: int | None = None) -> Image.Image:
    """Read a colour picture that is to be worked on at its full size.

    Args:
        path: of the picture.
        size: longest side in pixels, to which larger pictures are shrunk; None keeps all sizes.

    Returns:
        Picture of mode RGB.

    Raises:
        SgruError: it cannot be read, or has more than `MAX_DRAWN_PIXELS` then.
    """
    picture = read_colour(path)
    if size:
        picture.thumbnail((size, size), Image.Resampling.LANCZOS)
    width, height = picture.size
    if width * height > MAX_DRAWN_PIXELS:
        raise SgruError(
            f"{path}: {width} x {height} is more than {MAX_DRAWN_PIXELS // 10**6} megapixels; "
            "shrink it with --size"
        )
    return picture


def draw_lines(picture: Image.Image, style: str = "clean", key: str = "") -> Image.Image:
    """Draw the lines of a colour picture.

    Lengths grow with the square root of the size over 256 pixels, in both styles.

    Args:
        picture: mode RGB.
        style: one of STYLES.
        key: any text; decides how the random style draws.

    Returns:
        Picture of mode L and the same size, 0 = ink, 255 = paper.
    """
    import_quietly("tensorflow")
    import tensorflow as tf

    from sgru_tf.linework import draw_style, line_art

    array = np.asarray(picture)
    if style == "clean":
        lines = line_art(array, relative=True)
    else:
        digest = hashlib.sha256(key.encode("utf-8", "surrogateescape")).digest()
        seed = np.frombuffer(digest[:8], "<i4")
        # The two seeds of `random_line_art`, whose lengths would vanish in large pictures.
        style_seed, line_seed = tf.unstack(tf.random.split(seed, 2))
        lines = line_art(array, draw_style(style_seed), line_seed, relative=True)
    return Image.fromarray(np.rint(lines.numpy()[:, :, 0]).astype(np.uint8))


def side_by_side(colour: Image.Image, lines: Image.Image) -> Image.Image:
    """Put colours (left) and lines (right) together, each in the middle of a white square.

    Squares, because training takes a picture for a pair if it is exactly twice as wide as high.

    Args:
        colour: mode RGB.
        lines: mode L, of the same size.

    Returns:
        Picture of mode RGB, twice as wide as high; as high as the pictures' longest side.
    """
    width, height = colour.size
    side = max(colour.size)
    left, top = (side - width) // 2, (side - height) // 2
    pair = Image.new("RGB", (2 * side, side), "white")
    pair.paste(colour, (left, top))
    pair.paste(lines.convert("RGB"), (side + left, top))
    return pair


def _draw(job: Job, missing: dict[int, Path], out: Path, recipe: Recipe) -> None:
    picture = read_art(job.source, recipe.size)
    if recipe.pairs and max(picture.size) < LEAST_SIDE:
        raise SgruError(
            f"{job.source}: is too small for a pair, {picture.width} x {picture.height}; training "
            f"takes {LEAST_SIDE} pixels and more"
        )
    # The name within the folder, so that neither the machine nor other pictures play a part.
    inner = Path(os.path.relpath(job.folder, out), job.source.name).as_posix()
    for number, path in missing.items():
        # The first version is drawn as the only one is, so that more can be added to it.
        version = f"/{number}" if number > 1 else ""
        result = draw_lines(picture, recipe.style, f"{recipe.seed}/{inner}{version}")
        if recipe.pairs:
            result = side_by_side(picture, result)
        prepare_folder(job.folder)
        write_image(result, path)
