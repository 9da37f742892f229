"""What is written for a sketch: names, marks and pictures; and what of it is there already.

A mark in each file says what is in it and of how many proposals ("proposal 2 of 9"), so that no
model need be opened to know that a sketch is done.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from sgru_tf.errors import SgruError
from sgru_tf.files import read_mark, write_image
from sgru_tf.openraster import write_openraster
from sgru_tf.sheet import CELL, contact_sheet, in_rows

FORMATS = ("png", "webp", "jpg", "ora")
"""Formats in which the proposals can be written; "ora" holds them all in one file."""

LAYERS = ("picture", "colour")
"""What can be written of a proposal: the picture, or its flat colours without ink."""

SHEET_COLUMNS = 5


class PickError(SgruError):
    """A proposal was asked for that the model does not have."""


@dataclass(frozen=True)
class Wishes:
    """What is to be written for each sketch.

    Attributes:
        picks: numbers of the proposals, beginning with 1; all of them if empty.
        sheet: write the contact sheet too.
        suffix: one of FORMATS.
        overwrite: colour again what is done already.
        alpha: give the sketch's transparency back; else show the colours that it hides.
        layer: one of LAYERS; an OpenRaster file holds both anyway.
    """

    picks: tuple[int, ...] = ()
    sheet: bool = True
    suffix: str = "png"
    overwrite: bool = False
    alpha: bool = True
    layer: str = "picture"


@dataclass(frozen=True)
class Result:
    """A file that is wanted of a sketch.

    Attributes:
        path: where.
        mark: stored in the file, see `files.write_image`.
        numbers: of the proposals that it shows; none for the contact sheet.
    """

    path: Path
    mark: str
    numbers: tuple[int, ...] = ()

    def is_there(self) -> bool:
        """Tell whether there is a file that need not be written, or may not be replaced."""
        if not self.path.exists():
            return False
        held = _layers_of(read_mark(self.path)) if self.path.suffix == ".ora" else None
        return held is None or held.issuperset(self.numbers)


def results_of(folder: Path, stem: str, wishes: Wishes, count: int) -> list[Result]:
    """List the files that are wanted of a sketch.

    Args:
        folder: where they go.
        stem: their names begin with it.
        wishes: what is wanted.
        count: how many proposals the model has.
    """
    numbers = wishes.picks or tuple(range(1, count + 1))
    if wishes.suffix == "ora":
        listed = ",".join(map(str, numbers))
        results = [Result(folder / f"{stem}.ora", f"layers {listed} of {count}", numbers)]
    else:
        colour = wishes.layer == "colour"
        tail, kind = ("_colour", "colour") if colour else ("", "proposal")
        results = [
            Result(
                folder / f"{stem}_{number}{tail}.{wishes.suffix}",
                f"{kind} {number} of {count}",
                (number,),
            )
            for number in numbers
        ]
    if wishes.sheet:
        results.append(Result(folder / f"{stem}_sheet.png", f"sheet of {count}"))
    return results


def is_done(folder: Path, stem: str, wishes: Wishes) -> bool:
    """Tell whether nothing is left to write; args as `results_of`, without opening a model."""
    if wishes.overwrite:
        return False
    count = len(wishes.picks)
    if not count:
        marks = (read_mark(result.path) for result in results_of(folder, stem, wishes, 1))
        words = next((mark for mark in marks if mark), "").split()
        if not words or not words[-1].isdigit():
            return False
        count = int(words[-1])
    return all(result.is_there() for result in results_of(folder, stem, wishes, count))


def write_results(results: Sequence[Result], wishes: Wishes, colouring) -> bool:
    """Write what is not there yet; tell whether there was anything to write.

    Raises:
        SgruError: a file cannot be written; or, if all is to be written again, an OpenRaster file
            is not the program's own, or was edited since.
    """
    todo = [result for result in results if wishes.overwrite or not result.is_there()]
    # No picture gets a name here: it would live on while the next one is painted.
    for result in todo:
        path, mark, numbers = result.path, result.mark, result.numbers
        if not numbers:
            write_image(_sheet(colouring), path, mark=mark)
        elif wishes.suffix == "ora":
            if path.exists() and read_mark(path) is None:
                raise SgruError(
                    f"{path} was edited, or is not this program's: it is not replaced; "
                    f"move it away, or use --out"
                )
            write_openraster(colouring, path, numbers, alpha=wishes.alpha, mark=mark)
        else:
            write_image(_painted(colouring, numbers[0], wishes), path, mark=mark)
    return bool(todo)


def _painted(colouring, number: int, wishes: Wishes) -> Image.Image:
    alpha = "drop" if not wishes.alpha else "white" if wishes.suffix == "jpg" else "keep"
    paint = colouring.colour_layer if wishes.layer == "colour" else colouring.picture
    return paint(number - 1, alpha=alpha)


def _sheet(colouring) -> Image.Image:
    numbers = range(len(colouring))
    shown = [colouring.thumbnail(index, CELL) for index in (None, *numbers)]
    labels = ["sketch", *(str(index + 1) for index in numbers)]
    return contact_sheet(in_rows(shown, SHEET_COLUMNS), in_rows(labels, SHEET_COLUMNS))


def _layers_of(mark: str | None) -> set[int] | None:
    words = (mark or "").split()
    if len(words) < 2 or words[0] != "layers":
        return None
    return {int(number) for number in words[1].split(",") if number.isdigit()}
