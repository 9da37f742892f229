"""Draw arms, hands and legs, and what covers them closely; see `bodies.py`."""

import numpy as np
from shapes import FIRST, SECOND, SKIN, Piece, folds_in, one_of, tube

SHARP = np.radians(72)  # a limb bent more is drawn as two tubes: one would cross itself
# Of each pose of an arm: the corners between which the wrist is, x away from the body's middle;
# where the elbow tends to, x and y; and the layer.
ARMS = {
    "hanging": ((0.5, 1.55), (0.95, 1.95), (1, 0), "beside"),
    "behind": ((0.05, 1.2), (0.3, 1.5), (1, 0), "behind"),
    "akimbo": ((0.36, 1.2), (0.5, 1.55), (1, 0), "beside"),
    "folded": ((-0.4, 0.85), (-0.1, 1.1), (1, 1), "before"),
    "hugging": ((-0.3, 0.6), (0.0, 1.3), (1, 1), "before"),
    "at face": ((0.0, -0.15), (0.45, 0.3), (1, 1), "before"),
    "at breast": ((0.02, 0.55), (0.14, 0.95), (1, 1), "before"),
    "over skirt": ((-0.12, 1.5), (0.2, 1.95), (1, 0), "before"),
    "waving": ((0.6, -0.7), (1.15, 0.2), (1, 1), "before"),
    "raised": ((0.4, -1.4), (1.4, -0.1), (1, 0), "before"),
    "behind head": ((0.1, -0.6), (0.35, -0.2), (1, -1), "behind"),
    "out": ((1.1, 0.2), (1.9, 1.3), (0, 1), "beside"),
    "forward": ((0.25, 0.5), (0.9, 1.1), (1, 1), "before"),
}
HOW_OFTEN = dict.fromkeys(ARMS, 1.0) | {
    "hanging": 2.2, "over skirt": 1.4, "behind": 1.6, "at face": 1.6, "raised": 1.4,
    "waving": 1.6,
}  # fmt: skip
BENT = {"folded", "hugging", "at face", "at breast", "waving", "raised", "behind head",
        "over skirt"}  # fmt: skip
LEGS = {
    "standing": 3, "apart": 1, "crossed": 1, "bent": 1, "kneeling": 0.7, "sitting": 1,
    "walking": 1, "aside": 0.6,
}  # fmt: skip


class Limb:
    """A limb of two parts, which bends where they meet.

    Args:
        joints: Its begin, its joint and its end, (3, 2).
        widths: Half of its width at its begin, half-way to its joint, there, and so on.

    `joints` and `widths` are kept. A place on it is 0 at its begin, 1 at the joint, 2 at the end.
    """

    def __init__(self, joints, widths):
        self.joints, self.widths = np.asarray(joints, float), np.asarray(widths, float)
        first, second = np.diff(self.joints, axis=0)
        turn = np.arctan2(first[0] * second[1] - first[1] * second[0], first @ second)
        self._sharp = abs(turn) > SHARP
        self.ways = [way / max(np.hypot(*way), 1e-6) for way in (first, second)]

    def at(self, place: float) -> np.ndarray:
        """Give the point of a place."""
        return np.array([np.interp(place, (0, 1, 2), of) for of in self.joints.T])

    def wide(self, place: float) -> float:
        """Give half of the width at a place."""
        return float(np.interp(place, np.linspace(0, 2, 5), self.widths))

    def part(self, begin, end, surface: int, loose=(1.0, 1.0), folds=(), **how) -> list[Piece]:
        """Draw it, or what covers it, from a place to a place.

        Args:
            begin: Where; may be under 0.
            end: Where to.
            surface: What it is of.
            loose: How much wider than the limb at even distances.
            folds: Lines on it.
            **how: As of `tube`.
        """
        if self._sharp and begin < 0.9 and end > 1.1:
            at_joint = np.interp((1 - begin) / (end - begin), np.linspace(0, 1, len(loose)), loose)
            head, tail = how.pop("caps", (0.0, 0.0))
            upper = self._one(begin, 1, surface, (loose[0], at_joint), folds, caps=(head, 1.0))
            how["open_start"] = True
            lower = self._one(
                1, end, surface, (at_joint, loose[-1]), folds, caps=(0.0, tail), **how
            )
            return [upper, lower]
        return [self._one(begin, end, surface, loose, folds, **how)]

    def _one(self, begin, end, surface, loose, folds, **how) -> Piece:
        places = np.linspace(begin, end, 3)
        if begin < 0.85 and end > 1.15:
            places = np.array([begin, (begin + 1) / 2, 1, (1 + end) / 2, end])
        even = np.linspace(begin, end, max(5, len(loose)))
        widths = [self.wide(place) for place in even]
        widths = widths * np.interp(even, np.linspace(begin, end, len(loose)), loose)
        path = [self._on_line(place) for place in places]
        return tube(path, widths, surface, folds, steps=8, **how)

    def _on_line(self, place: float):
        if place < 0:
            return self.joints[0] + place * (self.joints[1] - self.joints[0])
        return self.at(place)


