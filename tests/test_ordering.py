"""The order of proposals, and how the Colorizer brings it about."""

import numpy as np
import pytest
from test_colorizer import drawing
from test_palette import BLUE, GREEN, RED, YELLOW, stripes

from sgru_tf.arranging import arranged
from sgru_tf.colorizer import Colorizer
from sgru_tf.errors import SgruError
from sgru_tf.ordering import natural_order, unnaturalness
from sgru_tf.palette import palette_of


def painted(colours, paper=(255, 255, 255)):
    """A figure of stripes in the middle of a page."""
    picture = np.empty((96, 96, 3), np.uint8)
    picture[:] = paper
    picture[16:80, 16:80] = stripes(*colours)
    return picture


SKIN, HAIR, CLOTH = (245, 215, 195), (95, 55, 45), (90, 105, 150)
NATURAL = (SKIN, HAIR, CLOTH)


class Echo:
    """Answers with pictures that it was given, whatever the sketch; a dab turns them all green."""

    working_size, hints = 96, True

    def __init__(self, *pictures):
        self.answer = np.stack(pictures)[None].astype(np.float32)
        self.proposals = len(pictures)
        self.given = []

    def __call__(self, sketch, hints=None):
        self.given.append(hints)
        if hints is None:
            return self.answer
        answer = self.answer[:, ::-1].copy()
        answer[..., hints[0, ..., 3] > 0.5, :] = GREEN
        return answer


WHITE = np.full((96, 96), 255, np.uint8)


def test_the_natural_one_is_first():
    neon = painted(((0, 255, 40), (255, 0, 255), (0, 255, 255)))
    faint = painted(((252, 252, 252), (246, 247, 246), (250, 249, 250)))
    night = painted(((12, 8, 40), (20, 10, 60), (10, 10, 30)))
    pictures = [neon, faint, painted(NATURAL), night]
    assert natural_order(pictures)[0] == 2
    # Of where it stood nothing is left.
    assert natural_order(pictures[::-1])[0] == 1


def test_a_grey_one_comes_after_one_of_colour():
    grey = painted((SKIN, (112, 106, 104), (120, 122, 128)))
    assert natural_order([grey, painted(NATURAL)]) == [1, 0]
    # Nor is the other end any better.
    vivid = painted(((255, 120, 30), (200, 0, 20), (20, 40, 240)))
    assert natural_order([vivid, painted(NATURAL), grey])[0] == 1


def test_one_that_colours_the_paper_where_others_do_not_comes_later():
    tinted = painted(NATURAL, paper=(120, 120, 90))
    others = [painted((SKIN, (95 + k, 55, 45 + 3 * k), CLOTH)) for k in (0, 5, 10)]
    odd = unnaturalness(np.stack([tinted, *others]))
    assert odd[0] > odd[1:].max() + 0.3
    # Among its like it is the white one that is odd.
    alone = unnaturalness(np.stack([others[0], tinted, tinted, tinted]))
    alike = unnaturalness(np.stack([tinted, tinted, tinted, others[0]]))
    assert alike[-1] == pytest.approx(alone[0])
    assert alone[0] > odd[1] + 0.3


def test_near_duplicates_are_last():
    twin = painted(NATURAL)
    twin[40:50, 40:50] += 2
    ugly = painted(((0, 255, 40), (255, 0, 255), (0, 255, 255)))
    order = natural_order([twin, ugly, painted(NATURAL)])
    assert order[1] == 1 and sorted(order) == [0, 1, 2]


def test_any_pictures_have_an_order():
    for picture in (np.full((5, 7, 3), 255, np.uint8), np.zeros((1, 1, 3), np.uint8)):
        assert natural_order([picture]) == [0]
        assert natural_order([picture, picture, picture]) == [0, 1, 2]


