"""Paint the poses of Live2D figures in many colours: figures, heads, and heads with empty eyes.

    node examples/live2d/poses.mjs CORE.js POSES 12 NAME=MODEL.json ...
    python examples/live2d/paint.py POSES docs/repaint/live2d.json OUT
    python train.py ART RUN --extra OUT/figures 0.17 --extra OUT/heads 0.09 --extra OUT/hollow 0.08

Whole figures with bare arms and legs are what collections of faces lack; and here it is known to
the pixel what is hair. Each is painted in the hair and the clothes of `repaint_figures.PALETTES`
and with irises of another colour; skin, whites, black and lines stay. The first pose of three is
also kept as it was drawn.

OUT/hollow holds pairs, in images_bw and images_rgb: the same heads with line art in which the
irises are bare paper, as many artists leave them; and in `bare` what is left bare (255), for
`examples/gpu`, which draws its own lines.
"""

import functools
import json
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click
import numpy as np
from PIL import Image, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from parts import Rule, find_surfaces
from repaint_figures import PALETTES, dyed, soft, usual_lightness

from sgru_tf.cores import usable_cores
from sgru_tf.errors import SgruError
from sgru_tf.files import write_image
from sgru_tf.folder import prepare_folder
from sgru_tf.gamut import rgb_of
from sgru_tf.metrics import lab
from sgru_tf.prepare import read_art
from sgru_tf.terminal import FileProgress

IRISES = (
    "#3f6fb5", "#7a4a2b", "#3f8f5f", "#8a4fb0", "#b5453f", "#c8952f", "#3a9aa5", "#5b5f75",
)  # fmt: skip
SIDES = {"figures": 900, "heads": 512}  # pixels of the long side at most
DRAWN = 3  # poses of a model that are kept in its own colours, too
LEAST_IRIS = 150  # pixels; of closed eyes there is less
POSE = re.compile(r"(?P<name>[^.]+)\.(?P<number>\d+)\.png")


def paint(rgb, surfaces, hair: str, iris: str) -> np.ndarray:
    """Paint a figure, (H, W, 3) uint8; `hair` is a key of `PALETTES`, `iris` a colour."""
    space = lab(rgb)
    painted = space.copy()

    def put(mask, colour):
        share = soft(mask)[..., None]
        return painted + share * (dyed(space, usual_lightness(space, mask), colour) - space)

    painted = put(surfaces.hair, hair)
    first, second = PALETTES[hair]
    for mask, colour in zip(surfaces.fabrics, (first, second, second), strict=False):
        painted = put(mask, colour)
    eyes = surfaces.iris & (space[..., 0] < 88)
    if surfaces.iris.sum() > 40:
        usual = usual_lightness(space, eyes)
        painted += soft(eyes)[..., None] * (dyed(space, usual, iris) - painted)
    return rgb_of(painted)


def whole_box(shown):
    """Where the figure is, and a little paper: left, top, right, bottom."""
    rows, columns = np.where(shown > 0)
    margin = int(0.03 * len(shown))
    return (
        columns.min() - margin,
        rows.min() - margin,
        columns.max() + margin,
        rows.max() + margin,
    )


def head_box(face, wide: float):
    """Head and shoulders, as a square: left, top, right, bottom; `wide` is 0.95 to 1.5."""
    rows, columns = np.where(face)
    high = np.ptp(rows)
    side = int(max(high * 2.6, 1.3 * high + 1.2 * np.ptp(columns)) * wide)
    left, top = int(columns.mean()) - side // 2, int(rows.mean()) - int(side * 0.5)
    return left, top, left + side, top + side


def cut(rgb, shown, box, long: int):
    """Cut a box out of a pose and its parts, with paper where it reaches over the edge."""
    size = box[2] - box[0], box[3] - box[1]
    scale = min(1, long / max(size))
    small = round(size[0] * scale), round(size[1] * scale)

    def cut_one(pixels, mode, paper, resampling):
        sheet = Image.new(mode, size, paper)
        sheet.paste(Image.fromarray(pixels), (-box[0], -box[1]))
        return np.asarray(sheet.resize(small, resampling))

    return (
        cut_one(rgb, "RGB", "white", Image.Resampling.LANCZOS),
        cut_one(shown, "L", 0, Image.Resampling.NEAREST),
    )


