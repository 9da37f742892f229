"""Sets up one training run from its settings: reads the data, then trains."""

import dataclasses
from contextlib import ExitStack
from pathlib import Path

from sgru_tf.data import PictureData
from sgru_tf.errors import SgruError, one_line
from sgru_tf.lock import only_one
from sgru_tf.run_folder import RunConfig, RunFolder
from sgru_tf.sources import Found, find_samples

NAMED = 5


def train(config: RunConfig, folder, say=print, override: bool = False) -> int | None:
    """Begin a training run, or go on with it.

    On CPUs, and on GPUs with `TrainConfig.deterministic`, it has TensorFlow give the same bits each
    time, for the rest of the process.

    Args:
        config: All settings.
        folder: RUN, the folder of the run. Where a run was begun before, it goes on.
        say: Called with each line of progress.
        override: Go on with other settings than the run was begun with.

    Returns:
        None when the run is complete, else the number of the signal that stopped it.

    Raises:
        SgruError: bad data, settings that differ from those the run was begun with, a folder
            that cannot be written or in which another process trains, or a loss that is not a
            number.
    """
    import tensorflow as tf

    from sgru_tf.devices import default_strategy, on_many_machines

    # Before any other TensorFlow operation, as strategies over several hosts demand.
    strategy = default_strategy()
    _compute_exactly(config.train.deterministic)
    run = RunFolder(folder)
    try:
        with ExitStack() as held:
            return _trained(config, run, strategy, say, override, held)
    except tf.errors.OpError as error:
        # A machine may go away while the others still build the network.
        reason = "another machine is gone, or does not answer; " * on_many_machines(strategy)
        raise SgruError(f"{run.path}: stopped; {reason}{one_line(error)}") from error


def _trained(config: RunConfig, run: RunFolder, strategy, say, override: bool, held: ExitStack):
    from sgru_tf.checkpoints import saved_steps
    from sgru_tf.devices import is_chief
    from sgru_tf.loading import load_model
    from sgru_tf.training import Trainer

    going_on = run.exists()
    if not going_on:
        run.check_free()
    elif is_chief(strategy):
        held.enter_context(only_one(run.path))
    inside = [path for path in (config.data, *dict(config.extras)) if _within(run.path, path)]
    if inside:
        raise SgruError(
            f"{run.path}: lies in the folder of pictures {inside[0]}, where its sheets would be "
            "taken for art; name a folder outside"
        )
    fresh = not saved_steps(run.checkpoints)
    if fresh and config.train.hints_only and not config.init:
        raise SgruError(
            f"{run.path}: hints alone are trained for a model that colours already; name it with "
            "--init"
        )
    init = load_model(config.init) if config.init and fresh else None
    if config.train.hints_only:
        # The network is the other model's, whatever the settings say.
        own = run.read_config().model if going_on else init.sgru_config
        config = dataclasses.replace(config, model=dataclasses.replace(own, hints=True))
    found = find_samples(config.data, config.train.validation_share, config.train.seed)
    extras = [(find_samples(path, 0.0), share) for path, share in config.extras]
    if going_on:
        config = run.agree(config, override)
    problems = _tell(found, extras, say)

    data = PictureData(
        found.train,
        config.train,
        tuple((extra.train, share) for extra, share in extras),
        hints=config.model.hints,
    )
    validation = None
    if found.validation:
        # What hints add can be judged with hints alone; all else is judged without.
        validation = PictureData(found.validation, config.train, hints=config.train.hints_only)
    trainer = Trainer(config, run, data, validation, strategy, say, init)
    # Only now, when nothing can be wrong with the settings any more: a run that was begun does
    # not let them change.
    if not going_on and trainer.chief:
        run.begin(config)
        held.enter_context(only_one(run.path))
    return _go(trainer, found, extras, problems)


def _go(trainer, found: Found, extras, problems: list[str]) -> int | None:
    """Train from the last checkpoint on."""
    run, say, steps = trainer.run_folder, trainer.say, trainer.config.train.steps
    if problems and trainer.chief:
        run.note_skipped(problems)
        say(f"{len(problems)} files cannot be used; all are named in {run.skipped}")
    step = trainer.restore()
    if step:
        say(f"going on from step {step}")
    if step >= steps:
        say(f"{run.path}: all {step} steps are done; to go further, begin another run with --init")
        return None
    changed = run.note_pictures(_names(found, extras)) if trainer.chief else None
    if changed:
        say(
            f"the pictures are not the same as when this run was last started ({changed}): samples "
            "come in another order from here on"
        )
    return trainer.run()


def _compute_exactly(on_gpus: bool) -> None:
    """Have TensorFlow give the same bits each time, in this whole process; always without GPUs."""
    import tensorflow as tf

    if on_gpus or not tf.config.list_physical_devices("GPU"):
        tf.config.experimental.enable_op_determinism()


def _within(path: Path, folder) -> bool:
    return Path(folder).resolve() in (path.resolve(), *path.resolve().parents)


def _names(found: Found, extras) -> list[list[str]]:
    """List the names of all samples, list by list."""
    lists = [found.train, found.validation, *(extra.train for extra, _ in extras)]
    return [
        [sample.name for sample in listed] if isinstance(listed, list) else listed.names
        for listed in lists
    ]


def _tell(found: Found, extras, say) -> list[str]:
    """Say what was found, and give the files that cannot be used."""
    more = sum(len(extra.train) for extra, _ in extras)
    say(
        f"{len(found.train)} pictures to train on, {len(found.validation)} to validate on"
        + (f", {more} extra" if more else "")
    )
    problems = [*found.problems, *(p for extra, _ in extras for p in extra.problems)]
    for problem in problems[:NAMED]:
        say(f"skipped: {problem}")
    return problems
