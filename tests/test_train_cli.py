"""The train command: its arguments and settings, odd pictures, bad input."""
# ruff: noqa: F811

import json
import subprocess
import sys

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image
from test_training import OPTIONS, ROOT, art, settings, simple_lines  # noqa: F401

from sgru_tf.cli import train as train_command
from sgru_tf.run_folder import RunFolder

pytestmark = pytest.mark.usefixtures("shallow")


def command(*arguments):
    return CliRunner().invoke(train_command, [str(argument) for argument in arguments])


def test_bad_input_is_one_line(tmp_path, art):
    empty = tmp_path / "empty"
    empty.mkdir()
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("mine")
    for arguments, message in [
        ((tmp_path / "none", tmp_path / "r"), "none: no such folder"),
        ((empty, tmp_path / "r"), "empty: no training pictures found"),
        ((art, full, *OPTIONS), "full: is not empty and holds no training run"),
        ((art, tmp_path / "r", *OPTIONS, "--size", 33), "size must be a multiple of 32"),
        ((art, tmp_path / "r", *OPTIONS, "--width", -1), "width must lie between"),
        ((art, tmp_path / "r", "--vgg-weights", "gone.h5"), "gone.h5: no such VGG weight file"),
        ((art, tmp_path / "r", *OPTIONS, "--init", "gone.keras"), "gone.keras: no such model"),
        ((art, tmp_path / "r", *OPTIONS, "--extra", art, 1.5), "shares of the extra folders"),
        ((art, art / "run", *OPTIONS), "lies in the folder of pictures"),
        ((art, tmp_path / "r", "--config", full / "letter.txt"), "is not a settings file"),
    ]:
        result = command(*arguments)
        assert result.exit_code == 1, (arguments, result.output)
        assert message in result.output.splitlines()[-1], (message, result.output)
        assert result.exception is None or isinstance(result.exception, SystemExit)
    assert not (tmp_path / "r").exists()


def test_a_run_does_not_change_its_settings_on_the_way(tmp_path, art):
    run = RunFolder(tmp_path / "run")
    run.begin(settings(art))
    result = command(art, run.path, "--width", 0.5)
    assert result.exit_code == 1
    assert "was begun with model.width" in result.output
    result = command(art, run.path, "--no-resume")
    assert result.exit_code == 1
    assert "holds a training run already" in result.output


def odd_pictures(folder):
    """Write one drawing in every odd way that a picture may be stored, and two broken files."""
    rgb = Image.fromarray(np.random.default_rng(1).integers(0, 256, (48, 40, 3), dtype=np.uint8))
    turned = Image.Exif()
    turned[0x0112] = 6
    rgb.save(folder / "turned.jpg", exif=turned)
    rgb.convert("CMYK").save(folder / "cmyk.jpg")
    rgb.convert("P").save(folder / "palette.gif")
    rgb.convert("1").save(folder / "bits.bmp")
    rgb.convert("LA").save(folder / "grey_alpha.png")
    rgb.convert("RGBA").save(folder / "alpha.webp")
    Image.fromarray(np.arange(40 * 48, dtype=np.uint16).reshape(48, 40) * 30).save(
        folder / "deep.png"
    )
    (folder / "letter.png").write_text("not a picture")
    rgb.save(folder / "cut.png")
    (folder / "cut.png").write_bytes((folder / "cut.png").read_bytes()[:900])


def test_the_command_trains_on_odd_files_and_names_the_broken(tmp_path):
    art, run = tmp_path / "art", tmp_path / "run"
    art.mkdir()
    odd_pictures(art)
    settings_file = tmp_path / "settings.json"
    settings_file.write_text('{"train": {"validation_share": 0.0, "log_every": 5}}')
    result = command(art, run, *OPTIONS, "--steps", 5, "--config", settings_file)
    assert result.exit_code == 0, result.output
    assert "8 pictures to train on" in result.output
    assert "step 5/5" in result.output
    skipped = (run / "skipped.txt").read_text().splitlines()
    assert len(skipped) == 2
    assert "letter.png: not a picture" in skipped[0]
    assert "cut.png: damaged" in skipped[1]


def test_settings_file_goes_over_the_preset_and_options_over_both(tmp_path, art):
    settings_file = tmp_path / "settings.json"
    settings_file.write_text(
        json.dumps(
            {
                "model": {"width": 0.0833, "proposals": 5},
                "loss": {"weights": "none"},
                "train": {"size": 32, "batch": 2, "steps": 1, "validation_count": 1},
            }
        )
    )
    run = tmp_path / "run"
    result = command(
        art, run, "--preset", "small", "--config", settings_file, "--proposals", 3, "--seed", 7
    )
    assert result.exit_code == 0, result.output
    written = json.loads((run / "config.json").read_text())
    assert written["model"]["proposals"] == 3
    assert written["train"]["seed"] == 7
    assert written["loss"]["mask_floor"] == 0.1
    again = command(art, run)
    assert again.exit_code == 0
    assert "all 1 steps are done" in again.output


def test_help_is_fast_and_says_what_it_takes():
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "train.py", "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert "DATA RUN" in done.stdout
    assert "tensorflow" not in done.stderr
    assert "keras" not in done.stderr
