"""Draw skirts from short to floor-length, and what lies on them; see `bodies.py`."""

import numpy as np
from shapes import FIRST, SECOND, Piece, frill, one_of, tube

# Of each length: how often; the lowest and highest end; half the hem's width, as low and high.
LENGTHS = {
    "mini": (0.17, (1.95, 2.5), (0.7, 1.45)),
    "knee": (0.25, (2.5, 3.1), (0.8, 2.0)),
    "long": (0.2, (3.1, 3.9), (0.85, 2.3)),
    "floor": (0.17, (3.9, 4.6), (0.9, 2.6)),
    "spread": (0.18, (2.2, 3.0), (1.3, 2.3)),
    "tight": (0.03, (2.1, 4.0), (0.45, 0.65)),
}
CUTS = {"bell": (0.4, 0.75), "straight": (0.9, 1.1), "flared": (1.3, 2.2)}  # powers of its flare
# Real skirts often have few lines, and then look to a network like paper.
PLEATED = {"none": 0.35, "few": 0.4, "hem": 0.12, "many": 0.13}


class Cloth:
    """Cloth that hangs from a waist, as a surface: across from -1 to 1, down from 0 to 1."""

    def __init__(self, rng, waist: float):
        shares = {name: row[0] for name, row in LENGTHS.items()}
        _, ends, hems = LENGTHS[one_of(shares, rng)]
        self._waist, self._top, self._end = waist, rng.uniform(1.1, 1.4), rng.uniform(*ends)
        self._flare = max(rng.uniform(*hems) - waist, 0.25)
        self._power = rng.uniform(*CUTS[one_of({name: 1 for name in CUTS}, rng)])
        self._wind = rng.normal(0, 0.12) if rng.random() < 0.7 else rng.normal(0, 0.6)
        self._skew, self._sag = rng.normal(0, 0.08), rng.uniform(0.02, 0.16)
        high = rng.uniform(0.0, 0.06) if rng.random() < 0.6 else rng.uniform(0.06, 0.2)
        self._waves = high, rng.uniform(2, 13), rng.uniform(0, 6)
        self._fine = rng.uniform(0, 0.03), rng.uniform(8, 20), rng.uniform(0, 6)

    def at(self, across, down, turn: float = 0.0) -> np.ndarray:
        """Give points, (N, 2); `turn` shifts the waves of its hem."""
        u, t = np.broadcast_arrays(np.asarray(across, float), np.asarray(down, float))
        deep = t.clip(0)
        wide = self._waist + self._flare * deep**self._power
        high, often, phase = self._waves
        swing = often * u + phase + turn
        waves = high * np.sin(swing) + self._fine[0] * np.sin(self._fine[1] * u + self._fine[2])
        x = u * wide * (1 + self._skew * u) + self._wind * deep**1.6
        x = x + 0.5 * high * np.cos(swing) * deep**2
        y = self._top + t * (self._end - self._top) + self._sag * (1 - u**2) * deep
        y = y + waves * deep**1.5 - 0.25 * abs(self._wind) * deep**2
        return np.stack([x, y], 1)

    def layer(self, begin, end, surface: int, span=(-1.0, 1.0), folds=(), turn=0.0,
              seamless: bool = False) -> Piece:  # fmt: skip
        """Draw it from a depth to a depth, across a span; no line is above it if seamless."""
        across, down = np.linspace(*span, 60), np.linspace(begin, end, 14)
        sides = [self.at(span[1], down, turn), self.at(span[0], down[::-1], turn)]
        rims = self.at(across, begin, turn), self.at(across, end, turn)[::-1]
        outline = np.concatenate([rims[0], sides[0], rims[1], sides[1]])
        contour = (np.concatenate([sides[0], rims[1], sides[1]]),) if seamless else None
        return Piece(outline, surface, tuple(folds), contour)

    def band(self, high: float) -> Piece:
        """Draw a band around its waist."""
        upper = np.stack([np.linspace(-1.06, 1.06, 9) * self._waist, np.full(9, self._top)], 1)
        upper[:, 1] += self._sag * (1 - np.linspace(-1, 1, 9) ** 2) - 0.02
        return Piece(np.concatenate([upper, upper[::-1] + (0, high)]), SECOND)

    def pleats(self, rng, how: str, end: float = 1.0) -> list[np.ndarray]:
        """Draw lines down it, `how` is of `PLEATED`."""
        count = {"none": 0, "few": rng.integers(1, 6), "hem": rng.integers(4, 14)}
        lines, many = [], rng.integers(8, 26)
        for place in rng.uniform(-0.95, 0.95, count.get(how, 0)):
            begin = rng.uniform(0.6, 0.9) if how == "hem" else rng.choice([0.0, 0.1, 0.5])
            last = end * (1.05 if how == "hem" else rng.uniform(0.6, 1.05))
            down = np.linspace(begin * end, last, 12)
            lines.append(self.at(place + rng.normal(0, 0.05) * (down - begin) ** 2, down))
        for place in np.linspace(-0.95, 0.95, many if how == "many" else 0):
            lines.append(self.at(place, np.linspace(0, 1.05 * end, 12)))
        if rng.random() < 0.06 and how != "none":
            for down in np.arange(0.1, end, rng.uniform(0.08, 0.25)):
                lines.append(self.at(np.linspace(-1, 1, 40), down))
        return lines


