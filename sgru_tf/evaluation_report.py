"""The texts of an evaluation: a Markdown page and JSON, of the same numbers."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import sgru_tf
from sgru_tf.evaluating import SKETCH, TINTED, Evaluation
from sgru_tf.hint_evaluation import HintEvaluation
from sgru_tf.hint_report import HINT_NOTES, hint_numbers, hint_table
from sgru_tf.measuring import Tally
from sgru_tf.tables import markdown_table, plain

# Name of a measure -> name in JSON, title in tables, format.
_MEASURES = {
    "psnr": ("psnr_db", "PSNR, dB", ".2f"),
    "ssim": ("ssim", "SSIM", ".3f"),
    "features": ("feature_distance", "feature distance", ".1f"),
    "colourfulness": ("colourfulness", "colourfulness", ".1f"),
    "diversity": ("diversity", "diversity", ".1f"),
}

_NOTES = """\
- Sketches and true colours were brought to {size} pixels by the long side; measured is what the
  network drew at this size, rounded to 0-255, and the mean over the pictures is told."""

_NOTES_TRUTH = """\
- PSNR and SSIM (Wang et al., 2004): larger is nearer to the true colours. A sketch does not tell
  what colour its hair has, so all of these say little about a single picture; compare them with
  those of the baselines, and models with each other on the same pictures.
- First: the first in the natural order, which `infer.py` numbers 1. Mean: over all proposals, what
  one taken blindly is worth. Best: the proposal of greatest PSNR, which is chosen knowing the
  truth; more proposals make it better by luck too.
- The baselines need no network: the sketch itself, and the sketch times the mean colour of all true
  pictures."""

_NOTES_COLOUR = """\
- Proposals are numbered as the network gives them, not as `infer.py` sorts them for each sketch;
  put first is how often each one is the first there.
