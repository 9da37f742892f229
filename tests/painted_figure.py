"""A drawing that examples/schemes/paint.py paints in nine schemes, and how scripts are run."""

import json
import os
import subprocess
import sys
from pathlib import Path

from PIL import Image, ImageDraw

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "schemes"


def run(folder, *command, code=0):
    command = [sys.executable, *map(str, command)]
    done = subprocess.run(command, cwd=folder, env=os.environ, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def paint_one(folder: Path) -> Path:
    """Draw red hair and a blue dress on white, as art/a.png, and paint it: painted/a.figure.npz."""
    (folder / "art").mkdir()
    figure = Image.new("RGB", (128, 128), "white")
    pen = ImageDraw.Draw(figure)
    pen.rectangle((44, 10, 84, 50), (200, 60, 50), "black", 2)
    pen.rectangle((40, 60, 88, 120), (60, 80, 190), "black", 2)
    figure.save(folder / "art" / "a.png")
    seeds = {"hair": [[5, 2]], "skin": [], "clothes": [[5, 7]], "hair_ends": 4.5}
    (folder / "seeds.json").write_text(json.dumps({"a.png": seeds | {"clothes_begin": 4.5}}))
    told = run(folder, FOLDER / "paint.py", "painted", "--figures", "art", "seeds.json")
    assert "pictures 1, failed 0" in told
    return folder