def bent_limb(rng, root, end, lengths, aside, widths) -> Limb:
    """Find the joint of a limb whose ends are known.

    Args:
        rng: numpy Generator.
        root: Where it begins.
        end: Where it ends, or beyond.
        lengths: Of its two parts, as they are where neither points to the viewer.
        aside: The joint is where this, x and y, points to.
        widths: As of `Limb`.
    """
    root, end, lengths = (np.asarray(of, float) for of in (root, end, lengths))
    far = max(np.hypot(*(end - root)), 0.2)
    if far > 0.98 * lengths.sum():
        end = root + (end - root) * 0.98 * lengths.sum() / far
        far = 0.98 * lengths.sum()
    lengths = lengths * min(1.0, far * rng.uniform(1.05, 1.9) / lengths.sum())
    way = (end - root) / far
    base = (far**2 + lengths[0] ** 2 - lengths[1] ** 2) / (2 * far)
    height = np.sqrt(max(lengths[0] ** 2 - base**2, 0.0))
    across = np.array([-way[1], way[0]])
    across *= 1 if across @ np.asarray(aside) >= 0 else -1
    return Limb([root, root + base * way + height * across, end], widths)


def arm(rng, side: int, shoulder: float, pose: str, thick: float):
    """Draw a bare arm in a pose of `ARMS`: give it, its pieces and those of its hand."""
    low, high, aside, _ = ARMS[pose]
    end, root = rng.uniform(low, high) * (side, 1), (side * (shoulder - 0.1), 0.37)
    widths = thick * np.array([1, 1.02, 0.82, 0.8, 0.55])
    lengths, size = rng.uniform((0.7, 0.65), (0.92, 0.88)), 0.62 * thick
    if pose == "forward":
        widths, size = widths * np.linspace(1, rng.uniform(1.3, 1.9), 5), 1.1 * thick
        lengths *= rng.uniform(0.5, 0.8)
    limb = bent_limb(rng, root, end, lengths, np.multiply(aside, (side, 1)), widths)
    way = limb.ways[1]
    if rng.random() < 0.5:
        turn = rng.normal(0, 0.5)
        way = np.array([way[0] * np.cos(turn) - way[1] * np.sin(turn),
                        way[0] * np.sin(turn) + way[1] * np.cos(turn)])  # fmt: skip
    hand = _hand(rng, limb.joints[2], way, size)
    skin = limb.part(0, 2, SKIN, open_end=True, caps=(0.6, 0.0))
    return limb, skin, hand


def _hand(rng, wrist, way, wide: float) -> list[Piece]:
    across = np.array([-way[1], way[0]]) * rng.choice([-1, 1])
    if rng.random() < 0.15:  # a fist
        end = wrist + 2.2 * wide * way
        return [tube([wrist, (wrist + end) / 2, end], wide * np.array([0.9, 1.3, 1]), SKIN, (),
                     caps=(0.0, 0.7))]  # fmt: skip
    long = wide / 0.08
    knuckles = wrist + 0.15 * long * way
    palm = tube([wrist - 0.03 * way, knuckles], [0.8 * wide, 1.1 * wide], SKIN, (), True, True)
    curl, spread, pieces = rng.uniform(0, 0.8), rng.uniform(0.0, 0.5), []
    for finger in range(4):
        place = (finger - 1.5) / 1.5
        root = knuckles + 0.75 * wide * place * across - 0.02 * way
        turn = way + spread * place * across
        reach = long * rng.uniform(0.12, 0.18)
        tip = root + reach * turn * (1 - 0.4 * curl) + 0.1 * long * curl * across
        bend = (root + tip) / 2 + 0.03 * long * curl * turn
        width = wide * np.array([0.32, 0.32, 0.2])
        pieces.append(tube([root, bend, tip], width, SKIN, caps=(0, 1), open_start=True, steps=5))
    thumb = wrist + 0.05 * long * way + 0.8 * wide * across
    end = thumb + long * (0.09 * way + rng.uniform(0.02, 0.1) * across)
    ball = tube([thumb, end], wide * np.array([0.36, 0.24]), SKIN, caps=(0, 1), open_start=True)
    return [*pieces, palm, ball]


