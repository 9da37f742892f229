"""One evaluation from its wishes to its files.

    DIR/evaluation.md     the tables
    DIR/evaluation.json   the same numbers
    DIR/evaluation.png    some of the sketches, and what the models made of them
    DIR/hints.png         with simulated hints: what the first model made of more and more

They are written when everything is measured: stopped before that, nothing is left behind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sgru_tf.backends import DEFAULT_WORKING_SIZE, open_network
from sgru_tf.config import TrainConfig
from sgru_tf.errors import SgruError
from sgru_tf.evaluating import Evaluation
from sgru_tf.evaluation_data import Sketches, TruePictures, find_pictures, find_sketches
from sgru_tf.evaluation_report import Setting, as_json, as_markdown, tables
from sgru_tf.evaluation_sheet import evaluation_sheet
from sgru_tf.features import FeatureDistances
from sgru_tf.files import whole_file, write_image
from sgru_tf.folder import prepare_folder
from sgru_tf.hint_evaluation import HintEvaluation
from sgru_tf.hint_report import hint_sheet, hint_table
from sgru_tf.remote import located
from sgru_tf.run_folder import RunFolder
from sgru_tf.terminal import FileProgress, say

SHIPPED = "shipped"
"""The word for the shipped weights."""

NAME = "evaluation"
"""Stem of the files that are written."""

SHEET_ROWS = 24
SHEET_SAMPLES = 8

# Line art taken for art is greyer than this, in `metrics.colourfulness`; the palest art is not.
_GREY = 3.0


@dataclass(frozen=True)
class Wishes:
    """How to evaluate.

    Attributes:
        sketches: The folder holds sketches alone.
        size: Long side in pixels; what the first model is meant for if None.
        count: At most so many pictures; all if None.
        style: One of `sgru_tf.evaluation_data.STYLES`.
        held_back: Take only pictures that training on the folder holds back.
        backbone: "vgg19" or "vgg16", for the feature distance.
        weights: "imagenet", a weight file, or "none" for no feature distance.
        hints: Numbers of hints to simulate; none if empty.
    """

    sketches: bool = False
    size: int | None = None
    count: int | None = None
    style: str = "random"
    held_back: bool = False
    backbone: str = "vgg19"
    weights: str = "none"
    hints: tuple[int, ...] = ()


@dataclass(frozen=True)
class Outcome:
    """What came of an evaluation.

    Attributes:
        table: Models and baselines, in Markdown, and a line on each model's proposals.
        judged: Number of pictures.
        failed: A line for each picture that could not be used.
    """

    table: str
    judged: int
    failed: list[str]


def evaluate_models(models: Sequence[str], data, out, wishes: Wishes) -> Outcome:
    """Evaluate models on the same pictures, and write what comes of it.

    Tells on stderr how far it is. A bad picture does not stop the others.

    Args:
        models: What `sgru_tf.backends.open_network` takes, or SHIPPED.
        data: Folder of pictures.
        out: Folder for the three files.
        wishes: How.

    Raises:
        SgruError: no such model or pictures, no picture that can be judged, or the files cannot be
            written.
    """
    data, out = located(data), Path(out)
    if Path(data).resolve() in (out.resolve(), *out.resolve().parents):
        raise SgruError(
            f"{out}: lies in the folder of pictures {data}, where its sheet would be taken for "
            "one; name a folder outside"
        )
    if wishes.hints and wishes.sketches:
        raise SgruError("--simulate-hints takes its colours from the true ones; sketches have none")
    source, failed = _find(models[0], data, wishes)
    networks = _opened(models)
    features = None
    if wishes.weights != "none" and not wishes.sketches:
        features = FeatureDistances(wishes.backbone, wishes.weights)
    first = next(iter(networks.values()))
    prepare_folder(out)
    size = wishes.size or getattr(first, "working_size", DEFAULT_WORKING_SIZE)
    pictures = source(size)
    guided = HintEvaluation(networks, pictures, size, wishes.hints) if wishes.hints else None
    shown = max(1, min(SHEET_SAMPLES, SHEET_ROWS // len(networks)))
    evaluation = Evaluation(networks, pictures, size, features, shown)
    for problem in failed:
        say(f"failed: {problem}")
    _run(evaluation, len(pictures), failed)
    if not evaluation.count:
        raise SgruError(f"{data}: no picture could be judged; the first problem: {failed[0]}")
    if guided is not None:
        _follow(guided.run(), len(pictures))
    lines = wishes.style if pictures.drawn else "given"
    name = features.name if features else None
    _write(evaluation, Setting(data, size, lines, name, failed), out, guided)
    if evaluation.truth.count and evaluation.truth.first()["colourfulness"] < _GREY:
        say("note: the true pictures are nearly grey; if they are sketches, use --sketches")
    told = tables(evaluation) + (f"\n\n{hint_table(guided)}" if guided else "")
    return Outcome(told, evaluation.count, failed)


def _find(model: str, data: str, wishes: Wishes) -> tuple[Callable, list[str]]:
    """Look for pictures; give what makes them at a size, and what is wrong with others."""
    if wishes.sketches:
        paths, problems = find_sketches(data)
        return partial(Sketches, paths, count=wishes.count), list(problems)
    settings = None
    if wishes.held_back:
        run = RunFolder(model)
        settings = run.read_config().train if run.exists() else TrainConfig()
    found = find_pictures(data, settings)
    make = partial(TruePictures, found.validation, style=wishes.style, count=wishes.count)
    return make, list(found.problems)


def _opened(models: Sequence[str]) -> dict[str, Callable]:
    """Open the models by names as short as they can be told apart."""
    if len(set(models)) < len(models):
        raise SgruError("a model is named twice; name each once")
    short = [Path(model).name or str(model) for model in models]
    names = [
        one if short.count(one) == 1 else str(model)
        for one, model in zip(short, models, strict=True)
    ]
    return {
        name: open_network(None if model == SHIPPED else model)
        for name, model in zip(names, models, strict=True)
    }


def _run(evaluation: Evaluation, total: int, failed: list[str]) -> None:
    progress = FileProgress(total)
    for problem in evaluation.survey():
        failed.append(problem)
        progress.clear()
        say(f"failed: {problem}")
        progress.show(skipped=True)
    for problem in evaluation.run():
        if problem:
            failed.append(problem)
            progress.clear()
            say(f"failed: {problem}")
        progress.show(skipped=bool(problem))
    progress.clear()


def _follow(judged: Iterator[str | None], total: int) -> None:
    """Show how far hints are judged; what is wrong with a picture was told before."""
    progress = FileProgress(total)
    for problem in judged:
        progress.show(skipped=bool(problem))
    progress.clear()


def _write(
    evaluation: Evaluation, setting: Setting, out: Path, guided: HintEvaluation | None
) -> None:
    sheet = out / f"{NAME}.png"
    texts = {
        f"{NAME}.md": as_markdown(evaluation, setting, sheet.name, guided),
        f"{NAME}.json": as_json(evaluation, setting, guided),
    }
    write_image(evaluation_sheet(evaluation.panels), sheet, mark=NAME)
    if guided is not None:
        write_image(hint_sheet(guided), out / "hints.png", mark=NAME)
    for name, text in texts.items():
        with whole_file(out / name) as part:
            part.write_text(text, "utf-8")
