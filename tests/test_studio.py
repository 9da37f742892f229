"""The page in studio/: its arithmetic beside Python's, and the page itself in a real browser."""

import importlib.util
import json
import os
import shutil
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from hinted import hinted_model
from PIL import Image

from sgru_tf.export.tflite import export_tflite
from sgru_tf.litert import LiteRTNetwork
from sgru_tf.loading import shipped_tflite

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parent.parent
STUDIO = ROOT / "studio"
CHROMIUM = Path("/usr/bin/chromium")
ALIKE = 2
"""Grey levels by which the page's pictures may differ from those of infer.py, in the mean."""

found = importlib.util.spec_from_file_location("studio_cases", STUDIO / "tests" / "cases.py")
studio_cases = importlib.util.module_from_spec(found)
found.loader.exec_module(studio_cases)


def run(*command, **environment):
    return subprocess.run(
        [str(part) for part in command],
        cwd=STUDIO,
        env={**os.environ, **{key: str(value) for key, value in environment.items()}},
        capture_output=True,
        text=True,
        timeout=400,
    )


@pytest.fixture(scope="module")
def packages():
    """The page's packages, installed into studio/node_modules if they are not there."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            pytest.skip(f"{program} is not installed")
    installed = STUDIO / "node_modules" / ".package-lock.json"
    wanted = STUDIO / "package-lock.json"
    if not installed.exists() or installed.stat().st_mtime < wanted.stat().st_mtime:
        done = run("npm", "ci", "--no-audit", "--no-fund")
        if done.returncode:
            pytest.skip(f"npm ci failed: {done.stderr.strip().splitlines()[-1:]}")


@pytest.fixture(scope="module")
def hinted_file(tmp_path_factory):
    """The shipped file if it takes hints, or a tiny one that does."""
    if LiteRTNetwork(shipped_tflite()).hints:
        return shipped_tflite()
    out = tmp_path_factory.mktemp("hinted")
    options = {"precisions": ["float32"], "sizes": [(64, 64)], "allow_loss": True}
    (done,) = export_tflite(hinted_model(), out, **options)
    return done.path


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """Files that the page is given, good and bad."""
    out = tmp_path_factory.mktemp("given")
    lines = Image.fromarray(studio_cases.sketch(np.random.default_rng(3), 120, 200))
    lines.save(out / "small.png")
    for size in (12345, 12346):
        file = (out / "small.png").read_bytes().ljust(size, b"\0")
        (out / f"size{size}.png").write_bytes(file)
    (out / "empty.png").write_bytes(b"")
    (out / "words.png").write_text("This is not a picture.\n")
    Image.new("1", (10_000, 10_000), 1).save(out / "huge.png")
    Image.new("RGBA", (50, 60)).save(out / "transparent.png")
    (out / "damaged.png").write_bytes((out / "small.png").read_bytes()[:400])
    lines.save(out / "scan.tif")
    exif = Image.Exif()
    exif[0x0112] = 6
    lines.transpose(Image.Transpose.ROTATE_90).save(out / "turned.jpg", exif=exif)
    return out


@pytest.fixture(scope="module")
def driven(packages, hinted_file, given, tmp_path_factory):
    """What the tests in the browser said, and the folder with what they saved."""
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is not installed")
    out = tmp_path_factory.mktemp("studio")
    builds = {shipped_tflite(): "shipped"}
    builds.setdefault(hinted_file, "hinted")
    for model, name in builds.items():
        built = run("npm", "run", "build", STUDIO_MODEL=model, STUDIO_OUT=out / name)
        assert built.returncode == 0, built.stdout + built.stderr
    saved = out / "saved"
    saved.mkdir()
    done = run(
        *("node", "--test", "tests/page.test.js", "tests/hints.test.js"),
        STUDIO_DIST=out / "shipped",
        STUDIO_HINTED=out / builds[hinted_file],
        STUDIO_GIVEN=given,
        STUDIO_SAVED=saved,
        STUDIO_CHROMIUM=CHROMIUM,
    )
    return done, saved


@pytest.fixture(scope="module")
def inferred(tmp_path_factory):
    """The samples, coloured by infer.py in the network's order."""
    out = tmp_path_factory.mktemp("inferred")
    infer(ROOT / "examples", out, shipped_tflite())
    return out