def paint_pose(file: Path, turn: int, kinds, rules, draws: int, out: Path) -> None:
    """Write the figures and heads of one pose, and the parts of the heads.

    Args:
        file: The pose; its parts lie beside it.
        turn: Its number among all poses, which decides its colours.
        kinds: Names of the parts, as in parts.json.
        rules: A `Rule` by the name of a model, where it has one.
        draws: So many colourings of a figure, and of its head.
        out: Where to.

    Raises:
        SgruError: a file cannot be read or written.
    """
    name, number = POSE.fullmatch(file.name).group("name", "number")
    rule = rules.get(name, Rule())
    rgb = np.asarray(read_art(file))
    shown = np.asarray(Image.open(file.with_suffix(".parts.png")).convert("L"))
    rng = np.random.default_rng([turn, 9])
    face = shown == kinds.index("face") + 1
    boxes = {"figures": whole_box(shown), "heads": head_box(face, rng.uniform(0.95, 1.5))}
    hairs = list(PALETTES)
    for kind, box in boxes.items():
        picture, parts = cut(rgb, shown, box, SIDES[kind])
        if kind == "heads":
            write_image(Image.fromarray(parts), out / "parts" / f"{name}.{number}.png")
        for draw in range(draws):
            made, as_drawn = picture, draw == 0 and int(number) < DRAWN
            if kind == "figures" and rule.heads_only and not as_drawn:
                continue
            if not as_drawn:
                hair = hairs[(turn * draws + draw + 5 * (kind == "heads")) % len(hairs)]
                iris = IRISES[int(rng.integers(len(IRISES)))]
                surfaces = find_surfaces(picture, parts, kinds, rule, rng)
                made = paint(picture, surfaces, hair, iris)
            write_image(Image.fromarray(made), out / kind / f"{name}.{number}.{draw}.png")


def hollow_eyes(out: Path, kinds) -> int:
    """Draw the heads with empty irises, as pairs, and tell how many there are."""
    import tensorflow as tf

    from sgru_tf.linework import draw_style, line_art

    written = 0
    for index, file in enumerate(sorted((out / "heads").glob("*.png"))):
        parts = np.asarray(Image.open(out / "parts" / (file.name.rsplit(".", 2)[0] + ".png")))
        iris = parts == kinds.index("iris") + 1
        if iris.sum() < LEAST_IRIS:
            continue
        rgb = read_art(file)
        # Solid black would fill what is to be empty.
        style = draw_style(tf.constant([index, 77]))._replace(fill=0.0)
        art = line_art(np.asarray(rgb), style, tf.constant([index, 78]), relative=True)
        mask = Image.fromarray(np.where(iris, 255, 0).astype("u1"))
        shrink = int(np.random.default_rng([index, 3]).choice([5, 7, 9]))
        mask = mask.filter(ImageFilter.MaxFilter(3)).filter(ImageFilter.MinFilter(shrink))
        mask = mask.filter(ImageFilter.GaussianBlur(1))
        share = np.asarray(mask, np.float32) / 255
        art = np.asarray(art)[..., 0] * (1 - share) + share * float(style.paper)
        sketch = Image.fromarray(np.clip(art, 0, 255).astype("u1"))
        write_image(sketch, out / "hollow" / "images_bw" / file.name)
        write_image(rgb, out / "hollow" / "images_rgb" / file.name)
        write_image(mask, out / "hollow" / "bare" / file.name)
        written += 1
    return written


def _painted(task, kinds, rules, draws, out) -> str | None:
    """Paint one pose in a process of its own, and tell what went wrong, if anything."""
    turn, file = task
    try:
        paint_pose(file, turn, kinds, rules, draws, out)
    except (SgruError, OSError, ValueError) as error:
        return f"{file}: {error}"
    return None


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("poses", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("rules", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--draws", type=click.IntRange(min=1), default=4, help="Colourings of a pose.")
def main(poses, rules, out, draws):
    """Paint the POSES that poses.mjs drew, to OUT/figures, OUT/heads and OUT/hollow.

    RULES is JSON: by the name of a model what its colours do not tell; see parts.py.
    """
    files = [file for file in sorted(poses.glob("*.png")) if POSE.fullmatch(file.name)]
    if not files:
        raise click.ClickException(f"{poses}: holds no poses; poses.mjs makes them")
    try:
        kinds = json.loads((poses / "parts.json").read_text())
        given = {name: Rule(**rule) for name, rule in json.loads(rules.read_text()).items()}
        pairs = ("hollow/images_bw", "hollow/images_rgb", "hollow/bare")
        for folder in ("figures", "heads", "parts", *pairs):
            prepare_folder(out / folder)
    except (AttributeError, TypeError, ValueError) as error:
        raise click.ClickException(f"{rules}: holds no rules as --help says; {error}") from error
    except (SgruError, OSError) as error:
        raise click.ClickException(str(error)) from error
    progress, failed = FileProgress(len(files)), 0
    work = functools.partial(_painted, kinds=kinds, rules=given, draws=draws, out=out)
    with ProcessPoolExecutor(usable_cores()) as pool:
        for problem in pool.map(work, enumerate(files)):
            progress.show(skipped=problem is not None)
            if problem:
                progress.clear()
                click.echo(f"failed: {problem}", err=True)
                failed += 1
    progress.clear()
    empty = hollow_eyes(out, kinds)
    click.echo(f"poses {len(files) - failed}, failed {failed}, empty eyes {empty} -> {out}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
