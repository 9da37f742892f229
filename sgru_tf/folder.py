"""Colour many files: what to read, what to call the results, what is done already.

For NAME.png the results are NAME_1.png ... NAME_9.png and NAME_sheet.png; NAME_1_colour.png ...
for the flat colours alone; NAME.ora for all of them in layers. Without an output folder they go
beside what was given: those of a file into `colored/` in the file's own folder, those of a folder
SKETCHES into `SKETCHES_colored/` next to it. Subfolders are kept. Sketches that differ in their
suffix only keep it in the name of the results (`a_png_1.png`, `a_jpg_1.png`).

NAME_hints.png beside NAME.png holds the hints for it, and is no sketch itself.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sgru_tf.errors import SgruError, one_line
from sgru_tf.files import SUFFIXES, read_mark
from sgru_tf.hints import Hint, add_hints, hint_picture
from sgru_tf.images import read_sketch
from sgru_tf.results import PickError, Wishes, is_done, results_of, write_results

HINTS = "_hints.png"
"""What the name of a picture of hints ends in."""


@dataclass(frozen=True)
class Job:
    """One sketch, and the folder and the stem of the names of its results."""

    source: Path
    folder: Path
    stem: str

    @property
    def hints(self) -> Path | None:
        """The picture of hints that lies beside the sketch, if there is one."""
        path = self.source.with_name(f"{self.source.stem}{HINTS}")
        return path if path.is_file() else None


@dataclass(frozen=True)
class Outcome:
    """What became of a job: "coloured", "skipped" or "failed", and why it failed."""

    job: Job
    status: str
    message: str = ""
    has_alpha: bool = False


def plan(
    inputs: Sequence[Path], out: Path | None = None, *, recursive: bool = False
) -> tuple[list[Job], list[str], int]:
    """Find the sketches and name their results.

    The program's own results are known by a mark in the files, wherever they lie, and are never
    taken for sketches; in folders, hidden files and files that are no pictures are passed over.

    Args:
        inputs: files and folders.
        out: output folder; None for the places named in the module's docstring.
        recursive: look into subfolders too.

    Returns:
        The jobs, sorted within each folder; a line for each input that is of no use; and how many
        results of earlier runs were passed over.
    """
    jobs, problems, own = [], [], 0
    seen: set[Path] = set()
    for given in inputs:
        for job in _sketches(given, out, recursive, problems):
            identity = job.source.resolve()
            if identity in seen:
                continue
            seen.add(identity)
            if _holds_hints(job.source):
                continue
            if read_mark(job.source) is not None:
                own += 1
            else:
                jobs.append(job)
    return _told_apart(jobs), problems, own


def colour_jobs(
    jobs: Sequence[Job], wishes: Wishes, open_colorizer: Callable[[], object], hints=()
) -> Iterator[Outcome]:
    """Colour one sketch after the other; a bad one does not stop the rest.

    Args:
        jobs: from `plan`.
        wishes: what to write.
        open_colorizer: gives the `Colorizer`; called once, when the first sketch needs it.
        hints: for every job, laid over those that lie beside the sketch: paths of hint
            pictures, and `sgru_tf.hints.Hint`s.

    Raises:
        SgruError: the model cannot be opened, or it has fewer proposals than were picked.
    """
    sources = {job.source.resolve() for job in jobs}
    colorizer = None
    for job in jobs:
        own = wishes
        if hints or _hints_are_newer(job, wishes):
            own = replace(wishes, overwrite=True)
        if is_done(job.folder, job.stem, own):
            yield Outcome(job, "skipped")
            continue
        try:
            sketch = read_sketch(job.source)
        except SgruError as error:
            yield Outcome(job, "failed", str(error))
            continue
        # Not opened before there is a sketch to colour: TensorFlow takes seconds to start.
        colorizer = colorizer or open_colorizer()
        try:
            has_alpha = sketch.alpha is not None
            size = sketch.grey.shape[::-1]
            colouring = colorizer.colouring(sketch, _all_hints(job, hints, size))
            sketch = None  # its alpha would take up memory while the results are painted
            written = _colour(job, own, colouring, sources)
        except PickError:
            raise
        except Exception as error:  # an oversight of the program is one bad file too
            yield failure(job, error)
        else:
            status = "coloured" if written else "skipped"
            yield Outcome(job, status, has_alpha=has_alpha)
        sketch = colouring = None  # must not take up memory while the next one is read


def failure(job: Job, error: Exception) -> Outcome:
    """Tell in one line, which names the file, why a job failed."""
    if isinstance(error, MemoryError):
        text = "not enough memory"
    elif isinstance(error, SgruError):
        text = str(error)
    else:
        text = f"{type(error).__name__}: {one_line(error)}"
    return Outcome(job, "failed", text if str(job.source) in text else f"{job.source}: {text}")


def prepare_folder(folder: Path) -> None:
    """Create an output folder, with its parents.

    Raises:
        SgruError: it is a file, or cannot be created or written to.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError as error:
        raise SgruError(f"{folder} is a file; give a folder to write to") from error
    except OSError as error:
        raise SgruError(f"cannot create the folder {folder}: {error.strerror}") from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SgruError(f"cannot write to the folder {folder}: not permitted, or read-only")


