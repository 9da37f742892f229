"""Looks at every picture of a collection once, and remembers what was seen.

Pictures are taken in blocks, in the order of names; what was seen of a block is a file of its
own. A scan that is stopped goes on; several machines can share it, each with its own blocks; and a
block is looked at anew if any of its files has changed.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sgru_tf.looking import Look, look_at
from sgru_tf.shards import write_json
from sgru_tf.sources import Sample
from sgru_tf.workers import spread

BLOCK = 200
"""Pictures in a block."""
# Goes up whenever the same picture would be seen otherwise.
_VERSION = 1


@dataclass(frozen=True)
class _Task:
    path: Path
    pictures: tuple[tuple[str, Sample], ...]
    crop: bool


def scan(
    pictures: Sequence[tuple[str, Sample]],
    folder: Path,
    crop: bool,
    jobs: int = 1,
    part: tuple[int, int] | None = None,
    done: Callable[[int, bool], None] = lambda count, known: None,
) -> list[Look]:
    """Look at the pictures, in as far as that was not done before.

    Args:
        pictures: Name and files of each, in the order of names.
        folder: Where what was seen is kept.
        crop: Look for borders.
        jobs: Processes.
        part: (i, n): only part i of n, from 1, of the blocks.
        done: Called with a number of pictures, and whether they were known before.

    Returns:
        What was seen of the pictures, in their order.

    Raises:
        SgruError: the folder cannot be written to.
    """
    tasks = []
    for number, start in enumerate(range(0, len(pictures), BLOCK)):
        if part is None or number % part[1] == part[0] - 1:
            path = folder / f"{number:06d}.json"
            tasks.append(_Task(path, tuple(pictures[start : start + BLOCK]), crop))
    seen: dict[Path, list[Look]] = {}
    for task in tasks:
        known = _remembered(task)
        if known is not None:
            seen[task.path] = known
            done(len(known), True)
    new = [task for task in tasks if task.path not in seen]
    for task, looks in spread(_look, new, jobs):
        seen[task.path] = looks
        done(len(looks), False)
    return [look for task in tasks for look in seen[task.path]]


def _look(task: _Task) -> list[Look]:
    # Files that change meanwhile must not count as seen.
    files = _files(task)
    looks = [look_at(name, sample, task.crop) for name, sample in task.pictures]
    value = {"version": _VERSION, "crop": task.crop, "files": files}
    write_json(task.path, value | {"looks": [dataclasses.asdict(look) for look in looks]})
    return looks


def _remembered(task: _Task) -> list[Look] | None:
    try:
        value = json.loads(task.path.read_text())
        if (value["version"], value["crop"]) != (_VERSION, task.crop):
            return None
        if value["files"] != _files(task):
            return None
        return [Look.from_dict(look) for look in value["looks"]]
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _files(task: _Task) -> list:
    """Give the name, sizes and times of the files of each picture."""
    described = []
    for name, sample in task.pictures:
        entry: list = [name]
        for path in filter(None, (sample.colour, sample.sketch)):
            try:
                stat = path.stat()
                entry += [path.name, stat.st_size, stat.st_mtime_ns]
            except OSError:
                entry += [path.name, None, None]
        described.append(entry)
    return described