def skirt(rng, waist: float, surface: int) -> tuple[list[Piece], list[Piece]]:
    """Draw a skirt: what of it is behind the legs, and the rest.

    Args:
        rng: numpy Generator.
        waist: Half of its width.
        surface: `FIRST` for that of a dress.
    """
    # What trims a skirt has its colour, or it could not be told from a dress.
    cloth, other = Cloth(rng, 1.05 * waist), SECOND
    how, kind = one_of(PLEATED, rng), rng.random()
    behind, pieces = [], []
    if rng.random() < 0.4:
        inside = other if rng.random() < 0.4 else surface
        behind.append(cloth.layer(0.3, rng.uniform(0.93, 1.03), inside, turn=rng.uniform(1.5, 4.5)))
    if kind < 0.18:
        tiers = rng.integers(2, 5)
        trim = other if rng.random() < 0.35 else surface
        for tier in range(tiers, 0, -1):
            of = trim if (tiers - tier) % 2 == 0 else surface
            folds = cloth.pleats(rng, how, tier / tiers)
            pieces.append(cloth.layer(0, tier / tiers, of, folds=folds, turn=0.7 * tier))
    elif kind < 0.3:
        pieces.append(cloth.layer(0, 1, other, folds=cloth.pleats(rng, how)))
        if rng.random() < 0.5:
            gap, end = rng.uniform(0.05, 0.5), rng.uniform(0.6, 1.0)
            for span in ((-1.04, -gap), (gap, 1.04)):
                pieces.append(cloth.layer(0, end, surface, span))
        else:
            end = rng.uniform(0.45, 0.85)
            folds = cloth.pleats(rng, how, end)
            pieces.append(cloth.layer(0, end, surface, (-1.05, 1.05), folds, turn=1.0))
    else:
        seamless = surface == FIRST and rng.random() < 0.5
        folds = cloth.pleats(rng, how)
        pieces.append(cloth.layer(0, 1, surface, folds=folds, seamless=seamless))
        if kind < 0.44:
            begin = rng.uniform(0.8, 0.93)
            pieces.append(cloth.layer(begin, rng.choice([1.0, begin + 0.06]), other))
    edge = cloth.at(np.linspace(-1, 1, 40), 0.97)
    if rng.random() < 0.16:
        pieces.insert(0, frill(rng, edge, (0, 1), rng.uniform(0.08, 0.2), other))
    if surface == FIRST and rng.random() < 0.25:
        pieces += _apron(rng, cloth)
    if rng.random() < 0.3:
        pieces.append(cloth.band(rng.uniform(0.04, 0.16)))
    return behind, pieces


def _apron(rng, cloth: Cloth) -> list[Piece]:
    wide, end = rng.uniform(0.4, 0.75), rng.uniform(0.5, 0.92)
    across = np.linspace(-wide, wide, 30)
    round_end = end * (1 - rng.uniform(0.0, 0.35) * (across / wide) ** 4)
    edge = cloth.at(across, round_end)
    down = np.linspace(0, 1, 10)
    left = cloth.at(-wide, down * round_end[0])
    right = cloth.at(wide, (down * round_end[0])[::-1])
    apron = Piece(np.concatenate([left, edge, right]), SECOND)
    pieces = [frill(rng, edge, (0, 1), 0.12, SECOND)] if rng.random() < 0.6 else []
    pieces.append(apron)
    if rng.random() < 0.6:
        half, high = rng.uniform(0.2, 0.34), rng.uniform(0.6, 0.8)
        bib = np.array([(-half, high), (half, high), (1.2 * half, 1.3), (-1.2 * half, 1.3)])
        pieces.append(Piece(bib, SECOND))
        for s in (-1, 1):
            path = [(s * half, high + 0.1), (s * half * 1.2, 0.5), (s * 0.35, 0.22)]
            pieces.append(tube(path, [0.06, 0.07, 0.06], SECOND))
    return pieces
