"""The files of a run."""

import dataclasses
import json
import os

import pytest
from PIL import Image

from sgru_tf.config import LossConfig, ModelConfig, TrainConfig
from sgru_tf.errors import SgruError
from sgru_tf.run_folder import FREE, RunConfig, RunFolder

CONFIG = RunConfig(
    ModelConfig(width=0.25),
    LossConfig(weights="none"),
    TrainConfig(steps=10),
    "pictures",
    (("more", 0.2),),
    "start.keras",
)


def changed(part: str, **values) -> RunConfig:
    settings = dataclasses.replace(getattr(CONFIG, part), **values)
    return dataclasses.replace(CONFIG, **{part: settings})


def everything(folder) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.fixture
def run(tmp_path) -> RunFolder:
    run = RunFolder(tmp_path / "run")
    run.begin(CONFIG)
    return run


def test_json_round_trip():
    assert RunConfig.from_json(CONFIG.to_json()) == CONFIG
    bare = RunConfig(ModelConfig(), LossConfig(), TrainConfig(), "pictures")
    assert RunConfig.from_json(bare.to_json()) == bare


def test_begin_writes_the_settings(tmp_path):
    run = RunFolder(str(tmp_path / "deep" / "run"))
    assert not run.exists()
    run.begin(CONFIG)
    assert run.exists()
    assert run.read_config() == CONFIG
    assert everything(run.path) == {"config.json"}


def test_begin_takes_an_empty_folder(tmp_path):
    RunFolder(tmp_path).begin(CONFIG)
    assert everything(tmp_path) == {"config.json"}


def test_begin_refuses_a_folder_with_other_things(tmp_path):
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(SgruError, match="is not empty and holds no training run") as caught:
        RunFolder(tmp_path).begin(CONFIG)
    assert str(tmp_path) in str(caught.value)
    assert everything(tmp_path) == {"thesis.txt"}


