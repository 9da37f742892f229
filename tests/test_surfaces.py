"""Whole surfaces: fog goes, holes are filled; paper, eyes, light and what is no scheme stay."""

import numpy as np
import pytest
from surface_figure import (
    CLOTHES,
    COLOURS,
    PAPER,
    SCHEMES,
    SKIN,
    away,
    figure,
    painted,
    put,
    settled,
    whole_surfaces,
)

from sgru_tf.surfaces import KNOWN, UNEXPLAINED, explained, paper_around


def test_clear_surfaces_stay():
    sketch, shares = figure()
    found = settled(sketch, shares)
    assert found.dtype == np.float32
    assert np.abs(found - painted(shares))[:, sketch == 255].max() < 4


def test_fog_between_lines_goes_with_the_larger_part():
    sketch, true = figure()
    foggy = true.copy()
    for column in range(61, 160):
        # From the dress's colour at its line to skin, as far as the middle.
        put(foggy, slice(81, 182), slice(column, column + 1), CLOTHES, max(0, column - 90) / 110)
    sleeve = slice(86, 176), slice(66, 155)
    assert away(painted(foggy), true, *sleeve) > 20
    assert away(settled(sketch, foggy), true, *sleeve) < 8


def strange(size):
    """Colours (9, 3) that no mixture of the schemes' comes near to: so far off, in grey levels."""
    span = COLOURS.transpose(0, 2, 1).reshape(27, 4)
    off = np.tile((1.0, -1.0, 0.0), 9)
    off -= span @ np.linalg.lstsq(span, off, rcond=None)[0]
    return (size * off / np.sqrt((off * off).mean())).reshape(9, 3).astype("float32")


def test_fog_a_little_off_the_schemes_goes_and_blush_stays():
    sketch, foggy = figure()
    spot = slice(100, 150), slice(80, 130)
    put(foggy, *spot, CLOTHES, 0.4)
    moved = []
    for size in (0, 11, 24):
        before = painted(foggy)
        before[:, spot[0], spot[1]] += strange(size)[:, None, None]
        moved.append(np.abs(whole_surfaces(before, sketch) - before)[:, 110:140, 90:120].mean())
    assert moved[0] > 15 and moved[1] > 0.95 * moved[0] and moved[2] < 1


def test_what_is_skin_and_clothes_alike_is_clothes_and_what_is_likelier_skin_is_skin():
    sketch, true = figure()
    sleeve = slice(81, 182), slice(60, 161)
    for share, surface in ((0.48, CLOTHES), (0.4, SKIN)):
        doubtful, wanted = true.copy(), true.copy()
        put(doubtful, *sleeve, CLOTHES, share)
        put(wanted, *sleeve, surface)
        assert away(settled(sketch, doubtful), wanted, slice(86, 176), slice(66, 155)) < 8


def test_a_hole_in_a_surface_is_filled():
    sketch, true = figure()
    holed = true.copy()
    put(holed, slice(110, 150), slice(190, 230), PAPER, 0.9)
    hole = slice(112, 148), slice(192, 228)
    assert away(painted(holed), true, *hole) > 60
    assert away(settled(sketch, holed), true, *hole) < 20


def test_a_white_surface_with_its_own_outline_stays_white():
    sketch, true = figure()
    sketch[[110, 150], 190:231] = 0
    sketch[110:151, [190, 230]] = 0
    put(true, slice(110, 151), slice(190, 231), PAPER)
    assert away(settled(sketch, true), true, slice(113, 148), slice(193, 228)) < 4


def test_spill_on_the_paper_goes():
    sketch, true = figure()
    spilt = true.copy()
    put(spilt, slice(100, 160), slice(262, 300), CLOTHES, 0.4)
    outside = slice(104, 156), slice(264, 296)
    assert away(painted(spilt), true, *outside) > 25
    assert away(settled(sketch, spilt), true, *outside) < 5


def test_a_border_without_a_line_is_soft():
    sketch, shares = figure()
    put(shares, slice(81, 132), slice(161, 262), SKIN)
    row = settled(sketch, shares)[3, :, 210, 0]
    assert np.abs(np.diff(row[90:175])).max() < 0.3 * abs(row[95] - row[170])


