"""The look inside: what is recorded is what the network computes; its numbers and their colours."""
# ruff: noqa: F811

import numpy as np
import pytest
from PIL import Image

from sgru_tf.change import change_map, distance_to, reach, total_change
from sgru_tf.heat import GLOW, STAIN, VALVE
from sgru_tf.inside import Gate, Looker, Stage
from sgru_tf.inside_cells import Cells
from sgru_tf.metrics import lab
from sgru_tf.panels import PAGE, grid

pytest.importorskip("keras")

from test_visualize import BLOCKS, TAILS, hinted  # noqa: E402, F401

from sgru_tf import recording  # noqa: E402
from sgru_tf.hint_layers import HintGuide  # noqa: E402
from sgru_tf.recording import WatchedNetwork  # noqa: E402


def noise(height=64, width=64):
    return np.random.default_rng(1).uniform(0, 255, (1, height, width, 1)).astype("float32")


def seen(network, *given):
    maps = {}

    def see(kind, name, values):
        assert (kind, name) not in maps
        maps[kind, name] = values

    network.see = see
    return network(*given), maps


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


def test_stages_are_seen_behind_their_guides(hinted):
    layers = dict(recording.stages(hinted))
    assert isinstance(layers["skip1"], HintGuide) and isinstance(layers["encoder5"], HintGuide)
    assert layers["encoder1"].name == "encoder1"