def legs(rng, hip: float, stout: float, trousers: bool, heavy: bool) -> list[Piece]:
    """Draw legs, bare, in stockings or in trousers.

    Args:
        rng: numpy Generator.
        hip: Half of its width.
        stout: How much thicker than usual the legs are.
        trousers: Whether trousers cover them; else stockings or socks may.
        heavy: Whether they wear boots.
    """
    pose = one_of(LEGS, rng)
    covered = one_of({"bare": 4, "socks": 3, "stockings": 3, "tights": 1}, rng)
    short, loose = rng.random() < 0.4, rng.uniform(1.1, 1.9)
    limbs = [_leg(rng, side, hip, stout, pose) for side in rng.permutation([-1, 1])]
    above = rng.uniform(0.25, 0.75)
    shod = heavy or covered != "bare" or rng.random() < 0.7
    pieces = []
    for limb in limbs:
        pieces += _foot(rng, limb, shod)
        pieces += limb.part(0, 2, SKIN)
        if trousers:
            end = rng.uniform(0.35, 1.2) if short else 1.95
            wide = (1.12, 1.12, loose if short else rng.uniform(1.0, loose) + 0.2)
            folds = folds_in(rng, 6, limb.at(1) - 0.3, limb.at(1) + 0.3)
            pieces += limb.part(-0.1, end, SECOND, wide, folds, caps=(0, 0.2))
        elif covered == "tights":
            pieces += limb.part(-0.05, 2, SECOND, (1.02, 1.03, 1.05))
        elif covered == "stockings":
            pieces += limb.part(above, 2, SECOND, (1.06, 1.05, 1.1), caps=(-0.2, 0))
        elif covered == "socks":
            pieces += limb.part(1 + above, 2, SECOND, (1.1, 1.1, 1.2), caps=(-0.2, 0))
        if heavy:
            top = rng.uniform(1.1, 1.6)
            pieces += limb.part(top, 2.02, SECOND, (1.3, 1.2, 1.5), caps=(-0.3, 0.3))
    return pieces


def _leg(rng, side: int, hip: float, stout: float, pose: str) -> Limb:
    root = np.array([side * 0.5 * hip, 1.9])
    knee = (side * rng.uniform(0.16, 0.36), rng.uniform(2.85, 3.1))
    ankle = (side * rng.uniform(0.1, 0.4), rng.uniform(3.85, 4.15))
    raised = side == 1
    if pose == "apart":
        knee, ankle = (side * rng.uniform(0.4, 0.7), 2.9), (side * rng.uniform(0.6, 1.1), 3.9)
    elif pose == "crossed":
        knee, ankle = (side * 0.08, 2.95), (-side * rng.uniform(0.1, 0.3), 3.95)
    elif pose == "bent" and raised:
        knee = rng.uniform((0.2, 2.3), (0.8, 2.7))
        ankle = np.add(knee, rng.uniform((-0.5, 0.4), (0.1, 0.9)))
    elif pose == "walking" and raised:
        knee = (rng.uniform(0.0, 0.5), 2.85)
        ankle = np.add(knee, rng.uniform((-0.2, 0.5), (0.4, 0.9)))
    elif pose == "kneeling":
        knee = (side * rng.uniform(0.25, 0.5), rng.uniform(2.4, 2.75))
        ankle = np.add(knee, (side * rng.uniform(0.1, 0.5), rng.uniform(-0.25, 0.1)))
    elif pose == "sitting":
        knee = (side * rng.uniform(0.15, 0.55), rng.uniform(2.15, 2.5))
        ankle = np.add(knee, (side * rng.uniform(-0.2, 0.3), rng.uniform(0.8, 1.05)))
    elif pose == "aside":
        knee = (rng.uniform(0.6, 1.0), 2.1 + 0.15 * side + rng.uniform(0, 0.2))
        ankle = np.add(knee, (-rng.uniform(0.4, 0.9), rng.uniform(0.25, 0.45)))
    widths = stout * np.array([0.52 * hip / stout, 0.235, 0.165, 0.17, 0.085])
    if pose in ("sitting", "kneeling"):
        widths[1:3] *= 1.1
    return Limb([root, knee, ankle], widths)


def _foot(rng, limb: Limb, shod: bool) -> list[Piece]:
    ankle, way = limb.joints[2], limb.ways[1]
    toe = ankle + 0.2 * way + (rng.normal(0, 0.09), 0.1)
    surface = SECOND if shod else SKIN
    size = limb.widths[4] * np.array([1.05, 1.25, 1.0])
    path = [ankle - 0.03 * way, ankle + 0.08 * way, toe]
    return [tube(path, size, surface, caps=(0.2, 0.8))]


def gloves(rng, limb: Limb) -> list[Piece]:
    """Draw a glove without its fingers, up to anywhere under the shoulder."""
    begin = rng.uniform(0.6, 1.7)
    return limb.part(begin, 2, SECOND, (1.12, 1.08, 1.15), caps=(-0.2, 0.2))


def sash(rng, limb: Limb) -> list[Piece]:
    """Draw a band around an arm."""
    begin = rng.uniform(0.4, 1.8)
    return limb.part(begin, begin + 0.12, one_of_two(rng), (1.15, 1.15), caps=(-0.2, 0.2))


def one_of_two(rng) -> int:
    """Draw a colour of clothes."""
    return FIRST if rng.random() < 0.5 else SECOND
