"""Measures a folder of exported files against a Keras model, and writes what it finds.

    DIR/report.md     a table: size, speed, memory, likeness to the Keras model
    DIR/report.json   the same numbers
    DIR/report.png    what each file makes of the same sketches, side by side

They are written when everything is measured: stopped before that, it leaves nothing behind.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import click

from sgru_tf.errors import SgruError
from sgru_tf.export.report_items import Failure, Found, Item, exported_in, problem_of
from sgru_tf.export.report_rows import Bench, Row
from sgru_tf.export.report_sheet import report_sheet
from sgru_tf.export.report_table import as_json, as_markdown, machine
from sgru_tf.export.representative import sketches_of
from sgru_tf.export.tflite import PRECISIONS
from sgru_tf.files import whole_file, write_image
from sgru_tf.folder import prepare_folder

MOST_SKETCHES = 24
"""Of a folder with more sketches, this many are taken, evenly spread: more cost time and memory."""


@dataclass(frozen=True)
class Report:
    """What `write_report` did.

    Attributes:
        paths: The files that it wrote.
        rows: What stands in the table, in its order.
        failures: Files that could not be opened or run, and why; the report names them too.
    """

    paths: list[Path]
    rows: list[Row]
    failures: list[Failure]


def write_report(
    load_model: Callable[[], object],
    out,
    *,
    sketches=None,
    runs: int = 15,
    keras_file=None,
) -> Report:
    """Measure the exported files in a folder, and write a report into it.

    Tells on stderr how far it is. A file that cannot be run does not stop the others.

    Args:
        load_model: gives the Keras model; called when everything else has been found in order.
        out: folder with exported files, directly or in its folders.
        sketches: folder of sketches to compare on; None for the bundled samples.
        runs: timed runs of each file, at least 1.
        keras_file: where the model came from; its size is told if it is a `.keras` file, else
            that of the model saved anew.

    Raises:
        SgruError: no exported files, no sketches, a model that cannot be used, or the report
            cannot be written.
    """
    out = Path(out)
    found = exported_in(out)
    prepare_folder(out)
    samples = _spread(sketches_of(sketches))
    model = load_model()
    failures, rows = list(found.failures), []
    with tempfile.TemporaryDirectory() as scratch:
        keras_file = _keras_file(model, keras_file, scratch)
        bench = Bench(model, keras_file, samples, runs, scratch)
        steps = _steps(found, bench, model.sgru_config.working_size)
        with _progress(len(steps)) as bar:
            for name, path, step in steps:
                bar.current_item = name
                bar.render_progress()
                try:
                    rows.append(step())
                except SgruError as error:
                    if path is None:
                        raise SgruError(f"{name}: {error}") from error
                    failures.append(Failure(name, problem_of(error, path)))
                bar.update(1)
    names = [name for name, _ in samples]
    content = machine(), rows, failures, names, runs
    texts = {"report.md": as_markdown(*content), "report.json": as_json(*content)}
    sheet = report_sheet(bench.panels)
    for name, text in texts.items():
        with whole_file(out / name) as part:
            part.write_text(text, "utf-8")
    write_image(sheet, out / "report.png", mark="report")
    return Report([out / name for name in (*texts, "report.png")], rows, failures)


def _steps(found: Found, bench: Bench, working_size: int) -> list:
    """List what is to be measured: name, path (None for the Keras model), function for a row.

    The Keras model comes first at each size, for its row stands over those it is compared with.
    """
    sizes: dict[tuple[int, int], list[Item]] = {}
    for item in sorted(found.files, key=_rank):
        sizes.setdefault((item.notes["width"], item.notes["height"]), []).append(item)
    if not sizes:
        side = -(-working_size // 32) * 32
        sizes[side, side] = []
    steps = []
    for (width, height), items in sizes.items():
        name = f"Keras {width}x{height}"
        steps.append((name, None, partial(bench.keras_row, width, height)))
        steps += [(item.name, item.path, partial(bench.file_row, item)) for item in items]
    for item in found.versions:
        steps.append((item.name, item.path, partial(bench.version_row, item)))
    return steps


def _rank(item: Item) -> tuple:
    """Sort files by size, then from the finest precision to the coarsest."""
    notes = item.notes
    known = notes["precision"] in PRECISIONS
    precision = PRECISIONS.index(notes["precision"]) if known else len(PRECISIONS)
    return notes["width"] * notes["height"], notes["width"], precision, item.name


def _spread(samples: list) -> list:
    count = min(len(samples), MOST_SKETCHES)
    return [samples[index * len(samples) // count] for index in range(count)]


def _keras_file(model, given, scratch: str) -> Path:
    if given is not None and Path(given).suffix == ".keras" and Path(given).is_file():
        return Path(given)
    path = Path(scratch, "model.keras")
    model.save(path)
    return path


def _progress(steps: int):
    return click.progressbar(
        length=steps,
        label="measuring",
        show_pos=True,
        show_percent=False,
        width=16,
        item_show_func=lambda name: name and name[-40:],
        file=sys.stderr,
    )
