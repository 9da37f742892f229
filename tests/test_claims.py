"""Which pixels go with which dab: up to lines with gaps, but with narrow strands beyond them."""

import numpy as np
import pytest
from surface_figure import HEIGHT, WIDTH, dabs

from sgru_tf import claims

RED, BLUE = (200, 40, 60), (30, 60, 200)
EVERYWHERE = np.ones((HEIGHT, WIDTH), bool)


def page(*lines):
    """Bare paper with lines across it, of columns each: openness (h, w)."""
    openness = np.ones((HEIGHT, WIDTH), "float32")
    for columns in lines:
        openness[:, columns] = 0
    return openness


def found(hints, openness, own=EVERYWHERE, scale=1.0):
    """Claim for one surface, and none of it irises."""
    numbers, _ = claims.claims(hints, [own, ~EVERYWHERE], openness, scale)
    assert not numbers[-1].any()
    return numbers[0]


@pytest.mark.parametrize(("gap", "is_closed"), [(0, True), (2, True), (12, False)])
def test_a_patch_ends_at_lines_and_small_gaps_are_closed(gap, is_closed):
    openness = page(slice(100, 102))
    openness[90 : 90 + gap, 100:102] = 1
    numbers = found(dabs((slice(50, 60), slice(40, 50), RED)), openness)
    assert (numbers[:, :98] == 1).all()
    assert (numbers[:, 110:] == 0).all() == is_closed
    assert (numbers[:, 110:] == 1).all() != is_closed


@pytest.mark.parametrize(
    ("width", "near", "far", "goes"),
    [(6, 2, 4, True), (6, 2, 2, False), (6, 4, 2, False), (14, 2, 4, False), (6, 12, 20, False)],
)
def test_a_narrow_strand_goes_as_a_whole_with_what_is_nearest(width, near, far, goes):
    second = 100 + near + width
    openness = page(slice(100, 100 + near), slice(second, second + far))
    numbers = found(dabs((slice(50, 60), slice(40, 50), RED)), openness)
    strand, beyond = numbers[:, 100 + near : second], numbers[:, second + far :]
    assert (strand == 1).all() == goes and (strand == 0).all() != goes
    assert (beyond == 0).all()


def test_lengths_are_of_the_pictures_size():
    openness = page(slice(100, 102))
    openness[90:94, 100:102] = 1
    hints = dabs((slice(50, 60), slice(40, 50), RED))
    assert (found(hints, openness)[:, 110:] == 1).all()
    assert (found(hints, openness, scale=2.0)[:, 110:] == 0).all()


def test_between_dense_lines_all_goes_with_the_patch():
    openness = page(slice(100, 108))
    own = EVERYWHERE.copy()
    own[:, 106:] = False
    numbers = found(dabs((slice(50, 60), slice(40, 50), RED)), openness, own)
    assert (numbers[:, 100:106] == 1).all()
    assert (numbers[:, 106:] == 0).all()


def test_it_reaches_into_the_soft_border_of_the_next_surface_and_no_further():
    own = EVERYWHERE.copy()
    own[:, 150:] = False
    numbers = found(dabs((slice(50, 60), slice(40, 50), RED)), page(), own)
    assert (numbers[:, : 150 + claims.FRINGE] == 1).all()
    assert (numbers[:, 150 + claims.FRINGE :] == 0).all()
    openness = page(slice(150, 152))
    numbers = found(dabs((slice(50, 60), slice(40, 50), RED)), openness, own)
    assert (numbers[:, 150:] == 0).all()


def test_of_two_dabs_each_gets_what_is_nearer():
    hints = dabs((slice(20, 30), slice(120, 130), RED), (slice(20, 30), slice(160, 170), BLUE))
    numbers = found(hints, page())
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    away = [np.hypot(rows - 24.5, columns - middle) for middle in (124.5, 164.5)]
    # Nearer by a tenth, as octagons are no circles.
    assert (numbers[1.1 * away[0] + 2 < away[1]] == 1).all()
    assert (numbers[1.1 * away[1] + 2 < away[0]] == 2).all()


@pytest.mark.parametrize(("line", "is_left"), [(slice(100, 102), True), (slice(95, 97), False)])
def test_of_a_dab_over_a_line_its_middle_counts(line, is_left):
    numbers = found(dabs((slice(50, 60), slice(94, 104), RED)), page(line))
    assert (numbers[:, :94] == is_left).all() and (numbers[:, 104:] != is_left).all()


