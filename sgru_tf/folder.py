"""Colour many files: what to read, what to call the results, what is done already.

For NAME.png the results are NAME_1.png ... NAME_9.png and NAME_sheet.png. Without an output
folder they go beside what was given: those of a file into `colored/` in the file's own folder,
those of a folder SKETCHES into `SKETCHES_colored/` next to it. Subfolders are kept. Sketches that
differ in their suffix only keep it in the name of the results (`a_png_1.png`, `a_jpg_1.png`).
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from PIL import Image

from sgru_tf.errors import SgruError, one_line
from sgru_tf.files import SUFFIXES, read_mark, write_image
from sgru_tf.images import read_sketch
from sgru_tf.sheet import CELL, contact_sheet, in_rows

FORMATS = ("png", "webp", "jpg")
"""Formats in which the proposals can be written."""

SHEET_COLUMNS = 5


@dataclass(frozen=True)
class Job:
    """One sketch, and the folder and the stem of the names of its results."""

    source: Path
    folder: Path
    stem: str

    def proposal(self, number: int, suffix: str) -> Path:
        """Path of a proposal; numbers begin with 1."""
        return self.folder / f"{self.stem}_{number}.{suffix}"

    @property
    def sheet(self) -> Path:
        """Path of the contact sheet."""
        return self.folder / f"{self.stem}_sheet.png"


@dataclass(frozen=True)
class Wishes:
    """What is to be written for each sketch.

    Attributes:
        picks: numbers of the proposals, beginning with 1; all of them if empty.
        sheet: write the contact sheet too.
        suffix: one of FORMATS.
        overwrite: colour again what is done already.
        alpha: give the sketch's transparency back; else show the colours that it hides.
    """

    picks: tuple[int, ...] = ()
    sheet: bool = True
    suffix: str = "png"
    overwrite: bool = False
    alpha: bool = True


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
            if read_mark(job.source) is not None:
                own += 1
            else:
                jobs.append(job)
    return _told_apart(jobs), problems, own


def colour_jobs(
    jobs: Sequence[Job], wishes: Wishes, open_colorizer: Callable[[], object]
) -> Iterator[Outcome]:
    """Colour one sketch after the other; a bad one does not stop the rest.

    Args:
        jobs: from `plan`.
        wishes: what to write.
        open_colorizer: gives the `Colorizer`; called once, when the first sketch needs it.

    Raises:
        SgruError: the model cannot be opened, or it has fewer proposals than were picked.
    """
    sources = {job.source.resolve() for job in jobs}
    colorizer = None
    for job in jobs:
        if _is_done(job, wishes):
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
            colouring = colorizer.colouring(sketch)
            sketch = None  # its alpha would take up memory while the results are painted
            written = _colour(job, wishes, colouring, sources)
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


class PickError(SgruError):
    """A proposal was asked for that the model does not have."""


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


def _results(job: Job, wishes: Wishes, count: int) -> list[tuple[int, Path]]:
    """Number and path of all that is wanted of a sketch; the sheet, last, has the number 0."""
    picks = wishes.picks or range(1, count + 1)
    results = [(number, job.proposal(number, wishes.suffix)) for number in picks]
    return results + ([(0, job.sheet)] if wishes.sheet else [])


def _is_done(job: Job, wishes: Wishes) -> bool:
    if wishes.overwrite:
        return False
    count = len(wishes.picks)
    if not count:
        # Results say of how many they are, so that the model need not be opened to know.
        marks = (read_mark(path) for path in (job.proposal(1, wishes.suffix), job.sheet))
        words = next((mark for mark in marks if mark), "").split()
        if not words or not words[-1].isdigit():
            return False
        count = int(words[-1])
    return all(path.exists() for _, path in _results(job, wishes, count))


def _colour(job: Job, wishes: Wishes, colouring, sources: set[Path]) -> bool:
    """Write what is wanted and not there yet; tell whether there was anything to write."""
    count = len(colouring)
    if max(wishes.picks, default=0) > count:
        raise PickError(f"proposal {max(wishes.picks)} was picked, but the model has {count}")
    prepare_folder(job.folder)
    results = _results(job, wishes, count)
    for _, path in results:
        if path.resolve() in sources:
            raise SgruError(f"{job.source}: a result would replace the sketch {path}; use --out")
    todo = [(number, path) for number, path in results if wishes.overwrite or not path.exists()]
    # No picture gets a name here: it would live on while the next one is painted.
    for number, path in todo:
        mark = f"proposal {number} of {count}" if number else f"sheet of {count}"
        write_image(_paint(colouring, number, wishes), path, mark=mark)
    return bool(todo)


def _paint(colouring, number: int, wishes: Wishes) -> Image.Image:
    if number:
        alpha = "drop" if not wishes.alpha else "white" if wishes.suffix == "jpg" else "keep"
        return colouring.picture(number - 1, alpha=alpha)
    numbers = range(len(colouring))
    shown = [colouring.thumbnail(index, CELL) for index in (None, *numbers)]
    labels = ["sketch", *(str(index + 1) for index in numbers)]
    return contact_sheet(in_rows(shown, SHEET_COLUMNS), in_rows(labels, SHEET_COLUMNS))
