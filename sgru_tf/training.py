"""The custom training loop under `tf.distribute`.

Draws batches, takes steps (`sgru_tf.step`), tells how it goes, validates, saves, and stops when
told to. A checkpoint holds everything that changes while training; the position in the data is
the step times the batch: see `sgru_tf.data`.
"""

import signal
import time
from contextlib import contextmanager

import keras
import numpy as np
import tensorflow as tf

from sgru_tf.checkpoints import Checkpoints
from sgru_tf.data import PictureData
from sgru_tf.devices import default_strategy, is_chief, on_many_machines
from sgru_tf.errors import SgruError, one_line
from sgru_tf.interrupts import StopWish
from sgru_tf.progress import Progress
from sgru_tf.run_folder import RunConfig, RunFolder
from sgru_tf.spikes import RECENT, LossWatch
from sgru_tf.step import Step
from sgru_tf.validation import Judge

# Of the pictures that a whole folder has lost.
NAMED = 5


class Trainer:
    """One training run, from its first or its last checkpoint to its last step.

    Args:
        config: All settings.
        run: Folder of the run.
        data: Training pictures.
        validation: Validation pictures; None trains without.
        strategy: Where to train; `default_strategy()` if None.
        say: Called with each line of progress.
        init: Model whose weights a new run starts from.

    Attributes:
        step: The step: network, loss and optimizer on their devices.
        chief: Whether this process writes the files; of several machines, one does.
    """

    def __init__(
        self,
        config: RunConfig,
        run: RunFolder,
        data: PictureData,
        validation: PictureData | None = None,
        strategy: tf.distribute.Strategy | None = None,
        say=print,
        init: keras.Model | None = None,
    ):
        train = config.train
        self.config, self.run_folder, self.data, self.say = config, run, data, say
        self.strategy = strategy or default_strategy()
        self.chief = is_chief(self.strategy)
        self._together = on_many_machines(self.strategy)
        devices = self.strategy.num_replicas_in_sync
        if train.batch % devices:
            raise SgruError(
                f"batch {train.batch} must be a multiple of the number of devices, {devices}"
            )
        keras.utils.set_random_seed(train.seed)
        self.step = Step(config, self.strategy, init)
        with self.strategy.scope():
            self.least = tf.Variable(np.inf, dtype=tf.float32, trainable=False)
        state = tf.train.Checkpoint(least=self.least, **self.step.state)
        self.checkpoints = Checkpoints(run.checkpoints, state, train.keep)
        self._judge = None
        if validation is not None:
            self._judge = Judge(
                self.step.averaged, self.step.loss, validation, train.batch, train.validation_count
            )
        self._stop = StopWish(say)
        self._pictures = [data] if validation is None else [data, validation]
        self._told: set[str] = set()
        self._losses = LossWatch()

    @property
    def done(self) -> int:
        """Steps done."""
        return int(self.step.number.numpy())

    def restore(self) -> int:
        """Go back to the newest checkpoint that can be read, if any, and give its step.

        Raises:
            SgruError: none of the checkpoints can be restored.
        """
        if self.chief:
            self.run_folder.clear()
            self.checkpoints.clear()
        self.checkpoints.restore(self.say)
        return self.done

    def run(self) -> int | None:
        """Train to the last step.

        Returns:
            None when done; the number of the signal (SIGINT or SIGTERM) that stopped it early,
            after saving everything.

        Raises:
            SgruError: the loss or its gradient is no longer a number (the step and the last
                checkpoint are named), or pictures or disk have gone away.
        """
        try:
            return self._loop()
        except (OSError, tf.errors.OpError) as error:
            # What went wrong with the pictures TensorFlow passes on wrapped in words of its own.
            reason = next((data.failure for data in self._pictures if data.failure), "")
            if self._together and isinstance(error, tf.errors.UnavailableError):
                reason = reason or "another machine is gone, or does not answer"
            raise SgruError(
                f"{self.run_folder.path}: stopped after step {self.done}; "
                f"{reason or one_line(error)}; the same command goes on from the last checkpoint"
            ) from error

    def _loop(self) -> int | None:
        train = self.config.train
        start = self.done
        progress = Progress(train.steps, train.batch)
        batches = iter(self._distribute(start))
        writer = tf.summary.create_noop_writer()
        if self.chief:
            writer = tf.summary.create_file_writer(str(self.run_folder.events))
        try:
            with writer.as_default(), self._stop:
                for step in range(start + 1, train.steps + 1):
                    began = time.monotonic()
                    batch = next(batches)
                    waited = time.monotonic() - began
                    stop = tf.constant(float(self._stop.signal is not None))
                    totals = self.step(batch, stop)
                    totals = {key: np.asarray(value) for key, value in totals.items()}
                    if not np.isfinite([totals["loss"], totals["gradient"]]).all():
                        self._fail(step)
                    self._watch(step, totals["loss"])
                    progress.add(totals, time.monotonic() - began, waited)
                    if step % train.log_every == 0 or step == train.steps:
                        self._report(step, progress)
                        self._tell_problems()
                    score = None
                    if step % train.validate_every == 0 or step == train.steps:
                        score = self._validate(step)
                    best = score is not None and score <= float(self.least.numpy())
                    # All machines stop after the same step, whichever was told to.
                    told = self._stop.signal is not None and not self._together
                    stopped = told or totals["stop"] > 0
                    last = step == train.steps or stopped
                    if step % train.checkpoint_every == 0 or best or last:
                        self._save(score)
                    if stopped:
                        self.say(f"stopped at step {step}; the same command goes on from here")
                    if last:
                        self.say(progress.summary())
                    if stopped:
                        return self._stop.signal or signal.SIGTERM
        finally:
            # A traceback would keep the pipeline, whose end then waits for Python's for ever.
            del batches
        return None

    def _distribute(self, start: int):
        """Give the batches from a step on, each worker reading its own part."""
        batch = self.config.train.batch

        def pipeline(context):
            shards = context.num_input_pipelines
            return self.data.training(
                start * batch,
                context.get_per_replica_batch_size(batch),
                (shards, context.input_pipeline_id),
            )

        return self.strategy.distribute_datasets_from_function(pipeline)

    def _validate(self, step: int) -> float | None:
        """Judge the averaged weights, keep them if they are the best so far, and give the score."""
        if self._judge is None or not self.chief:
            return None
        judged, sheet = self._judge()
        score = float(np.float32(judged["best"]))
        better = score < float(self.least.numpy())
        with self._writing():
            self.run_folder.save_sheet(sheet, step)
            if better:
                self.run_folder.save_model(self.step.averaged, self.run_folder.best)
                self.least.assign(score)
        tf.summary.image("validation", np.asarray(sheet)[None], step=step)
        for key, value in judged.items():
            tf.summary.scalar(f"validation/{key}", value, step=step)
        self.say(
            f"validation at step {step}: best {judged['best']:.2f}, mean {judged['mean']:.2f}, "
            f"diversity {judged['diversity']:.1f}{'  (best so far)' if better else ''}"
        )
        return score

    def _save(self, score: float | None) -> None:
        if not self.chief:
            return
        with self._writing():
            # The checkpoint is last: a run that is ended before it does all of this again.
            tf.summary.flush()
            self.run_folder.save_model(self.step.averaged, self.run_folder.last)
            self.checkpoints.save(self.done, score)

    @contextmanager
    def _writing(self):
        """Tell where to go on from, when the disk is full for one."""
        try:
            yield
        except (OSError, tf.errors.OpError, SgruError) as error:
            reason = error if isinstance(error, SgruError) else one_line(error)
            raise SgruError(
                f"{self.run_folder.path}: cannot be saved to; {reason}; {self._good()}; make room, "
                "and the same command goes on from there"
            ) from error

    def _good(self) -> str:
        newest = self.checkpoints.newest()
        return f"the last good checkpoint is {newest}" if newest else "there is no checkpoint yet"

    def _watch(self, step: int, loss) -> None:
        leap = self._losses.add(loss)
        if leap is None or not self.chief:
            return
        before = self.checkpoints.hold(step - RECENT)
        kept = f"; {before} is kept: to go back to it, delete those after it" if before else ""
        self.say(
            f"step {step}: the loss leapt to {leap[0]:.2f}, the mean of {RECENT} steps; usual was "
            f"{leap[1]:.2f}{kept}"
        )

    def _report(self, step: int, progress: Progress) -> None:
        if not self.chief:
            return
        means = progress.means()
        self.say(progress.line(step, means))
        for key in ("loss", "best", "mean", "gradient"):
            tf.summary.scalar(f"train/{key}", means[key], step=step)
        tf.summary.scalar("train/learning_rate", self.step.optimizer.learning_rate, step=step)
        tf.summary.scalar("train/images_per_second", progress.speed, step=step)
        tf.summary.scalar("train/data_wait", progress.waiting, step=step)
        for index, share in enumerate(self.step.shares.numpy(), start=1):
            tf.summary.scalar(f"wins/proposal_{index}", share, step=step)

    def _tell_problems(self) -> None:
        """Name the pictures that have turned out to be damaged since the last time."""
        found = [problem for data in self._pictures for problem in data.problems]
        news = [problem for problem in found if problem not in self._told]
        for problem in news[:NAMED]:
            self.say(f"skipped: {problem}")
        if len(news) > NAMED:
            self.say(f"skipped: {len(news) - NAMED} more, all named in {self.run_folder.skipped}")
        if news:
            self._told.update(news)
            if self.chief:
                self.run_folder.note_skipped(news)

    def _fail(self, step: int):
        raise SgruError(
            f"{self.run_folder.path}: the loss or its gradient at step {step} is not a number; "
            f"{self._good()}; lower the learning rate or train in float32"
        )
