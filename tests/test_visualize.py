"""The look inside: what is recorded is what the network computes, and what is told of it."""

import dataclasses
import json

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw

from sgru_tf import inside_run
from sgru_tf.change import change_map, distance_to, reach, total_change
from sgru_tf.cli import visualize
from sgru_tf.colorizer import Colorizer
from sgru_tf.files import read_mark
from sgru_tf.heat import GLOW, STAIN, VALVE
from sgru_tf.inside import Gate, Looker, Stage
from sgru_tf.inside_cells import Cells
from sgru_tf.loading import shipped_tflite
from sgru_tf.metrics import lab
from sgru_tf.panels import PAGE, grid

pytest.importorskip("keras")

from sgru_tf import recording  # noqa: E402
from sgru_tf.hint_layers import HintGuide  # noqa: E402
from sgru_tf.model import build_sgru  # noqa: E402
from sgru_tf.recording import WatchedNetwork  # noqa: E402

BLOCKS = [f"{kind}{level}" for kind in ("encoder", "skip", "decoder") for level in range(1, 6)]
TAILS = ["tail1", "tail2", "tail3"]


@pytest.fixture(scope="module")
def hinted(tiny_config):
    """A tiny network that takes hints at the finest skip alone."""
    model = build_sgru(dataclasses.replace(tiny_config, hints=True, working_size=64))
    guide = model.get_layer("guide_skip1")
    random = np.random.default_rng(0)
    guide.write.kernel.assign(random.normal(0, 0.3, guide.write.kernel.shape))
    return model


