"""Set the heads of Live2D figures, and drawn ones, on drawn bodies, painted in nine schemes.

    python examples/schemes/dolls.py OUT --poses POSES docs/repaint/live2d.json
    python examples/schemes/dolls.py OUT --drawn 1000

Of the few figures that may be used the heads are as varied as a network needs, but not the bodies;
so each head gets bodies, clothes, hats and long hair of `bodies.py`: whole figures, and such as end
where the paper ends, at the thighs or under the breast. Poses are of few models, so others are
drawn (`heads.py`), each with one body. OUT/NAME.N.D.doll.npz, where NAME is "drawn" if its head is,
is a file of `nine.py`, and may lie in one folder with what `paint.py` writes.
"""

import json
import sys
from pathlib import Path

import click
import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "live2d"))

import shapes
from bodies import draw_body
from heads import Head, draw_head, resized
from marks import EYES
from nine import FIRST, HAIR, IRIS, SECOND, SIDE, run_all, write
from paint import POSE, cut, whole_box
from parts import Rule, find_surfaces, skin_tone
from repaint_figures import blurred

from sgru_tf.errors import SgruError
from sgru_tf.folder import prepare_folder
from sgru_tf.gamut import rgb_of
from sgru_tf.prepare import read_art

LONG = 1200  # pixels of a pose's long side where its surfaces are told apart
PLACES = {shapes.HAIR: HAIR, shapes.FIRST: FIRST, shapes.SECOND: SECOND}
HEAD = ("hair", "face", "brow", "lid", "iris")
ENDS = (  # how often; heads below the chin
    (0.13, 0.8, 1.6),
    (0.23, 1.7, 2.6),
    (0.44, 2.6, 4.2),
    (0.2, 4.2, 4.9),
)
LOOSE_BEHIND = 0.5  # of the heads: hair below the chin lies behind the body
WIDTH = (0.7, 1.7)  # of lines, pixels of a picture whose long side is `SIDE`
SHADED, SHADE = 0.6, 0.84  # of the dolls have shadows; how bright these are
FAR = 1.5  # heads to either side: room for hair at most
ABOVE = 1.5  # heads above the chin: room for a hat
LARGEST = 480  # pixels of a head at most
DRAWN = 320  # pixels of a head that is drawn
TALL = 1000  # pixels of the long side at most, before it is shrunk to `SIDE`


def read_head(file: Path, kinds, rule: Rule, rng) -> Head:
    """Cut the head out of a pose of Live2D.

    Args:
        file: The pose; its parts lie beside it.
        kinds: Names of the parts, as in parts.json.
        rule: Of the model.
        rng: numpy Generator.

    Raises:
        SgruError: the pose shows no face.
    """
    shown = np.asarray(Image.open(file.with_suffix(".parts.png")).convert("L"))
    rgb, shown = cut(np.asarray(read_art(file)), shown, whole_box(shown), LONG)
    number = {kind: place + 1 for place, kind in enumerate(kinds)}
    face = shown == number["face"]
    if not face.any():
        raise SgruError(f"{file}: shows no face")
    surfaces = find_surfaces(rgb, shown, kinds, rule, rng)
    rows, columns = np.nonzero(face)
    head = np.isin(shown, [number[kind] for kind in HEAD])
    # Mouths, whites of eyes and glasses are of no kind that is known.
    inside = shown[: rows.max(), columns.min() : columns.max()]
    head[: rows.max(), columns.min() : columns.max()] |= (inside > 0) & (inside != number["arm"])
    label = np.zeros(shown.shape, np.uint8)
    for fabric in [*surfaces.fabrics, surfaces.white]:
        label[fabric & head] = shapes.SECOND
    label[surfaces.hair] = shapes.HAIR
    label[surfaces.iris] = EYES
    without_specks = Image.fromarray(label).filter(ImageFilter.ModeFilter(5))
    label = np.where(head, np.asarray(without_specks), 0).astype(np.uint8)
    chin = float(columns[rows > rows.max() - 0.1 * np.ptp(rows)].mean()), float(rows.max())
    middle = head[:, int(columns.min()) : int(columns.max())].any(1)
    high = chin[1] - float(np.flatnonzero(middle)[0])
    skin = rgb_of(skin_tone(rgb, face)[None])[0].astype(float)
    return Head(rgb, label, head & (label == 0), chin, high, skin)


