"""Hints fill the patches on which they lie, in all pictures, and nothing else."""

import numpy as np
import pytest
from surface_figure import (
    CLOTHES,
    COLOURS,
    HAIR,
    PAPER,
    SCHEMES,
    SKIN,
    dabs,
    figure,
    painted,
    put,
)

from sgru_tf.patches import _softened, with_hints
from sgru_tf.surfaces import settle, softened

TEAL = (20, 150, 130)
SLEEVE, DRESS = (slice(84, 178), slice(64, 156)), (slice(84, 178), slice(166, 256))
HEAD = slice(24, 77), slice(64, 256)
ON_DRESS = slice(120, 130), slice(200, 210)


def asked(before, hints, sketch=None):
    """Pictures before and after hints."""
    sketch = figure()[0] if sketch is None else sketch
    settled = settle(before, sketch, SCHEMES)
    kept = settled.pictures.copy()
    found = with_hints(settled, sketch, hints)
    np.testing.assert_array_equal(settled.pictures, kept)
    return kept, found


@pytest.mark.parametrize("colour", [TEAL, (255, 255, 255), (0, 0, 0), (255, 240, 60)])
def test_a_dab_fills_its_patch_and_nothing_else(colour):
    before, found = asked(painted(figure()[1]), dabs((*ON_DRESS, colour)))
    assert np.abs(found[:, *DRESS] - colour).max() < 3
    for part in (SLEEVE, HEAD, (slice(0, 16),), (slice(None), slice(270, None))):
        np.testing.assert_array_equal(found[:, *part], before[:, *part])


def test_under_a_line_within_a_patch_it_is_as_beside_it():
    sketch, shares = figure()
    sketch[84:178, 210:214] = 0
    sketch[100:110, 210:214] = 255
    before, found = asked(painted(shares), dabs((*ON_DRESS, TEAL)), sketch)
    assert np.abs(found[:, *DRESS] - TEAL).max() < 10
    np.testing.assert_array_equal(found[:, *SLEEVE], before[:, *SLEEVE])


def test_no_dab_changes_nothing():
    before, found = asked(painted(figure()[1]), dabs())
    np.testing.assert_array_equal(found, before)


def test_paper_may_be_asked_for():
    before, found = asked(painted(figure()[1]), dabs((slice(5, 12), slice(5, 12), TEAL)))
    for part in ((slice(0, 16),), (slice(None), slice(270, None))):
        assert np.abs(found[:, *part] - TEAL).max() < 3
    for part in (SLEEVE, DRESS, HEAD):
        np.testing.assert_allclose(found[:, *part], before[:, *part], atol=0.5)


def test_shade_and_light_stay():
    _, shares = figure()
    put(shares, slice(30, 50), slice(100, 140), PAPER, 0.3)
    before = painted(shares)
    before[:, 84:178, 210:258] *= 0.7
    hints = dabs((*ON_DRESS, TEAL), (slice(60, 70), slice(80, 90), TEAL))
    before, found = asked(before, hints)
    light, shade = found[:, 90:170, 170:200].mean((1, 2)), found[:, 90:170, 220:250].mean((1, 2))
    np.testing.assert_allclose(shade / light, 0.7, atol=0.05)
    assert np.abs((light + shade) / 2 - TEAL).max() < 15
    shine = found[:, 36:44, 110:130].mean((1, 2)) - found[:, 36:44, 200:230].mean((1, 2))
    was = before[:, 36:44, 110:130].mean((1, 2)) - before[:, 36:44, 200:230].mean((1, 2))
    assert was.max(-1).min() > 10
    np.testing.assert_allclose(shine, was, atol=8)


def test_no_seam_is_left_where_a_surface_ends_without_a_line():
    sketch, shares = figure()
    sketch[82:180, 160:162] = 255
    skin = np.median(SCHEMES[:, 0], 0)
    before, found = asked(painted(shares), dabs((*ON_DRESS, skin)), sketch)
    part = slice(100, 160), slice(80, 240)
    assert np.abs(before[:, *part] - skin).max() > 80
    assert np.abs(found[:, *part] - skin).max() < 12


def test_of_two_dabs_in_a_patch_each_colours_what_is_nearer():
    hints = dabs(
        (slice(90, 100), slice(200, 210), TEAL), (slice(160, 170), slice(200, 210), (90, 30, 90))
    )
    _, found = asked(painted(figure()[1]), hints)
    assert np.abs(found[:, 84:110, 180:230] - TEAL).max() < 3
    assert np.abs(found[:, 150:178, 180:230] - (90, 30, 90)).max() < 3