def test_colorizer_sorts_and_tells_which_is_which():
    ugly = painted(((0, 255, 40), (255, 0, 255), (0, 255, 255)))
    network = Echo(ugly, painted(NATURAL))
    colouring = Colorizer(network).colouring(WHITE)
    assert colouring.heads == [1, 0]
    plain = Colorizer(network, order="network").colouring(WHITE)
    assert plain.heads == [0, 1]
    for place, head in enumerate(colouring.heads):
        assert np.array_equal(colouring.array(place), plain.array(head))
    assert np.array_equal(Colorizer(network)(WHITE)[0], plain.array(1))


def test_what_is_sorted_is_the_picture_with_its_lines():
    """Black hatching makes the lighter of two colourings the natural one."""
    dark, light = painted(NATURAL), painted((SKIN, (175, 115, 100), (150, 165, 210)))
    hatched = WHITE.copy()
    hatched[::2] = 90
    settings = {"order": "natural"}
    assert arranged([dark, light], None, **settings)[1] == [0, 1]
    assert arranged([dark, light], hatched, **settings)[1] == [1, 0]


def test_with_a_reference_the_best_fit_is_first():
    network = Echo(*(painted((one, SKIN)) for one in (RED, BLUE, GREEN)))
    reference = stripes((60, 170, 80), SKIN)
    colorizer = Colorizer(network, reference=reference, reference_strength=0)
    colouring = colorizer.colouring(WHITE)
    assert colouring.heads[0] == 2
    plain = Colorizer(network, order="network").colouring(WHITE)
    for place, head in enumerate(colouring.heads):
        assert np.array_equal(colouring.array(place), plain.array(head))
    # What fits is asked of the colours as they were, not as they became.
    strong = Colorizer(network, reference=reference, reference_strength=1).colouring(WHITE)
    assert strong.heads[0] == 2
    kept = Colorizer(network, reference=reference, order="network").colouring(WHITE)
    assert kept.heads == [0, 1, 2]
    assert not np.array_equal(kept.array(0), plain.array(0))
    # Paper stays what it was.
    assert (kept.array(0)[:10] == 255).all()


@pytest.mark.parametrize("reference", [None, stripes(YELLOW, BLUE)])
def test_a_hint_changes_no_places(reference):
    ugly = painted(((0, 255, 40), (255, 0, 255), (0, 255, 255)))
    network = Echo(ugly, painted(NATURAL))
    colorizer = Colorizer(network, reference=reference)
    before = colorizer.colouring(WHITE).heads
    dabs = np.zeros((96, 96, 4), np.uint8)
    dabs[0:6, 0:6] = (*GREEN, 255)
    # With hints, this network gives its two pictures the other way round.
    after = colorizer.colouring(WHITE, dabs)
    assert after.heads == before
    # And what was asked for is not moved away again.
    assert (after.array(0)[1, 1] == GREEN).all() and (after.array(1)[1, 1] == GREEN).all()
    calls = len(network.given)
    Colorizer(network, order="network").colouring(WHITE, dabs)
    assert len(network.given) == calls + 1


def test_bad_settings_are_refused():
    network = Echo(painted(NATURAL))
    for settings, words in [
        ({"order": "best"}, "order is 'best': use 'natural' or 'network'"),
        ({"reference_strength": 1.5}, "reference_strength is 1.5: use 0 to 1"),
        ({"reference_strength": float("nan")}, "use 0 to 1"),
        ({"reference": "none.png"}, "none.png: no such file"),
        ({"reference": WHITE}, "the reference is uint8 (96, 96)"),
    ]:
        with pytest.raises(SgruError) as error:
            Colorizer(network, **settings)
        assert words in str(error.value)


def test_a_palette_is_taken_as_it_is():
    palette = palette_of(stripes(YELLOW, BLUE))
    network = Echo(painted((RED, SKIN)), painted((BLUE, SKIN)))
    by_palette = Colorizer(network, reference=palette)(drawing(96, 96))
    by_picture = Colorizer(network, reference=stripes(YELLOW, BLUE))(drawing(96, 96))
    assert np.array_equal(by_palette, by_picture)
