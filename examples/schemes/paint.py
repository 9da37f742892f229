"""Paint figures in nine schemes at once: what `tune.py` beside this file learns from.

    python examples/schemes/paint.py OUT --poses POSES docs/repaint/live2d.json \\
        --figures FIGURES docs/repaint/figures.json \\
        --seeded SCENES docs/repaint/scenes_seeds.json --faces FACES docs/repaint/faces_seeds.json

POSES are those of `examples/live2d/poses.mjs`, FIGURES and their seeds those of
`examples/repaint_figures.py`; the many seeds of SCENES, and of FACES, which are close-ups, are
those of `seeded.py`. Models of which only heads can be told apart (`heads_only`) are left out. For
the schemes and the files that are written see `nine.py`; arms and locks that were drawn alone
become NAME.part.npz, see `loose.py`.
Look at what it paints: of figures told apart by their colours some have an arm in the colour of a
shirt, which `--leave` leaves out.

A sketch does not tell which of two fabrics was the dark one, or which shirt was white; and whoever
learns both from one sketch paints patches. So which colour goes where is decided by what a sketch
does tell: the first for what is worn above the waist and for dresses, the second for skirts,
trousers and stockings, and for ribbons and trimmings. White stays where there is little of it.
"""

import json
import sys
from functools import partial
from pathlib import Path

import click
import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "live2d"))

from loose import pieces
from nine import FIRST, HAIR, IRIS, LEAST, SECOND, run_all, write
from paint import POSE, cut, head_box, whole_box
from parts import Rule, find_sleeve, find_surfaces, skin_tone
from repaint_figures import find_parts, soft
from seeded import surfaces_of

from sgru_tf.errors import SgruError
from sgru_tf.folder import prepare_folder
from sgru_tf.prepare import read_art

LONG = 1200  # pixels of a pose's long side where its surfaces are told apart
TRIMMING = 0.15  # of all that is worn above the waist: less of a fabric is a trimming


def worn(surfaces, below):
    """Tell what of the clothes has the first colour and what the second.

    Args:
        surfaces: `parts.Surfaces`.
        below: (H, W) bool: under the waist.

    Returns:
        Of each piece its place in a scheme, and where it is, (H, W) bool.
    """
    fabrics = [*surfaces.fabrics, surfaces.white]
    above = sum(int((fabric & ~below).sum()) for fabric in fabrics)
    everything = sum(int(fabric.sum()) for fabric in fabrics)
    pieces = []
    for fabric in fabrics:
        is_white, size = fabric is surfaces.white, int(fabric.sum())
        if size <= LEAST or (is_white and size < TRIMMING * everything):
            continue
        share = (fabric & below).sum() / size
        low = fabric & (below if 0.2 <= share <= 0.7 else share > 0.7)
        high = fabric & ~low
        trimming = high.sum() < TRIMMING * above
        if not (is_white and trimming):
            pieces.append((SECOND if trimming else FIRST, high))
        pieces.append((SECOND, low))
    return pieces


def paint_pose(file: Path, turn: int, kinds, rules, out: Path) -> None:
    """Write the figure and the head of one pose of Live2D."""
    name, number = POSE.fullmatch(file.name).group("name", "number")
    rule, rng = rules.get(name, Rule()), np.random.default_rng([turn, 9])
    shown = np.asarray(Image.open(file.with_suffix(".parts.png")).convert("L"))
    rgb, shown = cut(np.asarray(read_art(file)), shown, whole_box(shown), LONG)
    rows = np.where(shown.any(1))[0]
    height = (np.arange(len(shown)) - rows[0]) / (rows[-1] - rows[0])
    surfaces = find_surfaces(rgb, shown, kinds, rule, rng)
    below = np.broadcast_to(height[:, None] > rule.waist, shown.shape)
    skin = (shown == kinds.index("neck") + 1) | (height < rule.bare_above)[:, None]
    skin &= shown != kinds.index("hair") + 1
    pieces = [(place, piece & ~skin) for place, piece in worn(surfaces, below)]
    pieces = [(HAIR, surfaces.hair), *pieces, (IRIS, surfaces.iris)]
    pieces = [(place, soft(piece)) for place, piece in pieces if piece.sum() > LEAST]
    write(rgb, pieces, out / f"{name}.{number}.figure.npz")
    box = head_box(shown == kinds.index("face") + 1, rng.uniform(0.95, 1.6))
    head, parts = rgb, []
    for place, piece in pieces:
        head, part = cut(rgb, np.rint(255 * piece).astype("u1"), box, LONG)
        parts.append((place, part / 255))
    write(head, parts, out / f"{name}.{number}.head.npz")


