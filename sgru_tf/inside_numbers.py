"""What was seen inside a network as numbers: for a file, and told in a line."""

from __future__ import annotations

import numpy as np

from sgru_tf.change import Change, Repainted
from sgru_tf.inside import Gate, Looker, Stage


def network_numbers(looker: Looker) -> dict:
    """Give what was seen without hints, as JSON takes it."""
    height, width = looker.shape
    return {
        "width": width,
        "height": height,
        "levels": [_of_stage(stage) for stage in looker.stages.values()],
        "gates": [_of_gate(gate) for gate in looker.gates.values()],
    }


def hint_numbers(changes: dict[str, Change], repainted: list[Repainted]) -> dict:
    """Give what a hint changed, as JSON takes it."""
    return {
        "levels": [_of_change(change) for change in changes.values()],
        "proposals": [_of_proposal(one) for one in repainted],
    }


def gates_told(looker: Looker) -> str:
    """Give a line about the gates; its means are over gates, not over their channels."""
    gates = looker.gates.values()
    mean = np.mean([gate.mean.mean for gate in gates])
    shut = np.mean([gate.nearly_shut for gate in gates])
    open_ = np.mean([gate.nearly_open for gate in gates])
    return (
        f"{len(gates)} gates: {mean:.2f} open on average, {100 * shut:.0f} % nearly shut, "
        f"{100 * open_:.0f} % nearly open"
    )


def hint_told(repainted: list[Repainted]) -> str:
    """Give a line about what a hint did to the proposals."""
    mean = np.mean([one.mean for one in repainted])
    line = f"the hint changes the pictures by {mean:.1f} CIE Lab on average"
    asked = [one.asked for one in repainted if one.asked]
    if asked:
        before, after = np.mean(asked, axis=0)
        line += f", and where it lies they are {after:.0f} away from its colour, not {before:.0f}"
    return line


def _of_stage(stage: Stage) -> dict:
    return {
        "name": stage.name,
        "part": f"1/{stage.step}",
        "channels": stage.channels,
        "mean_absolute": round(stage.strength.mean, 4),
        "varying_channels": [plane.channel for plane in stage.varying],
    }


def _of_gate(gate: Gate) -> dict:
    return {
        "name": gate.name,
        "part": f"1/{gate.step}",
        "channels": gate.channels,
        "mean": round(gate.mean.mean, 4),
        "nearly_shut": round(gate.nearly_shut, 4),
        "nearly_open": round(gate.nearly_open, 4),
        "most_open_channels": [plane.channel for plane in gate.most_open],
        "most_shut_channels": [plane.channel for plane in gate.most_shut],
    }


def _of_change(change: Change) -> dict:
    return {
        "name": change.name,
        "part": f"1/{change.step}",
        "relative_change": round(change.total, 6),
        "reach_pixels": _rounded(change.reach),
    }


def _of_proposal(one: Repainted) -> dict:
    before, after = one.asked or (None, None)
    return {
        "number": one.number,
        "mean_difference": round(one.mean, 3),
        "reach_pixels": _rounded(one.reach),
        "to_hint_before": _rounded(before),
        "to_hint_after": _rounded(after),
    }


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)
