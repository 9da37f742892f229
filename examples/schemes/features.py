"""Draw faces of drawn heads: outline, eyes, brows, noses, mouths, glasses; see `heads.py`."""

import dataclasses

import numpy as np
from marks import EYES, INK, OTHER, WHITE, Mark, moved, stroke
from shapes import SKIN, bow, one_of, ring, smooth

EYE_KINDS = {"drawn": 0.78, "empty": 0.1, "dots": 0.04, "closed": 0.08}
MOUTHS = {"line": 0.3, "smile": 0.25, "open": 0.3, "cat": 0.06, "small": 0.09}
NOSES = {"none": 0.25, "dot": 0.25, "line": 0.35, "shade": 0.15}
ROUND = 0.62  # half of the breadth of the ball on which features lie


@dataclasses.dataclass(frozen=True)
class View:
    """How a head is seen: `turn` to the right, radians; `nod`, heads that features move down."""

    turn: float
    nod: float

    def on_face(self, points) -> np.ndarray:
        """Give where points, (N, 2), of a face from the front are seen."""
        x, y = np.asarray(points, float).T
        angle = np.arcsin((x / ROUND).clip(-0.95, 0.95)) + self.turn
        low = ((y + 0.05) / -0.3).clip(0, 1)  # the chin stays
        return np.stack([ROUND * np.sin(angle) - self.chin, y + self.nod * low], 1)

    @property
    def chin(self) -> float:
        """How far the chin moves to the right."""
        return 0.9 * ROUND * np.sin(self.turn)


def face_outline(rng, view: View) -> np.ndarray:
    """Draw the outline of a face, (N, 2)."""
    point, jaw = rng.uniform(0.03, 0.12), rng.uniform(0.2, 0.29)
    cheek, deep = rng.uniform(0.345, 0.4), rng.uniform(-0.14, -0.09)
    half = [(0, 0), (point, -0.012), (jaw, deep), (cheek, rng.uniform(-0.32, -0.24)),
            (cheek + 0.015, -0.48), (cheek - 0.02, -0.72), (0.2, -0.9), (0, -0.92)]  # fmt: skip
    half = np.array(half)
    sides = [half, half[-2:0:-1] * (-1, 1)]
    side = np.sign(view.turn)
    points = np.concatenate(sides)
    # Of a head that is turned the far cheek bulges, and the brow above it draws in.
    far = points[:, 0] * side > 0.2
    points[far & (np.abs(points[:, 1] + 0.48) < 0.05), 0] -= 0.2 * view.turn
    points[~far, 0] -= 0.12 * view.turn * (points[~far, 1] < -0.05)
    points[:, 0] += 0.35 * view.turn * (-points[:, 1] - 0.5).clip(-0.5, 0.1) + 0.17 * view.turn
    points[:, 0] -= points[0, 0]
    return smooth(points, closed=True, steps=8)


@dataclasses.dataclass(frozen=True)
class _Eye:
    """Eyes of a face: where the right one is, half its breadth, height above and below, slant."""

    x: float
    y: float
    wide: float
    up: float
    down: float
    slant: float

    def at(self, side, points):
        return np.asarray(points, float) * (side, 1) + (side * self.x, self.y)

    def lids(self, side):
        """Give the upper lid from the inner corner to the outer, and the lower one back."""
        a, up, down, slant = self.wide, self.up, self.down, self.slant
        upper = [(-a, 0.3 * down), (-0.8 * a, -0.45 * up), (-0.3 * a, -0.95 * up),
                 (0.3 * a, -0.95 * up), (0.8 * a, -0.5 * up + slant), (a, slant)]  # fmt: skip
        lower = [(a, slant), (0.75 * a, 0.75 * down), (0.1 * a, down), (-0.6 * a, 0.85 * down),
                 (-a, 0.3 * down)]  # fmt: skip
        return self.at(side, smooth(upper, steps=6)), self.at(side, smooth(lower, steps=6))


def face(rng, view: View, outline, look) -> tuple[list[Mark], list[Mark]]:
    """Draw a face: what hair may cover, and brows, which may be seen through it."""
    size, line = rng.uniform(0.75, 1.3), look.width
    eye = _Eye(rng.uniform(0.175, 0.205), rng.uniform(-0.4, -0.32), size * rng.uniform(0.09, 0.115),
               size * rng.uniform(0.055, 0.115), size * rng.uniform(0.045, 0.095),
               rng.uniform(-0.03, 0.03))  # fmt: skip
    marks = [Mark(outline, SKIN, shaded=True)]
    marks += _blush(rng, eye, line, look)
    marks += _nose(rng, line, look, eye) + _mouth(rng, line)
    marks += _eyes(rng, eye, line, look)
    if rng.random() < 0.08:
        marks += _glasses(rng, eye, line)
    lift, bend, mood = rng.uniform(0.04, 0.1), rng.uniform(-0.03, 0.06), rng.normal(0, 0.025)
    wide = line * rng.uniform(1, 3.5)
    brows = []
    for s in (-1, 1) if rng.random() < 0.9 else ():
        top = -eye.up - lift
        path = [(-0.08, top + mood), (0.0, top - bend), (0.1, top - 0.5 * mood + 0.3 * bend)]
        brows.append(stroke(eye.at(s, path), wide, rng.choice([[1, 0.8, 0.1], [0.3, 1, 0.2]])))

    def seen_on(mark):
        placed = moved(mark, view.on_face)
        return dataclasses.replace(placed, within=(*placed.within, outline))

    return [marks[0], *map(seen_on, marks[1:])], [seen_on(brow) for brow in brows]


