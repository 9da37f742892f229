"""Tells what cleaning has left out of a collection: in figures, by name and as a sheet."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from sgru_tf.cleaning import REASONS, Cleaned, Dropped, Rules
from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file, write_image
from sgru_tf.looking import Look
from sgru_tf.reading import read_pictures
from sgru_tf.shards import write_json
from sgru_tf.sheet import contact_sheet, in_rows
from sgru_tf.sources import Sample

SHEET = "dropped.jpg"
# Of each kind the sheet shows so many, from all over the collection.
_SHOWN = 16
_COLUMNS = 8
_CELL = 160
# The text names so many of each kind; the JSON names all.
_NAMED = 50
_MEANING = {
    "unreadable": "damaged, or no picture",
    "small": "too small within their borders",
    "grey": "nearly without colour",
    "copy": "the same as a larger or earlier one",
}


def write_report(
    folder: Path,
    pictures: dict[str, Sample],
    cleaned: Cleaned,
    rules: Rules,
    problems: Sequence[str] = (),
) -> None:
    """Write `report.md`, `report.json` and a sheet of what was left out or cropped.

    Args:
        folder: Where to.
        pictures: Files of each picture, by its name.
        cleaned: What became of them.
        rules: The rules that did it.
        problems: A line for each file that was of no use from the start.

    Raises:
        SgruError: a file cannot be written.
    """
    counts = cleaned.counts()
    cropped = [look for look in cleaned.kept if look.cropped]
    described = {
        "counts": counts | {"unusable": len(problems)},
        "rules": {
            "crop": rules.crop,
            "min_side": rules.min_side,
            "min_colour": rules.min_colour,
            "alike": rules.alike,
        },
        "unusable": list(problems),
        "dropped": [
            {"name": gone.look.name, "reason": gone.reason, "detail": gone.detail}
            for gone in cleaned.dropped
        ],
        "cropped": [{"name": look.name, "size": look.size, "box": look.box} for look in cropped],
    }
    write_json(folder / "report.json", described)
    rows, labels = _shown(pictures, cleaned, cropped)
    if rows:
        write_image(contact_sheet(rows, labels, cell=_CELL), folder / SHEET)
    else:
        (folder / SHEET).unlink(missing_ok=True)
    text = _text(counts, rules, cleaned, cropped, problems, bool(rows))
    with whole_file(folder / "report.md") as part:
        part.write_text(text, encoding="utf-8", errors="replace")


def _text(counts, rules: Rules, cleaned: Cleaned, cropped, problems, sheet: bool) -> str:
    lines = ["# Cleaning", "", "| pictures | |", "|---|---|", f"| {counts['kept']} | kept |"]
    lines.append(f"| {counts['cropped']} | of these, with bars or frames cut off |")
    lines += [f"| {counts[reason]} | left out: {_MEANING[reason]} |" for reason in REASONS]
    if problems:
        lines.append(f"| {len(problems)} | files of no use |")
    rule = (
        f"Borders {'cut off' if rules.crop else 'kept'}; least side {rules.min_side} pixels; least "
        f"share of coloured pixels {100 * rules.min_colour:g} %; copies "
        + (f"within {rules.alike} bits." if rules.alike >= 0 else "kept.")
    )
    lines += ["", rule + " All names are in `report.json`."]
    if sheet:
        lines += ["", f"![What was left out]({SHEET})"]
    listed = [("Files of no use", list(problems))]
    for reason in REASONS:
        gone = [d for d in cleaned.dropped if d.reason == reason]
        listed.append((f"Left out: {_MEANING[reason]}", [_described(d) for d in gone]))
    listed.append(("Cropped", [f"{x.name}: {x.size} to {x.inner}" for x in cropped]))
    for title, entries in listed:
        if entries:
            lines += ["", f"## {title}", ""]
            lines += [f"- {entry}" for entry in entries[:_NAMED]]
            if len(entries) > _NAMED:
                lines.append(f"- ... and {len(entries) - _NAMED} more")
    return "\n".join(lines) + "\n"


def _described(gone: Dropped) -> str:
    if gone.reason == "unreadable":
        return gone.detail
    return f"{gone.look.name}: {'of ' if gone.reason == 'copy' else ''}{gone.detail}"


def _shown(pictures: dict[str, Sample], cleaned: Cleaned, cropped: list[Look]):
    """Give rows of pictures and of labels: each copy beside what it is a copy of."""
    rows, labels = [], []

    def add(cells: list[tuple[Image.Image | None, str]]) -> None:
        for row in in_rows(cells, _COLUMNS):
            rows.append([picture for picture, _ in row])
            labels.append([label for _, label in row])

    for reason in ("small", "grey"):
        gone = _some([d for d in cleaned.dropped if d.reason == reason])
        add([(_small(pictures[d.look.name]), f"{reason}: {d.detail}") for d in gone])
    cells = []
    for gone in _some([d for d in cleaned.dropped if d.reason == "copy"]):
        cells.append((_small(pictures[gone.look.name]), "copy"))
        cells.append((_small(pictures[gone.detail]), "stays"))
    for look in _some(cropped):
        cells.append((_small(pictures[look.name]), "borders"))
        cells.append((_small(pictures[look.name], look.box), "cropped"))
    add(cells)
    if not any(picture for row in rows for picture in row):
        return [], []
    return rows, labels


def _some(items: list) -> list:
    if len(items) <= _SHOWN:
        return items
    return [items[place] for place in np.linspace(0, len(items) - 1, _SHOWN).astype(int)]


def _small(sample: Sample, box=None) -> Image.Image | None:
    try:
        picture, _ = read_pictures(sample)
    except SgruError:
        return None
    picture = picture.crop(box) if box else picture
    picture.thumbnail((_CELL, _CELL))
    return picture
