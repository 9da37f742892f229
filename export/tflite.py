"""Keras model -> TFLite files for phones and browsers, each compared with Keras before it counts.

A file `NAME-WIDTHxHEIGHT-PRECISION.tflite` (`...-float32in.tflite` if it takes floats) has the
signature `colorize`: `sketch` (1, H, W, 1), uint8 or float32, 0 = ink, 255 = paper -> `proposals`
uint8 (N, H, W, 3), RGB, ready to show. A file of a network with hints takes `hints` (1, H, W, 4)
too, of the same type: RGB 0-255 and a mask, 0 for no hint, else 255 in uint8 and 1 in float32; all
zeros for no hints.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sgru_tf import __version__
from sgru_tf.errors import SgruError, one_line
from sgru_tf.export.checking import check_model
from sgru_tf.export.comparing import Likeness
from sgru_tf.export.inspecting import Contents, inspect
from sgru_tf.export.judging import BROKEN, faults, keras_pictures, likeness, shortfall
from sgru_tf.export.metadata import with_metadata
from sgru_tf.export.mobile_graph import converter
from sgru_tf.export.quantizing import quantize_maps, quantize_weights
from sgru_tf.export.representative import fitted, representative_dataset, sketches_of
from sgru_tf.export.sample_hints import calibration_hints, judged_pages
from sgru_tf.files import whole_file
from sgru_tf.folder import prepare_folder
from sgru_tf.quiet import quiet_stderr

PRECISIONS = ("float32", "float16", "dynamic", "int8")
"""In the order of their quality."""

INPUTS = ("uint8", "float32")
"""Types that the inputs can have."""

_STEP, _GREATEST_SIDE = 32, 4096


@dataclass(frozen=True)
class Exported:
    """What became of one file.

    Attributes:
        path: Where it lies, or would.
        problem: Why it was not written; empty if it was.
        bytes: Its size.
        likeness: How near it comes to Keras, or None if it could not be run.
        contents: What is inside, or None if it could not be converted.
    """

    path: Path
    problem: str
    bytes: int = 0
    likeness: Likeness | None = None
    contents: Contents | None = None


def export_tflite(
    model,
    out,
    *,
    name: str = "sgru",
    sizes: Sequence[tuple[int, int]] = ((256, 256),),
    precisions: Sequence[str] = PRECISIONS,
    input_dtype: str = "uint8",
    calibration=None,
    allow_loss: bool = False,
    tell: Callable[[str], None] = lambda text: None,
) -> Iterator[Exported]:
    """Convert a model, check each file, and write those that pass.

    Args:
        model: from `sgru_tf.load_model` or `sgru_tf.build_sgru`.
        out: folder to write to; made if need be.
        name: first part of the files' names.
        sizes: (width, height) in pixels, multiples of 32.
        precisions: of PRECISIONS.
        input_dtype: "uint8" or "float32".
        calibration: folder of sketches for the integer ranges; None for the bundled samples.
        allow_loss: write files that miss the threshold of their precision too.
        tell: called with what is being done, in a few words.

    Yields:
        What became of each file, as soon as it is known.

    Raises:
        SgruError: a size or another argument is no good, the model's answers are not finite, or
            the folder cannot be written to.
    """
    check_model(model)
    sizes, precisions = list(dict.fromkeys(sizes)), list(dict.fromkeys(precisions))
    for width, height in sizes:
        check_side(width), check_side(height)
    unknown = [one for one in precisions if one not in PRECISIONS]
    if unknown or input_dtype not in INPUTS:
        raise SgruError(f"{(unknown or [input_dtype])[0]!r} is not a precision or type known here")
    from sgru_tf.model import in_float32  # brings Keras

    model = in_float32(model)
    # Gains and offsets are not counted: equal ones are stored once.
    kernels = sum(math.prod(weight.shape) for weight in model.weights if len(weight.shape) == 4)
    samples = sketches_of()
    sketches = sketches_of(calibration) if calibration else samples
    hinted = model.sgru_config.hints
    prepare_folder(Path(out))
    for width, height in sizes:
        pages = [fitted(grey, width, height) for _, grey in samples]
        names, pages, hints = judged_pages([sample for sample, _ in samples], pages, hinted)
        judged = names, pages, hints, keras_pictures(model, pages, hints)
        pages = representative_dataset([grey for _, grey in sketches], width, height)
        to_calibrate = pages, calibration_hints(len(pages), width, height) if hinted else ()
        tell(f"tracing the network at {width} x {height}")
        with converter(model, width, height, input_dtype) as convert:
            for precision in precisions:
                kind = precision if input_dtype == "uint8" else f"{precision}-{input_dtype}in"
                path = Path(out, f"{name}-{width}x{height}-{kind}.tflite")
                tell(f"converting and comparing {path.name}")
                content = _content(path.name, convert, precision, to_calibrate)
                values = {
                    "config": model.sgru_config.to_dict(),
                    "proposals": model.sgru_config.proposals,
                    "width": width,
                    "height": height,
                    "precision": precision,
                    "input": input_dtype,
                    "version": __version__,
                }
                content = with_metadata(content, values)
                yield _checked(path, content, precision, kernels, judged, allow_loss)


def check_side(side: int) -> int:
    """Give back a side of a file in pixels.

    Raises:
        SgruError: it is no multiple of 32, or out of range.
    """
    if side % _STEP or not _STEP <= side <= _GREATEST_SIDE:
        raise SgruError(f"a side of {side} pixels: use multiples of 32, 32-{_GREATEST_SIDE}")
    return side


def _content(name: str, convert, precision: str, to_calibrate) -> bytes:
    try:
        with quiet_stderr():
            floats = convert(precision == "float16")
            if precision == "dynamic":
                return quantize_weights(floats)
            if precision == "int8":
                return quantize_maps(floats, *to_calibrate)
            return floats
    except Exception as error:  # the converters raise anything
        raise SgruError(f"{name}: cannot be converted; {one_line(error)}") from error


def _checked(
    path: Path, content: bytes, precision: str, kernels: int, judged, allow_loss: bool
) -> Exported:
    """Write a file if it is good: it has its own name only then."""
    contents = inspect(content)
    problem = faults(contents, kernels)
    stays = "; the older file of that name is left as it is" if path.exists() else ""
    if problem:
        return Exported(path, problem + stays, len(content), None, contents)
    try:
        with whole_file(path) as part:
            part.write_bytes(content)
            found = likeness(part, *judged)
            if found.least < BROKEN:
                problem = (
                    f"{found.least:.1f} dB against Keras: it does not draw what the model does"
                )
            elif not allow_loss:
                problem = shortfall(precision, found)
            if problem:
                raise _Refused
    except _Refused:
        pass
    return Exported(path, problem and problem + stays, len(content), found, contents)


class _Refused(Exception):
    """Leaves `whole_file` without a file."""
