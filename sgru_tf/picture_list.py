"""Training pictures as files: decoded where they are asked for, damaged and lost ones replaced."""

from __future__ import annotations

import threading

import numpy as np

from sgru_tf.errors import SgruError, one_line
from sgru_tf.reading import read_sample
from sgru_tf.sources import Sample


class PictureList:
    """Samples that are files of their own.

    Args:
        samples: What `find_samples` has found.
        limit: Short side to which larger pictures are shrunk.

    Attributes:
        problems: One line for each picture that could not be decoded; grows while it is used.
    """

    def __init__(self, samples: list[Sample], limit: int):
        self.samples, self.limit = samples, limit
        self.problems: list[str] = []
        self._broken: set[int] = set()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self.samples)

    def drawn(self, _round: int, _place: int, shuffled: int) -> tuple[np.ndarray, np.ndarray]:
        """Decode the sample that a round (one pass through all) has at a place.

        Args:
            _round: Not used: `shuffled` depends on it.
            _place: Not used, likewise.
            shuffled: Index of the sample.

        Returns:
            As `read_sample`.

        Raises:
            SgruError: nothing at all can be decoded.
        """
        return self.at(shuffled)

    def at(self, index: int, keep: bool = False) -> tuple[np.ndarray, np.ndarray]:
        """Decode a sample, or the next one that can be decoded.

        Args:
            index: Its place in the list.
            keep: Not used: files are read again.

        Returns:
            As `read_sample`.

        Raises:
            SgruError: nothing at all can be decoded.
        """
        for step in range(len(self.samples)):
            number = (index + step) % len(self.samples)
            if number in self._broken:
                continue
            try:
                return read_sample(self.samples[number], self.limit)
            except SgruError as error:
                problem = str(error)
            except OSError as error:
                # A disk or a network that is not there any more.
                problem = f"{self.samples[number].colour}: {error.strerror or one_line(error)}"
            with self._lock:
                if number not in self._broken:
                    self._broken.add(number)
                    self.problems.append(problem)
        raise SgruError(
            f"none of the {len(self.samples)} pictures can be decoded; the first: "
            f"{self.problems[0]}"
        )
