"""What drawn heads are made of: marks, painted from the back to the front; see `heads.py`.

Lengths and places are those of `shapes.py`.
"""

import dataclasses

import numpy as np
from PIL import Image, ImageChops, ImageDraw
from shapes import smooth, tube

EYES, OTHER = 5, 6  # beside the surfaces of `shapes`: irises, and what keeps its colours
FRONT = 8  # is added to surfaces that lie before the body
INK = 0  # in place of a surface: a line, under which the surface stays what it was
WHITE = (252, 252, 252)
LIT = (255, 255, 254)  # stands for the colour of hair where light falls on it


@dataclasses.dataclass(frozen=True, eq=False)
class Mark:
    """A part of a head.

    Attributes:
        outline: (N, 2) float, closed.
        surface: What it is of: one of `shapes`, `EYES`, `OTHER` or `INK`.
        colour: RGB; None is that of its surface.
        folds: Lines on it, each (M, 2), cut off where it ends.
        contour: Its edge as far as a line is drawn there; None is all of it.
        within: Outlines beyond which nothing of it is seen.
        shaded: Whether a shadow may lie on it.
        behind: Whether it lies behind the body.
    """

    outline: np.ndarray
    surface: int
    colour: tuple | None = None
    folds: tuple = ()
    contour: tuple | None = None
    within: tuple = ()
    shaded: bool = False
    behind: bool = False


@dataclasses.dataclass(frozen=True)
class Look:
    """Colours by surface, RGB; of ink; width of lines, heads; light as in `dolls.Sheet`; shade."""

    colours: dict
    ink: tuple
    width: float
    light: tuple | None
    shade: float


def moved(mark: Mark, move) -> Mark:
    """Move all points of a mark by a function of (N, 2)."""
    return dataclasses.replace(
        mark,
        outline=move(mark.outline),
        folds=tuple(map(move, mark.folds)),
        contour=mark.contour and tuple(map(move, mark.contour)),
        within=tuple(map(move, mark.within)),
    )


def stroke(points, width: float, shape=(0.3, 1.0, 0.2), within=(), colour=None) -> Mark:
    """Draw a line that swells: through points, of a width where it is widest."""
    line = tube(points, 0.5 * width * np.asarray(shape, float), INK, steps=8)
    return Mark(line.outline, INK, colour, contour=(), within=tuple(within))


def lock(points, wide: float, surface: int, shape=(0.6, 1, 0.8, 0.4, 0.0), **more) -> Mark:
    """Draw a lock that tapers along points; no line is drawn where it begins."""
    piece = tube(points, wide * np.asarray(shape, float), surface, open_start=True, steps=8)
    return Mark(piece.outline, surface, contour=piece.contour, shaded=True, **more)


def zigzag(rng, notches, tips, bulge) -> np.ndarray:
    """Draw an edge from notch to tip to notch, (N + 1, 2) and (N, 2); its lines swerve."""
    edge = []
    for a, tip, b, out in zip(notches, tips, notches[1:], bulge, strict=False):
        bend = out * rng.uniform(0.5, 1.2, 2)
        for begin, end, by in ((a, tip, bend[0]), (tip, b, -bend[1])):
            way = np.subtract(end, begin)
            middle = np.add(begin, end) / 2 + by * np.array([way[1], -way[0]])
            edge.append(smooth([begin, middle, end], steps=6)[:-1])
    return np.concatenate([*edge, np.asarray(notches[-1], float)[None]])


