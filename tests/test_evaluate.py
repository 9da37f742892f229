"""The evaluate command on real folders, with networks whose answers are known."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

tf = pytest.importorskip("tensorflow")

from sgru_tf import evaluation_run, features  # noqa: E402
from sgru_tf.cli import evaluate  # noqa: E402
from sgru_tf.config import ModelConfig, TrainConfig  # noqa: E402
from sgru_tf.data import PictureData  # noqa: E402
from sgru_tf.errors import SgruError  # noqa: E402
from sgru_tf.evaluation_data import find_pictures  # noqa: E402
from sgru_tf.evaluation_sheet import CELL  # noqa: E402
from sgru_tf.loading import shipped_tflite  # noqa: E402
from sgru_tf.measuring import Tally, measure  # noqa: E402
from sgru_tf.metrics import colour_distances, colourfulness, psnr  # noqa: E402
from sgru_tf.ordering import natural_order  # noqa: E402
from sgru_tf.validation import Judge  # noqa: E402

ROOT = Path(__file__).parents[1]
PAINTS = ((200, 40, 40), (40, 200, 40), (0, 0, 255))


class Painter:
    """Answers every sketch with the same plain colours."""

    working_size = 32

    def __init__(self, paints=PAINTS):
        self.paints = paints
        self.seen = []

    def __call__(self, sketch):
        self.seen.append(sketch)
        answer = np.empty((1, len(self.paints), *sketch.shape[1:3], 3), np.float32)
        answer[:] = np.array(self.paints, np.float32)[:, None, None]
        return answer


@pytest.fixture
def painters(monkeypatch):
    """Networks by what they are asked for; those of no such name are the shipped one's double."""
    opened = {None: Painter(), "a.keras": Painter(), "b.keras": Painter(PAINTS[:1])}

    def open_network(path=None):
        if path not in opened:
            raise SgruError(f"{path}: no such model")
        return opened[path]

    monkeypatch.setattr(evaluation_run, "open_network", open_network)
    return opened


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def save(pixels, path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(pixels, np.uint8)).save(path)
    return path


