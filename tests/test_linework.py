"""Line art from colour pictures: where the ink is, what styles there are, use in pipelines."""

import io

import numpy as np
import pytest
from PIL import Image, ImageDraw

tf = pytest.importorskip("tensorflow")

from sgru_tf import line_style  # noqa: E402
from sgru_tf.linework import LineStyle, draw_style, line_art, random_line_art  # noqa: E402


def face(size=96):
    """A drawn head: flat colours with dark outlines."""
    image = Image.new("RGB", (size, size), (170, 200, 230))
    draw = ImageDraw.Draw(image)
    s = size / 96
    draw.ellipse([16 * s, 10 * s, 80 * s, 90 * s], (250, 220, 200), (60, 30, 20), round(2 * s))
    draw.pieslice(
        [14 * s, 6 * s, 82 * s, 80 * s], 180, 360, (120, 60, 160), (40, 10, 60), round(2 * s)
    )
    draw.ellipse([32 * s, 48 * s, 42 * s, 60 * s], (30, 60, 140), (10, 10, 10), round(1 * s))
    draw.ellipse([54 * s, 48 * s, 64 * s, 60 * s], (30, 60, 140), (10, 10, 10), round(1 * s))
    return np.asarray(image)


STYLES = [draw_style((i, 1)) for i in range(60)]


def values(field):
    return np.array([float(getattr(style, field)) for style in STYLES])


def test_shape_type_range_and_determinism():
    image = face()
    for i in range(8):
        art = random_line_art(image, (i, 5)).numpy()
        assert art.shape == (96, 96, 1) and art.dtype == np.float32
        assert art.min() >= 0 and art.max() <= 255 and art.min() < 225
        np.testing.assert_array_equal(art, random_line_art(image, (i, 5)))
    np.testing.assert_array_equal(line_art(image), line_art(image.astype(np.float32)))


def test_seeds_differ():
    image = face()
    arts = [random_line_art(image, (i, 0)).numpy() for i in range(6)]
    for i, a in enumerate(arts):
        for b in arts[:i]:
            assert np.abs(a - b).mean() > 0.1


@pytest.mark.parametrize("colour", [(0, 0, 0), (20, 30, 60), (240, 200, 180), (255, 255, 255)])
def test_a_flat_picture_is_bare_paper(colour):
    flat = np.full((40, 52, 3), colour, np.uint8)
    assert (line_art(flat).numpy() == 255).all()
    style = LineStyle(paper=230.0, pressure=0.5, dropout=0.2, wobble=0.7, despeckle=1.0, soften=0.5)
    np.testing.assert_allclose(line_art(flat, style), 230, atol=1e-3)