def test_light_on_hair_and_shade_stay():
    sketch, shares = figure()
    put(shares, slice(30, 40), slice(100, 220), PAPER, 0.1)
    before = painted(shares)
    before[:, 50:70, 100:220] *= 0.7
    found = whole_surfaces(before, sketch)
    for rows in (slice(32, 38), slice(53, 67)):
        assert np.abs(found - before)[:, rows, 110:210].max() < 6


def test_pictures_that_are_not_of_the_schemes_stay_to_the_bit():
    sketch, _ = figure()
    before = np.random.default_rng(0).uniform(0, 255, (9, 5, 8, 3)).astype("float32")
    before = before.repeat(40, 1).repeat(40, 2)
    np.testing.assert_array_equal(whole_surfaces(before, sketch), before)


def test_pictures_a_little_off_the_schemes_stay_to_the_bit():
    """As faces with painted backgrounds are: every place by some grey levels, none by many."""
    sketch, shares = figure()
    put(shares, slice(81, 182), slice(120, 160), CLOTHES, 0.3)
    before = painted(shares)
    off = np.random.default_rng(5).normal(0, 1, (9, 1, 1, 3))
    before += (9 * off / np.sqrt((off**2).mean())) * (sketch == 255)[:, :, None]
    before = np.clip(before, 0, 255).astype("float32")
    rest = explained(before, COLOURS)[1]
    assert UNEXPLAINED < np.median(rest[90:170, 70:250]) and rest.max() < KNOWN
    np.testing.assert_array_equal(whole_surfaces(before, sketch), before)


def test_black_and_white_pictures_stay_to_the_bit():
    for level in (0, 255):
        before = np.full((9, 40, 50, 3), level, "float32")
        sketch = np.full((40, 50), level, np.uint8)
        np.testing.assert_array_equal(whole_surfaces(before, sketch), before)


def test_a_hole_takes_the_colour_beside_it_and_not_what_it_has_a_trace_of():
    sketch, true = figure()
    holed = true.copy()
    put(holed, slice(82, 130), slice(162, 260), PAPER)
    put(holed, slice(82, 130), slice(162, 260), SKIN, 0.1)
    found = settled(sketch, holed)
    assert away(found, true, slice(84, 128), slice(166, 256)) < 40


@pytest.mark.parametrize("side", [12, 20])
def test_a_small_white_with_its_own_outline_stays_white(side):
    sketch, true = figure()
    sketch[[110, 110 + side], 190 : 191 + side] = 0
    sketch[110 : 111 + side, [190, 190 + side]] = 0
    put(true, slice(110, 111 + side), slice(190, 191 + side), PAPER, 0.95)
    inner = slice(112, 109 + side), slice(192, 189 + side)
    assert settled(sketch, true)[:, *inner].mean() > 235


def test_a_patch_with_a_pale_outline_stays():
    sketch, true = figure()
    sketch[[100, 141], 190:232] = sketch[100:142, [190, 231]] = 240
    put(true, slice(101, 141), slice(191, 231), SKIN, 0.7)
    inner = slice(104, 138), slice(194, 228)
    skin = true.copy()
    put(skin, *inner, SKIN)
    assert away(settled(sketch, true), skin, *inner) < 15


def test_bright_colours_that_no_scheme_has_stay():
    sketch, shares = figure()
    before = painted(shares)
    before[:, 84:178, 164:250] = (255, 240, 60)
    found = whole_surfaces(before, sketch)
    np.testing.assert_allclose(found[:, 86:176, 166:248], before[:, 86:176, 166:248], atol=0.5)


def test_what_no_scheme_has_stays_and_the_rest_is_settled():
    sketch, true = figure()
    foggy = true.copy()
    put(foggy, slice(81, 182), slice(120, 161), CLOTHES, 0.4)
    before = painted(foggy)
    before[:, 86:130, 66:110] = (10, 200, 30)
    found = whole_surfaces(before, sketch)
    np.testing.assert_allclose(found[:, 90:126, 70:106], before[:, 90:126, 70:106], atol=0.5)
    rest = slice(140, 176), slice(66, 155)
    assert away(found, true, *rest) < 8 < away(before, true, *rest)


def test_pale_lines_are_lines_too():
    sketch, true = figure()
    pale = np.where(sketch == 0, 150, 255).astype(np.uint8)
    foggy = true.copy()
    put(foggy, slice(81, 182), slice(62, 160), CLOTHES, 0.3)
    beside = slice(90, 170), slice(157, 160)
    assert away(painted(foggy), true, *beside) > 20
    assert away(settled(pale, foggy), true, *beside) < 4


