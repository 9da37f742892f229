"""The rows of a report: each exported file measured, and compared with one Keras model."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from sgru_tf.colorizer import Colorizer
from sgru_tf.config import ModelConfig
from sgru_tf.errors import SgruError, one_line
from sgru_tf.export.comparing import Comparison, Likeness, most_colourful
from sgru_tf.export.inspecting import Contents, inspect
from sgru_tf.export.judging import BROKEN, THRESHOLDS, coloured, keras_pictures, shortfall
from sgru_tf.export.measuring import Job, Measured, measure
from sgru_tf.export.report_items import Item
from sgru_tf.export.report_sheet import SHOWN, Panel
from sgru_tf.export.representative import fitted
from sgru_tf.export.sample_hints import judged_pages
from sgru_tf.litert import LiteRTNetwork
from sgru_tf.quiet import quiet_stderr

THREADS = (1, 2)
"""Numbers of threads with which everything is timed."""

SERVED_SIDE = 256
"""Side in pixels of the sketch with which SavedModels are timed."""

COMPARED_SIDE = 1024
"""Sketches with a longer side, in pixels, are shrunk to it before a SavedModel colours them."""


@dataclass(frozen=True)
class Row:
    """What a report says of one model.

    Attributes:
        name: Of the file, inside its folder; "Keras" for the model itself.
        kind: "Keras", "TFLite" or "SavedModel".
        precision: "float32" or another of `sgru_tf.export.tflite.PRECISIONS`.
        width: Of the sketch with which it was timed, in pixels.
        height: Of the same.
        bytes: Size of the file, or of all files of a SavedModel's folder.
        measured: Time and memory, by the number of threads.
        likeness: How near it comes to the Keras model; None for that itself, and where the two
            cannot be compared.
        contents: What is inside a TFLite file, or None.
        remark: What is wrong with it; empty if nothing is.
    """

    name: str
    kind: str
    precision: str
    width: int
    height: int
    bytes: int
    measured: dict[int, Measured]
    likeness: Likeness | None = None
    contents: Contents | None = None
    remark: str = ""


class Bench:
    """Measures exported files and compares them with a model.

    Args:
        model: `SwishGatedUNet`.
        keras_file: the same as a `.keras` file.
        samples: name and grey picture, uint8 (H, W), of each sketch to compare on.
        runs: timed runs of each file.
        scratch: a folder for temporary files.

    Attributes:
        panels: Pictures that were made, for `report_sheet`.
    """

    def __init__(self, model, keras_file, samples, runs: int, scratch):
        """Keep what is given; no file runs yet."""
        self.panels: list[Panel] = []
        self._model, self._keras_file = model, Path(keras_file)
        self._names = [name for name, _ in samples]
        self._greys = [grey for _, grey in samples]
        self._runs, self._scratch = runs, Path(scratch)
        self._size: tuple[int, int] | None = None
        pages = [fitted(grey, SERVED_SIDE, SERVED_SIDE) for grey in self._greys[:SHOWN]]
        self._shown = [most_colourful(pictures) for pictures in keras_pictures(model, pages)]

    def keras_row(self, width: int, height: int) -> Row:
        """Measure the Keras model itself at a size."""
        self._prepare(width, height)
        measured = self._measured("keras", self._keras_file, self._pages[0])
        size = self._keras_file.stat().st_size
        return Row("Keras", "Keras", "float32", width, height, size, measured)

    def file_row(self, item: Item) -> Row:
        """Measure a TFLite file, and compare it with the Keras model at its own size.

        Raises:
            SgruError: it cannot be run.
        """
        width, height = item.notes["width"], item.notes["height"]
        self._prepare(width, height)
        # First in a process of its own: a damaged file may take its process down.
        measured = self._measured("tflite", item.path, self._pages[0])
        content = item.path.read_bytes()
        try:
            contents = inspect(content)
        except Exception as error:  # a damaged flatbuffer raises anything
            raise SgruError(f"damaged; {one_line(error)}") from error
        network = LiteRTNetwork(item.path)
        comparison = Comparison(self._shown)
        names, pages, hints = self._judged
        for page, painted, truth in zip(pages, hints, self._truths, strict=True):
            if painted is None or network.hints:
                comparison.add(coloured(network, page, painted), truth)
        found = comparison.likeness(names)
        precision = item.notes["precision"]
        self._panel.columns.append((precision, item.name, comparison))
        # Surfaces are not made whole in TFLite, so nothing depends on the schemes.
        config = item.notes["config"] | {"schemes": self._model.sgru_config.to_dict()["schemes"]}
        remark = self._remark(config, comparison, found, precision)
        size = len(content)
        return Row(
            item.name, "TFLite", precision, width, height, size, measured, found, contents, remark
        )

    def version_row(self, item: Item) -> Row:
        """Measure a version of a SavedModel, and compare it with `Colorizer` on whole sketches.

        Raises:
            SgruError: it cannot be run.
        """
        notes = item.notes
        side = min(SERVED_SIDE, math.isqrt(notes["max_pixels"]))
        measured = self._measured("saved_model", item.path, fitted(self._greys[0], side, side))
        settings = {key: notes[key] for key in ("size", "lines", "surfaces", "looks", "level")}
        colorizer, serve = Colorizer(self._model, order="network", **settings), _served(item.path)
        comparison = Comparison(self._shown)
        sketches = [_within(grey, notes["max_pixels"]) for grey in self._greys]
        hinted = self._model.sgru_config.hints and notes["model"].get("hints", False)
        names, pages, hints = judged_pages(self._names, sketches, hinted)
        for page, painted in zip(pages, hints, strict=True):
            comparison.add(serve(page, painted), colorizer(page, painted))
        found = comparison.likeness(names)
        title = f"size {notes['size']}, {notes['lines']} lines"
        title += "" if notes["level"] else ", not levelled"
        panel = self._versions_panel(title, sketches, comparison.truths)
        panel.columns.append(("SavedModel", item.name, comparison))
        remark = self._remark(notes["model"], comparison, found, "float32")
        size = sum(path.stat().st_size for path in item.path.rglob("*") if path.is_file())
        return Row(
            item.name, "SavedModel", "float32", side, side, size, measured, found, None, remark
        )

    def _prepare(self, width: int, height: int) -> None:
        """Colour the sketches with the Keras model at a size, unless that was done just now."""
        if self._size == (width, height):
            return
        self._pages = [fitted(grey, width, height) for grey in self._greys]
        self._judged = judged_pages(self._names, self._pages, self._model.sgru_config.hints)
        self._truths = keras_pictures(self._model, *self._judged[1:])
        self._size = width, height
        # There may be more sketches than are shown.
        chosen = [truth[index] for truth, index in zip(self._truths, self._shown, strict=False)]
        self._panel = self._new_panel(f"{width}x{height}", "Keras", self._pages, chosen)

    def _measured(self, kind: str, path: Path, page: np.ndarray) -> dict[int, Measured]:
        sketch = self._scratch / "sketch.npy"
        np.save(sketch, page)
        jobs = [Job(kind, str(path), str(sketch), threads, self._runs) for threads in THREADS]
        return {job.threads: measure(job) for job in jobs}

    def _versions_panel(self, title: str, sketches, truths) -> Panel:
        """Give the panel of the versions with these settings; a new one if there is none."""
        for panel in self.panels:
            if panel.title == title:
                return panel
        return self._new_panel(title, "Colorizer", sketches, truths)

    def _new_panel(self, title: str, truth: str, sketches, truths) -> Panel:
        names = [
            f"{Path(name).stem}, proposal {index + 1}"
            for name, index in zip(self._names, self._shown, strict=False)
        ]
        self.panels.append(Panel(title, truth, names, sketches[:SHOWN], truths))
        return self.panels[-1]

    def _remark(
        self, config: dict, comparison: Comparison, found: Likeness | None, precision: str
    ) -> str:
        own = self._model.sgru_config.to_dict()
        # A setting that a file does not name is younger than the file, and was at its default.
        config = {**ModelConfig().to_dict(), **config}
        other = sorted(key for key in own.keys() | config.keys() if own.get(key) != config.get(key))
        if other:
            key = other[0]
            if key == "schemes":
                return "of another model: its schemes are others"
            told, wanted = (
                f"{value:.4g}" if isinstance(value, float) else value
                for value in (config.get(key), own.get(key))
            )
            return f"of another model: its {key} is {told}, not {wanted}"
        if found is None:
            return comparison.problem
        if found.least < BROKEN:
            return "does not draw what the model draws"
        return shortfall(precision, found) if precision in THRESHOLDS else ""


def _served(version: Path):
    """Give a function that colours a sketch, uint8 (H, W), with a SavedModel.

    Its second argument are hints, uint8 (H, W, 4) RGBA, or None.
    """
    import tensorflow as tf

    try:
        with quiet_stderr():
            model = tf.saved_model.load(str(version))
            colorize = model.signatures["colorize"]
            guided = model.signatures.get("colorize_with_hints")
    except Exception as error:  # TensorFlow raises anything on a damaged model
        raise SgruError(f"cannot be loaded; {one_line(error)}") from error

    def serve(sketch, hints, model=model):  # a signature alone does not keep the weights alive
        given = {"sketch": tf.constant(sketch[None, :, :, None])}
        if hints is not None:
            given["hints"] = tf.constant(hints[None])
        answer = (colorize if hints is None else guided)(**given)
        return answer["proposals"].numpy()[0]

    return serve


def _within(grey: np.ndarray, max_pixels: int) -> np.ndarray:
    """Shrink a sketch, uint8 (H, W), to COMPARED_SIDE and to a number of pixels, in proportion."""
    height, width = grey.shape
    scale = min(1, COMPARED_SIDE / max(grey.shape), math.sqrt(max_pixels / grey.size))
    size = max(1, int(width * scale)), max(1, int(height * scale))
    return np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BILINEAR))
