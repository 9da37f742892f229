"""Draw lines on clothes that are no folds: stripes, buttons, pockets, prints; see `bodies.py`."""

import numpy as np
from shapes import ring, smooth


def printed(rng, end: float) -> list[np.ndarray]:
    """Draw lines on a shirt that reaches down to `end`; mostly none."""
    kind, lines = rng.random(), []
    if kind < 0.06:
        for high in np.arange(rng.uniform(0.4, 0.6), end, rng.uniform(0.08, 0.25)):
            lines.append(smooth([(-1.5, high - 0.05), (0.0, high + 0.05), (1.5, high - 0.05)]))
    elif kind < 0.13:
        place, size = rng.uniform((-0.1, 0.75), (0.1, 1.0)), rng.uniform(0.08, 0.22, 2)
        lines.append(_closed(ring(place, size)))
        if rng.random() < 0.6:
            corners = ring(place, 0.7 * size, rng.uniform(0, 3), int(rng.integers(3, 7)))
            lines.append(_closed(corners))
    elif kind < 0.2:
        lines.append(np.array([(0.0, 0.2), (0.0, end + 0.2)]))
        for high in np.arange(0.45, end, rng.uniform(0.14, 0.3)):
            lines.append(_closed(ring((0.04, high), (0.02, 0.02), points=8)))
    elif kind < 0.25:
        sides = (-1, 1) if rng.random() < 0.5 else (1,)
        low, wide = rng.uniform(0.75, 1.4), rng.uniform(0.08, 0.14)
        for s in sides:
            box = np.array([(-wide, -wide), (wide, -wide), (wide, wide), (0, 1.3 * wide),
                            (-wide, wide)])  # fmt: skip
            lines.append(_closed(box + (0.25 * s, low)))
    return lines


def _closed(outline) -> np.ndarray:
    return np.concatenate([outline, outline[:1]])