def test_an_unsure_sliver_between_lines_goes_with_what_is_around_it():
    sketch, true = figure()
    sketch[30:70, [150, 157]] = 0
    sketch[[30, 69], 150:158] = 0
    foggy = true.copy()
    put(foggy, slice(31, 69), slice(151, 157), CLOTHES, 0.53)
    sliver = slice(36, 64), slice(152, 156)
    assert away(painted(foggy), true, *sliver) > 40
    assert away(settled(sketch, foggy), true, *sliver) < 15


def test_the_colour_under_a_line_is_that_beside_it():
    sketch, true = figure()
    sketch[100:160, 205:212] = 0
    foggy = true.copy()
    put(foggy, slice(90, 170), slice(180, 250), SKIN, 0.4)
    found = settled(sketch, foggy)
    assert away(found, true, slice(105, 155), slice(205, 212)) < 10


def test_tinted_paper_is_paper():
    sketch, shares = figure()
    put(shares, slice(81, 182), slice(120, 160), CLOTHES, 0.3)
    before = painted(shares)
    tinted = (sketch * 0.9).round().astype(np.uint8)
    found = whole_surfaces(before, tinted)
    np.testing.assert_allclose(found, whole_surfaces(before, sketch), atol=1)


@pytest.mark.parametrize(("gap", "is_reached"), [(0, False), (2, False), (14, True)])
def test_paper_is_what_is_reached_from_outside(gap, is_reached):
    openness = np.ones((120, 160), "float32")
    openness[[30, 31, 90, 91], 40:120] = 0
    openness[30:92, [40, 41, 118, 119]] = 0
    openness[30:32, 70 : 70 + gap] = 1
    white = np.ones_like(openness)
    white[100:110, 5:20] = 0
    found = paper_around(openness, white)
    assert found[10, 10] and found[110, 80] and not found[105, 10] and not found[30, 45]
    assert found[60, 80] == is_reached
    # From below nothing comes in: there figures are cut off.
    openness[91:, [60, 61, 100, 101]] = 0
    assert not paper_around(openness, white)[110, 80]
    large = np.kron(openness, np.ones((4, 4), "float32"))
    assert paper_around(large, np.ones_like(large), 4.0)[240, 320] == is_reached


@pytest.mark.parametrize("kind", ["one", "equal", "black", "collinear"])
def test_schemes_that_cannot_be_told_apart_do_no_harm(kind):
    schemes = SCHEMES[:1].copy() if kind == "one" else SCHEMES.copy()
    if kind == "equal":
        schemes[:, 2] = schemes[:, 1]
    if kind == "black":
        schemes[:, 1] = 0
    if kind == "collinear":
        schemes[:, :3] = np.array([200, 150, 90])[:, None]
    sketch, shares = figure()
    before = painted(shares)[: len(schemes)].astype("float32")
    found = whole_surfaces(before, sketch, schemes)
    assert np.isfinite(found).all()
    colours = np.concatenate([np.full((len(schemes), 1, 3), 255, "float32"), schemes[:, :3]], 1)
    assert np.abs(explained(before, colours)[0]).max() < 3


def test_mixtures_are_explained_exactly():
    shares = np.random.default_rng(2).dirichlet(np.ones(4), (6, 7)).transpose(2, 0, 1)
    amounts, rest = explained(painted(0.8 * shares).astype("float32"), COLOURS)
    np.testing.assert_allclose(amounts, 0.8 * shares, atol=0.02)
    assert rest.max() < 1
    _, rest = explained(np.full((9, 2, 2, 3), (0, 255, 0), "float32"), COLOURS)
    assert rest.min() > 50


@pytest.mark.parametrize("shape", [(1, 1), (3, 2), (10, 400), (333, 41)])
def test_any_size(shape):
    sketch = np.full(shape, 255, np.uint8)
    sketch[shape[0] // 2 :, : shape[1] // 2] = 0
    before = np.broadcast_to(SCHEMES[:, 1][:, None, None], (9, *shape, 3))
    found = whole_surfaces(before, sketch)
    assert found.shape == before.shape
    assert np.isfinite(found).all()