def _sketches(given: Path, out: Path | None, recursive: bool, problems: list[str]) -> list[Job]:
    if not given.is_dir():
        if not given.exists():
            problems.append(f"{given}: no such file or folder")
            return []
        return [Job(given, out or given.parent / "colored", given.stem)]
    base = given if given.name not in ("", "..") else given.resolve()
    target = out or base.parent / f"{base.name or 'root'}_colored"
    told = len(problems)
    found = []

    def unreadable(error: OSError) -> None:
        problems.append(f"{error.filename}: {error.strerror}")

    for place, folders, files in os.walk(given, onerror=unreadable):
        # Sorted in place: os.walk goes on with what is left in the list.
        folders[:] = sorted(name for name in folders if recursive and not name.startswith("."))
        for name in sorted(files):
            path = Path(place, name)
            if not name.startswith(".") and path.suffix.lower() in SUFFIXES:
                found.append(Job(path, target / Path(place).relative_to(given), path.stem))
    if not found and len(problems) == told:
        hint = "" if recursive else " (--recursive looks into its subfolders)"
        problems.append(f"{given}: no pictures in this folder{hint}")
    return found


def _holds_hints(path: Path) -> bool:
    """Tell whether a picture holds the hints for a sketch that lies beside it."""
    if not path.name.endswith(HINTS):
        return False
    stem = path.name.removesuffix(HINTS)
    return any(path.with_name(stem + suffix).is_file() for suffix in SUFFIXES)


def _all_hints(job: Job, hints, size: tuple[int, int]):
    """Lay the hints for a job over each other: a picture, or None."""
    files = [job.hints] if job.hints else []
    files += [hint for hint in hints if not isinstance(hint, Hint)]
    dabs = [hint for hint in hints if isinstance(hint, Hint)]
    picture = None
    for some in [*files, *([dabs] if dabs else [])]:
        picture = add_hints(picture, hint_picture(some, *size))
    return picture


def _hints_are_newer(job: Job, wishes: Wishes) -> bool:
    """Tell whether the hints beside a sketch were painted after it was coloured."""
    if not job.hints:
        return False
    painted = job.hints.stat().st_mtime
    results = results_of(job.folder, job.stem, wishes, 1)
    return any(r.path.exists() and r.path.stat().st_mtime < painted for r in results)


def _told_apart(jobs: list[Job]) -> list[Job]:
    """Give every job a stem of its own in its folder, whatever the order of the inputs."""
    groups = defaultdict(list)
    for job in jobs:
        # casefold: A.png and a.jpg meet on file systems that ignore case.
        groups[job.folder.resolve(), job.stem.casefold()].append(job)
    taken = set()
    result = []
    for job in jobs:
        place = job.folder.resolve()
        alike = [other.source for other in groups[place, job.stem.casefold()]]
        stem = job.stem
        if len({source.parent.resolve() for source in alike}) > 1:
            stem = f"{job.source.resolve().parent.name}_{stem}"
        if len({source.suffix.lower() for source in alike}) > 1:
            stem = f"{stem}_{job.source.suffix[1:].lower()}"
        free, number = stem, 2
        while (place, free.casefold()) in taken:
            free, number = f"{stem}-{number}", number + 1
        taken.add((place, free.casefold()))
        result.append(replace(job, stem=free))
    return result


def _colour(job: Job, wishes: Wishes, colouring, sources: set[Path]) -> bool:
    """Write what is wanted and not there yet; tell whether there was anything to write."""
    count = len(colouring)
    if max(wishes.picks, default=0) > count:
        raise PickError(f"proposal {max(wishes.picks)} was picked, but the model has {count}")
    prepare_folder(job.folder)
    results = results_of(job.folder, job.stem, wishes, count)
    for result in results:
        if result.path.resolve() in sources:
            raise SgruError(
                f"{job.source}: a result would replace the sketch {result.path}; use --out"
            )
    return write_results(results, wishes, colouring)
