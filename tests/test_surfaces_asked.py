"""Whole surfaces where an artist asked for colours: what was asked for stays, and decides."""

import numpy as np
import pytest
from surface_figure import (
    CLOTHES,
    PAPER,
    SCHEMES,
    SKIN,
    asked,
    away,
    figure,
    painted,
    put,
    settled,
)

from sgru_tf.surfaces import whole_surfaces


@pytest.mark.parametrize(
    "colour", [(255, 255, 255), (250, 245, 235), (250, 222, 203), (255, 240, 60), (0, 0, 0)]
)
def test_where_a_colour_was_asked_for_it_stays(colour):
    sketch, shares = figure()
    before = painted(shares)
    before[:, 120:140, 200:220] = colour
    dab = asked(slice(120, 140), slice(200, 220))
    found = whole_surfaces(before, sketch, SCHEMES, dab)
    np.testing.assert_allclose(found[:, dab], before[:, dab], atol=0.01)


def test_what_was_asked_for_decides_for_its_surface():
    sketch, true = figure()
    foggy = true.copy()
    put(foggy, slice(81, 182), slice(60, 161), CLOTHES, 0.55)
    put(foggy, slice(120, 140), slice(66, 86), SKIN)
    sleeve = slice(84, 178), slice(64, 156)
    assert away(settled(sketch, foggy), true, *sleeve) > 60
    dab = asked(slice(120, 140), slice(66, 86))
    found = whole_surfaces(painted(foggy), sketch, SCHEMES, dab)
    assert away(found, true, *sleeve) < 8


@pytest.mark.parametrize("surface", [SKIN, PAPER])
def test_what_spread_around_a_dab_stays(surface):
    sketch, true = figure()
    put(true, slice(110, 150), slice(190, 230), surface, 0.8)
    spread = slice(114, 146), slice(194, 226)
    dab = asked(slice(126, 134), slice(206, 214))
    found = whole_surfaces(painted(true), sketch, SCHEMES, dab)
    unasked = settled(sketch, true)
    moved = np.abs(found - painted(true))[:, *spread].mean()
    assert np.abs(unasked - painted(true))[:, *spread].mean() > 3 * moved


def test_all_of_a_surface_stays_white_if_white_was_asked_for():
    sketch, shares = figure()
    put(shares, slice(110, 150), slice(190, 230), PAPER)
    hole = slice(114, 146), slice(194, 226)
    assert away(settled(sketch, shares), shares, *hole) > 60
    dab = asked(slice(126, 134), slice(206, 214))
    found = whole_surfaces(painted(shares), sketch, SCHEMES, dab)
    assert away(found, shares, *hole) < 10


def test_bright_colours_that_no_scheme_has_stay():
    """What a hint spread over a surface is not asked for at every pixel."""
    sketch, shares = figure()
    before = painted(shares)
    before[:, 84:178, 164:250] = (255, 240, 60)
    found = whole_surfaces(before, sketch, SCHEMES)
    np.testing.assert_allclose(found[:, 86:176, 166:248], before[:, 86:176, 166:248], atol=0.5)


def test_what_a_hint_coloured_stays_and_the_rest_is_settled():
    sketch, true = figure()
    foggy = true.copy()
    put(foggy, slice(81, 182), slice(120, 161), CLOTHES, 0.4)
    before = painted(foggy)
    before[:, 86:130, 66:110] = (10, 200, 30)
    found = whole_surfaces(before, sketch, SCHEMES)
    np.testing.assert_allclose(found[:, 90:126, 70:106], before[:, 90:126, 70:106], atol=0.5)
    rest = slice(140, 176), slice(66, 155)
    assert away(found, true, *rest) < 8 < away(before, true, *rest)
