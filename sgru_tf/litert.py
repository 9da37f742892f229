"""Runs a `.tflite` file of this project with LiteRT, without TensorFlow and without Keras.

The file's input is `sketch` (1, H, W, 1), uint8 or float32, 0 = ink, 255 = paper; its output is
`proposals` (N, H, W, 3), uint8 RGB. It was converted at one size, and is resized to each sketch;
where the runtime refuses that, the sketch is padded with white paper to the file's own size.
"""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np

from sgru_tf.cores import usable_cores
from sgru_tf.errors import SgruError, one_line
from sgru_tf.quiet import quiet_stderr

METADATA = "sgru_tf"
"""Name of the entry in the file's metadata that `read_metadata` reads."""

SIGNATURE = "colorize"
"""Name of the file's signature."""


class LiteRTNetwork:
    """A `.tflite` file as `sgru_tf.backends` wants a network; threads may share it, and take turns.

    Args:
        path: the file.
        threads: threads of the interpreter; None for one a core.

    Attributes:
        metadata: What `sgru-export tflite` stored in the file; see `read_metadata`.
        proposals: N.
        working_size: Long side for which the file was converted, in pixels.

    Raises:
        SgruError: no such file, or not a file that `sgru-export tflite` wrote.
    """

    def __init__(self, path, threads: int | None = None):
        """Open the file; memory for its maps is taken at the first sketch."""
        from ai_edge_litert.interpreter import Interpreter

        self.path = Path(path)
        self.metadata = read_metadata(self.path)
        try:
            with quiet_stderr(tell=False):
                self._interpreter = Interpreter(
                    model_path=str(self.path), num_threads=threads or usable_cores()
                )
        except (RuntimeError, ValueError) as error:
            raise SgruError(f"{self.path}: LiteRT cannot open it; {one_line(error)}") from error
        (self._input,) = self._interpreter.get_input_details()
        (self._output,) = self._interpreter.get_output_details()
        self.proposals = int(self._output["shape"][0])
        self._own_shape = tuple(int(side) for side in self._input["shape"][1:3])
        self.working_size = max(self._own_shape)
        self._shape: tuple[int, int] | None = None
        self._turn = threading.Lock()

    def __call__(self, sketch: np.ndarray) -> np.ndarray:
        """Colour one sketch: float32 (1, H, W, 1), 0-255, to uint8 (1, N, H, W, 3).

        Raises:
            SgruError: there is not enough memory, or the file cannot be resized and is too small.
        """
        with self._turn:
            return self._run(sketch)

    def _run(self, sketch: np.ndarray) -> np.ndarray:
        height, width = sketch.shape[1:3]
        shape = self._resized((height, width))
        try:
            if shape != (height, width):
                room = ((0, 0), (0, shape[0] - height), (0, shape[1] - width), (0, 0))
                sketch = np.pad(sketch, room, constant_values=255)
            if self._input["dtype"] == np.uint8:
                sketch = np.rint(np.clip(sketch, 0, 255)).astype(np.uint8)
            self._interpreter.set_tensor(self._input["index"], sketch)
            self._interpreter.invoke()
            return self._interpreter.get_tensor(self._output["index"])[None, :, :height, :width]
        except (RuntimeError, ValueError, MemoryError) as error:
            raise SgruError(
                f"{self.path}: failed at {width} x {height} pixels; try a smaller size "
                f"({one_line(error)})"
            ) from error

    def _resized(self, shape: tuple[int, int]) -> tuple[int, int]:
        """Bring the interpreter to a size that holds `shape`; give that size."""
        if self._shape == shape:
            return shape
        for wanted in (shape, self._own_shape):
            if wanted[0] < shape[0] or wanted[1] < shape[1]:
                continue
            if self._shape == wanted or self._allocated(wanted):
                self._shape = wanted
                return wanted
        height, width = self._own_shape
        raise SgruError(
            f"{self.path}: cannot be resized here and is made for {width} x {height} pixels; "
            f"use --size {min(height, width)}"
        )

    def _allocated(self, shape: tuple[int, int]) -> bool:
        self._shape = None
        try:
            with quiet_stderr(tell=False):
                self._interpreter.resize_tensor_input(self._input["index"], (1, *shape, 1))
                self._interpreter.allocate_tensors()
        except (RuntimeError, ValueError):
            return False
        return True


def read_metadata(path) -> dict:
    """Read what `sgru-export tflite` stored in a file.

    Returns:
        A dictionary with `config` (of `ModelConfig.to_dict`), `proposals`, `width`, `height`
        (pixels), `precision`, `input` ("uint8" or "float32") and `version` (of sgru_tf).

    Raises:
        SgruError: no such file, damaged, or not written by `sgru-export tflite`.
    """
    from ai_edge_litert import schema_py_generated as schema

    path = Path(path)
    try:
        content = np.memmap(path, mode="r")  # a large file is not to be in memory twice
    except (OSError, ValueError) as error:
        problem = getattr(error, "strerror", None) or "is empty"
        raise SgruError(f"{path}: cannot be read as a model; {problem}") from error
    if content[4:8].tobytes() != b"TFL3":
        raise SgruError(f"{path}: not a TFLite file")
    try:
        model = schema.Model.GetRootAs(content, 0)
        for index in range(model.MetadataLength()):
            entry = model.Metadata(index)
            if entry.Name() == METADATA.encode():
                return json.loads(model.Buffers(entry.Buffer()).DataAsNumpy().tobytes())
    except Exception as error:  # a damaged flatbuffer raises anything
        raise SgruError(f"{path}: damaged; {one_line(error)}") from error
    raise SgruError(f"{path}: not a model of sgru_tf; make one with sgru-export tflite")