def test_a_stroke_counts_wherever_it_goes_and_touching_paints_each():
    hints = dabs((slice(50, 60), slice(60, 70), RED), (slice(54, 57), slice(70, 150), RED))
    hints[54:57, 150:160] = (*BLUE, 1)
    numbers = found(hints, page(slice(100, 102), slice(140, 142), slice(148, 152)))
    for columns, paint in ((slice(0, 98), 1), (slice(104, 138), 1), (slice(154, 320), 2)):
        assert (numbers[:, columns] == paint).all()


def test_paint_on_lines_counts_where_there_is_room_beside_them():
    openness = page(slice(40, 45), slice(46, 49))
    numbers = found(dabs((slice(50, 60), slice(41, 51), RED)), openness)
    assert (numbers[:, 50:] == 1).all() and (numbers[:, :39] == 0).all()


@pytest.mark.parametrize("size", [1, 3])
def test_thin_paint_counts_and_a_dab_on_a_line_alone_does(size):
    hints = dabs((slice(50, 50 + size), slice(40, 40 + size), RED))
    assert (found(hints, page())[:, :300] == 1).all()
    beside = found(hints, page(slice(36, 40)))
    assert (beside[:, 41:] == 1).all() and (beside[:, :35] == 0).all()
    at = 50 + size // 2, 40 + size // 2
    numbers = found(hints, page(slice(30, 53)))
    assert numbers[at] == 1 and (numbers[:, 60:] == 0).all()


def test_faint_paint_is_none():
    hints = dabs((slice(50, 60), slice(40, 50), RED))
    hints[..., 3] *= 0.2
    assert not found(hints, page()).any()
    assert found(1.5 * hints, page()).all()


def test_a_dab_that_touches_the_last_surface_lies_on_it():
    last = np.zeros_like(EVERYWHERE)
    last[95:105, 95:105] = True
    hints = dabs((slice(90, 101), slice(90, 101), RED), (slice(20, 30), slice(20, 30), BLUE))
    numbers, colours = claims.claims(hints, [~last, last], page(), 1.0)
    np.testing.assert_array_equal(colours, [BLUE, RED])
    assert (numbers[1][95:105, 95:105] == 2).all()
    assert (numbers[0][~last] == 1).all()


def test_broad_paint_is_not_meant_for_the_last_surface():
    last = np.zeros_like(EVERYWHERE)
    last[95:105, 95:105] = True
    hints = dabs((slice(60, 120), slice(60, 120), RED))
    numbers, _ = claims.claims(hints, [~last, last], page(), 1.0)
    assert not numbers[1].any() and (numbers[0][~last] == 1).all()
    last[50:130, 50:130] = True
    numbers, _ = claims.claims(hints, [~last, last], page(), 1.0)
    assert (numbers[1][last] == 1).all() and not numbers[0].any()


def test_the_colour_of_much_paint_is_exact():
    colour = np.full((400, 400, 3), (233, 100, 7), np.float32)
    _, colours = claims.paints(colour, np.ones((400, 400), bool))
    np.testing.assert_allclose(colours, [(233, 100, 7)], rtol=1e-6)


def test_paints_are_told_apart():
    hints = np.zeros((4, 60, 4), "float32")
    hints[0, :, 0], hints[0, :, 3] = np.arange(60) * 4, 1
    which, colours = claims.paints(hints[..., :3], hints[..., 3] > 0)
    assert (which[1:] == -1).all() and len(colours) == 9
    assert (which[0, :7] == 0).all() and which[0, 7] == 1
    assert np.abs(colours[which[0], 0] - hints[0, :, 0]).max() <= claims.ALIKE
    rng = np.random.default_rng(0)
    many = rng.integers(0, 256, (4, 60, 3)).astype("float32")
    which, colours = claims.paints(many, np.ones((4, 60), bool))
    assert len(colours) == claims.MOST and set(np.unique(which)) == set(range(claims.MOST))
    away = np.abs(many[:, :, None] - colours).max(-1)
    assert np.median(away.min(-1)) < 80 and which[0, 0] == 0


def test_without_dabs_nothing_is_claimed():
    numbers, colours = claims.claims(dabs(), [EVERYWHERE, ~EVERYWHERE], page(), 1.0)
    assert not any(one.any() for one in numbers) and colours.shape == (0, 3)
