"""Moving colours towards a reference."""

import numpy as np
import pytest
from test_palette import BLUE, GREEN, RED, YELLOW, of, stripes

from sgru_tf import recolouring
from sgru_tf.metrics import lab
from sgru_tf.palette import palette_of
from sgru_tf.recolouring import matched, misfit, recoloured

GRASSY = stripes(GREEN, (60, 120, 200))


def moved(picture, reference, strength=1.0, **options):
    return recoloured(picture, palette_of(picture), palette_of(reference), strength, **options)


def hue(colour):
    """Hue of a colour in L*a*b*, in degrees; of one in RGB if it is one of the tuples above."""
    found = of(colour)[0] if isinstance(colour, tuple) else colour
    return np.degrees(np.arctan2(found[2], found[1])) % 360


def chroma(colours):
    return np.hypot(colours[..., 1], colours[..., 2])


def apart(one, other):
    return abs((one - other + 180) % 360 - 180)


def test_two_colours_become_the_two_of_the_reference_and_not_their_mud():
    picture = stripes(RED, BLUE)
    for reference in (stripes(GREEN, YELLOW), stripes(GREEN, YELLOW, shares=(0.3, 0.7))):
        result = lab(moved(picture, reference))
        left, right = result[30, 10], result[30, 50]
        # Red is nearer to yellow, and all pixels of a stripe go the same way.
        assert apart(hue(left), hue(YELLOW)) < 5 and apart(hue(right), hue(GREEN)) < 5
        assert np.ptp(result[:, :30], axis=(0, 1)).max() < 0.1
        # A mean of the two would have half of the chroma.
        assert chroma(left) > 0.5 * chroma(of(YELLOW))[0]
        assert chroma(right) > 0.5 * chroma(of(GREEN))[0]
    # Shifting mean and spread fails this: what the test must be able to tell.
    before, wanted = lab(picture)[..., 1:], lab(reference)[..., 1:]
    shifted = (before - before.mean((0, 1))) / before.std((0, 1)) * wanted.std((0, 1))
    shifted += wanted.mean((0, 1))
    left, right = (np.array([0, *shifted[30, x]]) for x in (10, 50))
    assert apart(hue(left), hue(YELLOW)) > 10 or apart(hue(right), hue(GREEN)) > 10


def test_lightness_is_kept_and_the_strength_is_obeyed():
    rng = np.random.default_rng(0)
    picture = np.clip(stripes(RED, BLUE, GREEN) + rng.normal(0, 12, (64, 64, 3)), 0, 255)
    picture = picture.astype(np.uint8)
    reference = stripes(YELLOW, (200, 60, 160))
    before = lab(picture)
    ways = [lab(moved(picture, reference, strength)) for strength in (0.25, 0.5, 1)]
    for after in ways:
        assert np.abs(after[..., 0] - before[..., 0]).max() < 1.2
    away = [np.linalg.norm((after - before)[..., 1:], axis=-1).mean() for after in ways]
    assert away[0] < away[1] < away[2]
    assert away[0] > 3


def test_strength_0_changes_nothing_to_the_bit():
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (40, 30, 3), np.uint8)
    assert np.array_equal(moved(picture, stripes(GREEN, YELLOW), 0.0), picture)
    # And hardly any strength hardly anything.
    barely = moved(picture, stripes(GREEN, YELLOW), 1e-6)
    assert np.array_equal(barely, picture)


def test_white_black_and_grey_stay():
    greys = [(g, g, g) for g in (0, 8, 60, 128, 200, 255)]
    picture = stripes(RED, *greys, (251, 250, 247), BLUE, side=90)
    result = moved(picture, stripes(GREEN, YELLOW))
    same = (result == picture).all(-1).all(0)
    assert same[10:80].all() and not same[:10].any() and not same[80:].any()
    # Nor does a picture without colours get any, whatever the reference.
    page = np.repeat(np.linspace(0, 255, 64).astype(np.uint8)[None, :, None], 3, -1)
    assert np.array_equal(moved(page, stripes(RED)), page)


def test_a_pale_colour_stays_pale():
    dull, light = (150, 156, 140), (236, 240, 232)
    reference = stripes(YELLOW, (60, 40, 120), shares=(0.9, 0.1))
    for colour in (dull, light):
        tinted = stripes(colour, (90, 60, 140), shares=(0.9, 0.1))
        before, after = chroma(of(colour))[0], chroma(lab(moved(tinted, reference))[30, 10])
        assert before < after < 3 * before < 30  # and the reference's yellow has 70


