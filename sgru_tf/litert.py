"""Runs a `.tflite` file of this project with LiteRT, without TensorFlow and without Keras.

The file's input is `sketch` (1, H, W, 1), uint8 or float32, 0 = ink, 255 = paper; its output is
`proposals` (N, H, W, 3), uint8 RGB. A file that takes hints has another input of the same type,
`hints` (1, H, W, 4): RGB 0-255 and a mask, 0-255 in uint8, 0-1 in float32. It was converted at one
size, and is resized to each sketch; where the runtime refuses that, the sketch is padded with white
paper to the file's own size, and hints with none.
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
        hints: It takes hints.
        schemes: Of `ModelConfig`.

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
        inputs = {tensor["name"]: tensor for tensor in self._interpreter.get_input_details()}
        self._sketch, self._hints = inputs["sketch"], inputs.get("hints")
        self.hints = self._hints is not None
        self.schemes = self.metadata["config"].get("schemes", ())
        (self._output,) = self._interpreter.get_output_details()
        self.proposals = int(self._output["shape"][0])
        self._own_shape = tuple(int(side) for side in self._sketch["shape"][1:3])
        self.working_size = max(self._own_shape)
        self._shape: tuple[int, int] | None = None
        self._turn = threading.Lock()

    def __call__(self, sketch: np.ndarray, hints: np.ndarray | None = None) -> np.ndarray:
        """Colour one sketch: float32 (1, H, W, 1), 0-255, to uint8 (1, N, H, W, 3).

        Args:
            sketch: The sketch.
            hints: float32 (1, H, W, 4), RGB 0-255 and a mask 0-1; for files with hints only.

        Raises:
            SgruError: there is not enough memory, the file cannot be resized and is too small, or
                it takes no hints.
        """
        if hints is not None and not self.hints:
            raise SgruError(f"{self.path}: takes no hints; export a model that does")
        with self._turn:
            return self._run(sketch, hints)

    def _run(self, sketch: np.ndarray, hints: np.ndarray | None) -> np.ndarray:
        height, width = sketch.shape[1:3]
        shape = self._resized((height, width))
        try:
            if hints is None and self.hints:
                hints = np.zeros((1, height, width, 4), np.float32)
            if hints is not None:
                if self._hints["dtype"] == np.uint8:
                    hints = hints * np.array([1, 1, 1, 255], np.float32)
                self._set(self._hints, hints, shape, 0)
            self._set(self._sketch, sketch, shape, 255)
            self._interpreter.invoke()
            return self._interpreter.get_tensor(self._output["index"])[None, :, :height, :width]
        except (RuntimeError, ValueError, MemoryError) as error:
            raise SgruError(
                f"{self.path}: failed at {width} x {height} pixels; try a smaller size "
                f"({one_line(error)})"
            ) from error

    def _set(self, tensor: dict, values: np.ndarray, shape: tuple[int, int], beyond: int) -> None:
        """Give the interpreter an input, with a value where it reaches beyond the sketch."""
        below, right = shape[0] - values.shape[1], shape[1] - values.shape[2]
        if below or right:
            room = ((0, 0), (0, below), (0, right), (0, 0))
            values = np.pad(values, room, constant_values=beyond)
        if tensor["dtype"] == np.uint8:
            values = np.rint(np.clip(values, 0, 255)).astype(np.uint8)
        self._interpreter.set_tensor(tensor["index"], values)

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
                for tensor in filter(None, (self._sketch, self._hints)):
                    shape_of_all = (1, *shape, int(tensor["shape"][3]))
                    self._interpreter.resize_tensor_input(tensor["index"], shape_of_all)
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
