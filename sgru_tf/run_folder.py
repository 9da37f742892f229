"""The files of one training run.

    RUN/config.json    model, loss and train settings, and where the data was
    RUN/checkpoints/   everything needed to go on, the newest few and the best
    RUN/samples/       step_0001000.png: validation sketches, proposals, true colours
    RUN/events/        TensorBoard: `tensorboard --logdir RUN/events`
    RUN/best.keras     averaged weights of least validation loss
    RUN/last.keras     averaged weights of the last checkpoint
    RUN/pictures.json  how many pictures it learns from, and a digest of their names
    RUN/skipped.txt    pictures that could not be used, and why

Every file is written under another name and then renamed, so none is ever half there. What belongs
to a checkpoint is written before it: a run that is ended between the two goes on from the
checkpoint before, and writes the same again.
"""

import dataclasses
import hashlib
import json
from contextlib import suppress
from pathlib import Path

from sgru_tf.config import LossConfig, ModelConfig, TrainConfig
from sgru_tf.errors import SgruError
from sgru_tf.files import whole_file

# What `whole_file` writes to.
PART = ".part-"

# What may differ when a run goes on: how long and how often, not what is trained.
FREE = {
    "log_every",
    "validate_every",
    "checkpoint_every",
    "keep",
    "recompute",
    "jit",
    "deterministic",
}


@dataclasses.dataclass(frozen=True)
class RunConfig:
    """All settings of one run.

    Attributes:
        model: The network.
        loss: The loss.
        train: The training.
        data: Data folder, as it was given.
        extras: Further folders, each with its share of the draws.
        init: Model that the weights came from, if not fresh.
    """

    model: ModelConfig
    loss: LossConfig
    train: TrainConfig
    data: str
    extras: tuple[tuple[str, float], ...] = ()
    init: str | None = None

    def to_json(self) -> str:
        """Give the settings as JSON text."""
        parts = {"data": self.data, "extras": self.extras, "init": self.init}
        settings = {name: getattr(self, name).to_dict() for name in ("model", "loss", "train")}
        return json.dumps(parts | settings, indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str):
        """Read what `to_json` gave.

        Raises:
            SgruError: the text is not such JSON.
        """
        try:
            parts = json.loads(text)
            return cls(
                ModelConfig.from_dict(parts["model"]),
                LossConfig.from_dict(parts["loss"]),
                TrainConfig.from_dict(parts["train"]),
                parts["data"],
                tuple((folder, float(share)) for folder, share in parts.get("extras", ())),
                parts.get("init"),
            )
        except SgruError:
            raise
        except (KeyError, TypeError, ValueError) as error:
            raise SgruError(f"not the settings of a training run; {error!r}") from error