def paint_loose(file: Path, kinds, rules, out: Path) -> None:
    """Write the arms and the locks of one pose that were drawn alone.

    White sleeves are left out: pasted over dresses, they teach white holes in these.
    """
    name, number = POSE.fullmatch(file.name).group("name", "number")
    rule = rules.get(name, Rule())
    shown = np.asarray(Image.open(file.with_suffix(".parts.png")).convert("L"))
    tone = skin_tone(np.asarray(read_art(file)), shown == kinds.index("face") + 1)
    rows = np.where(shown.any(1))[0]
    long = int(np.ptp(rows))
    for drawn in sorted(file.parent.glob(f"{name}.{number}.*.png")):
        kind = drawn.name.split(".")[2]
        if kind == "parts":
            continue
        picture = np.asarray(Image.open(drawn))
        for place, box in enumerate(pieces(picture[..., 3], long)):
            rgb, alpha = np.split(picture[box], [3], axis=-1)
            alpha, mask = alpha[..., 0], alpha[..., 0] > 24
            is_lock = kind == "locks"
            surface = skin = mask
            if not is_lock:
                surface, skin, white = find_sleeve(rgb, mask, tone, rule)
                alpha = np.where(white, 0, alpha)
            surfaces = [(HAIR if is_lock else FIRST, soft(surface))] if surface.any() else []
            target = out / f"{name}.{number}.{kind}{place}.part.npz"
            told = {"length": max(mask.shape) / long, "turns": not is_lock}
            told["bare"] = skin.sum() / mask.sum()
            write(rgb, surfaces, target, alpha=alpha, **told)


def paint_figure(file: Path, seeds, out: Path) -> None:
    """Write one figure whose surfaces its seeds tell."""
    rgb = np.asarray(read_art(file))
    size = rgb.shape[1::-1]
    surfaces = [
        (place, np.asarray(Image.fromarray(np.rint(255 * mask).astype("u1")).resize(size)) / 255)
        for place, mask in enumerate(find_parts(rgb, seeds).values())
    ]
    write(rgb, surfaces, out / f"{file.stem}.figure.npz")


def paint_seeded(file: Path, seeds, out: Path, kind: str = "seeded") -> None:
    """Write one picture whose surfaces many seeds tell apart."""
    rgb, surfaces = surfaces_of(np.asarray(read_art(file)), seeds)
    surfaces = [(place, mask) for place, mask in surfaces if (mask > 0.5).sum() > LEAST]
    write(rgb, surfaces, out / f"{file.stem}.{kind}.npz")


FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--poses", type=(FOLDER, FILE), multiple=True, help="Poses, and rules of models.")
@click.option("--figures", type=(FOLDER, FILE), multiple=True, help="Figures, and their seeds.")
@click.option("--seeded", type=(FOLDER, FILE), multiple=True, help="Pictures, and many seeds each.")
@click.option("--faces", type=(FOLDER, FILE), multiple=True, help="Close-ups, and many seeds each.")
@click.option("--sown", type=(FOLDER, FILE), multiple=True, help="Close-ups, and seeds of sow.py.")
@click.option("--leave", multiple=True, help="Names of pictures, as 'a_01*', to leave out.")
def main(out, poses, figures, seeded, faces, sown, leave):
    """Paint POSES, FIGURES, SEEDED pictures, FACES and SOWN ones in nine schemes each, to OUT."""
    tasks = []
    try:
        prepare_folder(out)
        for folder, rules in poses:
            kinds = json.loads((folder / "parts.json").read_text())
            given = {name: Rule(**rule) for name, rule in json.loads(rules.read_text()).items()}
            files = [file for file in sorted(folder.glob("*.png")) if POSE.fullmatch(file.name)]
            files = [
                file for file in files if not given.get(file.name.split(".")[0], Rule()).heads_only
            ]
            for turn, file in enumerate(files):
                tasks.append((paint_pose, file, turn, kinds, given, out))
                tasks.append((paint_loose, file, kinds, given, out))
        by_seeds = (
            (paint_figure, figures),
            (paint_seeded, seeded),
            (partial(paint_seeded, kind="face"), faces),
            (partial(paint_seeded, kind="sown"), sown),
        )
        for paint_one, pictures in by_seeds:
            for folder, seeds in pictures:
                listed = json.loads(seeds.read_text()).items()
                tasks += [(paint_one, folder / name, given, out) for name, given in listed]
        tasks = [task for task in tasks if not any(task[1].match(name) for name in leave)]
    except (SgruError, OSError, AttributeError, TypeError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    run_all(tasks, "pictures", out)


if __name__ == "__main__":
    main()
