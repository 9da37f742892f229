"""Chooses the pictures of a collection that are worth training on."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from sgru_tf.duplicates import find_copies
from sgru_tf.looking import Look

REASONS = ("unreadable", "small", "grey", "copy")
"""Why a picture is left out; the first of these that applies."""


@dataclass(frozen=True)
class Rules:
    """What is left out.

    Attributes:
        crop: Cut letterbox bars and frames off.
        min_side: Least short side in pixels, borders not counted; 0 keeps all.
        min_colour: Least share of coloured pixels; 0 keeps all.
        alike: Bits of 64 by which the hashes of copies may differ; -1 keeps all.
    """

    crop: bool = True
    min_side: int = 128
    min_colour: float = 0.02
    alike: int = 6


@dataclass(frozen=True)
class Dropped:
    """A picture that is left out.

    Attributes:
        look: The picture.
        reason: One of REASONS.
        detail: The figures, or the name of the picture that it is a copy of.
    """

    look: Look
    reason: str
    detail: str


@dataclass(frozen=True)
class Cleaned:
    """A collection divided in two, each part in the order of names.

    Attributes:
        kept: What is worth training on.
        dropped: What is left out, and why.
    """

    kept: list[Look]
    dropped: list[Dropped]

    def counts(self) -> dict[str, int]:
        """Count the kept, those of the kept that are cropped, and the dropped by reason."""
        reasons = Counter(dropped.reason for dropped in self.dropped)
        counts = {"kept": len(self.kept), "cropped": sum(look.cropped for look in self.kept)}
        return counts | {reason: reasons[reason] for reason in REASONS}


def clean(looks: list[Look], rules: Rules) -> Cleaned:
    """Apply the rules; the same pictures and rules give the same result on any machine."""
    kept, dropped = [], []
    for look in looks:
        reason, detail = _judged(look, rules)
        if reason:
            dropped.append(Dropped(look, reason, detail))
        else:
            kept.append(look)
    if rules.alike >= 0:
        copies = find_copies(kept, rules.alike)
        dropped += [Dropped(k, "copy", copies[k.name]) for k in kept if k.name in copies]
        kept = [look for look in kept if look.name not in copies]
    return Cleaned(
        sorted(kept, key=lambda look: look.name),
        sorted(dropped, key=lambda gone: (REASONS.index(gone.reason), gone.look.name)),
    )


def _judged(look: Look, rules: Rules) -> tuple[str, str]:
    if look.problem:
        return "unreadable", look.problem
    if min(look.inner) < rules.min_side:
        return "small", f"{look.inner[0]} x {look.inner[1]}"
    if look.colour < rules.min_colour:
        return "grey", f"{100 * look.colour:.1f} % coloured"
    return "", ""