@pytest.fixture(scope="module")
def saved(tiny_model, hinted, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    tiny_model.save(folder / "plain.keras")
    hinted.save(folder / "hinted.keras")
    return folder


@pytest.fixture
def page(tmp_path, monkeypatch):
    """A drawing of 100 x 80 pixels, whose working size of 64 x 51 is padded to 64 x 64."""
    monkeypatch.chdir(tmp_path)
    drawing = Image.new("L", (100, 80), 255)
    ImageDraw.Draw(drawing).ellipse((20, 10, 70, 70), outline=0, width=3)
    drawing.save("egg.png")
    return tmp_path


def noise(height=64, width=64):
    return np.random.default_rng(1).uniform(0, 255, (1, height, width, 1)).astype("float32")


def seen(network, *given):
    maps = {}

    def see(kind, name, values):
        assert (kind, name) not in maps
        maps[kind, name] = values

    network.see = see
    return network(*given), maps


def run(*arguments):
    result = CliRunner().invoke(visualize, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def test_a_gate_is_what_its_formula_gives(tiny_model):
    _, maps = seen(WatchedNetwork(tiny_model), noise())
    sketch = noise()[0, ..., 0].astype(np.float64) / 256
    x = sketch.reshape(32, 2, 32, 2).max(axis=(1, 3))
    gate = tiny_model.get_layer("encoder1").gate
    kernel = np.asarray(gate.conv.kernel)[..., 0, 0]
    room = np.pad(x, 1)
    conv = sum(kernel[i, j] * room[i : i + 32, j : j + 32] for i in range(3) for j in range(3))
    norm = (conv - conv.mean()) / np.sqrt(conv.var() + gate.norm.epsilon)
    norm = norm * np.asarray(gate.norm.gamma) + np.asarray(gate.norm.beta)
    expected = 1 / (1 + np.exp(-norm))
    found = maps["gate", "encoder1"]
    assert found.shape == (32, 32, 1) and found.dtype == np.float32
    np.testing.assert_allclose(found[..., 0], expected, atol=1e-4)
    # What passes is the last channel that the block hands on.
    np.testing.assert_allclose(maps["stage", "encoder1"][..., -1], x * expected, atol=1e-4)


def test_every_stage_and_gate_is_seen_once_and_the_answer_is_the_model_s(tiny_model):
    answer, maps = seen(WatchedNetwork(tiny_model), noise(64, 96))
    np.testing.assert_allclose(answer, tiny_model(noise(64, 96)), atol=1e-3)
    assert {name for kind, name in maps if kind == "gate"} == set(BLOCKS)
    assert {name for kind, name in maps if kind == "stage"} == {*BLOCKS, *TAILS}
    assert maps["stage", "decoder5"].shape[:2] == (4, 6)
    assert all(
        0 <= values.min() and values.max() <= 1 for (k, _), values in maps.items() if k[0] == "g"
    )


def test_the_model_is_left_as_it_was(tiny_model):
    network = WatchedNetwork(tiny_model)
    seen(network, noise(32, 32))

    def see(kind, name, values):
        raise MemoryError("full")

    network.see = see
    with pytest.raises(ValueError, match="failed at 32 x 32 pixels; try a smaller size .*full"):
        network(noise(32, 32))
    for _, layer in recording.stages(tiny_model):
        assert "call" not in vars(layer)
    for _, gate in recording.gates(tiny_model):
        assert "opening" not in vars(gate)


def changes_of(model, hints):
    network = WatchedNetwork(model)
    looker = Looker((64, 64), keep=True)
    network.see = looker.see
    network(noise(), None)
    network.see, changes = looker.compare(distance_to(hints[0, ..., 3] > 0))
    network(noise(), hints)
    return changes


def test_an_empty_hint_changes_nothing_at_all(hinted):
    changes = changes_of(hinted, np.zeros((1, 64, 64, 4), np.float32))
    assert set(changes) == {*BLOCKS, *TAILS}
    for change in changes.values():
        assert not change.values.any() and change.total == 0 and change.reach is None


def test_a_hint_changes_the_finest_level_most_where_it_lies(hinted):
    hints = np.zeros((1, 64, 64, 4), np.float32)
    hints[0, 20, 40] = 255, 0, 0, 1
    changes = changes_of(hinted, hints)
    skip = changes["skip1"]
    assert skip.step == 1 and skip.reach < 4
    row, column = np.unravel_index(skip.values.argmax(), skip.values.shape)
    assert abs(row - 20) <= 2 and abs(column - 40) <= 2
    assert not skip.values[:, :30].any() and skip.values[20, 40] > 0
    row, column = np.unravel_index(changes["decoder1"].values.argmax(), (64, 64))
    assert abs(row - 20) <= 2 and abs(column - 40) <= 2
    # Only what comes after it in the network can know of it.
    touched = {name for name, change in changes.items() if change.total}
    assert touched == {"skip1", "decoder1", *TAILS}
    assert changes["tail1"].values[60, 5] > 0  # through the norm


def test_change_distance_and_reach_by_hand():
    before = np.zeros((2, 2, 2), np.float32)
    before[:, :, 0] = [[3, 4], [0, 5]]  # at a place of average strength, sqrt(50 / 4)
    after = before.copy()
    after[0, 1] += (3, 4)
    change = change_map(before, after)
    np.testing.assert_allclose(change, [[0, 5 / np.sqrt(12.5)], [0, 0]], rtol=1e-6)
    assert total_change(change) == pytest.approx(np.sqrt(25 / 50))

    mask = np.random.default_rng(0).random((13, 17)) > 0.97
    places = np.argwhere(mask)
    every = np.stack(np.meshgrid(range(13), range(17), indexing="ij"), -1)
    brute = np.linalg.norm(every[:, :, None] - places, axis=-1).min(-1)
    np.testing.assert_allclose(distance_to(mask), brute, rtol=1e-6)
    assert np.isinf(distance_to(mask & False)).all()

    line = np.zeros((1, 10), bool)
    line[0, 0] = True
    falling = np.array([[8, 0, 1, 0, 0.5, 0, 0, 0, 0, 0.5]])
    assert reach(falling, distance_to(line)) == 2  # 9 of 10
    # A place of four pixels counts as all four.
    assert reach(np.array([[1, 0, 0.0]]), distance_to(line), step=4) == 3
    assert reach(falling * 0, distance_to(line)) is None


def test_before_and_after_are_the_same_output_of_the_network(page, saved, monkeypatch):
    shown = []

    def hint_page(name, hints, cells, changes, repainted):
        shown.extend(repainted)
        return Image.new("RGB", (9, 9))

    monkeypatch.setattr(inside_run, "hint_page", hint_page)
    hint = ["--hint", "45,40,#ff0000"]
    result = run("egg.png", "--out", "o", "--model", saved / "hinted.keras", *hint)
    assert result.exit_code == 0, result.output
    plain = Colorizer(saved / "hinted.keras", order="network").colouring("egg.png")
    assert [one.number for one in shown] == list(range(1, 10))
    for index, one in enumerate(shown):
        assert one.before.size == (64, 51)
        np.testing.assert_allclose(one.before, plain.thumbnail(index, 64), atol=2)


def test_padding_is_left_out_and_channels_are_chosen():
    looker = Looker((40, 64))
    values = np.zeros((16, 16, 4), np.float32)
    values[10:] = 99  # below the 40 rows, of 64
    values[0, 0] = 0, 8, -8, 4
    values[1, 1, 3] = 4
    values[:10, :, 0] = 5
    looker.see("stage", "decoder3", values)
    stage = looker.stages["decoder3"]
    assert stage.step == 4 and stage.strength.values.shape == (10, 16)
    assert stage.strength.values[9, 9] == 1.25
    # The first is the same everywhere, the third is the second again.
    assert [plane.channel for plane in stage.varying] == [1, 3]

    gate = np.full((16, 16, 5), 0.5, np.float32)
    gate[:, :, 0], gate[:5, :, 1], gate[:, :, 2], gate[:, :, 4] = 0.95, 0.05, 0.6, 0.3
    gate[10:] = 0
    looker.see("gate", "decoder3", gate)
    found = looker.gates["decoder3"]
    assert (found.nearly_shut, found.nearly_open) == pytest.approx((0.1, 0.2))
    assert [plane.channel for plane in found.most_open] == [0, 2]
    assert [plane.channel for plane in found.most_shut] == [1, 4]
    assert found.mean.mean == pytest.approx((0.95 + 0.275 + 0.6 + 0.5 + 0.3) / 5)
    assert not Gate.of("encoder1", 2, gate[..., :1]).most_open
    assert Stage.of("s", 1, np.ones((3, 3, 2), np.float32)).varying == []


def test_colours_grow_evenly_in_lightness():
    for heat, sign in ((GLOW, 1), (STAIN, -1)):
        lightness = lab(heat(np.linspace(0, 1, 21)))[:, 0]
        assert (np.diff(sign * lightness) > 1).all() and np.ptp(lightness) > 80
    lightness = lab(VALVE(np.linspace(0, 1, 21)))[:, 0]
    assert lightness.argmax() == 10 and lightness[[0, -1]].max() < 40
    assert GLOW(np.array([-1.0, 2.0])).tolist() == GLOW(np.array([0.0, 1.0])).tolist()


def test_cells_show_each_place_as_a_square_without_the_padding():
    cells = Cells(Image.new("L", (64, 51), 255), (51, 64))
    assert cells.size == (192, 153)
    values = np.zeros((2, 2))
    values[1, 1] = 1
    shown = np.asarray(cells.plane(values, 32, GLOW))
    assert shown.shape == (153, 192, 3)
    assert shown[-1, -1].tolist() == GLOW(np.ones(1))[0].tolist()
    for row, column in ((94, 97), (97, 94)):
        assert shown[row, column].tolist() == GLOW(np.zeros(1))[0].tolist()
    assert shown[97, 97].tolist() == GLOW(np.ones(1))[0].tolist()


def test_a_grid_keeps_its_columns():
    red, blue = Image.new("RGB", (10, 20), "red"), Image.new("RGB", (30, 5), "blue")
    page = grid([[red, blue], [None, red]], gap=4)
    assert page.size == (44, 44)
    assert page.getpixel((14, 0)) == (0, 0, 255) and page.getpixel((14, 24)) == (255, 0, 0)
    assert page.getpixel((12, 0)) == PAGE and page.getpixel((5, 30)) == PAGE


def test_the_command_writes_pages_and_numbers(page, saved):
    result = run("egg.png", "--out", "o", "--model", saved / "plain.keras")
    assert result.exit_code == 0, result.output
    assert result.output.endswith("levels.png, gates.png, inside.json -> o\n")
    assert {path.name for path in (page / "o").iterdir()} == {
        "levels.png",
        "gates.png",
        "inside.json",
    }
    # So that a folder that holds them can be coloured.
    assert read_mark(page / "o" / "levels.png") == "inside"
    found = json.loads((page / "o" / "inside.json").read_text())
    assert (found["width"], found["height"], found["model"]) == (64, 51, "plain.keras")
    assert {one["name"] for one in found["levels"]} == {*BLOCKS, *TAILS}
    gates = {one["name"]: one for one in found["gates"]}
    assert set(gates) == set(BLOCKS) and gates["skip2"]["part"] == "1/2"
    assert all(0 < one["mean"] < 1 for one in gates.values()) and "hint" not in found


def test_the_command_shows_what_a_hint_changed(page, saved):
    model = saved / "hinted.keras"
    result = run("egg.png", "--out", "o", "--model", model, "--hint", "45,40,#ff0000")
    assert result.exit_code == 0, result.output
    assert "hint.png, inside.json -> o" in result.output
    hint = json.loads((page / "o" / "inside.json").read_text())["hint"]
    levels = {one["name"]: one for one in hint["levels"]}
    assert levels["skip1"]["relative_change"] > 0 and levels["skip1"]["reach_pixels"] < 5
    assert levels["encoder5"] == {
        "name": "encoder5",
        "part": "1/32",
        "relative_change": 0,
        "reach_pixels": None,
    }
    assert len(hint["proposals"]) == 9
    assert all(one["mean_difference"] > 0 for one in hint["proposals"])
    with Image.open("o/hint.png") as picture:
        assert picture.width > 9 * 192

    Image.new("RGBA", (100, 80)).save("none.png")
    result = run("egg.png", "--out", "p", "--model", model, "--hints", "none.png")
    assert result.exit_code == 0, result.output
    hint = json.loads((page / "p" / "inside.json").read_text())["hint"]
    assert not any(one["relative_change"] for one in hint["levels"])
    assert not any(one["mean_difference"] for one in hint["proposals"])


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--model", shipped_tflite()], "the inside of a TFLite file cannot be seen"),
        (["--model", "PLAIN", "--hint", "9,9,#f00"], "plain.keras: takes no hints; leave --hint"),
        (["--model", "none.keras"], "none.keras: no such model"),
        (["--hint", "100,9,#f00"], "hint 100,9: outside of the sketch, which has 100 x 80"),
        (["--hints", "egg.png"], "egg.png: is not transparent anywhere"),
        (["--model", "PLAIN", "--out", "egg.png"], "egg.png is a file; give a folder"),
    ],
)
def test_what_is_wrong_is_told_in_one_line(page, saved, arguments, told):
    arguments = [saved / "plain.keras" if one == "PLAIN" else one for one in arguments]
    result = run("egg.png", "--out", "o", *arguments)
    assert result.exit_code == 1
    assert result.output.startswith("Error: ") and result.output.count("\n") == 1
    assert told in result.output
    assert not (page / "o").exists()


def test_a_hint_that_is_none_is_an_error_of_usage_as_in_infer(page, saved):
    result = run("egg.png", "--out", "o", "--model", saved / "plain.keras", "--hint", "9,9,red")
    assert result.exit_code == 2 and "Traceback" not in result.output
    assert "Invalid value for '--hint': '9,9,red': write a hint as X,Y,#RRGGBB" in result.output
    assert not (page / "o").exists()


def test_a_sketch_that_is_not_there(page):
    result = run("no.png", "--out", "o")
    assert result.exit_code == 1 and result.output == "Error: no.png: no such file\n"


def test_stages_are_seen_behind_their_guides(hinted):
    layers = dict(recording.stages(hinted))
    assert isinstance(layers["skip1"], HintGuide) and isinstance(layers["encoder5"], HintGuide)
    assert layers["encoder1"].name == "encoder1"
