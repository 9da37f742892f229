"""The wheel: built, installed elsewhere, and run there by its console scripts."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

ROOT = Path(__file__).parent.parent
PARTS = ("sgru_tf", "export", "examples", "setup.cfg", "pyproject.toml", "README.md", "LICENSE")


def run(*command, **options):
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, **options
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    source = tmp_path_factory.mktemp("source")
    ignore = shutil.ignore_patterns("__pycache__", "*.egg-info")
    for part in PARTS:
        path = ROOT / part
        if path.is_dir():
            shutil.copytree(path, source / part, ignore=ignore)
        else:
            shutil.copy(path, source / part)
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    run(*pip, "--wheel-dir", source / "dist", source)
    return next((source / "dist").glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    target = tmp_path_factory.mktemp("installed")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-compile"]
    run(*pip, "--target", target, wheel)
    return target


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0].split("-")[0] for name in names} == {"sgru_tf"}
    assert "sgru_tf/pretrained/sgru-small.keras" in names
    assert "sgru_tf/pretrained/sgru-small.tflite" in names
    assert "sgru_tf/export/tflite.py" in names
    assert "sgru_tf/samples/scarf.png" in names and "sgru_tf/samples/LICENSES.md" in names
    assert "sgru_tf/pretrained/MODEL_CARD.md" in names
    metadata = next(name for name in names if name.endswith("METADATA"))
    text = zipfile.ZipFile(wheel).read(metadata).decode()
    light = [
        line.split(":")[1].strip()
        for line in text.splitlines()
        if line.startswith("Requires-Dist") and "extra ==" not in line
    ]
    assert not any("tensorflow" in line or "keras" in line for line in light)


@pytest.mark.parametrize("name", "infer train prepare evaluate export visualize".split())
def test_console_scripts_start(installed, tmp_path, name):
    environment = os.environ | {"PYTHONPATH": str(installed)}
    script = installed / "bin" / f"sgru-{name}"
    text = run(sys.executable, script, "--help", env=environment, cwd=tmp_path)
    assert "Usage:" in text


def test_the_installed_program_colours_with_the_shipped_weights(installed, tmp_path):
    sketch = Image.new("L", (90, 120), 255)
    ImageDraw.Draw(sketch).ellipse((20, 20, 70, 100), outline=0, width=2)
    sketch.save(tmp_path / "egg.png")
    environment = os.environ | {"PYTHONPATH": str(installed)}
    script = installed / "bin" / "sgru-infer"
    text = run(sys.executable, script, "egg.png", "--out", "out", env=environment, cwd=tmp_path)
    assert "coloured 1, skipped 0, failed 0" in text
    written = {path.name for path in (tmp_path / "out").iterdir()}
    assert written == {*(f"egg_{number}.png" for number in range(1, 10)), "egg_sheet.png"}
    where = "import sgru_tf, pathlib; print(pathlib.Path(sgru_tf.__file__).parent.parent)"
    found = run(sys.executable, "-c", where, env=environment, cwd=tmp_path).strip()
    assert Path(found) == installed