def test_what_is_light_becomes_a_tint_and_what_is_dark_a_shade():
    for colour in ((250, 190, 190), (80, 25, 25)):
        result = lab(moved(stripes(colour), stripes(GREEN)))
        assert apart(hue(result[30, 30]), hue(GREEN)) < 5
        assert 0.3 < chroma(result[30, 30]) / chroma(of(GREEN))[0] < 0.75


def test_a_gleam_stays_a_gleam():
    """Hair that shines is mixed with white: as much of the new colour as it had of the old."""
    picture = stripes(RED, BLUE)
    picture[30:33, 10:13] = (240, 205, 195)
    before, after = (chroma(lab(one)[[5, 31], 11]) for one in (picture, moved(picture, GRASSY)))
    assert after[0] > 20
    assert after[1] / after[0] < 1.4 * before[1] / before[0]


def test_no_seam_where_colours_meet():
    """A soft border between two colours stays soft, and shading within one stays even."""
    ramp = np.linspace(0, 1, 128)[None, :, None]
    picture = np.repeat(np.array(RED) * (1 - ramp) + np.array(BLUE) * ramp, 40, 0)
    shade = np.repeat(np.array(RED) * (0.4 + 0.6 * ramp), 40, 0)
    picture = np.rint(np.concatenate([picture, shade])).astype(np.uint8)
    before, after = lab(picture), lab(moved(picture, stripes(GREEN, YELLOW)))
    step = np.linalg.norm(np.diff(before, axis=1), axis=-1).max()
    # Twice the way in the same number of pixels, and where it goes through grey twice again.
    assert np.linalg.norm(np.diff(after, axis=1), axis=-1).max() < 5 * step
    hues = np.degrees(np.arctan2(after[60, :, 2], after[60, :, 1]))
    assert np.ptp(hues[chroma(after[60]) > 10]) < 25


def test_what_the_artist_asked_for_stays():
    picture, reference = stripes(RED, BLUE), stripes(GREEN, YELLOW)
    asked = np.zeros((64, 64), bool)
    asked[20:24, 5:9] = True
    result = moved(picture, reference, asked=asked)
    assert np.array_equal(result[:, :30], picture[:, :30])
    assert np.array_equal(result[:, 34:], moved(picture, reference)[:, 34:])
    nowhere = np.zeros((64, 64), bool)
    assert np.array_equal(moved(picture, reference, asked=nowhere), moved(picture, reference))
    # Who asks for white asks for no colour.
    picture[:4] = 255
    nowhere[:4] = True
    assert np.array_equal(moved(picture, reference, asked=nowhere), moved(picture, reference))


def test_bands_leave_no_trace(monkeypatch):
    rng = np.random.default_rng(0)
    picture = rng.integers(0, 256, (50, 20, 3), np.uint8)
    whole = moved(picture, stripes(GREEN, YELLOW))
    pieces = lambda height: ((top, min(top + 7, height)) for top in range(0, height, 7))  # noqa: E731
    monkeypatch.setattr(recolouring, "bands", pieces)
    assert np.array_equal(moved(picture, stripes(GREEN, YELLOW)), whole)


def test_equal_palettes_fit_and_stay():
    picture = stripes(RED, BLUE, GREEN, YELLOW)
    palette = palette_of(picture)
    assert misfit(palette, palette) == pytest.approx(0, abs=0.1)
    np.testing.assert_allclose(matched(palette, palette), palette.colours)
    assert np.abs(moved(picture, picture).astype(int) - picture).max() <= 1


def test_misfit_is_the_distance_that_colours_have_to_go():
    red, blue = palette_of(stripes(RED)), palette_of(stripes(BLUE))
    distance = float(np.linalg.norm(of(RED) - of(BLUE)))
    assert misfit(red, blue) == pytest.approx(distance, rel=0.01)
    half = palette_of(stripes(RED, BLUE))
    assert misfit(half, blue) == pytest.approx(distance / 2, rel=0.02)
    assert misfit(palette_of(stripes((9, 9, 9))), blue) == float("inf")


def test_pages_come_to_one_palette():
    """What a comic needs: pages of different colours get those of the one reference."""
    pages = [stripes(RED, BLUE), stripes((200, 120, 60), (90, 40, 140)), stripes(GREEN, RED)]
    reference = stripes((30, 110, 130), (230, 150, 160))
    after = [palette_of(moved(page, reference)) for page in pages]
    before = [palette_of(page) for page in pages]
    for one in (0, 1):
        assert misfit(after[one], after[one + 1]) < 0.5 * misfit(before[one], before[one + 1])