def _eyes(rng, eye: _Eye, line: float, look) -> list[Mark]:
    kind = one_of(EYE_KINDS, rng)
    if kind == "dots":
        size = rng.uniform(0.015, 0.035) * np.array([1, rng.uniform(1, 2)])
        return [Mark(ring(eye.at(s, [(0, 0)])[0], size), INK, contour=()) for s in (-1, 1)]
    winks = rng.choice([-1, 1]) if rng.random() < 0.06 else 0
    if rng.random() < 0.08:
        eye = dataclasses.replace(eye, up=0.35 * eye.up)
    lash = max(line, rng.uniform(0.008, 0.042))
    style = {
        "kind": kind, "lash": lash, "wide": rng.uniform(0.5, 0.78), "tall": rng.uniform(0.85, 1.15),
        "gaze": rng.normal(0, 0.015, 2) * (1, 0.6), "pupil": rng.choice([0, 0.35, 0.5, 0.65]),
        "pupil_of": rng.choice([EYES, OTHER]), "tone": rng.random(), "lights": rng.integers(0, 4),
        "low": rng.choice([0.0, 0.5, 1.0]), "flick": rng.integers(0, 4),
        "bend": rng.choice([-1, 1]), "spot": rng.uniform(0.15, 0.4),
        "side": rng.choice([-1, 1]), "white": WHITE if rng.random() < 0.7 else (236, 238, 246),
        "crease": rng.random() < 0.4,
    }  # fmt: skip
    marks = []
    for s in (-1, 1):
        if kind == "closed" or s == winks:
            path = [(-eye.wide, 0), (0, style["bend"] * 0.6 * eye.up), (eye.wide, 0)]
            marks.append(stroke(eye.at(s, path), max(lash, 1.5 * line), (0.4, 1, 0.5)))
        else:
            marks += _open_eye(eye, s, line, look, style)
    return marks


def _open_eye(eye: _Eye, s, line: float, look, style) -> list[Mark]:
    upper, lower = eye.lids(s)
    opening = np.concatenate([upper, lower[1:-1]])
    marks = [Mark(opening, OTHER, style["white"], contour=())]
    size = np.array([style["wide"] * eye.wide, 0.55 * style["tall"] * (eye.up + eye.down)])
    middle = eye.at(s, [(0, 0.5 * (eye.down - eye.up))])[0] + style["gaze"]
    inside, colour = (opening,), np.array(look.colours[EYES])
    empty = style["kind"] == "empty"
    if empty:
        colour = 255 - 0.12 * (255 - colour)
    iris = ring(middle, size)
    marks.append(Mark(iris, EYES, tuple(colour), within=inside))
    if not empty:
        if style["tone"] < 0.6:
            top = middle - (0, 0.55 * size[1])
            marks.append(Mark(ring(top, size * (1, 0.9)), EYES, tuple(0.55 * colour), contour=(),
                              within=(opening, iris)))  # fmt: skip
        if style["tone"] < 0.3:
            low = middle + (0, 0.55 * size[1])
            marks.append(Mark(ring(low, size * (0.6, 0.3)), EYES, tuple(0.5 * colour + 127),
                              contour=(), within=(opening, iris)))  # fmt: skip
    if style["pupil"]:
        pupil = ring(middle, size * style["pupil"])
        surface, dark = (EYES, tuple(colour)) if empty else (style["pupil_of"], tuple(look.ink))
        marks.append(Mark(pupil, surface, dark, within=inside, contour=None if empty else ()))
    places = [(0.4 * style["side"], -0.45), (-0.4 * style["side"], 0.45), (0.1, 0.6)]
    for number in range(style["lights"]):
        at = middle + size * places[number]
        spot = size * style["spot"] * (1 if number == 0 else 0.55)
        marks.append(Mark(ring(at, spot), OTHER, (255, 255, 255), within=inside,
                          contour=None if empty else ()))  # fmt: skip
    lash = style["lash"]
    tip = upper[-1] + np.array([s * 0.25, -0.1]) * eye.wide
    over = [upper[0], *upper[4:-4:5], upper[-3], tip]
    marks.append(stroke(over, lash, (0.4, 0.8, 1, 1, 0.1)))
    for number in range(style["flick"]):
        root = upper[-4 - 4 * number]
        end = root + (s * (0.03 + lash), -0.03 - 0.01 * number)
        marks.append(stroke([root, (root + end) / 2 + (0, 0.006), end], lash, (1, 0.5, 0.1)))
    if style["low"]:
        keep = int(len(lower) * style["low"])
        marks.append(stroke(lower[:keep:3], 1.3 * line, (1, 0.8, 0.3)))
    if style["crease"]:
        crease = upper[6:-6:6] - (0, 0.02 + lash)
        marks.append(stroke(crease, line))
    return marks


