"""What a folder of exported files holds, found by looking at names and notes only."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sgru_tf.errors import SgruError, one_line
from sgru_tf.export.saved_model import SETTINGS_FILE, check_settings
from sgru_tf.export.tflite import check_side
from sgru_tf.litert import read_metadata

_SETTINGS = f"assets.extra/{SETTINGS_FILE}"


@dataclass(frozen=True)
class Item:
    """A `.tflite` file, or a version of a SavedModel.

    Attributes:
        path: The file or folder.
        name: Its path inside the folder of exported files.
        notes: What the exporter noted in it.
    """

    path: Path
    name: str
    notes: dict


@dataclass(frozen=True)
class Failure:
    """An exported file that could not be opened or run: its name as in `Item`, and why."""

    name: str
    problem: str


@dataclass
class Found:
    """What `exported_in` finds.

    Attributes:
        files: TFLite files of this project.
        versions: Versions of SavedModels.
        failures: Files and versions that are damaged or foreign.
    """

    files: list[Item]
    versions: list[Item]
    failures: list[Failure]


def exported_in(folder) -> Found:
    """Find exported files in a folder, and in the folders directly in it.

    Raises:
        SgruError: there is no such folder, or nothing that the exporters wrote.
    """
    folder = Path(folder)
    if not folder.is_dir():
        problem = "is a file, not a folder" if folder.exists() else "no such folder"
        raise SgruError(f"{folder}: {problem}; give the folder with the exported files")
    found = Found([], [], [])
    try:
        for path in _visible(folder):
            _look_at(path, folder, found)
            # A version is looked at as a whole.
            if path.is_dir() and not _is_version(path):
                for inner in _visible(path):
                    _look_at(inner, folder, found)
    except OSError as error:
        raise SgruError(f"{error.filename}: cannot be read; {error.strerror}") from error
    if not (found.files or found.versions or found.failures):
        raise SgruError(
            f"{folder}: no .tflite file and no SavedModel version in it; make some first, as with "
            f"sgru-export tflite --out {folder}"
        )
    return found


def _visible(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if not path.name.startswith("."))


def _is_version(path: Path) -> bool:
    return path.name.isdecimal() and (path / "saved_model.pb").is_file()


def _look_at(path: Path, folder: Path, found: Found) -> None:
    """Add a path to what was found, if it is an exported file."""
    if path.suffix == ".tflite" and path.is_file():
        read, into = _file_notes, found.files
    elif _is_version(path):
        read, into = _version_notes, found.versions
    else:
        return
    name = path.relative_to(folder).as_posix()
    try:
        into.append(Item(path, name, read(path)))
    except SgruError as error:
        found.failures.append(Failure(name, problem_of(error, path)))


def problem_of(error: Exception, path: Path) -> str:
    """Give an error's one line without the path that it begins with."""
    return one_line(error).removeprefix(f"{path}: ")


def _file_notes(path: Path) -> dict:
    notes = read_metadata(path)
    try:
        check_side(notes["width"]), check_side(notes["height"])
        sound = isinstance(notes["config"], dict) and isinstance(notes["precision"], str)
    except (KeyError, TypeError, SgruError):
        sound = False
    if not sound:
        raise SgruError("its notes are damaged; export it again")
    return notes


def _version_notes(path: Path) -> dict:
    try:
        notes = json.loads((path / _SETTINGS).read_text("utf-8"))
        if not isinstance(notes["model"], dict):
            raise ValueError("the model's settings are missing")
        notes.setdefault("surfaces", "network")  # as before there were whole ones
        notes.setdefault("looks", 1)
        kept = "size", "lines", "max_pixels", "surfaces", "looks"
        check_settings(*(notes[key] for key in kept))
        if not isinstance(notes["level"], bool):
            raise ValueError(f"level is {notes['level']!r}")
        return {key: notes[key] for key in ("model", *kept, "level")}
    except FileNotFoundError as error:
        raise SgruError(
            f"no {_SETTINGS} in it: not a model of sgru_tf; make one with sgru-export saved-model"
        ) from error
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SgruError(f"{_SETTINGS} is damaged; {one_line(error)}") from error
