"""Export of a model for TensorFlow Serving: OUT/1, OUT/2, ... as its servers watch for.

    OUT/1/saved_model.pb                          the graph of all signatures
    OUT/1/variables/                              the weights, once
    OUT/1/assets.extra/sgru_tf.json               with what settings it was exported
    OUT/1/assets.extra/tf_serving_warmup_requests

A version appears whole or not at all. `sgru_tf.export.serving_graph` has the signatures.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

from sgru_tf import __version__
from sgru_tf.colorizer import GREATEST_SIZE, LEAST_SIZE
from sgru_tf.errors import SgruError, one_line
from sgru_tf.files import MAX_PIXELS as MOST_PIXELS
from sgru_tf.looks import LOOKS

MAX_PIXELS = 16_000_000
"""Largest picture that a server takes unless told otherwise."""

SETTINGS_FILE = "sgru_tf.json"

_part_numbers = itertools.count()


def export_saved_model(
    model,
    out,
    *,
    size: int | None = None,
    lines: str = "sharp",
    surfaces: str = "whole",
    looks: int = 2,
    level: bool = True,
    max_pixels: int = MAX_PIXELS,
    warmup: bool = True,
) -> Path:
    """Write the next version of a model for TensorFlow Serving.

    Args:
        model: a `keras.Model` of this project, on the TensorFlow backend; of any dtype policy,
            exported in float32.
        out: the folder of the model, which holds its versions; created if need be.
        size: working size, the long side in pixels that the network sees; the model's own if None.
        lines: "sharp" for the artist's own lines at full resolution, "network" for the picture
            as the network drew it, resized.
        surfaces: "whole" to settle what the network was unsure of, "network" for the colours as it
            painted them; see `sgru_tf.surfaces`.
        looks: how often the network looks at a sketch before surfaces are settled, 1 or 2; see
            `sgru_tf.looks`.
        level: level tinted or unevenly lit paper to white first.
        max_pixels: the server refuses larger pictures before it decodes them.
        warmup: add warm-up requests; this needs tensorflow-serving-api.

    Returns:
        The folder of the version that was written.

    Raises:
        SgruError: the model or a setting cannot be used, or the folder cannot be written to.
    """
    _check(model)
    config = model.sgru_config
    size = config.working_size if size is None else size
    check_settings(size, lines, max_pixels, surfaces, looks)
    out = Path(out)
    if (out / "saved_model.pb").exists():
        raise SgruError(f"{out} is a version of a model itself; give the folder that it lies in")
    import tensorflow as tf

    from sgru_tf.export.serving_graph import ServingGraph, Settings
    from sgru_tf.export.warmup import write_warmup
    from sgru_tf.model import in_float32

    settings = Settings(size, lines, surfaces, looks, bool(level), max_pixels)
    graph = ServingGraph(in_float32(model), settings)
    notes = {
        "model": config.to_dict(),
        "proposals": config.proposals,
        "size": size,
        "lines": lines,
        "surfaces": surfaces,
        "looks": looks,
        "level": settings.level,
        "max_pixels": max_pixels,
        "version": __version__,
        "tensorflow": tf.__version__,
    }

    def write(part: Path):
        extra = part / "assets.extra"
        extra.mkdir()
        (extra / SETTINGS_FILE).write_text(json.dumps(notes, indent=2) + "\n")
        if warmup:
            write_warmup(extra, out.resolve().name, config.hints)
        try:
            tf.saved_model.save(graph, str(part), graph.signatures())
        except tf.errors.OpError as error:
            reason = " ".join(error.message.rpartition("; ")[2].split())
            raise SgruError(f"{out}: cannot be written to; {reason}") from error

    return publish(out, write)


def check_settings(size, lines, max_pixels, surfaces="whole", looks=2) -> None:
    """Refuse settings with which no model is exported.

    Args:
        size, lines, max_pixels, surfaces, looks: as in `export_saved_model`, but any object.

    Raises:
        SgruError: one of them is of a wrong type or out of range.
    """
    if lines not in ("sharp", "network"):
        raise SgruError(f"lines is {lines!r}: use 'sharp' or 'network'")
    if surfaces not in ("whole", "network"):
        raise SgruError(f"surfaces is {surfaces!r}: use 'whole' or 'network'")
    if looks not in LOOKS:
        raise SgruError(f"looks is {looks!r}: use 1 or 2")
    if not _is_whole(size, LEAST_SIZE, GREATEST_SIZE):
        raise SgruError(f"size is {size!r}: use a whole number, {LEAST_SIZE}-{GREATEST_SIZE}")
    if not _is_whole(max_pixels, 1, MOST_PIXELS):
        raise SgruError(f"max_pixels is {max_pixels!r}: use a whole number, 1-{MOST_PIXELS}")


def publish(out: Path, write: Callable[[Path], None]) -> Path:
    """Write a folder which becomes the next version of a model, whole or not at all.

    It is written beside the versions under a name that is no number, which servers pass over, and
    then renamed. Several processes may do so at once. What a process that was killed has left
    there is removed.

    Args:
        out: the folder of the model; created if need be.
        write: called with the folder to write into, which exists and is empty.

    Returns:
        The folder of the version.

    Raises:
        SgruError: the folder cannot be written to.
    """
    # With the host: the process of another machine or container is not to be looked for here.
    mine = f".part-{socket.gethostname()}-"
    part = out / f"{mine}{os.getpid()}-{next(_part_numbers)}"
    try:
        part.mkdir(parents=True)
        _remove_abandoned(out, mine)
        write(part)
        return _rename_to_next(part, out)
    except OSError as error:
        reason = error.strerror or one_line(error)
        raise SgruError(f"{out}: cannot be written to; {reason}") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _remove_abandoned(out: Path, mine: str) -> None:
    for path in out.iterdir():
        found = re.fullmatch(re.escape(mine) + r"(\d+)-\d+", path.name)
        if found and not _may_live(int(found[1])):
            shutil.rmtree(path, ignore_errors=True)


def _may_live(pid: int) -> bool:
    if os.name != "posix":
        return True  # os.kill would not look for the process there, but end it
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        pass
    return True


def _rename_to_next(part: Path, out: Path) -> Path:
    while True:
        taken = [int(path.name) for path in out.iterdir() if path.name.isdecimal()]
        version = out / str(max(taken, default=0) + 1)
        try:
            return part.rename(version)
        except OSError:
            # Another process was faster: a folder cannot replace one that holds something.
            if not version.exists():
                raise


def _check(model):
    if not hasattr(model, "sgru_config"):
        raise SgruError(
            f"cannot export a {type(model).__name__}: give a model from sgru_tf.load_model"
        )
    import keras
    import numpy as np

    if keras.backend.backend() != "tensorflow":
        raise SgruError("the export needs Keras on TensorFlow: set KERAS_BACKEND=tensorflow")
    if not all(np.isfinite(values).all() for values in model.get_weights()):
        raise SgruError("the model has weights that are not numbers, and cannot be exported")


def _is_whole(value, low, high):
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