class Sheet:
    """Paper on which pieces and a head are laid, each over those before it.

    Args:
        shape: Height and width, pixels.
        origin: x, y of the chin.
        high: Pixels of a head.
        colours: (5, 3) float RGB of the surfaces of `shapes`.
        ink: RGB of lines.
        width: Of lines, pixels.
        light: Where light comes from: x, y, heads, by which a shadow is narrower than its piece;
            None for none.

    `rgb` is (H, W, 3) uint8 on white, `label` (H, W) uint8: what a pixel is of, 0 for paper.
    """

    def __init__(self, shape, origin, high: float, colours, ink, width: int, light):
        self.rgb = np.full((*shape, 3), 255, np.uint8)
        self.label = np.zeros(shape, np.uint8)
        self._origin, self._high = np.asarray(origin, float), high
        self._colours, self._ink, self._width, self._light = colours, ink, width, light

    def lay(self, piece: shapes.Piece) -> None:
        """Lay a piece of a body."""
        contour = piece.contour or (np.concatenate([piece.outline, piece.outline[:1]]),)
        box = self._box(np.concatenate([piece.outline, *contour]))
        rgb, label = self.rgb[box], self.label[box]
        if not label.size:
            return
        filled = self._filled(piece.outline, box)
        inside = np.asarray(filled) > 0
        colour = self._colours[piece.surface]
        label[inside], rgb[inside] = piece.surface, colour
        if self._light is not None:
            bright = np.asarray(self._filled(piece.outline + self._light, box)) > 0
            rgb[inside & ~bright] = SHADE * colour
        folds = ImageChops.multiply(self._lines(piece.folds, box), filled)
        rgb[np.asarray(ImageChops.lighter(self._lines(contour, box), folds)) > 0] = self._ink

    def lay_head(self, head: Head, which) -> None:
        """Lay what of a head, which has the sheet's scale, is in `which`, (H, W) bool."""
        shift = np.rint(self._origin - head.chin).astype(int)
        rows, columns = np.nonzero(which & ((head.label > 0) | head.other))
        high, wide = self.label.shape
        y, x = rows + shift[1], columns + shift[0]
        seen = (y >= 0) & (y < high) & (x >= 0) & (x < wide)
        rows, columns, y, x = (of[seen] for of in (rows, columns, y, x))
        self.rgb[y, x] = head.rgb[rows, columns]
        self.label[y, x] = np.where(head.label > 0, head.label, shapes.SKIN)[rows, columns]

    def _box(self, points):
        """Rows and columns of the sheet that points and lines through them take."""
        points = self._origin + self._high * points
        low = (points.min(0) - self._width).astype(int).clip(0)
        right, bottom = (points.max(0) + self._width + 2).astype(int).clip(0)
        return slice(low[1], bottom), slice(low[0], right)

    def _pixels(self, points, box):
        begin = box[1].start, box[0].start
        return [tuple(point) for point in self._origin - begin + self._high * points]

    def _filled(self, outline, box):
        mask = Image.new("L", self.label[box].shape[::-1])
        ImageDraw.Draw(mask).polygon(self._pixels(outline, box), fill=255)
        return mask

    def _lines(self, strokes, box):
        sheet = Image.new("L", self.label[box].shape[::-1])
        pen = ImageDraw.Draw(sheet)
        for stroke in strokes:
            pen.line(self._pixels(stroke, box), fill=255, width=self._width, joint="curve")
        return sheet


def draw_doll(head: Head, rng):
    """Set a head on a body: give the picture, (H, W, 3) uint8, and its surfaces, see `nine.py`."""
    # Heads that are drawn come with their hats.
    body = draw_body(rng, with_hat=head.behind is None)
    end, left, right = _frame(body, rng)
    if head.behind is not None:  # hair that was drawn stands out far
        seen = head.label[: round(head.chin[1] + end * head.high)].any(0).nonzero()[0]
        sides = (seen[[0, -1]] - head.chin[0]) / head.high
        left, right = min(left, max(sides[0], -FAR)), max(right, min(sides[1], FAR))
    high = min(TALL / max(end + ABOVE, right - left), LARGEST)
    head = resized(head, high)
    shape = round((end + ABOVE) * high), round((right - left) * high)
    sheet = Sheet(shape, (-left * high, ABOVE * high), high, *_look(head, max(shape), rng))
    hanging = head.behind
    if hanging is None:
        below = np.arange(len(head.label)) > head.chin[1]
        hanging = (head.label == shapes.HAIR) & below[:, None]
        if rng.random() >= LOOSE_BEHIND:
            hanging[:] = False
    for piece in body["behind"]:
        sheet.lay(piece)
    sheet.lay_head(head, hanging)
    for piece in body["beneath"]:
        sheet.lay(piece)
    sheet.lay_head(head, ~hanging)
    for piece in body["before"]:
        sheet.lay(piece)
    masks = [(PLACES[surface], sheet.label == surface) for surface in PLACES]
    masks.append((IRIS, sheet.label == EYES))
    return sheet.rgb, [(place, blurred(mask)) for place, mask in masks if mask.any()]


