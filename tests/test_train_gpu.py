"""examples/gpu: its lines are those of `sgru_tf.linework`, and it trains what others load."""

import csv
import importlib.util
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter
from test_gpu_figures import save_figure

from sgru_tf.loading import load_model

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="no JAX here"),
    pytest.mark.usefixtures("shallow"),
]

FOLDER = Path(__file__).resolve().parents[1] / "examples" / "gpu"
SHALLOW = Path(__file__).with_name("shallow.py")
LINES = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/../.."]
import jax, json, numpy as np
import lines

rgb, draw = np.load("rgb.npy"), jax.jit(lines.line_art)
for number in range(6):
    style = lines.draw_style(jax.random.key(number))._asdict()
    style = {name: float(value) for name, value in style.items()}
    style |= dict.fromkeys(("pressure", "dropout", "noise", "wobble"), 0.0)
    style |= {"despeckle": float(number == 1), "fill": 0.4 * (number == 2)}
    art = draw(rgb, lines.LineStyle(**style), jax.random.key(0))
    np.savez(f"{number}.npz", art=art, style=json.dumps(style))
"""
SQUARES = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/../.."]
import jax, numpy as np
from squares import draw_square, load_pictures

for name in ("art", "bare"):
    pictures = load_pictures(name + ".npz")
    draw = lambda key: draw_square(pictures, key, 64, (0.5, 0.6), (1.0, 1.0))
    np.save(name + ".npy", jax.vmap(draw)(jax.random.split(jax.random.key(0), 24)))
"""

REFUSALS = """
import json, sys
sys.path.insert(0, sys.argv[1])
import click.testing, train

told = []
for more in (
    "--pictures other.npz 2 1 1",
    "--pictures art.npz 2 1 1 --size 33",
    "--pictures art.npz 2 1 1 --vgg-weights other.npz",
    "--pictures art.npz 2 1 1 --until 0",
):
    arguments = ["new", "--width", "0.01", "--minutes", "0.01", *more.split()]
    done = click.testing.CliRunner().invoke(train.main, arguments)
    told.append((done.exit_code, done.stderr))
json.dump(told, open("refusals.json", "w"))
"""


def environment(folder):
    cache = {"JAX_COMPILATION_CACHE_DIR": str(folder / "cache")}
    return os.environ | {"JAX_PLATFORMS": "cpu", "KERAS_BACKEND": "jax"} | cache


def training(out):
    options = "--pictures art.npz 2 0.7 1.3 --width 0.01 --size 32 --precision float32"
    return SHALLOW, FOLDER / "train.py", out, *options.split()


