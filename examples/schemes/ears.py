"""Draw ears of drawn heads: of people, elves and animals; see `heads.py`."""

import numpy as np
from features import View
from marks import Mark
from shapes import HAIR, SKIN, smooth


def ears(rng, view: View) -> list[Mark]:
    """Draw ears; a face hides half of them."""
    long = rng.uniform(0.12, 0.4) if rng.random() < 0.1 else 0.0
    low, marks = rng.uniform(-0.36, -0.28) - 0.5 * view.nod, []
    for s in (-1, 1):
        near = 0.37 - s * 0.25 * view.turn
        if s * view.turn > 0.1:
            continue
        root = np.array([s * near, low])
        tip = root + (s * (0.085 + long), -0.1 - 0.35 * long)
        ear = smooth([root + (0, -0.1), tip, root + (s * 0.075, 0.02), root + (s * 0.01, 0.1)],
                     closed=True, steps=6)  # fmt: skip
        inner = smooth([root + (s * 0.02, -0.06), tip * 0.6 + 0.4 * root, root + (s * 0.03, 0.03)])
        marks.append(Mark(ear, SKIN, folds=(inner,), shaded=True))
    return marks


def animal_ears(rng, crown) -> list[Mark]:
    """Draw an animal's ears on a dome of hair: `crown` gives its point at an angle."""
    kind = rng.choice(["cat", "fox", "rabbit", "bear", "dog"], p=[0.45, 0.2, 0.15, 0.1, 0.1])
    long = {"cat": 0.26, "fox": 0.4, "rabbit": 0.75, "bear": 0.16, "dog": 0.3}[kind]
    long, wide = long * rng.uniform(0.8, 1.25), rng.uniform(0.11, 0.16)
    angle, lean, marks = rng.uniform(0.45, 0.75), rng.uniform(0.0, 0.4), []
    inside = rng.choice([SKIN, HAIR])
    for s in (-1, 1):
        root = crown(s * angle) * (0.9, 0.92)
        up = np.array([s * np.sin(lean + 0.2), -np.cos(lean + 0.2)])
        across, tip = np.array([-up[1], up[0]]), root + up * long
        if kind == "dog":
            tip = root + (s * 0.7 * long, 0.5 * long)
        bulge = {"rabbit": 0.75, "bear": 0.9, "dog": 0.9}.get(kind, 0.4)
        half = root + up * long * 0.55

        def ear(share, root=root, half=half, tip=tip, across=across, bulge=bulge):
            points = [root - across * wide, half - across * wide * bulge, tip,
                      half + across * wide * bulge, root + across * wide]  # fmt: skip
            centre = root * 0.6 + tip * 0.4
            return centre + share * (smooth(points, steps=6) - centre)

        marks.append(Mark(ear(1.0), HAIR, shaded=True))
        if kind != "dog":
            marks.append(Mark(ear(0.6), inside, shaded=True))
    return marks
