"""The texts of a report: a Markdown page and JSON, of the same numbers."""

from __future__ import annotations

import json
import platform
from collections.abc import Sequence
from importlib import metadata

from sgru_tf.cores import usable_cores
from sgru_tf.export.measuring import WARMUPS
from sgru_tf.export.report_items import Failure
from sgru_tf.export.report_rows import COMPARED_SIDE, SERVED_SIDE, THREADS, Row

_TEXTS = ("file", "kind", "precision", "remark")

_NOTES = f"""\
- Size is width x height in pixels of the sketch that was timed. Everything ran on the CPU.
- ms is the median of {{runs}} runs after {WARMUPS} others, from a sketch in memory to its pictures
  in memory. Every number of threads had a process of its own, which imported LiteRT alone for the
  TFLite files, TensorFlow for the others; the Keras model ran as a compiled graph. Other work on
  the machine makes these numbers larger.
- Peak MB (10^6 bytes) is the peak memory of that process at {THREADS[-1]} threads, Python and the
  interpreter included. Base MB is what the process had before it opened the model: the difference
  is the model's own share.
- PSNR and the largest difference (in grey levels) are against the Keras model, over all proposals
  as pictures 0-255: the mean over the sketches, and the worst sketch. 100 dB stands for equal
  pictures. TFLite files were compared at their own size; SavedModels with `sgru_tf.Colorizer` of
  the same settings, on whole sketches of at most {COMPARED_SIDE} pixels, and timed on one within
  {SERVED_SIDE} x {SERVED_SIDE}.
- A network that takes hints was timed without any, and compared on every sketch without hints and
  with some, of random colours.
- Integer convolutions take int8 maps; float operations take float32 maps. The convolutions
  of precision "dynamic" count as float: they take float32 maps and int8 weights.
"""


def machine() -> dict:
    """Tell on what the numbers were taken: processor, system, versions."""
    return {
        "cpu": _processor(),
        "cores": usable_cores(),
        "system": platform.platform(),
        "python": platform.python_version(),
        "sgru_tf": _version("sgru-tf"),
        "litert": _version("ai-edge-litert"),
        "tensorflow": _version("tensorflow", "tensorflow-cpu"),
        "keras": _version("keras"),
    }


def as_json(place: dict, rows: Sequence[Row], failures: Sequence[Failure], sketches, runs) -> str:
    """Write a report as JSON.

    Args:
        place: from `machine`.
        rows: the models.
        failures: the files that could not be measured.
        sketches: names of the sketches.
        runs: timed runs of each.
    """
    content = {
        "machine": place,
        "runs": runs,
        "sketches": list(sketches),
        "rows": [as_numbers(row) for row in rows],
        "failed": [{"name": one.name, "problem": one.problem} for one in failures],
    }
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_numbers(row: Row) -> dict:
    """Give a row's numbers by name, for JSON; None where there is none."""
    last = row.measured[THREADS[-1]]
    found, contents = row.likeness, row.contents
    return {
        "name": row.name,
        "kind": row.kind,
        "precision": row.precision,
        "width": row.width,
        "height": row.height,
        "bytes": row.bytes,
        "ms": {str(threads): round(one.ms, 3) for threads, one in row.measured.items()},
        "peak_mb": last.peak_mb,
        "base_mb": last.base_mb,
        "frameworks": list(last.frameworks),
        "psnr_mean_db": found and round(found.mean, 3),
        "psnr_worst_db": found and round(found.least, 3),
        "worst_sketch": found and found.worst,
        "largest_difference": found and found.largest,
        "convolutions": contents and contents.convolutions,
        "integer_convolutions": contents and contents.integer_convolutions,
        "float_operations": contents and contents.float_operations,
        "remark": row.remark,
    }


def as_markdown(
    place: dict, rows: Sequence[Row], failures: Sequence[Failure], sketches, runs
) -> str:
    """Write a report as a Markdown page; arguments as for `as_json`."""
    lines = ["# Exported models", ""]
    lines += [
        f"{place['cpu']}, {place['cores']} cores usable, {place['system']}; "
        f"Python {place['python']}, LiteRT {place['litert']}, TensorFlow {place['tensorflow']}, "
        f"Keras {place['keras']}, sgru_tf {place['sgru_tf']}.",
        "",
    ]
    cells = [_cells(as_numbers(row)) for row in rows]
    rules = ["---" if title in _TEXTS else "---:" for title in cells[0]]
    lines += [_line(cells[0]), _line(rules), *(_line(one.values()) for one in cells)]
    if failures:
        lines += ["", "## Failed", ""]
        lines += [f"- `{_plain(one.name)}`: {_plain(one.problem)}" for one in failures]
    lines += ["", "![What each file makes of the same sketches](report.png)", ""]
    lines += ["## How the numbers were taken", "", _NOTES.format(runs=runs).rstrip()]
    lines += [f"- Sketches: {', '.join(_plain(name) for name in sketches)}.", ""]
    return "\n".join(lines)


def _cells(numbers: dict) -> dict[str, str]:
    """Give the cells of a table's row by the titles of their columns."""
    times = {
        f"ms, {threads} thread{'s' * (threads != '1')}": f"{ms:.1f}"
        for threads, ms in numbers["ms"].items()
    }
    integer, convolutions = numbers["integer_convolutions"], numbers["convolutions"]
    return {
        "file": f"`{_plain(numbers['name'])}`",
        "kind": numbers["kind"],
        "precision": _plain(numbers["precision"]),
        "size": f"{numbers['width']}x{numbers['height']}",
        "bytes": f"{numbers['bytes']:,}",
        **times,
        "peak MB": _number(numbers["peak_mb"], ".0f"),
        "base MB": _number(numbers["base_mb"], ".0f"),
        "PSNR dB, mean": _number(numbers["psnr_mean_db"], ".1f"),
        "PSNR dB, worst": _number(numbers["psnr_worst_db"], ".1f"),
        "largest difference": _number(numbers["largest_difference"], "d"),
        "integer convolutions": "" if integer is None else f"{integer} of {convolutions}",
        "float operations": _number(numbers["float_operations"], "d"),
        "remark": _plain(numbers["remark"]),
    }


def _number(value, form: str) -> str:
    return "" if value is None else format(value, form)


def _line(cells) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """Give text, as in the name of a file, without what would break a table's row."""
    return " ".join(text.split()).replace("|", "/").replace("`", "'")


def _processor() -> str:
    try:
        with open("/proc/cpuinfo", encoding="utf-8", errors="replace") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or platform.machine() or "unknown processor"


def _version(*names: str) -> str:
    """Give the version of the first of some packages that is installed."""
    for name in names:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return "none"