def _nose(rng, line: float, look, eye: _Eye) -> list[Mark]:
    kind, y, side = one_of(NOSES, rng), rng.uniform(-0.25, -0.2), rng.choice([-1, 1])
    if kind == "dot":
        return [Mark(ring((0, y), (0.8 * line, 0.8 * line)), INK, contour=())]
    if kind == "line":
        path = [(0.01 * side, y - rng.uniform(0.02, 0.12)), (0.022 * side, y), (0, y + 0.01)]
        return [stroke(path, 1.2 * line)]
    if kind == "shade":
        dark = tuple(0.85 * np.array(look.colours[SKIN]))
        return [Mark(np.array([(0, y - 0.05), (0.02 * side, y), (-0.005, y + 0.01)]), SKIN, dark,
                     contour=())]  # fmt: skip
    return []


def _mouth(rng, line: float) -> list[Mark]:
    kind, y = one_of(MOUTHS, rng), rng.uniform(-0.15, -0.115)
    wide, bend = rng.uniform(0.03, 0.1), rng.uniform(0.01, 0.04)
    if kind == "small":
        return [stroke([(-0.025, y), (0, y - 0.01), (0.025, y)], 1.3 * line)]
    if kind == "cat":
        curve = [(-wide, y - 0.01), (-wide / 2, y + 0.015), (0, y), (wide / 2, y + 0.015)]
        return [stroke([*curve, (wide, y - 0.01)], 1.3 * line, (0.6, 1, 1, 0.6))]
    if kind in ("line", "smile"):
        bend = rng.uniform(-0.012, 0.012) if kind == "line" else bend
        return [stroke([(-wide, y - bend), (0, y + bend), (wide, y - bend)], 1.4 * line)]
    deep = rng.uniform(0.02, 0.075)
    edge = [(-wide, y - 0.015), (0, y), (wide, y - 0.015), (0.6 * wide, y + 0.7 * deep),
            (0, y + deep), (-0.6 * wide, y + 0.7 * deep)]  # fmt: skip
    if deep > 0.05:
        edge = [(x * 0.7, of) for x, of in edge]
    hole = smooth(edge, closed=True, steps=6)
    colour = tuple(rng.uniform((110, 30, 30), (230, 130, 120)))
    marks = [Mark(hole, OTHER, colour)]
    if rng.random() < 0.6:
        marks.append(Mark(ring((0, y + deep), (0.5 * wide, 0.45 * deep)), OTHER, (238, 150, 145),
                          within=(hole,), contour=()))  # fmt: skip
    if rng.random() < 0.3:
        top = np.array([(-wide, y - 0.03), (wide, y - 0.03), (wide, y + 0.013), (-wide, y + 0.013)])
        marks.append(Mark(top, OTHER, WHITE, within=(hole,), contour=()))
    return marks


def _blush(rng, eye: _Eye, line: float, look) -> list[Mark]:
    marks, kind = [], rng.random()
    skin, low = np.array(look.colours[SKIN]), eye.y + eye.down + 0.055
    pink = tuple(0.7 * skin + 0.3 * np.array([250, 120, 120]))
    for s in (-1, 1):
        if kind < 0.3:
            cheek = ring((s * 0.25, low), (0.07, 0.035))
            marks.append(Mark(cheek, SKIN, pink, contour=()))
        if 0.2 < kind < 0.42:
            for number in range(3):
                begin = np.array([s * 0.25 + 0.025 * (number - 1), low - 0.02])
                marks.append(stroke([begin, begin + (-0.02, 0.035)], line))
        if kind > 0.96:
            marks += [Mark(ring((s * 0.22 + x, low + y), (0.7 * line, 0.7 * line)), INK, contour=())
                      for x, y in rng.normal(0, 0.025, (4, 2))]  # fmt: skip
    return marks


def _glasses(rng, eye: _Eye, line: float) -> list[Mark]:
    size = np.array([rng.uniform(0.125, 0.16), rng.uniform(0.08, 0.14)])
    boxy, low, marks = rng.uniform(0.5, 1), eye.y + rng.uniform(0, 0.03), []
    for s in (-1, 1):
        angle = np.linspace(0, 2 * np.pi, 33)
        flat = np.stack([np.cos(angle), np.sin(angle)], 1)
        rim = (s * 0.185, low) + size * np.sign(flat) * np.abs(flat) ** boxy
        marks.append(stroke(rim, 1.5 * line, (1, 1, 1)))
        marks.append(stroke([(s * (0.185 + size[0]), low), (s * 0.42, low - 0.03)], line, (1, 1)))
    inner = 0.185 - size[0]
    return [*marks, stroke(bow((-inner, low), (inner, low), 0.2)[::2], line, (1, 1, 1))]