def infer(sketches, out, model, *options):
    command = [sys.executable, ROOT / "infer.py", sketches, "--out", out, "--model", model]
    options = (*options, "--order", "network", "--no-sheet")
    done = subprocess.run([*command, *options], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_arithmetic_is_that_of_python(packages, tmp_path):
    path = tmp_path / "cases.json"
    cases = studio_cases.cases(shipped_tflite())
    parts = [case["part"] for case in cases["surfaces"]]
    assert {0, 1} < set(parts) and any(0.1 < part < 0.9 for part in parts)
    path.write_text(json.dumps(cases))
    done = run("node", "--test", "tests/arithmetic.test.js", STUDIO_CASES=path)
    assert done.returncode == 0, done.stdout


def test_the_page_works_in_a_browser(driven):
    done, _ = driven
    assert done.returncode == 0, done.stdout
    assert "# skipped 0" in done.stdout


def test_pictures_are_those_of_infer(driven, inferred, tmp_path):
    _, saved = driven
    heads = json.loads((saved / "heads.json").read_text())
    assert len(heads) == 5
    infer(ROOT / "examples" / "surprised.png", tmp_path, shipped_tflite(), "--no-alpha")
    infer(ROOT / "examples" / "surprised.png", tmp_path, shipped_tflite(), "--layer", "colour")
    modes = set()
    for name, head in heads.items():
        stem = name.removeprefix("other_").split("_")[0]
        layer = "_colour" if "_colour" in name else ""
        found = Image.open(saved / name)
        folder = inferred if found.mode == "RGBA" or stem != "surprised" else tmp_path
        folder = tmp_path if layer else folder
        wanted = Image.open(folder / f"{stem}_{head + 1}{layer}.png")
        if layer:
            found = found.convert("RGB")
            wanted = wanted.convert("RGB")
        assert (found.size, found.mode) == (wanted.size, wanted.mode)
        assert apart(found, wanted) <= ALIKE, name
        if found.mode == "RGBA":
            np.testing.assert_array_equal(found.getchannel("A"), wanted.getchannel("A"))
        modes.add(found.mode)
    assert modes == {"RGB", "RGBA"}


def test_a_model_without_schemes_is_left_alone(driven, inferred, tmp_path):
    _, saved = driven
    bare = json.loads((saved / "bare.json").read_text())
    found, name = Image.open(saved / bare["name"]), f"scarf_{bare['head'] + 1}.png"
    infer(ROOT / "examples" / "scarf.png", tmp_path, shipped_tflite(), "--surfaces", "network")
    assert apart(found, Image.open(tmp_path / name)) <= ALIKE
    assert apart(found, Image.open(inferred / name)) > 1.5 * ALIKE


def test_hints_are_those_of_infer(driven, hinted_file, given, tmp_path):
    _, saved = driven
    hints = json.loads((saved / "hints.json").read_text())
    options = [f"--hint={dab['x']},{dab['y']},{dab['colour']}" for dab in hints["dabs"]]
    assert len(options) == 2
    infer(given / "small.png", tmp_path, hinted_file, *options)
    wanted = Image.open(tmp_path / f"small_{hints['head'] + 1}.png")
    assert apart(Image.open(saved / hints["name"]), wanted) <= ALIKE


@pytest.mark.parametrize("name", ["surprised.ora", "hinted_small.ora"])
def test_layers_put_together_are_the_picture(driven, name):
    _, saved = driven
    data = (saved / name).read_bytes()
    assert struct.unpack_from("<HH", data, 6) == (0, 0)
    assert data[30:54] == b"mimetypeimage/openraster"
    with zipfile.ZipFile(saved / name) as archive:
        assert archive.testzip() is None
        image = ElementTree.fromstring(archive.read("stack.xml"))
        layers = list(image.find("stack"))
        names = [layer.get("name") for layer in layers]
        below = np.zeros((int(image.get("h")), int(image.get("w")), 4))
        for layer in reversed(layers):
            with archive.open(layer.get("src")) as file:
                picture = np.asarray(Image.open(file).convert("RGBA")) / 255
            if layer.get("visibility") == "visible":
                below = over(below, picture, layer.get("composite-op") == "svg:multiply")
        with archive.open("mergedimage.png") as file:
            merged = np.asarray(Image.open(file).convert("RGBA")) / 255
        with archive.open("Thumbnails/thumbnail.png") as file:
            assert max(Image.open(file).size) <= 256
    assert names[0] == "lines"
    assert names[-1] == "paper"
    assert ("hints" in names) == name.startswith("hinted")
    assert np.abs(255 * (below - merged)[..., 3]).max() < 1.5
    premultiplied = below[..., :3] * below[..., 3:] - merged[..., :3] * merged[..., 3:]
    assert np.abs(255 * premultiplied).mean() < 0.6


def over(below, above, multiply):
    """W3C Compositing and Blending, straight alpha, 0-1."""
    a, b = above[..., 3:], below[..., 3:]
    blend = above[..., :3] * below[..., :3] if multiply else above[..., :3]
    mixed = (1 - b) * above[..., :3] + b * blend
    alpha = a + b - a * b
    colour = (a * mixed + (1 - a) * b * below[..., :3]) / np.maximum(alpha, 1e-12)
    return np.concatenate([colour, alpha], -1)


def apart(one, other):
    return np.abs(np.asarray(one).astype(int) - np.asarray(other)).mean()
