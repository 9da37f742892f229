"""Sets up one training run from its settings: reads the data, then trains."""

from sgru_tf.data import PictureData
from sgru_tf.run_folder import RunConfig, RunFolder
from sgru_tf.sources import Found, find_samples

NAMED = 5


def train(config: RunConfig, folder, say=print) -> int | None:
    """Begin a training run, or go on with it.

    Args:
        config: All settings.
        folder: RUN, the folder of the run. Where a run was begun before, it goes on.
        say: Called with each line of progress.

    Returns:
        None when the run is complete, else the number of the signal that stopped it.

    Raises:
        SgruError: bad data, settings that differ from those the run was begun with, a folder
            that cannot be written, or a loss that is not a number.
    """
    from sgru_tf.loading import load_model
    from sgru_tf.training import Trainer

    run = RunFolder(folder)
    found = find_samples(config.data, config.train.validation_share, config.train.seed)
    extras = [(find_samples(path, 0.0), share) for path, share in config.extras]
    going_on = run.exists()
    if going_on:
        run.agree(config)
    init = load_model(config.init) if config.init and not going_on else None
    if not going_on:
        run.begin(config)
    _tell(found, extras, run, say)

    data = PictureData(
        found.train, config.train, tuple((extra.train, share) for extra, share in extras)
    )
    validation = PictureData(found.validation, config.train) if found.validation else None
    trainer = Trainer(config, run, data, validation, say=say, init=init)
    step = trainer.restore()
    if step:
        say(f"going on from step {step}")
    if step >= config.train.steps:
        say(f"{run.path}: all {step} steps are done; give more with --steps in a new run")
        return None
    return trainer.run()


def _tell(found: Found, extras, run: RunFolder, say) -> None:
    more = sum(len(extra.train) for extra, _ in extras)
    say(
        f"{len(found.train)} pictures to train on, {len(found.validation)} to validate on"
        + (f", {more} extra" if more else "")
    )
    problems = [*found.problems, *(p for extra, _ in extras for p in extra.problems)]
    for problem in problems[:NAMED]:
        say(f"skipped: {problem}")
    if problems:
        path = run.path / "skipped.txt"
        run.write_text(path, "\n".join(problems) + "\n")
        say(f"{len(problems)} files cannot be used; all are named in {path}")