@pytest.mark.parametrize("relative, size", [(False, 64), (True, 64), (True, 512)])
def test_ink_is_on_the_line_and_nowhere_else(relative, size):
    image = np.full((size, size, 3), (250, 215, 190), np.uint8)
    image[:, size // 2 : size // 2 + 2] = (60, 30, 40)
    art = line_art(image, relative=relative).numpy()[..., 0]
    assert art[:, size // 2 : size // 2 + 2].max() < 60
    reach = 4 if size == 64 else 7
    assert (art[:, : size // 2 - reach] == 255).all()
    assert (art[:, size // 2 + reach + 2 :] == 255).all()


def test_an_edge_of_equal_luminance_has_a_line():
    image = np.zeros((48, 48, 3), np.uint8)
    image[:, :24], image[:, 24:] = (200, 60, 60), (30, 145, 70)
    luma = image @ np.array([0.299, 0.587, 0.114])
    assert abs(luma[0, 0] - luma[0, -1]) < 4
    art = line_art(image).numpy()[..., 0]
    assert art[:, 22:26].min(axis=1).max() < 128
    assert (art[:, :18] == 255).all() and (art[:, 30:] == 255).all()


def test_shading_does_not_leak():
    ramp = np.repeat(np.linspace(10, 250, 96).astype(np.uint8)[np.newaxis, :, np.newaxis], 40, 0)
    art = line_art(np.repeat(ramp, 3, 2)).numpy()
    assert (art[:, 4:-4] > 250).all()


def test_the_noise_of_jpeg_gives_no_speckles():
    file = io.BytesIO()
    Image.fromarray(face(128)).save(file, "JPEG", quality=85)
    art = line_art(np.asarray(Image.open(file))).numpy()[..., 0]
    clean = line_art(face(128)).numpy()[..., 0]
    far = (
        tf.nn.max_pool2d((255 - clean)[np.newaxis, ..., np.newaxis], 13, 1, "SAME").numpy()[
            0, ..., 0
        ]
        < 10
    )
    assert far.mean() > 0.3
    assert (art[far] > 245).mean() > 0.995


def test_fill_blackens_dark_areas_only():
    image = np.full((40, 40, 3), 200, np.uint8)
    image[:, 20:] = 12
    lines, filled = (line_art(image, LineStyle(fill=f)).numpy()[..., 0] for f in (0.0, 0.15))
    assert (lines[:, 30:] == 255).all()
    assert (filled[:, 30:] < 5).all() and (filled[:, :14] == 255).all()


def test_dropout_and_pressure_weaken_lines_but_leave_paper():
    image = face(128)
    whole = line_art(image).numpy()
    for style in (LineStyle(dropout=0.3), LineStyle(pressure=0.8)):
        less = line_art(image, style, seed=(3, 4)).numpy()
        assert (less >= whole - 0.01).all()
        assert (255 - less).sum() < 0.93 * (255 - whole).sum()
        assert (255 - less).sum() > 0.2 * (255 - whole).sum()


def test_wobble_stays_within_a_pixel():
    image = face(128)
    whole = line_art(image).numpy()
    moved = line_art(image, LineStyle(wobble=0.7), seed=(1, 2)).numpy()
    assert np.abs(moved - whole).max() > 5
    near = -tf.nn.max_pool2d(-whole[np.newaxis], 3, 1, "SAME").numpy()[0]
    assert (moved >= near - 0.5).all()


def test_styles_cover_thin_and_thick_light_and_dark():
    for field, low, high in [
        ("sigma", 0.35, 0.7),
        ("ink", 0.4, 0.85),
        ("phi", 1.0, 3.0),
        ("soften", 0.1, 0.4),
        ("paper", 245.0, 254.0),
    ]:
        drawn = values(field)
        assert (drawn < low).any() and (drawn > high).any(), field
    for field, most in [("fill", 0.35), ("noise", 0.35), ("despeckle", 0.35), ("dropout", 0.6)]:
        assert 0 < (values(field) > 0).mean() < most, field
    assert (values("paper") == 255).mean() > 0.6
    assert values("wobble").max() <= 0.7


def test_pipeline_of_unknown_size_equals_eager():
    images = [face(64), face(96)[:70]]
    data = tf.data.Dataset.from_generator(
        lambda: ((image, (i, 9)) for i, image in enumerate(images)),
        output_signature=(tf.TensorSpec((None, None, 3), tf.uint8), tf.TensorSpec((2,), tf.int32)),
    )
    for i, art in enumerate(data.map(random_line_art)):
        assert art.shape == (*images[i].shape[:2], 1)
        np.testing.assert_allclose(art, random_line_art(images[i], (i, 9)), atol=0.5)
    for i, art in enumerate(data.map(lambda image, seed: line_art(image, None, seed, True))):
        np.testing.assert_allclose(art, line_art(images[i], relative=True), atol=0.5)


def test_tiny_pictures():
    for shape in [(1, 1, 3), (1, 7, 3), (3, 2, 3)]:
        art = random_line_art(np.full(shape, 90, np.uint8), (0, 0)).numpy()
        assert art.shape == (*shape[:2], 1) and np.isfinite(art).all()


def test_every_field_of_a_style_is_documented():
    source = open(line_style.__file__).read()
    for name in LineStyle._fields:
        after = source.split(f"\n    {name}: Any = ")[1].split("\n")[1]
        assert after.startswith('    """'), name
