"""Palettes, transport between them, and the way back from L*a*b*."""

import itertools

import numpy as np
import pytest
from PIL import Image

from sgru_tf.errors import SgruError
from sgru_tf.gamut import rgb_of
from sgru_tf.metrics import lab
from sgru_tf.palette import (
    APART,
    LIGHTNESS,
    MOST_COLOURS,
    SIDE,
    freedom,
    palette_of,
    reference_palette,
)
from sgru_tf.transport import transport_plan

RED, BLUE, GREEN, YELLOW = (190, 40, 40), (40, 60, 190), (40, 150, 60), (225, 200, 50)


def stripes(*colours, shares=None, side=64):
    """Upright stripes of plain colours; as wide as each other unless told."""
    shares = shares or [1 / len(colours)] * len(colours)
    edges = np.rint(np.cumsum([0, *shares]) * side).astype(int)
    picture = np.empty((side, side, 3), np.uint8)
    for colour, left, right in zip(colours, edges, edges[1:], strict=False):
        picture[:, left:right] = colour
    return picture


def of(*colours):
    return lab(np.array(colours, np.uint8))


def test_plain_colours_are_found_with_their_areas():
    palette = palette_of(stripes(RED, BLUE, YELLOW, shares=(0.5, 0.125, 0.375)))
    np.testing.assert_allclose(palette.colours, of(RED, YELLOW, BLUE), atol=0.1)
    np.testing.assert_allclose(palette.weights, (0.5, 0.375, 0.125), atol=1e-3)
    assert palette.share == pytest.approx(1, abs=0.01)


def test_paper_ink_and_grey_are_no_colours():
    neutral = stripes((255, 255, 255), (250, 250, 246), (0, 0, 0), (128, 128, 128), (60, 60, 61))
    assert (freedom(lab(neutral)) < 0.01).all()
    assert len(palette_of(neutral)) == 0
    half = np.concatenate([neutral, stripes(RED)])
    palette = palette_of(half)
    assert len(palette) == 1 and palette.share == pytest.approx(0.5, abs=0.01)
    np.testing.assert_allclose(palette.colours, of(RED), atol=0.1)


def test_a_noisy_picture_gives_few_colours_that_stand_apart():
    rng = np.random.default_rng(0)
    noise = rng.integers(0, 256, (90, 70, 3), np.uint8)
    palette = palette_of(noise)
    assert 4 <= len(palette) <= MOST_COLOURS
    assert palette.weights.sum() == pytest.approx(1)
    assert (np.diff(palette.weights) <= 0).all()
    for one, other in itertools.combinations(palette.colours * LIGHTNESS, 2):
        assert np.linalg.norm(one - other) >= APART * 0.99
    again = palette_of(noise)
    assert np.array_equal(again.colours, palette.colours)
    # The same two colours under noise are those two.
    noisy = stripes(RED, BLUE).astype(int) + rng.normal(0, 4, (64, 64, 3))
    calm = palette_of(np.clip(noisy, 0, 255).astype(np.uint8))
    assert len(calm) == 2
    np.testing.assert_allclose(calm.colours[np.argsort(calm.colours[:, 2])], of(BLUE, RED), atol=3)


def test_a_small_accent_is_a_colour_and_a_single_pixel_is_not():
    picture = stripes(BLUE, GREEN, side=100)
    picture[:12, :12] = YELLOW
    picture[50, 50] = RED
    found = palette_of(picture).colours
    assert len(found) == 3
    assert np.linalg.norm(found - of(YELLOW), axis=1).min() < 1


def test_large_pictures_are_looked_at_small():
    large = np.repeat(np.repeat(stripes(RED, BLUE, side=SIDE), 3, 0), 5, 1)
    small, big = palette_of(stripes(RED, BLUE, side=SIDE)), palette_of(large)
    np.testing.assert_allclose(big.colours, small.colours, atol=0.5)
    np.testing.assert_allclose(big.weights, small.weights, atol=0.01)


