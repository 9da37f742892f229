"""A collection of pictures to shards: look at all, choose, and write each shard in a process.

What lands in which shard depends on the names and the contents of the pictures and on the
settings alone, so that any machine can write any part.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sgru_tf.cleaning import Cleaned, Rules, clean
from sgru_tf.cleaning_report import write_report
from sgru_tf.errors import SgruError
from sgru_tf.reading import fitted, read_pictures
from sgru_tf.scan import scan
from sgru_tf.shard_set import ShardRecords
from sgru_tf.shards import encode, parse_name, read_index, shard_name, write_shard
from sgru_tf.sources import LEAST_SIDE, Sample, find_samples
from sgru_tf.workers import spread

SIDE = 333
"""Short side that training at 256 x 256 shrinks pictures to, at its largest zoom of 1.3."""

LARGE = 256 * 2**20
"""Bytes of a shard over which reading it takes too much memory: up to 18 are held at a time."""


@dataclass(frozen=True)
class ShardWishes:
    """What shards are to be written.

    Attributes:
        shards: How many; None looks at the pictures and reports only.
        part: (i, n): only part i of n, from 1.
        name: What their names begin with.
        size: Short side to which larger pictures are shrunk.
        lines: Store line art for pictures that have none.
        style: Of that line art, one of `sgru_tf.prepare.STYLES`.
        seed: Of the random style.
        lossless: Keep colours to the bit.
        rules: What is left out.
        jobs: Processes.
        overwrite: Write again what is there already.
    """

    shards: int | None = None
    part: tuple[int, int] | None = None
    name: str = "art"
    size: int = SIDE
    lines: bool = False
    style: str = "clean"
    seed: int = 0
    lossless: bool = False
    rules: Rules = Rules()
    jobs: int = 1
    overwrite: bool = False

    def settings(self) -> dict:
        """Give all that shapes what is in the shards."""
        drawn = {"style": self.style, "seed": self.seed} if self.lines else {}
        own = {"size": self.size, "lines": self.lines, "lossless": self.lossless}
        return own | drawn | dataclasses.asdict(self.rules)


@dataclass(frozen=True)
class Sharded:
    """What was done.

    Attributes:
        problems: A line for each picture that cannot be read.
        counts: As `Cleaned.counts`; empty if only a part was looked at.
        looked: Pictures looked at.
        written: Shards written now.
        skipped: Shards that were there.
        large: Bytes of the largest shard, if that is too large; else 0.
    """

    problems: list[str]
    counts: dict[str, int]
    looked: int = 0
    written: int = 0
    skipped: int = 0
    large: int = 0


@dataclass(frozen=True)
class _Task:
    path: Path
    pictures: tuple[tuple[str, Sample, tuple[int, int, int, int]], ...]
    wishes: ShardWishes
    plan: str


def make_shards(
    art: Path, out: Path, wishes: ShardWishes, progress: Callable[[int], Callable[[bool], None]]
) -> Sharded:
    """Look at a collection, report on it, and write shards of it.

    Args:
        art: Folder of pictures, in any layout of `sgru_tf.sources`.
        out: Folder for `scan/`, the report and the shards; these lie in `train/` and `val/`, if
            the pictures do.
        wishes: What to write.
        progress: Called with a number of things to do; gives what is called after each of them,
            with whether it was done before.

    Raises:
        SgruError: the settings do not fit the pictures, shards of other pictures or settings are
            there, or a file cannot be written.
    """
    if art.resolve() in (out.resolve(), *out.resolve().parents):
        raise SgruError(f"{out}: lies in the folder of pictures {art}; name a folder outside")
    found = find_samples(art, 0.0, least_side=1)
    if isinstance(found.train, ShardRecords) or isinstance(found.validation, ShardRecords):
        raise SgruError(f"{art}: holds shards already; give the pictures that they were made of")
    sections = {"train": found.train, "val": found.validation} if found.validation else {}
    pictures = _named(sections or {"": found.train})
    part = wishes.part if wishes.shards is None else None
    count = progress(len(pictures))

    def done(number: int, known: bool) -> None:
        for _ in range(number):
            count(known)

    looks = scan(list(pictures.items()), out / "scan", wishes.rules.crop, wishes.jobs, part, done)
    unreadable = [look.problem for look in looks if look.problem]
    if part is not None:
        return Sharded(found.problems + unreadable, {}, len(looks))
    # Training takes nothing smaller.
    rules = dataclasses.replace(wishes.rules, min_side=max(LEAST_SIDE, wishes.rules.min_side))
    cleaned = clean(looks, rules)
    write_report(out, pictures, cleaned, rules, found.problems)
    result = Sharded(found.problems + unreadable, cleaned.counts(), len(looks))
    if wishes.shards is None:
        return result
    tasks = _planned(art, out, pictures, cleaned, wishes, list(sections))
    return _write(tasks, wishes, progress, result)


def _named(sections: dict[str, list[Sample]]) -> dict[str, Sample]:
    """Give every picture a name of its own, in the order of the names."""
    named: dict[str, Sample] = {}
    for section, samples in sections.items():
        for sample in samples:
            name = f"{section}/{sample.name}" if section else sample.name
            # a.png and a.jpg beside each other
            named[name if name not in named else f"{name}{sample.colour.suffix}"] = sample
    return dict(sorted(named.items()))


def _planned(art, out, pictures, cleaned: Cleaned, wishes: ShardWishes, sections) -> list[_Task]:
    """Deal the pictures out to the shards, in turn, so that each is a cross-section."""
    kept = [(look, pictures[look.name]) for look in cleaned.kept]
    settings = json.dumps(wishes.settings() | {"shards": wishes.shards}, sort_keys=True)
    digest = hashlib.sha256(settings.encode())
    for look, _ in kept:
        line = f"{look.name}\0{look.digest}\0{look.box}\n"
        digest.update(line.encode("utf-8", "surrogateescape"))
    parts = {"": kept}
    if sections:
        parts = {s: [k for k in kept if k[0].name.startswith(f"{s}/")] for s in sections}
    first = parts[sections[0] if sections else ""]
    if wishes.shards > len(first):
        raise SgruError(
            f"{art}: {len(first)} pictures are left to train on, too few for {wishes.shards} shards"
        )
    tasks = []
    for section, entries in parts.items():
        total = wishes.shards
        if section == "val":
            total = min(len(entries), max(1, round(total * len(entries) / len(first))))
        for number in range(total):
            path = out / section / shard_name(wishes.name, number, total)
            mine = tuple((s.name, s, look.box) for look, s in entries[number::total])
            tasks.append(_Task(path, mine, wishes, digest.hexdigest()))
    return tasks


def _write(tasks: list[_Task], wishes: ShardWishes, progress, result: Sharded) -> Sharded:
    _refuse_others(tasks, wishes)
    if wishes.part is not None:
        tasks = tasks[wishes.part[0] - 1 :: wishes.part[1]]
    count = progress(len(tasks))
    new = []
    for task in tasks:
        if not wishes.overwrite and _finished(task):
            count(True)
        else:
            new.append(task)
    for _ in spread(_write_task, new, wishes.jobs):
        count(False)
    largest = max((task.path.stat().st_size for task in tasks), default=0)
    return dataclasses.replace(
        result,
        written=len(new),
        skipped=len(tasks) - len(new),
        large=largest if largest > LARGE else 0,
    )


def _refuse_others(tasks: list[_Task], wishes: ShardWishes) -> None:
    """Refuse to write among shards of other pictures or settings."""
    for folder in dict.fromkeys(task.path.parent for task in tasks):
        wanted = {task.path.name: task for task in tasks if task.path.parent == folder}
        for path in sorted(folder.glob(f"{wishes.name}-*.tfrecord")):
            parsed = parse_name(path.name)
            if parsed is None or parsed[0] != wishes.name:
                continue
            if path.name not in wanted:
                raise SgruError(
                    f"{path}: is of a set with another number of shards; give another --out or "
                    "--name, or delete it"
                )
            try:
                shard = read_index(str(path))
            except SgruError:
                continue
            if shard.plan != wanted[path.name].plan and not wishes.overwrite:
                now = wishes.settings()
                keys = sorted(set(now) | set(shard.settings))
                told = [
                    f"{key} was {shard.settings.get(key)}, is {now.get(key)}"
                    for key in keys
                    if shard.settings.get(key) != now.get(key)
                ]
                raise SgruError(
                    f"{path}: was written from other pictures or settings "
                    f"({', '.join(told) or 'the pictures have changed'}); give another --out, or "
                    "--overwrite"
                )


def _finished(task: _Task) -> bool:
    try:
        return read_index(str(task.path)).plan == task.plan
    except SgruError:
        return False


def _write_task(task: _Task) -> int:
    return write_shard(task.path, _records(task), task.plan, task.wishes.settings())


def _records(task: _Task):
    from sgru_tf.prepare import draw_lines

    wishes = task.wishes
    for name, sample, box in task.pictures:
        colour, sketch = read_pictures(sample)
        if box != (0, 0, *colour.size):
            colour = colour.crop(box)
        colour, sketch = fitted(colour, sketch, wishes.size)
        if wishes.lines and sketch is None:
            sketch = draw_lines(colour, wishes.style, f"{wishes.seed}/{name}")
        yield name, encode(name, colour, sketch, wishes.lossless)