def painted(marks, look: Look, high: float):
    """Paint marks.

    Args:
        marks: From the back to the front.
        look: Of all of them.
        high: Pixels of a head.

    Returns:
        RGB, (H, W, 3) uint8, white where nothing is; surfaces, (H, W) uint8; what of them lies
        behind the body, (H, W) bool; x, y of the chin.
    """
    times = 2 if high >= 200 else 3
    easel = _Easel(marks, look, high * times, times)
    for mark in marks:
        easel.lay(mark)
    rgb = np.array(easel.rgb.reduce(times))
    codes = np.asarray(easel.codes)[times // 2 :: times, times // 2 :: times]
    # What a smooth edge or a line covers beside a mark is of that mark.
    inked = rgb[..., 0] & rgb[..., 1] & rgb[..., 2] < 255
    for _ in range(2 + round(look.width * high)):
        bare = inked & (codes == 0)
        if not bare.any():
            break
        grown = codes.copy()
        for ahead, back in ((np.s_[1:], np.s_[:-1]), (np.s_[:, 1:], np.s_[:, :-1])):
            before = grown.copy()
            np.maximum(grown[ahead], before[back], out=grown[ahead])
            np.maximum(grown[back], before[ahead], out=grown[back])
        codes = np.where(bare, grown, codes)
    codes = np.where(inked & (codes == 0), OTHER + FRONT, codes).astype(np.uint8)
    rgb[codes == 0] = 255
    kind = codes % FRONT
    return rgb, kind, (codes > 0) & (codes < FRONT), tuple(easel.origin / times)


class _Easel:
    """Pictures on which marks are laid, and `codes`: the surface, plus `FRONT` before a body."""

    def __init__(self, marks, look: Look, scale: float, times: int):
        points = np.concatenate([mark.outline for mark in marks]) * scale
        edge = 2 * times + look.width * scale
        low, high = points.min(0) - edge, points.max(0) + edge
        low = times * np.floor(low / times)
        self.size = tuple((times * np.ceil((high - low) / times)).astype(int).tolist())
        self.origin, self._scale, self._look = -low, scale, look
        self.rgb, self.codes = Image.new("RGB", self.size, "white"), Image.new("L", self.size)
        self._pens = ImageDraw.Draw(self.rgb), ImageDraw.Draw(self.codes)
        self._width = max(1, round(look.width * scale))

    def lay(self, mark: Mark) -> None:
        look = self._look
        colour = mark.colour or (look.colours[mark.surface] if mark.surface else look.ink)
        code = int(mark.surface) + (0 if mark.behind else FRONT)
        contour = (_closed(mark.outline),) if mark.contour is None else mark.contour
        shaded = look.light is not None and mark.shaded
        mask = edges = None
        if mark.within or mark.folds or shaded:
            mask = self._filled(mark.outline, box := self._box(mark.outline))
        if mark.within:  # small, or a line
            inside = self._filled(mark.within[0], box)
            for outline in mark.within[1:]:
                inside = ImageChops.multiply(inside, self._filled(outline, box))
            mask = ImageChops.multiply(mask, inside)
            edges = ImageChops.multiply(self._lines(contour, box), inside) if contour else None
            self.rgb.paste(_whole(colour), box, mask)
            if mark.surface:
                self.codes.paste(code, box, mask)
        else:
            self._pens[0].polygon(self._flat(mark.outline), fill=_whole(colour))
            if mark.surface:
                self._pens[1].polygon(self._flat(mark.outline), fill=code)
        if shaded:
            lit = self._filled(mark.outline + look.light, box)
            dark = _whole(np.multiply(colour, look.shade))
            self.rgb.paste(dark, box, ImageChops.subtract(mask, lit))
        if mark.folds:
            folds = ImageChops.multiply(self._lines(mark.folds, box), mask)
            self.rgb.paste(_whole(look.ink), box, folds)
        if edges:
            self.rgb.paste(_whole(look.ink), box, edges)
        elif not mark.within:
            self._draw(self._pens[0], contour, (0, 0), _whole(look.ink))

    def _box(self, outline):
        points = self.origin + self._scale * outline
        low = np.floor(points.min(0) - self._width).astype(int).clip(0)
        high = np.minimum(np.ceil(points.max(0) + self._width).astype(int) + 1, self.size)
        return (*low.tolist(), *high.tolist())

    def _flat(self, outline, corner=(0, 0)):
        return (self.origin - corner + self._scale * outline).ravel().tolist()

    def _filled(self, outline, box):
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        ImageDraw.Draw(mask).polygon(self._flat(outline, box[:2]), fill=255)
        return mask

    def _lines(self, lines, box):
        mask = Image.new("L", (box[2] - box[0], box[3] - box[1]))
        self._draw(ImageDraw.Draw(mask), lines, box[:2], 255)
        return mask

    def _draw(self, pen, lines, corner, colour):
        for line in lines:
            pen.line(self._flat(line, corner), fill=colour, width=self._width, joint="curve")


def _closed(outline):
    return np.concatenate([outline, outline[:1]])


def _whole(colour):
    return tuple(int(of) for of in np.clip(colour, 0, 255))
