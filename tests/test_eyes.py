"""Eyes in pictures in schemes: irises get a colour; what is grey otherwise stays as it is."""

import numpy as np
import pytest
from surface_figure import PAPER, SCHEMES, SKIN, figure, painted, put, whole_surfaces

from sgru_tf.line_style import LUMA

EYES = SCHEMES[:, 3]
IRIS = slice(120, 134), slice(100, 112)  # in what the figure has skin for
INNER = slice(123, 131), slice(103, 109)


def with_grey(rows, columns, grey=(110, 110, 110)):
    """Paint the figure with a grey place: before, and after it was settled."""
    sketch, shares = figure()
    before = painted(shares)
    before[:, rows, columns] = grey
    return before, whole_surfaces(before, sketch)


def saturation(pictures):
    return np.ptp(pictures, -1).mean((1, 2))


@pytest.mark.parametrize("grey", [(110, 110, 110), (140, 142, 150), (60, 60, 70)])
def test_irises_get_the_schemes_colour_and_stay_as_light(grey):
    before, found = with_grey(*IRIS, grey)
    inner = found[:, *INNER]
    np.testing.assert_allclose(inner @ LUMA, before[:, *INNER] @ LUMA, atol=4)
    wanted = EYES / (EYES @ LUMA)[:, None] * (np.array(grey) @ LUMA)
    away = np.abs(inner - wanted[:, None, None]).mean((1, 2, 3))
    assert (away < 0.35 * np.abs(np.array(grey) - wanted).mean(1)).all()
    skin = slice(86, 112), slice(66, 92)
    np.testing.assert_allclose(found[:, *skin], before[:, *skin], atol=4)


def test_lights_in_eyes_stay_white():
    sketch, shares = figure()
    put(shares, slice(122, 126), slice(103, 107), PAPER)
    before = painted(shares)
    before[:, *IRIS] = 110
    before[:, 122:126, 103:107] = 255
    found = whole_surfaces(before, sketch)
    assert found[:, 122:126, 103:107].min() > 250
    assert saturation(found[:, 128:132, 103:109]).min() > 30


@pytest.mark.parametrize(
    ("rows", "columns"),
    [
        (slice(86, 176), slice(66, 155)),
        (slice(130, 132), slice(70, 150)),
        (slice(90, 170), slice(100, 102)),
    ],
    ids=["large", "stroke", "upright"],
)
def test_large_and_thin_greys_are_no_irises(rows, columns):
    before, found = with_grey(rows, columns)
    assert saturation(found[:, rows, columns]).max() < 6


def test_the_soft_edge_of_a_figure_is_no_iris():
    sketch, shares = figure()
    before = painted(shares)
    before[:, 100:160, 50:56] = before[:, 100:160, 262:266] = 150
    found = whole_surfaces(before, sketch)
    assert saturation(found[:, 100:160, 50:56]).max() < 6


@pytest.mark.parametrize("times", [1, 3])
def test_a_stroke_is_no_iris_in_larger_pictures(times):
    sketch, shares = figure()
    before = painted(shares)
    before[:, 130:132, 70:150] = 110
    before[:, *IRIS] = 110
    sketch, before = (
        np.repeat(np.repeat(x, times, -2), times, -1)
        for x in (sketch, before.transpose(0, 3, 1, 2))
    )
    found = whole_surfaces(before.transpose(0, 2, 3, 1), sketch, SCHEMES)
    found = found[:, ::times, ::times]
    assert saturation(found[:, 130:132, 124:146]).max() < 6
    assert saturation(found[:, *INNER]).min() > 30


def test_schemes_without_a_colour_of_eyes_leave_them():
    sketch, shares = figure()
    before = painted(shares)
    before[:, *IRIS] = 110
    found = whole_surfaces(before, sketch, SCHEMES[:, :3])
    np.testing.assert_allclose(found[:, *INNER], before[:, *INNER], atol=4)


def test_a_faint_grey_is_no_eye_and_keeps_no_hole_open():
    sketch, shares = figure()
    true = painted(shares)
    before = true.copy()
    before[:, 118:142, 198:222] = 244
    found = whole_surfaces(before, sketch)
    assert np.abs(found - true)[:, 120:140, 200:220].mean() < 25


def test_shade_on_skin_is_no_iris():
    sketch, shares = figure()
    before = painted(shares)
    before[:, *IRIS] *= 0.6
    found = whole_surfaces(before, sketch)
    assert np.abs(found - before)[:, *INNER].max() < 4
    assert SKIN in shares.argmax(0)[IRIS]


def test_portraits_that_the_schemes_do_not_explain_keep_their_eyes():
    sketch, _ = figure()
    before = np.random.default_rng(0).uniform(0, 255, (9, *sketch.shape, 3)).astype("float32")
    before[:, *IRIS] = 110
    np.testing.assert_array_equal(whole_surfaces(before, sketch), before)