def pairs(folder, colours, size=(32, 32)):
    """Plain colours, each with a sketch that is paper on the left and grey 102 on the right."""
    for index, colour in enumerate(colours):
        sketch = np.full(size, 255)
        sketch[:, size[1] // 2 :] = 102
        save(np.full((*size, 3), colour), folder / "images_rgb" / f"{index}.png")
        save(sketch, folder / "images_bw" / f"{index}.png")
    return folder


def art(folder, count=3, side=40):
    rng = np.random.default_rng(0)
    for index in range(count):
        patches = Image.fromarray(rng.integers(0, 256, (4, 4, 3), np.uint8))
        save(patches.resize((side, side), Image.Resampling.NEAREST), folder / f"{index}.png")
    return folder


def run(*arguments):
    result = CliRunner().invoke(evaluate, [str(argument) for argument in arguments])
    assert "Traceback" not in result.output
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def outcome(folder="o"):
    return json.loads(Path(folder, "evaluation.json").read_text())


def flat(colour, size=(32, 32)):
    return np.full((*size, 3), colour, np.uint8)


REDDISH, GREENISH = (190, 50, 50), (30, 180, 60)


def test_first_mean_best_and_wins(here, painters):
    pairs(here / "d", [REDDISH, GREENISH, GREENISH])
    result = run("a.keras", "d", "--out", "o")
    assert result.exit_code == 0, result.output
    found = outcome()
    assert (found["pictures"], found["failed"], found["size"]) == (3, [], 32)
    assert found["line_art"] == "given"
    ratios = np.array(
        [[psnr(flat(p), flat(truth)) for p in PAINTS] for truth in (REDDISH, GREENISH, GREENISH)]
    )
    first = natural_order([flat(p) for p in PAINTS])[0]
    model = found["models"]["a.keras"]
    assert model["first"]["psnr_db"] == pytest.approx(ratios[:, first].mean(), abs=1e-3)
    assert model["mean"]["psnr_db"] == pytest.approx(ratios.mean(), abs=1e-3)
    assert model["best"]["psnr_db"] == pytest.approx(ratios.max(axis=1).mean(), abs=1e-3)
    assert model["wins"] == [1, 2, 0]
    # That of the winners; the third, which never wins, is the most colourful.
    shades = [colourfulness(flat(p)) for p in PAINTS]
    assert model["best"]["colourfulness"] == pytest.approx((shades[0] + 2 * shades[1]) / 3, abs=0.1)
    distances = colour_distances(np.stack([flat(p) for p in PAINTS]))
    assert model["diversity"] == pytest.approx(distances.sum() / 6, abs=1e-2)
    nearest = [one["distance_to_nearest"] for one in model["each"]]
    assert nearest == pytest.approx(np.sort(distances)[:, 1], abs=1e-2)
    true = (colourfulness(flat(REDDISH)) + 2 * colourfulness(flat(GREENISH))) / 3
    assert found["truth"]["colourfulness"] == pytest.approx(true, abs=1e-3)
    assert model["colourfulness_share"] == pytest.approx(np.mean(shades) / true, abs=1e-3)


def test_first_is_what_people_see_first(here, painters):
    """Of these three the second looks most natural, though the first is nearest to the truth."""
    paints = ((0, 255, 30), (190, 130, 110), (5, 0, 60))
    painters["a.keras"] = Painter(paints)
    pairs(here / "d", [(0, 240, 60), (0, 250, 40)])
    run("a.keras", "d", "--out", "o")
    model = outcome()["models"]["a.keras"]
    assert natural_order([flat(paint) for paint in paints])[0] == 1
    assert model["put_first"] == [0, 2, 0]
    assert model["first"]["psnr_db"] == model["each"][1]["psnr_db"]
    # But which output wins is told of the network's own.
    assert model["wins"] == [2, 0, 0]
    page = (here / "o" / "evaluation.md").read_text()
    assert "| 2        |     100 % |         0 % |" in page
    with Image.open(here / "o" / "evaluation.png") as sheet:
        middle = np.asarray(sheet)[8 + CELL // 2, 8 + CELL // 2 :: CELL + 8]
    assert [tuple(map(int, pixel)) for pixel in middle[2:5]] == [paints[1], paints[0], paints[2]]


def test_the_baselines_need_no_network(here, painters):
    pairs(here / "d", [REDDISH, GREENISH])
    run("shipped", "d", "--out", "o")
    found = outcome()
    tint = np.mean([REDDISH, GREENISH], axis=0)
    assert found["truth"]["mean_rgb"] == pytest.approx(tint.tolist())
    sketch = flat((255, 255, 255))
    sketch[:, 16:] = 102
    tinted = np.rint(sketch * (tint / 255)).astype(np.uint8)
    for name, pixels in (("sketch", sketch), ("tinted", tinted)):
        expected = np.mean([psnr(pixels, flat(truth)) for truth in (REDDISH, GREENISH)])
        assert found["baselines"][name]["psnr_db"] == pytest.approx(expected, abs=1e-3)
    assert found["baselines"]["sketch"]["colourfulness"] == 0
    assert found["baselines"]["tinted"]["colourfulness"] > 0


def test_the_page_holds_the_table_that_is_printed(here, painters):
    pairs(here / "d", [REDDISH, GREENISH])
    result = run("a.keras", "shipped", "d", "--out", "o")
    page = (here / "o" / "evaluation.md").read_text()
    table = result.stdout[: result.stdout.index("\n\n")]
    assert table in page
    numbers = outcome()["models"]["a.keras"]
    assert f"{numbers['best']['psnr_db']:.2f}" in table
    for row in ("true pictures", "sketch itself", "sketch tinted", "`a.keras`, best of 3"):
        assert row in table
    assert "never the best: 3; " in page
    assert "Feature distance was not measured" in page
    assert "![Some of the pictures](evaluation.png)" in page
    assert result.stdout.endswith("judged 2, failed 0 -> o\n")
    assert sorted(path.name for path in (here / "o").iterdir()) == [
        "evaluation.json",
        "evaluation.md",
        "evaluation.png",
    ]


def test_sketches_alone_get_what_can_be_computed(here, painters):
    sketch = np.full((50, 30), 255)
    sketch[20:24] = 0
    save(sketch, here / "d" / "sub" / "a.png")
    (here / "d" / "bad.png").write_text("no picture")
    result = run("a.keras", "d", "--sketches", "--out", "o", "--size", 64)
    assert result.exit_code == 1
    assert "d/bad.png: not a picture" in result.stderr
    found = outcome()
    assert (found["pictures"], len(found["failed"])) == (1, 1)
    assert found["truth"] is None and found["baselines"] == {}
    model = found["models"]["a.keras"]
    assert model["best"] is None and model["wins"] is None
    assert list(model["first"]) == ["colourfulness"]
    assert model["diversity"] > 10
    assert "PSNR" not in (here / "o" / "evaluation.md").read_text()
    (seen,) = painters["a.keras"].seen
    assert seen.shape == (1, 64, 64, 1)
    assert seen[0, :, 38:].min() == 255  # 30 of 50 pixels are 38 of 64; the rest is paper


def test_feature_distance_is_a_column(here, painters, monkeypatch):
    import keras

    image = keras.Input((None, None, 3))
    pooled = keras.layers.AveragePooling2D(2)(image)
    network = keras.Model(image, [image, pooled, image, image, pooled])
    monkeypatch.setattr("sgru_tf.perceptual.build_features", lambda config: network)
    pairs(here / "d", [REDDISH])
    run("a.keras", "d", "--out", "o", "--vgg-weights", "some.h5", "--vgg", "vgg16")
    found = outcome()
    assert found["feature_network"] == "VGG16"
    weights = features.FeatureDistances("vgg16", "some.h5")._weights
    assert len(weights) == 5
    difference = np.mean([abs(a - b) for a, b in zip(PAINTS[0], REDDISH, strict=True)])
    first = found["models"]["a.keras"]["first"]
    assert first["feature_distance"] == pytest.approx(sum(weights) * difference, rel=1e-3)
    page = (here / "o" / "evaluation.md").read_text()
    assert "feature distance |" in page and "five maps of VGG16" in page


def test_a_tally_without_proposals_to_compare():
    tally = Tally()
    tally.add(measure(flat(REDDISH)[None]))
    assert tally.diversity() == 0
    assert tally.nearest().tolist() == [0.0]
    assert not tally.has_truth and tally.best() == {}


def test_validation_measures_what_evaluation_does(here):
    class NoLoss:
        def evaluate(self, target, proposals):
            return dict.fromkeys(("best", "mean"), tf.zeros(tf.shape(target)[:1]))

    def network(sketch, training):
        shape = [tf.shape(sketch)[0], len(PAINTS), 32, 32, 3]
        return tf.broadcast_to(tf.constant(PAINTS, tf.float32)[:, None, None], shape)

    network.sgru_config = ModelConfig(working_size=32)
    pairs(here / "d", [REDDISH, GREENISH, GREENISH])
    data = PictureData(find_pictures("d").validation, TrainConfig(size=32))
    figures, _ = Judge(network, NoLoss(), data, batch=2)()
    tally = Tally()
    for truth in (REDDISH, GREENISH, GREENISH):
        tally.add(measure(np.stack([flat(p) for p in PAINTS]), flat(truth)))
    assert figures["psnr_best"] == pytest.approx(tally.best()["psnr"])
    assert figures["psnr_mean"] == pytest.approx(tally.mean()["psnr"])
    assert figures["psnr_first"] == pytest.approx(tally.first()["psnr"])
    assert figures["ssim_best"] == pytest.approx(tally.best()["ssim"])
    assert figures["diversity"] == pytest.approx(tally.diversity())
    assert figures["colourfulness"] == pytest.approx(tally.mean()["colourfulness"])


def test_the_shipped_weights_for_real(here):
    pairs(here / "d", [REDDISH, GREENISH])
    result = run(shipped_tflite(), "d", "--out", "o", "--size", 128)
    assert result.exit_code == 0, result.output
    model = outcome()["models"][shipped_tflite().name]
    assert model["proposals"] == len(model["wins"]) == 9
    assert model["best"]["psnr_db"] > model["mean"]["psnr_db"] > 4
    assert model["diversity"] > 5


def test_help_is_fast():
    program = "from sgru_tf.cli import evaluate; evaluate(prog_name='sgru-evaluate')"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", program, "--help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0
    assert "MODEL... DATA" in done.stdout
    assert "tensorflow" not in done.stderr
    assert "keras" not in done.stderr