def test_references_of_all_kinds(tmp_path):
    picture = Image.fromarray(stripes(RED, BLUE))
    expected = palette_of(picture)
    picture.save(tmp_path / "a.png")
    for given in (tmp_path / "a.png", str(tmp_path / "a.png"), picture, np.asarray(picture)):
        found = reference_palette(given)
        assert np.array_equal(found.colours, expected.colours)
    assert reference_palette(expected) is expected
    # What is transparent is paper.
    clear = Image.fromarray(stripes(RED, GREEN)).convert("RGBA")
    clear.putalpha(Image.fromarray(np.repeat([[255, 0]], 32, 1).repeat(64, 0).astype(np.uint8)))
    clear.save(tmp_path / "b.png")
    found = reference_palette(tmp_path / "b.png")
    assert len(found) == 1
    np.testing.assert_allclose(found.colours, of(RED), atol=0.1)


def test_useless_references_are_one_line(tmp_path):
    (tmp_path / "text.png").write_text("no picture")
    Image.new("L", (40, 40), 90).save(tmp_path / "grey.png")
    dust = np.full((100, 100, 3), 200, np.uint8)
    dust[3, 3:8] = RED
    for given, words in [
        (tmp_path / "none.png", "none.png: no such file"),
        (tmp_path / "text.png", "text.png: not a picture"),
        (tmp_path / "grey.png", "grey.png: has no colours to take, only greys"),
        (dust, "the reference: has no colours to take"),
        (dust.astype(float), "the reference is float64"),
        (dust[..., 0], "the reference is uint8 (100, 100)"),
        (7, "the reference is a int"),
    ]:
        with pytest.raises(SgruError) as error:
            reference_palette(given)
        assert words in str(error.value) and "\n" not in str(error.value)


def test_the_plan_is_as_cheap_as_the_best_of_all():
    rng = np.random.default_rng(1)
    equal = np.full(6, 1 / 6)
    for _ in range(20):
        points = rng.uniform(0, 100, (2, 6, 3))
        costs = np.linalg.norm(points[0][:, None] - points[1], axis=-1)
        plan = transport_plan(costs, equal, equal)
        np.testing.assert_allclose(plan.sum(1), equal, atol=1e-9)
        np.testing.assert_allclose(plan.sum(0), equal, atol=2e-3)
        ways = itertools.permutations(range(6))
        best = min(sum(costs[i, way[i]] for i in range(6)) for way in ways) / 6
        assert best * 0.99 < (plan * costs).sum() < best * 1.01


def test_plans_of_unequal_weights_and_sizes():
    costs = np.array([[0.0, 10, 10], [10, 0, 20]])
    plan = transport_plan(costs, np.array([0.7, 0.3]), np.array([0.5, 0.3, 0.2]))
    np.testing.assert_allclose(plan, [[0.5, 0, 0.2], [0, 0.3, 0]], atol=1e-3)
    # Relaxed, everything takes what is next to it.
    plan = transport_plan(costs, np.array([0.7, 0.3]), np.array([0.1, 0.1, 0.8]), relaxed=0.1)
    np.testing.assert_allclose(plan, [[0.7, 0, 0], [0, 0.3, 0]], atol=1e-2)
    assert transport_plan(np.zeros((1, 1)), np.ones(1), np.ones(1)) == pytest.approx(1)


def test_lab_and_back_is_the_same_to_the_bit():
    levels = np.arange(0, 256, 5, dtype=np.uint8)
    colours = np.stack(np.meshgrid(levels, levels, levels), -1).reshape(-1, 3)
    assert np.array_equal(rgb_of(lab(colours)), colours)


def test_what_a_screen_cannot_show_loses_chroma_alone():
    wild = [[50, 90, -60], [90, 80, 80], [20, -70, 40], [100, 30, 0], [0, 5, 5]]
    wild = np.array(wild, np.float32)
    shown = lab(rgb_of(wild))
    np.testing.assert_allclose(shown[:, 0], wild[:, 0], atol=1)
    strong = np.hypot(shown[:, 1], shown[:, 2]) > 3
    assert strong.tolist() == [True, True, True, False, False]
    hues = [np.arctan2(colours[strong, 2], colours[strong, 1]) for colours in (shown, wild)]
    np.testing.assert_allclose(*hues, atol=0.05)
    # Not further than it must: another tenth of the chroma would be outside.
    more = shown[:3] * np.array([1, 1.1, 1.1], np.float32)
    assert (np.abs(lab(rgb_of(more)) - shown[:3]).max(1) < 4).all()
