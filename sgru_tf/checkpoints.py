"""The checkpoints of a run: written whole, the newest few and the best kept, damaged ones passed.

    RUN/checkpoints/step-500.index, step-500.data-00000-of-00001    one checkpoint
    RUN/checkpoints/kept.json     what validation gave at them, and which to keep besides
    RUN/checkpoints/checkpoint    the newest one's name, for TensorFlow's own tools

A checkpoint is there once its index is, which is put there last; and nothing is deleted before
that. So the process may be ended between any two operations on these files: `restore` finds the
newest whole one, and clears away what is left of the other.
"""

import json
import math
import os
import re
import shutil
from contextlib import suppress
from pathlib import Path

import tensorflow as tf

from sgru_tf.errors import SgruError, one_line
from sgru_tf.files import whole_file

# What TensorFlow raises on damaged checkpoints and on those of other networks.
_UNREADABLE = (tf.errors.OpError, ValueError, AssertionError, LookupError, RuntimeError)
_INDEX = re.compile(r"step-(\d+)\.index")
_DATA = re.compile(r"step-(\d+)\.data-\d{5}-of-\d{5}")
# What a process leaves that was ended while it saved; all but the first is of older runs.
_LEFT = re.compile(r"\.part-.*|step-\d+_temp|step-\d+\..*\.tempstate\d+|checkpoint\.tmp.*")


class Checkpoints:
    """Saves and restores what is under a checkpoint object.

    Reads the folders of `tf.train.CheckpointManager` too, of which older runs are.

    Args:
        folder: RUN/checkpoints; made when something is first saved.
        state: Over the objects to save.
        keep: So many of the newest are kept, and besides them the one of the best score.
    """

    def __init__(self, folder: Path, state: tf.train.Checkpoint, keep: int):
        self.folder, self.state, self.keep = folder, state, keep

    @property
    def steps(self) -> list[int]:
        """Steps of the checkpoints that are there, rising."""
        return saved_steps(self.folder)

    def path(self, step: int) -> Path:
        """Give the path of a step's checkpoint, without the endings of its files."""
        return self.folder / f"step-{step}"

    def newest(self) -> Path | None:
        """Give the path of the newest checkpoint."""
        return self.path(self.steps[-1]) if self.steps else None

    def restore(self, say) -> None:
        """Go back to the newest checkpoint; to the one before, if that is damaged.

        Args:
            say: Called with a line for each checkpoint that is passed over.

        Raises:
            SgruError: none of them can be restored: damaged, or of another network.
        """
        steps = self.steps
        for step in reversed(steps):
            try:
                status = self.state.read(str(self.path(step)))
                # Those of CheckpointManager hold a counter besides.
                status.assert_existing_objects_matched().expect_partial()
                return
            except _UNREADABLE as error:
                reason = one_line(error)
                say(f"{self.path(step)}: cannot be restored, taking the one before; {reason}")
        if steps:
            raise SgruError(f"{self.newest()}: cannot be restored, nor any before; {reason}")

    def save(self, step: int, score: float | None = None) -> None:
        """Save a step, then delete what need not be kept.

        Checkpoints of later steps go too: they are those that could not be restored.

        Args:
            step: Number of the step.
            score: What validation gave at this step, the less the better; None if there was none.

        Raises:
            SgruError: it cannot be written; all others are kept.
        """
        part = self.folder / f".part-{os.getpid()}-step-{step}"
        try:
            part.mkdir(parents=True, exist_ok=True)
            self.state.write(str(part / f"step-{step}"))
            scores, held = self._noted()
            there = self.steps
            scores = {s: value for s, value in scores.items() if s in there and s != step}
            if score is not None and math.isfinite(score):
                scores[step] = score
            self._note(scores, held)
            self._put(step, part)
        except (OSError, tf.errors.OpError) as error:
            raise SgruError(f"{self.path(step)}: cannot be written; {_reason(error)}") from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
        self._prune(step)

    def hold(self, step: int) -> Path | None:
        """Keep the newest checkpoint up to a step, whatever its age, and give its path.

        One is held at a time: any that was held before is let go.
        """
        before = [saved for saved in self.steps if saved <= step]
        if not before:
            return None
        scores, _ = self._noted()
        self._note(scores, before[-1])
        return self.path(before[-1])

    def clear(self) -> None:
        """Delete what is left of checkpoints that were not finished."""
        there = set(self.steps)
        for path in _listed(self.folder):
            data = _DATA.fullmatch(path.name)
            if _LEFT.fullmatch(path.name) or (data and int(data[1]) not in there):
                _delete(path)

    def _put(self, step: int, part: Path) -> None:
        """Move what was written to its place, the index last."""
        files = sorted(part.iterdir(), key=lambda path: path.suffix == ".index")
        for path in files:
            # Or a machine that loses its power may have lost it, and those deleted for it too.
            with open(path, "rb+") as stream:
                os.fsync(stream.fileno())
        # A damaged one of the same step: its index must not be there beside the new data.
        self._drop(step)
        for path in files:
            os.replace(path, self.folder / path.name)

    def _drop(self, step: int) -> None:
        # Without its index it is no checkpoint any more.
        Path(f"{self.path(step)}.index").unlink(missing_ok=True)

    def _prune(self, step: int) -> None:
        known = [saved for saved in self.steps if saved <= step]
        scores, held = self._noted()
        best = min((s for s in known if s in scores), key=scores.get, default=None)
        wanted = [s for s in known if s in (*known[-self.keep :], best, held)]
        for saved in self.steps:
            if saved not in wanted:
                self._drop(saved)
        self.clear()
        lines = [f'model_checkpoint_path: "step-{step}"']
        lines += [f'all_model_checkpoint_paths: "step-{saved}"' for saved in wanted]
        with whole_file(self.folder / "checkpoint") as part:
            part.write_text("\n".join(lines) + "\n")

    def _note(self, scores: dict[int, float], held: int | None) -> None:
        with whole_file(self.folder / "kept.json") as part:
            part.write_text(json.dumps({"scores": scores, "held": held}) + "\n")

    def _noted(self) -> tuple[dict[int, float], int | None]:
        """Give the scores by their steps, and the step that is held."""
        try:
            noted = json.loads((self.folder / "kept.json").read_text())
            scores = {int(step): float(score) for step, score in noted["scores"].items()}
            return scores, noted["held"] and int(noted["held"])
        except (OSError, ValueError, TypeError, LookupError, AttributeError):
            # Not worth ending a run for: at worst one checkpoint less is kept.
            return {}, None


def saved_steps(folder: Path) -> list[int]:
    """List the steps, rising, of which a folder holds a checkpoint."""
    matches = (_INDEX.fullmatch(path.name) for path in _listed(folder))
    return sorted(int(match[1]) for match in matches if match)


def _listed(folder: Path) -> list[Path]:
    return list(folder.iterdir()) if folder.is_dir() else []


def _reason(error: Exception) -> str:
    """Give the end of TensorFlow's `{{node}} long/path; No space left on device [Op:SaveV2]`."""
    if isinstance(error, OSError):
        return error.strerror or one_line(error)
    return re.sub(r"\s*\[Op:\w+\]$", "", str(error.message)).rsplit("; ", 1)[-1] or one_line(error)


def _delete(path: Path) -> None:
    with suppress(OSError):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
