"""examples/gpu: figures in nine schemes, packed, painted again and cut on the GPU."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not importlib.util.find_spec("jax"), reason="no JAX here"),
]

FOLDER = Path(__file__).resolve().parents[1] / "examples"
DRAW = """
import sys
sys.path[:0] = [sys.argv[1], sys.argv[1] + "/../.."]
import jax, numpy as np
from figures import draw_figure, load_figures

figures = load_figures("figures.npz")
keys = jax.random.split(jax.random.key(0), 16)
sketches, nine = jax.vmap(lambda key: draw_figure(figures, key, 64))(keys)
np.savez("drawn.npz", pixels=figures.pixels, sketches=sketches, nine=nine)
"""
SURFACES = {"hair": (30, 8, 60, 40), "dress": (26, 44, 64, 92), "iris": (36, 16, 50, 30)}


def run(folder, *command, code=0):
    command = [sys.executable, *map(str, command)]
    env = os.environ | {"JAX_PLATFORMS": "cpu", "KERAS_BACKEND": "jax"}
    done = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True)
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def nine():
    sys.path.insert(0, str(FOLDER / "schemes"))
    import nine

    return nine


def save_figure(folder, nine):
    """Write a figure of hair, a dress and an iris to a folder, as `nine.py` does."""
    folder.mkdir()
    picture = Image.new("RGB", (90, 100), "white")
    pen, surfaces = ImageDraw.Draw(picture), []
    places = {"hair": nine.HAIR, "dress": nine.FIRST, "iris": nine.IRIS}
    for colour, (name, box) in zip(
        ("#a04030", "#5060a0", "#306030"), SURFACES.items(), strict=True
    ):
        pen.rectangle(box, colour, "black", 2)
        mask = np.zeros((100, 90), np.float32)
        mask[box[1] + 2 : box[3] - 1, box[0] + 2 : box[2] - 1] = 1
        surfaces.append((places[name], mask))
    nine.write(np.asarray(picture), surfaces, folder / "a.figure.npz")


@pytest.fixture(scope="module")
def drawn(tmp_path_factory, nine):
    """The figure, packed twice; what was drawn of it."""
    folder = tmp_path_factory.mktemp("figures")
    save_figure(folder / "painted", nine)
    told = run(folder, FOLDER / "gpu" / "pack.py", "schemes", "painted", "figures.npz",
               "--variants", 2, "--quality", 95)  # fmt: skip
    assert "figures 2 ->" in told
    run(folder, "-c", DRAW, FOLDER / "gpu")
    with np.load(folder / "drawn.npz") as file:
        return dict(file)


def test_it_is_painted_as_it_was(drawn, nine):
    pixels = drawn["pixels"]
    assert pixels.shape[0] == 2 and pixels.shape[-1] == 31
    painted = pixels[..., 3:30].reshape(*pixels.shape[:3], 9, 3).astype(int)
    for place in (nine.HAIR, nine.FIRST):
        for number, scheme in enumerate(nine.SCHEMES):
            wanted = [int(scheme[place][i : i + 2], 16) for i in (1, 3, 5)]
            near = (np.abs(painted[:, :, :, number] - wanted) < 14).all(-1).sum(axis=(1, 2))
            assert (near > 400).all(), (place, number, near)
    # The inside of the iris, without its outline.
    assert ((pixels[..., 30] == 255).sum(axis=(1, 2)) >= 40).all()
    assert ((pixels[..., 30] == 255).sum(axis=(1, 2)) <= 121).all()
    np.testing.assert_array_equal(pixels[:, 1, 1, :30], 255)


def test_squares_are_figures_on_paper_and_their_sketches(drawn):
    sketches, colours = drawn["sketches"], drawn["nine"]
    assert sketches.shape == (16, 64, 64, 1) and colours.shape == (16, 9, 64, 64, 3)
    assert sketches.min() >= 0 and sketches.max() < 255.01
    paper = (colours > 254).all(axis=(1, 4))
    assert 0.1 < paper.mean() < 0.95
    for sketch, white, own in zip(sketches[..., 0], paper, colours, strict=True):
        # Nine colourings of one figure: apart where it is, and the sketch has its lines there.
        assert own.std(axis=0)[~white].max() > 20
        assert sketch[~white].min() < 245
    places = [tuple(np.argwhere(~white).min(0)) for white in paper]
    assert len(set(places)) > 6


def test_a_folder_without_figures_is_told(tmp_path):
    (tmp_path / "none").mkdir()
    told = run(tmp_path, FOLDER / "gpu" / "pack.py", "schemes", "none", "out.npz", code=1)
    assert told == "Error: none: holds no figures of paint.py or dolls.py\n"
    assert not (tmp_path / "out.npz").exists()


@pytest.mark.parametrize("name", ["a.figure.npz", "a.0.arms0.part.npz"])
def test_a_file_of_an_earlier_form_is_told(tmp_path, name):
    (tmp_path / "old").mkdir()
    np.savez(tmp_path / "old" / name, rgb=np.zeros((8, 8, 3), np.uint8))
    told = run(tmp_path, FOLDER / "gpu" / "pack.py", "schemes", "old", "out.npz", code=1)
    assert told == f"Error: old/{name}: is not as this paint.py writes it; paint it again\n"