class RunFolder:
    """Paths and files of one run.

    Args:
        path: The folder; made when something is first written.
    """

    def __init__(self, path):
        self.path = Path(path)
        self.config_file = self.path / "config.json"
        self.checkpoints = self.path / "checkpoints"
        self.samples = self.path / "samples"
        self.events = self.path / "events"
        self.best = self.path / "best.keras"
        self.last = self.path / "last.keras"
        self.pictures = self.path / "pictures.json"
        self.skipped = self.path / "skipped.txt"

    def exists(self) -> bool:
        """Tell whether a run was begun here."""
        return self.config_file.is_file()

    def read_config(self) -> RunConfig:
        """Read the settings the run was begun with.

        Raises:
            SgruError: `config.json` is missing or damaged.
        """
        try:
            return RunConfig.from_json(self.config_file.read_text())
        except OSError as error:
            raise SgruError(f"{self.config_file}: cannot be read; {error.strerror}") from error
        except ValueError as error:
            raise SgruError(f"{self.config_file}: {error}; mend it or name a new folder") from error

    def check_free(self) -> None:
        """Check that a run may begin here.

        Raises:
            SgruError: the folder cannot be read, or holds other things.
        """
        try:
            names = [path.name for path in self.path.iterdir()] if self.path.is_dir() else []
            # A run that was ended while it began is none.
            used = any(not name.startswith(PART) for name in names)
        except OSError as error:
            raise SgruError(f"{self.path}: cannot be read; {error.strerror}") from error
        if used:
            raise SgruError(f"{self.path}: is not empty and holds no training run; name another")

    def begin(self, config: RunConfig) -> None:
        """Write the settings of a new run.

        Raises:
            SgruError: the folder cannot be written, or holds other things.
        """
        if self.exists():
            raise SgruError(f"{self.path}: another process has just begun a training there")
        self.check_free()
        self.write_text(self.config_file, config.to_json())

    def agree(self, config: RunConfig, override: bool = False) -> RunConfig:
        """Check that a run may go on with these settings, and note those that may change.

        Args:
            config: What was asked for now.
            override: Go on with other settings of loss and training too. The run is then no longer
                the one that was begun; the network cannot change all the same.

        Returns:
            The settings to go on with; the model that the weights came from is kept.

        Raises:
            SgruError: other settings were asked for than was begun with; it names them all.
        """
        before = self.read_config()
        differing = _differing(before, config)
        # A checkpoint holds the optimizer of what is trained, all of the network or hints alone.
        fixed = [
            text
            for part, text in differing
            if part == "model" or text.startswith("train.hints_only ")
        ]
        if fixed:
            raise SgruError(
                f"{self.path}: was begun with {'; '.join(fixed)}; a network keeps its shape: leave "
                "--preset, --config and options out to go on, or name another folder"
            )
        if differing and not override:
            raise SgruError(
                f"{self.path}: was begun with {'; '.join(text for _, text in differing)}; leave "
                "--preset, --config and options out to go on, name another folder, or give "
                "--override"
            )
        config = dataclasses.replace(config, init=before.init)
        if before != config:
            self.write_text(self.config_file, config.to_json())
        return config

    def clear(self) -> None:
        """Delete what was being written when the run was ended."""
        for folder in (self.path, self.samples):
            for path in folder.glob(f"{PART}*"):
                with suppress(OSError):
                    path.unlink()

    def note_skipped(self, problems: list[str]) -> None:
        """Add pictures that cannot be used to `skipped.txt`, each once."""
        known = self.skipped.read_text().splitlines() if self.skipped.is_file() else []
        lines = dict.fromkeys([*known, *problems])
        self.write_text(self.skipped, "\n".join(lines) + "\n")

    def note_pictures(self, names: list[list[str]]) -> str | None:
        """Note which pictures the run learns from.

        Args:
            names: Names of the samples of each list that it draws from.

        Returns:
            How they differ from those it learnt from before, in which case samples come in another
            order from now on; None if they do not.
        """
        digest = hashlib.sha256(json.dumps(names).encode()).hexdigest()
        now = {"count": sum(map(len, names)), "digest": digest}
        try:
            before = dict(json.loads(self.pictures.read_text()))
        except (OSError, ValueError, TypeError):
            before = {}
        if before == now:
            return None
        self.write_text(self.pictures, json.dumps(now) + "\n")
        if not before:
            return None
        counts = before.get("count"), now["count"]
        return f"{counts[0]} before, {counts[1]} now" if counts[0] != counts[1] else "other names"

    # Those that write raise SgruError, naming the file, where it cannot be written.

    def write_text(self, path: Path, text: str) -> None:
        """Write a text file, whole or not at all."""
        with whole_file(path) as part:
            part.write_text(text)

    def save_model(self, model, path: Path) -> None:
        """Write a `.keras` file, whole or not at all."""
        with whole_file(path) as part:
            model.save(part)

    def save_sheet(self, image, step: int) -> Path:
        """Write a sample sheet (a PIL picture), whole or not at all, and give its path."""
        path = self.samples / f"step_{step:07d}.png"
        with whole_file(path) as part:
            image.save(part)
        return path


def _differing(before: RunConfig, now: RunConfig) -> list[tuple[str, str]]:
    """List the settings that may not change when a run goes on: their table, and both values."""
    found = []
    for part in ("model", "loss", "train"):
        old, new = getattr(before, part).to_dict(), getattr(now, part).to_dict()
        for name in old:
            moved = name == "weights" and "none" not in (old[name], new[name])
            if old[name] != new[name] and name not in FREE and not moved:
                found.append((part, f"{part}.{name} = {old[name]}, not {new[name]}"))
    # The folders may have moved; their shares decide which sample each number means.
    shares = [[share for _, share in one.extras] for one in (before, now)]
    if shares[0] != shares[1]:
        found.append(("extras", f"the extra shares {shares[0]}, not {shares[1]}"))
    return found
