"""The pages that show the inside of a network: what its levels hand on, and its gates."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PIL import Image

from sgru_tf.heat import GLOW, VALVE
from sgru_tf.inside import OPEN, SHUT, Gate, Looker, Plane, Stage
from sgru_tf.inside_cells import Cells
from sgru_tf.panels import FAINT, framed, grid, short, stacked, words
from sgru_tf.recording import LEVELS, TAILS
from sgru_tf.sheet import in_rows


def levels_page(
    name: str, looker: Looker, cells: Cells, proposals: Sequence[Image.Image]
) -> Image.Image:
    """Draw the activations: down the encoders at the left, up the decoders at the right.

    Args:
        name: Of the sketch.
        looker: What was seen.
        cells: Of the sketch.
        proposals: RGB pictures; the first nine are shown.
    """
    shown = grid(in_rows([cells.picture(proposal) for proposal in proposals[:9]], 3))
    intro = stacked(
        words(f"{name}: what each stage hands on", 20),
        words(
            "First of each stage, the mean of the absolute values.\n"
            "Then the channels that vary most, with their numbers and\n"
            "ranges: r of the residual, x of the gated shortcut, s of the skip.",
            colour=FAINT,
        ),
        GLOW.legend(["least, or 0", "most"], 240),
        grid([[cells.picture(cells.sketch, 2), shown]]),
        gap=12,
    )
    blocks = {
        name: _stage(stage, looker.gates.get(name), cells) for name, stage in looker.stages.items()
    }
    tails = stacked(*(blocks[f"tail{index}"] for index in reversed(TAILS)), gap=14)
    rows = [[blocks[f"encoder{level}"], blocks[f"decoder{level}"]] for level in LEVELS]
    return framed(grid([[intro, tails], *rows], 14))


def gates_page(name: str, looker: Looker, cells: Cells) -> Image.Image:
    """Draw the gates: a row for each level, with its encoder, its skip and its decoder.

    Args:
        name: Of the sketch.
        looker: What was seen.
        cells: Of the sketch.
    """
    head = stacked(
        words(f"{name}: how far the swish gates are open", 20),
        words(
            "First of each gate, the mean of its channels. Then the channels that are most open, "
            "and those that are most shut, with their means.\n"
            f"shut: part of the gate that is under {SHUT}; open: part that is over {OPEN}.",
            colour=FAINT,
        ),
        VALVE.legend(["0, shut", "0.25", "half open", "0.75", "1, open"], 360),
        gap=12,
    )
    rows = [
        [_gate(looker.gates[f"{kind}{level}"], cells) for kind in ("encoder", "skip", "decoder")]
        for level in LEVELS
    ]
    return framed(stacked(head, grid(rows, 14), gap=16))


def _stage(stage: Stage, gate: Gate | None, cells: Cells) -> Image.Image:
    top = float(stage.strength.values.max()) or 1.0
    strength = cells.plane(stage.strength.values / top, stage.step, GLOW)
    shown = [stacked(strength, words(f"mean, 0 to {short(top)}", 12, FAINT))]
    for plane in stage.varying:
        least, most = np.percentile(plane.values, (1, 99))
        scaled = (plane.values - least) / max(most - least, 1e-12)
        note = f"{plane.channel}{_part(stage, gate, plane)}, {short(least)} to {short(most)}"
        shown.append(stacked(cells.plane(scaled, stage.step, GLOW), words(note, 12, FAINT)))
    return stacked(words(_title(stage), 15), grid([shown]))


def _part(stage: Stage, gate: Gate | None, plane: Plane) -> str:
    """Tell what a channel is of a block's output: r and x, and in a decoder s after them."""
    if gate is None or stage.name.startswith("skip"):
        return ""
    residual = gate.channels
    if stage.name.startswith("encoder"):
        residual = stage.channels - gate.channels
    behind = plane.channel - residual
    return " r" if behind < 0 else " x" if behind < gate.channels else " s"


def _gate(gate: Gate, cells: Cells) -> Image.Image:
    def shown(plane: Plane, note: str) -> Image.Image:
        picture = cells.plane(plane.values, gate.step, VALVE)
        return stacked(picture, words(f"{note}, {plane.mean:.2f}", 12, FAINT))

    planes = [*gate.most_open, *reversed(gate.most_shut)]
    shares = f"shut {100 * gate.nearly_shut:.0f} %, open {100 * gate.nearly_open:.0f} %"
    every = [shown(gate.mean, "mean"), *(shown(plane, str(plane.channel)) for plane in planes)]
    return stacked(words(f"{_title(gate)}  {shares}", 15), grid([every]))


def _title(one: Stage | Gate) -> str:
    channels = "1 channel" if one.channels == 1 else f"{one.channels} channels"
    return f"{one.name}  1/{one.step}  {channels}"