def test_begin_refuses_a_file(tmp_path):
    (tmp_path / "run").write_text("mine")
    with pytest.raises(SgruError, match="cannot be written"):
        RunFolder(tmp_path / "run").begin(CONFIG)
    assert (tmp_path / "run").read_text() == "mine"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_begin_tells_of_missing_rights(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(SgruError, match="cannot be written"):
        RunFolder(tmp_path / "run").begin(CONFIG)


@pytest.mark.parametrize(
    ("part", "values", "said"),
    [
        ("model", {"width": 0.5}, r"model\.width = 0\.25, not 0\.5"),
        ("loss", {"mask_floor": 0.2}, r"loss\.mask_floor = 0\.0, not 0\.2"),
        ("train", {"steps": 20}, r"train\.steps = 10, not 20"),
        ("train", {"batch": 4}, r"train\.batch = 8, not 4"),
        ("train", {"seed": 5}, r"train\.seed = 0, not 5"),
        ("train", {"zoom": (1.0, 1.0)}, r"train\.zoom = \[0\.8, 1\.3\], not \[1\.0, 1\.0\]"),
    ],
)
def test_agree_refuses_another_training(run, part, values, said):
    with pytest.raises(SgruError, match=said) as caught:
        run.agree(changed(part, **values))
    assert str(run.path) in str(caught.value)
    assert run.read_config() == CONFIG


def test_all_that_differs_is_named_and_can_be_overridden(run):
    other = changed("train", batch=4, learning_rate=3e-4)
    with pytest.raises(SgruError) as caught:
        run.agree(other)
    assert "train.batch = " in str(caught.value) and "train.learning_rate = " in str(caught.value)
    assert "--override" in str(caught.value)
    assert run.read_config() == CONFIG
    assert run.agree(other, override=True) == other
    assert run.read_config() == other


def test_the_shape_of_a_network_cannot_be_overridden(run):
    with pytest.raises(SgruError, match="keeps its shape"):
        run.agree(changed("model", width=0.5), override=True)
    assert run.read_config() == CONFIG


@pytest.mark.parametrize("name", sorted(FREE))
def test_agree_notes_what_may_change(run, name):
    before = getattr(CONFIG.train, name)
    other = changed("train", **{name: not before if isinstance(before, bool) else before + 1})
    run.agree(other)
    assert run.read_config() == other


def test_agree_lets_the_data_move(run):
    other = dataclasses.replace(CONFIG, data="elsewhere")
    run.agree(other)
    assert run.read_config().data == "elsewhere"


def test_agree_lets_the_extras_move_but_not_their_shares(run):
    run.agree(dataclasses.replace(CONFIG, extras=(("moved", 0.2),)))
    assert run.read_config().extras == (("moved", 0.2),)
    with pytest.raises(SgruError, match=r"extra shares \[0.2\], not \[0.3\]"):
        run.agree(dataclasses.replace(CONFIG, extras=(("more", 0.3),)))


def test_agree_lets_the_vgg_file_move(tmp_path):
    run = RunFolder(tmp_path / "run")
    vgg = dataclasses.replace(CONFIG, loss=LossConfig(weights="vgg.h5"))
    run.begin(vgg)
    run.agree(dataclasses.replace(vgg, loss=LossConfig(weights="moved/vgg.h5")))
    with pytest.raises(SgruError, match="loss.weights"):
        run.agree(CONFIG)


def test_skipped_pictures_are_noted_once(run):
    run.note_skipped(["a: bad"])
    run.note_skipped(["b: bad", "a: bad"])
    assert (run.path / "skipped.txt").read_text() == "a: bad\nb: bad\n"


def test_agree_leaves_the_same_settings_alone(run):
    before = run.config_file.stat().st_mtime_ns
    run.agree(RunConfig.from_json(CONFIG.to_json()))
    assert run.config_file.stat().st_mtime_ns == before


def whole() -> dict:
    return json.loads(CONFIG.to_json())


@pytest.mark.parametrize(
    "text",
    [
        CONFIG.to_json()[:-20],
        "",
        "[]",
        "3",
        "null",
        "not JSON",
        json.dumps({key: value for key, value in whole().items() if key != "loss"}),
        json.dumps(whole() | {"model": {"width": -1}}),
        json.dumps(whole() | {"train": {"colour": "red"}}),
        json.dumps(whole() | {"train": None}),
        json.dumps(whole() | {"extras": [["more"]]}),
        json.dumps(whole() | {"extras": [["more", "much"]]}),
        json.dumps(whole() | {"extras": 3}),
    ],
)
def test_damaged_settings_name_the_file(run, text):
    run.config_file.write_text(text)
    with pytest.raises(SgruError) as caught:
        run.read_config()
    assert str(caught.value).startswith(f"{run.config_file}: ")
    assert "\n" not in str(caught.value)
    with pytest.raises(SgruError):
        run.agree(CONFIG)
    assert run.config_file.read_text() == text


def test_settings_that_are_not_text(run):
    run.config_file.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(SgruError, match="config.json"):
        run.read_config()


def test_settings_that_are_missing(tmp_path):
    with pytest.raises(SgruError, match="config.json: cannot be read"):
        RunFolder(tmp_path).read_config()


class Written:
    """Stands for a model or a picture: writes its text, and then may fail."""

    def __init__(self, text: str, error: Exception | None = None):
        self.text, self.error = text, error

    def save(self, path):
        assert path.suffix in (".keras", ".png")
        path.write_text(self.text)
        if self.error:
            raise self.error


def test_files_are_whole_and_leave_no_parts(run):
    run.write_text(run.path / "skipped.txt", "a\n")
    run.save_model(Written("first"), run.best)
    run.save_model(Written("second"), run.best)
    path = run.save_sheet(Image.new("RGB", (4, 3), "red"), 12)
    assert path == run.path / "samples" / "step_0000012.png"
    with Image.open(path) as image:
        assert image.size == (4, 3)
    assert run.best.read_text() == "second"
    assert everything(run.path) == {
        "config.json",
        "skipped.txt",
        "best.keras",
        "samples",
        "samples/step_0000012.png",
    }


def test_a_full_disk_keeps_the_old_file(run):
    full = OSError(28, "No space left on device")
    run.save_model(Written("old"), run.best)
    with pytest.raises(SgruError, match=r"best\.keras: cannot be written; No space left"):
        run.save_model(Written("half", full), run.best)
    with pytest.raises(SgruError, match=r"step_0000003\.png: cannot be written; No space left"):
        run.save_sheet(Written("half", full), 3)
    assert run.best.read_text() == "old"
    assert everything(run.path) == {"config.json", "best.keras", "samples"}


def test_an_interruption_keeps_the_old_file(run):
    run.save_model(Written("old"), run.best)
    with pytest.raises(KeyboardInterrupt):
        run.save_model(Written("half", KeyboardInterrupt()), run.best)
    assert run.best.read_text() == "old"
    assert everything(run.path) == {"config.json", "best.keras"}