def _frame(body, rng):
    """Where the paper ends: below, left and right, in heads."""
    shares, low, high = zip(*ENDS, strict=True)
    kind = rng.choice(len(ENDS), p=shares)
    end = rng.uniform(low[kind], high[kind])
    points = np.concatenate([piece.outline for listed in body.values() for piece in listed])
    shown = points[points[:, 1] < end, 0]
    return end, min(shown.min() - 0.1, -0.8), max(shown.max() + 0.1, 0.8)


def _look(head: Head, long: int, rng):
    """Colours, ink, width of lines and light of a sheet."""
    colours = np.zeros((5, 3))
    colours[shapes.SKIN] = head.skin
    of_hair = head.label == shapes.HAIR
    colours[shapes.HAIR] = np.median(head.rgb[of_hair], axis=0) if of_hair.any() else 90
    colours[shapes.FIRST], colours[shapes.SECOND] = rng.uniform(100, 250, (2, 3))
    light = rng.choice([-1, 1]) * rng.uniform(0.02, 0.08), rng.uniform(-0.05, 0.0)
    width = max(1, round(rng.uniform(*WIDTH) * long / SIDE))
    ink = rng.uniform(0, 70, 3)
    return colours, ink, width, light if rng.random() < SHADED else None


def make_dolls(file: Path, turn: int, kinds, rules, draws: int, out: Path) -> None:
    """Write the dolls of one pose."""
    name, number = POSE.fullmatch(file.name).group("name", "number")
    rng = np.random.default_rng([turn, 31])
    head = read_head(file, kinds, rules.get(name, Rule()), rng)
    for draw in range(draws):
        rgb, surfaces = draw_doll(head, rng)
        write(rgb, surfaces, out / f"{name}.{number}.{draw}.doll.npz")


def make_drawn(file: Path, number: int) -> None:
    """Write a doll with a drawn head, that of a number, to a file."""
    rng = np.random.default_rng([number, 32])
    write(*draw_doll(draw_head(rng, DRAWN), rng), file)


FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command(context_settings={"help_option_names": ["-h", "--help"], "show_default": True})
@click.argument("out", type=click.Path(file_okay=False, path_type=Path))
@click.option("--poses", type=(FOLDER, FILE), default=None, help="Poses, and rules of models.")
@click.option("--draws", type=click.IntRange(min=1), default=5, help="Bodies for each of POSES.")
@click.option("--drawn", type=click.IntRange(min=0), default=0, help="Dolls with drawn heads.")
def main(out, poses, draws, drawn):
    """Draw bodies under the heads of POSES and DRAWN heads, painted in nine schemes, to OUT."""
    if not poses and not drawn:
        raise click.ClickException("nothing to draw: give --poses, --drawn or both")
    tasks = []
    try:
        prepare_folder(out)
        if poses:
            folder, rules = poses
            kinds = json.loads((folder / "parts.json").read_text())
            given = {name: Rule(**rule) for name, rule in json.loads(rules.read_text()).items()}
            files = [file for file in sorted(folder.glob("*.png")) if POSE.fullmatch(file.name)]
            tasks = [
                (make_dolls, file, turn, kinds, given, draws, out)
                for turn, file in enumerate(files)
            ]
    except (SgruError, OSError, AttributeError, TypeError, ValueError) as error:
        raise click.ClickException(str(error)) from error
    tasks += [(make_drawn, out / f"drawn.{turn}.0.doll.npz", turn) for turn in range(drawn)]
    run_all(tasks, "heads", out)


if __name__ == "__main__":
    main()