- Colourfulness (Hasler and Suesstrunk, 2003): 0 is grey, 15 slightly, 45 quite colourful.
- Diversity: mean colour difference (CIE 1976, L*a*b*) between two proposals of a sketch, averaged
  over the pixels; 2 is just to be seen, 100 is black and white. A proposal whose nearest other is
  close to 0 gives the same picture twice."""


@dataclass(frozen=True)
class Setting:
    """On what and how models were evaluated.

    Attributes:
        data: The folder, as it was given.
        size: Long side in pixels.
        lines: Where the line art came from: "given", or a style of `sgru_tf.evaluation_data`.
        features: Name of the feature network, or None.
        failed: A line for each picture that could not be used.
    """

    data: str
    size: int
    lines: str
    features: str | None = None
    failed: Sequence[str] = field(default_factory=tuple)


def as_json(evaluation: Evaluation, setting: Setting, hints: HintEvaluation | None = None) -> str:
    """Write the outcome as JSON; with what simulated hints do, if that was measured."""
    content = {
        "sgru_tf": sgru_tf.__version__,
        "data": setting.data,
        "pictures": evaluation.count,
        "failed": list(setting.failed),
        "size": setting.size,
        "line_art": setting.lines,
        "feature_network": setting.features,
        "truth": None,
        "baselines": {
            name: _numbers(tally.first()) for name, tally in evaluation.baselines.items()
        },
        "models": {name: _model(tally, evaluation) for name, tally in evaluation.models.items()},
    }
    if evaluation.truth.count:
        content["truth"] = _numbers(evaluation.truth.first()) | {
            "mean_rgb": [round(float(value), 1) for value in evaluation.tint]
        }
    if hints is not None:
        content["simulated_hints"] = hint_numbers(hints)
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


def as_markdown(
    evaluation: Evaluation, setting: Setting, sheet: str, hints: HintEvaluation | None = None
) -> str:
    """Write the outcome as a Markdown page.

    Args:
        evaluation: The outcome.
        setting: What it is of.
        sheet: Name of the contact sheet's file.
        hints: What simulated hints do, if that was measured.
    """
    known = evaluation.truth.count > 0
    drawn = {
        "given": "the line art that lies there",
        "random": "line art drawn in a random style for each",
        "clean": "line art drawn in even black lines",
    }
    what = f"with {drawn[setting.lines]}" if known else "without true colours"
    lines = ["# Evaluation", ""]
    lines += [
        f"{evaluation.count} pictures of `{plain(setting.data)}`, {what}, at {setting.size} "
        f"pixels; sgru_tf {sgru_tf.__version__}.",
        "",
        tables(evaluation),
    ]
    for name, tally in evaluation.models.items():
        lines += ["", f"## Proposals of `{plain(name)}`", "", _proposals_table(tally)]
    if hints is not None:
        lines += ["", "## With simulated hints", "", hint_table(hints), "", HINT_NOTES]
    lines += ["", f"![Some of the pictures]({sheet})", "", "## How it was measured", ""]
    lines += [_NOTES.format(size=setting.size)]
    if known:
        lines += [_NOTES_TRUTH, _feature_note(setting.features)]
    lines += [_NOTES_COLOUR]
    if setting.failed:
        lines += ["", f"## Left out: {len(setting.failed)}", ""]
        lines += [f"- {plain(problem)}" for problem in setting.failed]
    return "\n".join(lines) + "\n"


def tables(evaluation: Evaluation) -> str:
    """Tell in Markdown with aligned columns how models and baselines do.

    A line on each model's proposals follows the table.
    """
    rows = {}
    if evaluation.truth.count:
        tint = ", ".join(f"{value:.0f}" for value in evaluation.tint)
        rows["true pictures"] = evaluation.truth.first()
        rows["sketch itself"] = evaluation.baselines[SKETCH].first()
        rows[f"sketch tinted with RGB {tint}"] = evaluation.baselines[TINTED].first()
    for name, tally in evaluation.models.items():
        count = len(tally.wins())
        rows[f"`{plain(name)}`, first"] = tally.first()
        if count > 1:
            own = {"diversity": tally.diversity()}
            rows[f"`{plain(name)}`, mean of {count}"] = tally.mean() | own
        if count > 1 and tally.has_truth:
            rows[f"`{plain(name)}`, best of {count}"] = tally.best()
    measured = [name for name in _MEASURES if any(name in row for row in rows.values())]
    cells = [[title, *(_cell(name, row) for name in measured)] for title, row in rows.items()]
    table = markdown_table(["", *(_MEASURES[name][1] for name in measured)], cells)
    return "\n".join([table, "", *_summary(evaluation)]).rstrip()


def _summary(evaluation: Evaluation) -> list[str]:
    """Tell of each model in a line how colourful it is, and which proposals are of no use."""
    lines = []
    for name, tally in evaluation.models.items():
        if not tally.has_truth:
            continue
        idle = [str(number) for number, wins in enumerate(tally.wins(), 1) if not wins]
        text = f"- `{plain(name)}`: proposals that are never the best: {', '.join(idle) or 'none'}"
        share = _share(tally, evaluation)
        if share is not None:
            text += f"; {share:.2f} of the true pictures' colourfulness"
        lines.append(text + ".")
    return lines


def _proposals_table(tally: Tally) -> str:
    each, apart, nearest = tally.each(), tally.apart(), tally.nearest()
    measured = [name for name in _MEASURES if name in each]
    titles = ["proposal", *(_MEASURES[name][1] for name in measured)]
    titles[1:1] = ["put first", "best of all"] if tally.has_truth else ["put first"]
    rows = []
    for index, wins in enumerate(tally.wins()):
        row = [str(index + 1), f"{100 * tally.leads()[index] / tally.count:.0f} %"]
        row += [f"{100 * wins / tally.count:.0f} %"] if tally.has_truth else []
        row += [format(each[name][index], _MEASURES[name][2]) for name in measured]
        rows.append([*row, f"{apart[index]:.1f}", f"{nearest[index]:.1f}"])
    return markdown_table([*titles, "to the others", "to the nearest"], rows)


def _model(tally: Tally, evaluation: Evaluation) -> dict:
    each, apart, nearest = tally.each(), tally.apart(), tally.nearest()
    result = {
        "proposals": len(apart),
        "first": _numbers(tally.first()),
        "mean": _numbers(tally.mean()),
        "best": _numbers(tally.best()) or None,
        "diversity": round(tally.diversity(), 3),
        "colourfulness_share": None,
        "wins": None,
        "put_first": tally.leads(),
        "each": [
            _numbers({name: values[index] for name, values in each.items()})
            | {
                "distance_to_others": round(float(apart[index]), 3),
                "distance_to_nearest": round(float(nearest[index]), 3),
            }
            for index in range(len(apart))
        ],
    }
    if tally.has_truth:
        share = _share(tally, evaluation)
        result["colourfulness_share"] = None if share is None else round(share, 3)
        result["wins"] = tally.wins()
    return result


def _share(tally: Tally, evaluation: Evaluation) -> float | None:
    """Give the proposals' colourfulness as a share of the true ones'; None if those are grey."""
    true = evaluation.truth.first()["colourfulness"]
    return tally.mean()["colourfulness"] / true if true else None


def _numbers(values: dict[str, float]) -> dict[str, float]:
    return {
        _MEASURES[name][0]: round(float(values[name]), 4) for name in _MEASURES if name in values
    }


def _feature_note(network: str | None) -> str:
    if network is None:
        return (
            "- Feature distance was not measured: it wants the weights of a VGG network "
            "(`--vgg-weights`)."
        )
    return (
        f"- Feature distance: over five maps of {network}, the sum of weight times mean absolute "
        "difference,\n  with the weights of the paper's loss; smaller is nearer."
    )


def _cell(name: str, row: dict[str, float]) -> str:
    return format(row[name], _MEASURES[name][2]) if name in row else ""
