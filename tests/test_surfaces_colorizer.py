"""Whole surfaces as the Colorizer makes them: by a network's schemes, with hints and without."""

import numpy as np
import pytest
from PIL import Image
from surface_figure import CLOTHES, HEIGHT, SCHEMES, WIDTH, figure, painted, put

from sgru_tf import colorizer
from sgru_tf.colorizer import Colorizer
from sgru_tf.errors import SgruError
from sgru_tf.looks import mean_of_looks
from sgru_tf.surfaces import scheme_colours


class Painted:
    """A network that paints the figure with fog in its sleeve."""

    proposals, working_size, hints = 9, WIDTH, True

    def __init__(self, schemes=None, away=0.0, fog=0.0):
        self.away, self.fog, self.calls = away, fog, []
        if schemes is not None:
            self.schemes = schemes

    def __call__(self, sketch, hints=None):
        _, shares = figure()
        put(shares, slice(81, 182), slice(120, 160), CLOTHES, 0.3)
        answer = np.full((1, 9, *sketch.shape[1:3], 3), 255, "float32")
        scale = sketch.shape[2] / WIDTH
        put(shares, slice(81, 182), slice(61, 120), CLOTHES, self.fog if scale == 1 else 0)
        rows, columns = (np.arange(round(n * scale)) / scale for n in (HEIGHT, WIDTH))
        # The same at both sizes, as the mean of unlike ones would be less.
        away = np.random.default_rng(0).normal(0, self.away, (9, HEIGHT // 8, WIDTH // 8, 3))
        picture = painted(shares) + away.repeat(8, 1).repeat(8, 2)
        part = picture[:, rows.astype(int)][:, :, columns.astype(int)]
        answer[0, :, : len(rows), : len(columns)] = part
        self.calls.append((sketch.shape[2], hints is not None))
        if hints is not None:
            said = hints[..., 3:] > 0.5
            answer = np.where(said[:, None], hints[:, None, ..., :3], answer)
        return answer


NAMED = [["#" + bytes(np.rint(c).astype("u1")).hex() for c in scheme] for scheme in SCHEMES]


def test_names_of_colours():
    assert np.abs(scheme_colours(NAMED) - SCHEMES).max() <= 0.5


@pytest.mark.parametrize("order", ["network", "natural"])
def test_colorizer_makes_surfaces_whole(order):
    sketch, true = figure()
    whole = Colorizer(Painted(NAMED), order=order)
    colouring = whole.colouring(sketch)
    sleeve = np.stack([np.asarray(colouring.colour_layer(k)) for k in range(9)])[:, 90:170, 125:155]
    wanted = painted(true)[colouring.heads][:, 90:170, 125:155]
    assert np.abs(sleeve - wanted).mean() < 6
    left = [
        Colorizer(Painted(NAMED), order=order, surfaces="network")(sketch),
        Colorizer(Painted(), order=order)(sketch),
    ]
    np.testing.assert_array_equal(*left)
    assert np.abs(whole(sketch).astype(int) - left[0]).max() > 20
    as_drawn = [
        Colorizer(Painted(NAMED), order=order, lines="network", surfaces=surfaces)(sketch)
        for surfaces in ("whole", "network")
    ]
    np.testing.assert_array_equal(*as_drawn)


GREEN = (10, 200, 30)
DAB, DRESS = (slice(100, 120), slice(200, 220)), (slice(86, 176), slice(168, 254))


def hinted(painted, order="network", looks=2):
    """Colour the figure without a dab on its dress, and with."""
    sketch, _ = figure()
    hints = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    hints[DAB] = (*GREEN, 255)
    whole = Colorizer(painted, order=order, looks=looks)
    plain = whole(sketch).astype(int)
    painted.calls.clear()
    return plain, whole(sketch, hints).astype(int)


@pytest.mark.parametrize("order", ["network", "natural"])
def test_a_hint_fills_its_patch_and_nothing_else(order):
    network = Painted(NAMED)
    plain, found = hinted(network, order)
    assert np.abs(found[:, *DRESS] - GREEN).max() < 3
    np.testing.assert_array_equal(found[:, 90:170, 64:156], plain[:, 90:170, 64:156])
    assert network.calls == [(320, False), (448, False)]


@pytest.mark.parametrize("order", ["network", "natural"])
def test_where_schemes_do_not_explain_the_picture_the_network_spreads_hints(order):
    network = Painted(NAMED, away=12)
    plain, found = hinted(network, order)
    inner = slice(104, 116), slice(204, 216)
    assert np.abs(found[:, *inner] - GREEN).max() < 3
    np.testing.assert_array_equal(found[:, 130:170, 168:254], plain[:, 130:170, 168:254])
    assert network.calls == [(320, False), (320, True)]


def test_where_they_explain_a_part_of_it_hints_are_mixed():
    network = Painted(NAMED, away=7.0)
    plain, found = hinted(network)
    assert network.calls == [(320, False), (448, False), (320, True)]
    np.testing.assert_array_equal(found[:, 90:170, 64:156], plain[:, 90:170, 64:156])
    away = np.abs(found[:, 130:170, 168:254] - GREEN).mean()
    assert 15 < away < 70
    assert np.abs(found[:, 104:116, 204:216] - GREEN).mean() < 8


def sleeve(network, **settings):
    """What the left half of the sleeve comes to, where the network has fog at one size alone."""
    colouring = Colorizer(network, order="network", **settings).colouring(figure()[0])
    layers = np.stack([np.asarray(colouring.colour_layer(k)) for k in range(9)])
    return layers[:, 90:170, 66:110].astype(int)


def test_a_second_look_decides_what_the_first_wavered_in():
    wanted = [painted(figure()[1])[:, 90:170, 66:110]]
    wanted.append(SCHEMES[:, 2][:, None, None])
    found = [sleeve(Painted(NAMED, fog=0.7), looks=looks) for looks in (2, 1)]
    for one, right, wrong in zip(found, wanted, reversed(wanted), strict=True):
        assert np.abs(one - right).mean() < 12 < np.abs(one - wrong).mean()


def test_the_second_look_is_at_the_sketch_itself_and_not_beyond_the_greatest_size(monkeypatch):
    seen = []

    class Watched(Painted):
        def __call__(self, sketch, hints=None):
            seen.append(sketch[0, :280, :, 0])
            return super().__call__(sketch, hints)

    large = np.asarray(Image.fromarray(figure()[0]).resize((960, 600), Image.Resampling.BILINEAR))
    for _ in range(2):
        Colorizer(Watched(NAMED), order="network", level=False).colouring(large)
        monkeypatch.setattr(colorizer, "GREATEST_SIZE", 447)
    wanted = Image.fromarray(large).resize((448, 280), Image.Resampling.BILINEAR)
    assert [one.shape[1] for one in seen] == [320, 448, 320]
    np.testing.assert_array_equal(seen[1], wanted)


@pytest.mark.parametrize("part", [1, 0.5])
def test_looks_are_mixed(part):
    rng = np.random.default_rng(1)
    layers = rng.uniform(0, 255, (2, 20, 30, 3)).astype("float32")
    larger = rng.uniform(0, 255, (2, 28, 42, 3)).astype("float32")
    found = mean_of_looks(layers, larger, part)
    whole = [Image.fromarray(np.rint(one).astype(np.uint8)) for one in larger]
    small = np.stack([one.resize((30, 20), Image.Resampling.BILINEAR) for one in whole])
    np.testing.assert_allclose(found, (1 - part / 2) * layers + part / 2 * small, atol=1e-3)
    same = mean_of_looks(layers, layers, part)
    assert np.abs(same - layers).max() <= 0.5


@pytest.mark.parametrize("broken", [np.nan, np.inf])
def test_broken_weights_are_told_even_if_they_show_at_the_second_look(broken):
    class Broken(Painted):
        def __call__(self, sketch, hints=None):
            return super().__call__(sketch, hints) * (1 if sketch.shape[2] == WIDTH else broken)

    with pytest.raises(SgruError, match="broken weights"):
        Colorizer(Broken(NAMED))(figure()[0])


def test_faint_hints_keep_their_colour_before_a_reference():
    hints = np.zeros((HEIGHT, WIDTH, 4), np.uint8)
    hints[DAB] = (*GREEN, 100)
    reference = np.full((50, 50, 3), (200, 30, 30), np.uint8)
    reference[25:] = (30, 30, 200)
    network = Painted(NAMED)
    whole = Colorizer(network, order="network", reference=reference, reference_strength=1)
    found = whole(figure()[0], hints).astype(int)
    assert np.median(np.abs(found[:, *DRESS] - GREEN).max((1, 2, 3))) < 4


@pytest.mark.parametrize("error", [SgruError, MemoryError])
def test_one_look_is_enough_where_there_can_be_no_second(error):
    class OfOneSize(Painted):
        def __call__(self, sketch, hints=None):
            if sketch.shape[2] != WIDTH:
                raise error("too large")
            return super().__call__(sketch, hints)

    np.testing.assert_array_equal(
        sleeve(OfOneSize(NAMED, fog=0.7)), sleeve(Painted(NAMED, fog=0.7), looks=1)
    )


@pytest.mark.parametrize(
    ("schemes", "problem"),
    [
        (NAMED[:8], "the network has 8 schemes and 9 proposals; use surfaces='network'"),
        ([["red"] * 4] * 9, 'ModelConfig.schemes must be colours as "#ffcc88"'),
        ([5] * 9, "ModelConfig.schemes must be of type"),
    ],
)
def test_wrong_schemes_of_a_network_are_told(schemes, problem):
    with pytest.raises(SgruError, match=problem):
        Colorizer(Painted(schemes))(figure()[0])
    Colorizer(Painted(schemes), surfaces="network")(figure()[0])


def test_unknown_setting_is_refused():
    with pytest.raises(SgruError, match="surfaces is 'all': use 'whole' or 'network'"):
        Colorizer(Painted(NAMED), surfaces="all")
    with pytest.raises(SgruError, match="looks is 3: use 1 or 2"):
        Colorizer(Painted(NAMED), looks=3)
