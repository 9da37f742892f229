"""A look inside: one sketch through one model, and the pages and numbers of what was seen."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from sgru_tf.change import Repainted, distance_to
from sgru_tf.colorizer import Colorizer
from sgru_tf.colouring import Colouring
from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file, write_image
from sgru_tf.folder import prepare_folder
from sgru_tf.hint_page import hint_page
from sgru_tf.hints import Hint, add_hints, hint_picture, working_hints
from sgru_tf.images import Sketch, read_sketch, working_shape
from sgru_tf.inside import Looker
from sgru_tf.inside_cells import CELL, Cells
from sgru_tf.inside_numbers import gates_told, hint_numbers, hint_told, network_numbers
from sgru_tf.inside_pages import gates_page, levels_page
from sgru_tf.levelling import level_paper
from sgru_tf.loading import load_model
from sgru_tf.quiet import import_quietly
from sgru_tf.recording import WatchedNetwork

NAME = "inside"
"""Name of the file of numbers, and mark of the pictures."""


@dataclass(frozen=True)
class Wishes:
    """How to look.

    Attributes:
        model: What `sgru_tf.loading.load_model` takes; None for the shipped weights.
        size: Long side in pixels of what the network sees; None for the model's own.
        level: Make tinted paper white first.
        hints: Path of a hint picture; None for none.
        points: Hints that lie over it.
    """

    model: Path | None = None
    size: int | None = None
    level: bool = True
    hints: Path | None = None
    points: Sequence[Hint] = ()


@dataclass(frozen=True)
class Sight:
    """What was seen.

    Attributes:
        files: Names of the files that were written.
        summary: Some lines about it.
    """

    files: list[str]
    summary: str


def look_inside(path: Path, out: Path, wishes: Wishes) -> Sight:
    """Colour a sketch, and write what went on in the network meanwhile.

    `levels.png`, `gates.png` and `inside.json` show the network without hints; `hint.png` what
    the hints change.

    Args:
        path: Of the sketch.
        out: Folder for the files.
        wishes: How.

    Raises:
        SgruError: the sketch, the hints or the model cannot be read, the model takes no hints or
            is a TFLite file, or the files cannot be written.
    """
    sketch = read_sketch(path)
    if wishes.level:
        sketch = Sketch(level_paper(sketch.grey), sketch.alpha)
    dabs = _dabs(wishes, *sketch.grey.shape)
    network = _opened(wishes.model)
    if dabs is not None and not network.hints:
        raise SgruError(
            f"{wishes.model or 'the shipped model'}: takes no hints; leave --hint and --hints out, "
            "or name a model that was trained with --hints"
        )
    prepare_folder(out)
    # In the order of the network: what a hint changes must not change places. And in its colours.
    as_it_is = {"order": "network", "surfaces": "network"}
    colorizer = Colorizer(network, size=wishes.size, level=False, **as_it_is)
    height, width = sketch.grey.shape
    looker = Looker(working_shape(width, height, colorizer.size)[::-1], keep=dabs is not None)
    network.see = looker.see
    plain = colorizer.colouring(sketch)
    cells = Cells(plain.thumbnail(None, 2 * CELL), looker.shape)
    before = _pictures(plain, looker)
    pages = {
        "levels.png": levels_page(path.name, looker, cells, before),
        "gates.png": gates_page(path.name, looker, cells),
    }
    model = wishes.model.name if wishes.model else "shipped"
    found = {"sketch": path.name, "model": model, **network_numbers(looker)}
    summary = gates_told(looker)
    if dabs is not None:
        hints = working_hints(dabs, *looker.shape[::-1])
        distance = distance_to(hints[..., 3] > 0)
        network.see, changes = looker.compare(distance)
        after = _pictures(colorizer.colouring(sketch, dabs), looker)
        repainted = [
            Repainted.of(number, *pair, hints, distance)
            for number, pair in enumerate(zip(before, after, strict=True), 1)
        ]
        pages["hint.png"] = hint_page(path.name, hints, cells, changes, repainted)
        found["hint"] = hint_numbers(changes, repainted)
        summary += "\n" + hint_told(repainted)
    for name, page in pages.items():
        write_image(page, out / name, mark=NAME)
    with whole_file(out / f"{NAME}.json") as part:
        part.write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return Sight([*pages, f"{NAME}.json"], summary)


def _dabs(wishes: Wishes, height: int, width: int) -> Image.Image | None:
    dabs = None
    if wishes.hints is not None:
        dabs = hint_picture(wishes.hints, width, height)
    if wishes.points:
        dabs = add_hints(dabs, hint_picture(wishes.points, width, height))
    return dabs


def _opened(model: Path | None) -> WatchedNetwork:
    if model is not None and model.suffix.lower() == ".tflite":
        raise SgruError(
            f"{model}: the inside of a TFLite file cannot be seen; give the .keras file or the run "
            "folder that it was made from"
        )
    import_quietly("keras")

    return WatchedNetwork(load_model(model))


def _pictures(colouring: Colouring, looker: Looker) -> list[Image.Image]:
    """Give the proposals at the size at which the network worked."""
    size = looker.shape[::-1]
    small = (colouring.thumbnail(index, max(size)) for index in range(len(colouring)))
    return [one.resize(size, Image.Resampling.BILINEAR) for one in small]