def run(folder, *command):
    command = [sys.executable, *map(str, command)]
    options = {"cwd": folder, "env": environment(folder), "text": True}
    done = subprocess.run(command, capture_output=True, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def packed(tmp_path_factory):
    """Two pictures of a red square with a blue one in it, and a file that is none.

    Of the first one there is another file, which leaves all of it bare.
    """
    folder = tmp_path_factory.mktemp("gpu")
    (folder / "art").mkdir()
    for name, side in (("a", 96), ("b", 64)):
        picture = Image.new("RGB", (96, side), (200, 40, 40))
        ImageDraw.Draw(picture).rectangle((30, 20, 60, 44), (40, 40, 200))
        picture.save(folder / "art" / f"{name}.png")
    (folder / "art" / "c.png").write_bytes(b"no picture")
    told = run(folder, FOLDER / "pack.py", "pictures", "art", "art.npz", "--quality", "95")
    assert "pictures 2, skipped 1" in told
    (folder / "bare").mkdir()
    Image.new("L", (96, 96), 255).save(folder / "bare" / "a.png")
    more = ("--quality", "95", "--bare", "bare")
    told = run(folder, FOLDER / "pack.py", "pictures", "art", "bare.npz", *more)
    assert "pictures 1, skipped 2" in told  # one has no mask
    return folder


@pytest.fixture(scope="module")
def squares(packed):
    """By the name of a file, 24 squares drawn of its pictures."""
    run(packed, "-c", SQUARES, FOLDER)
    return {name: np.load(packed / f"{name}.npy") for name in ("art", "bare")}


def test_lines_are_those_of_linework(tmp_path):
    from sgru_tf.linework import LineStyle, line_art

    random = np.random.default_rng(0)
    small = Image.fromarray(random.integers(0, 255, (12, 16, 3), np.uint8))
    rgb = np.asarray(small.resize((96, 72), Image.Resampling.BICUBIC), np.float32)
    np.save(tmp_path / "rgb.npy", rgb)
    run(tmp_path, "-c", LINES, FOLDER)
    for number in range(6):
        with np.load(tmp_path / f"{number}.npz") as drawn:
            style = LineStyle(**json.loads(str(drawn["style"])))
            assert drawn["art"].min() < 200
            np.testing.assert_allclose(drawn["art"], line_art(rgb, style), atol=0.5)


def test_squares_hold_a_whole_picture_on_paper(squares):
    squares = squares["art"]
    assert squares.shape == (24, 64, 64, 4)
    corners = squares[:, ::63, ::63, :3].reshape(24, 4, 3)
    # At half the size no picture covers more than one corner.
    assert ((corners == 255).all(-1).sum(1) >= 3).all()
    red = (np.abs(squares[..., :3] - (200, 40, 40)) < 25).all(-1)
    rows, columns = red.any(2).sum(1), red.any(1).sum(1)
    # From half the square by the long side to six tenths by the short one.
    assert columns.min() >= 30 and columns.max() <= 60 and np.ptp(columns) > 15
    shapes = rows / columns
    assert (np.minimum(np.abs(shapes - 1), np.abs(shapes - 2 / 3)) < 0.06).all()
    assert (shapes > 0.9).any() and (shapes < 0.75).any()
    inside = red | (np.abs(squares[..., :3] - (40, 40, 200)) < 25).all(-1)
    paper = (squares[..., :3] == 255).all(-1)
    assert (inside | paper).mean() > 0.95
    sketches = squares[..., 3]
    assert (np.where(inside, sketches, 255).min(axis=(1, 2)) < 245).all()
    # A quarter of them have strokes on the paper, none of them within 8 pixels of the picture.
    scribbled = (paper & (sketches < 240)).any(axis=(1, 2))
    assert 1 <= scribbled.sum() <= 12
    for square, picture in zip(sketches, ~paper, strict=True):
        near = Image.fromarray(picture).convert("L").filter(ImageFilter.MaxFilter(17))
        assert (square[(np.asarray(near) > 0) & ~picture] == 255).all()


def test_what_is_to_be_bare_has_no_lines(squares):
    for square in squares["bare"]:
        inside = Image.fromarray((square[..., :3] != 255).any(-1)).convert("L")
        inside = np.asarray(inside.filter(ImageFilter.MinFilter(3))) > 0
        assert inside.sum() > 500
        assert np.ptp(square[..., 3][inside]) < 1


def test_it_trains_and_others_load_it(packed):
    sys.path.insert(0, str(FOLDER.parent / "schemes"))
    import nine

    save_figure(packed / "painted", nine)
    run(packed, FOLDER / "pack.py", "schemes", "painted", "figures.npz")
    told = run(packed, *training("out"), "--minutes", 0.2, "--schemes", "figures.npz", 1)
    assert "compiled" in told and "done: " in told
    config = json.loads((packed / "out" / "config.json").read_text())
    assert config["train"]["batch"] == 3 and config["train"]["steps"] > 1
    assert config["extras"] == [["figures.npz", 0.333]]
    model = load_model(packed / "out")
    assert model(np.full((1, 32, 32, 1), 255.0, "float32")).shape == (1, 9, 32, 32, 3)
    with (packed / "out" / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    for name in ("loss", "schemes"):
        losses = [float(row[name]) for row in rows]
        assert len(losses) > 1 and 0 < np.mean(losses[-2:]) < losses[0]


def test_interrupted_it_saves(packed):
    command = [sys.executable, *map(str, training("cut")), "--minutes", "9"]
    options = {"cwd": packed, "env": environment(packed), "text": True}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, **options) as it:
        for line in it.stdout:
            if line.startswith("step 50"):
                it.send_signal(signal.SIGINT)
                break
        errors = it.communicate(timeout=120)[1]
    assert it.returncode == 130 and "--init OUT goes on" in errors, errors
    assert "Traceback" not in errors
    assert load_model(packed / "cut").count_params() > 0


def test_what_it_cannot_use_is_told_in_a_line(packed):
    np.savez(packed / "other.npz", a=1)
    run(packed, "-c", REFUSALS, FOLDER)
    told = json.loads((packed / "refusals.json").read_text())
    assert [code for code, _ in told] == [1] * 4, told
    beginnings = (
        "Error: other.npz: holds no pictures",
        "Error: TrainConfig.size",
        "Error: other.npz: is not vgg16",
        "Error: new: no time is left",
    )
    for (_, words), beginning in zip(told, beginnings, strict=True):
        assert words.startswith(beginning) and words.count("\n") == 1, words
    assert "multiple of 32" in told[1][1]
    assert not (packed / "new" / "last.keras").exists()