def test_surfaces_with_unlike_places_get_the_same_colour():
    hints = dabs((*ON_DRESS, TEAL), (slice(120, 130), slice(100, 110), TEAL))
    _, found = asked(painted(figure()[1]), hints)
    for part in (SLEEVE, DRESS):
        assert np.abs(found[:, *part] - TEAL).max() < 3


IRISES = (slice(120, 134), slice(80, 92)), (slice(120, 134), slice(120, 132))
INNER = [(slice(124, 130), slice(columns.start + 3, columns.stop - 3)) for _, columns in IRISES]


def hues(pictures, part):
    """Red less green, and green less blue, of the mean colour in each picture."""
    return -np.diff(pictures[:, *part].mean((1, 2)), axis=-1)


@pytest.mark.parametrize("both", [False, True])
def test_irises_are_asked_for_together_or_one_by_one(both):
    before = painted(figure()[1])
    for iris in IRISES:
        before[:, *iris] = 110
    red, blue = (200, 30, 50), (40, 60, 220)
    given = [(*INNER[0], red)] + [(*INNER[1], blue)] * both
    third = slice(150, 164), slice(100, 112)
    before[:, *third] = 110
    before, found = asked(before, dabs(*given))
    for eye in INNER:
        assert np.ptp(before[:, *eye].mean((1, 2)), -1).min() > 20
    assert hues(found, INNER[0])[:, 0].min() > 60
    assert (hues(found, INNER[1])[:, 0].min() > 60) != both
    assert (hues(found, INNER[1])[:, 1].max() < -60) == both
    assert hues(found, (slice(154, 160), slice(103, 109)))[:, 0].min() > 60
    for part in (HEAD, DRESS, (slice(90, 110), slice(64, 156))):
        np.testing.assert_array_equal(found[:, *part], before[:, *part])


@pytest.mark.parametrize("colour", [(255, 230, 80), (0, 0, 255), (240, 240, 240)])
def test_irises_get_the_colour_on_their_average_and_keep_their_shade(colour):
    before = painted(figure()[1])
    before[:, *IRISES[0]] = 110
    before[:, 120:127, 80:92] = 80
    before, found = asked(before, dabs((*INNER[0], colour)))
    upper, lower = found[:, 122:125, 84:88].mean((1, 2)), found[:, 129:132, 84:88].mean((1, 2))
    assert np.abs((upper + lower) / 2 - colour).max() < 50
    strongest = np.argmax(colour)
    assert (lower[:, strongest] - upper[:, strongest]).min() > 25
    assert found.max() <= 255


def test_the_skin_around_an_eye_may_be_asked_for():
    _, shares = figure()
    put(shares, slice(118, 136), slice(78, 94), PAPER)
    before = painted(shares)
    before[:, 120:134, 80:92] = 110
    before, found = asked(before, dabs((slice(150, 160), slice(130, 140), TEAL)))
    assert np.abs(found[:, 90:110, 70:150] - TEAL).max() < 3
    np.testing.assert_allclose(found[:, 124:130, 84:88], before[:, 124:130, 84:88], atol=15)


@pytest.mark.parametrize("place", [(0, 0), (90, 150), (185, 300)])
def test_a_claim_is_softened_as_if_all_were_looked_at(place):
    claimed = np.zeros(figure()[0].shape, bool)
    claimed[place[0] : place[0] + 15, place[1] : place[1] + 20] = True
    openness = np.random.default_rng(0).uniform(size=claimed.shape).astype("float32")
    wanted = softened(claimed[None].astype("float32"), openness, 9)[0]
    np.testing.assert_allclose(_softened(claimed, openness, 9), wanted, atol=1e-7)


def test_amounts_are_those_of_the_pictures():
    sketch, true = figure()
    foggy = true.copy()
    put(foggy, slice(81, 182), slice(120, 161), CLOTHES, 0.3)
    settled = settle(painted(foggy), sketch, SCHEMES)
    again = np.minimum(np.einsum("nmc,mhw->nhwc", COLOURS, settled.amounts), 255)
    np.testing.assert_allclose(again[:, sketch == 255], settled.pictures[:, sketch == 255], atol=1)
    largest = settled.amounts.argmax(0)
    for surface, part in ((SKIN, SLEEVE), (CLOTHES, DRESS), (HAIR, HEAD)):
        assert (largest[part] == surface).all()
