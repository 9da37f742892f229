"""The serving graph against the Colorizer: formats, sizes, settings, bad inputs, batches."""

import numpy as np
import pytest
import tensorflow as tf
from pictures import drawing, encoded, gif_in_blocks, of_every_kind, opened, useless
from PIL import Image

from sgru_tf import levelling, linelayer
from sgru_tf.colorizer import Colorizer
from sgru_tf.export.graph_fill import colour_layer
from sgru_tf.export.graph_level import level_paper
from sgru_tf.export.graph_resize import bilinear, box
from sgru_tf.export.serving_graph import ServingGraph, Settings

MOST_PIXELS = 1_000_000
KINDS = of_every_kind()
GREY = tf.TensorSpec([None, None], tf.uint8)
NUMBER = tf.TensorSpec([], tf.int32)


@pytest.fixture(scope="module")
def signatures(tiny_model):
    return ServingGraph(
        tiny_model, Settings(64, "sharp", "whole", 2, True, MOST_PIXELS)
    ).signatures()


@pytest.fixture(scope="module")
def colorizer(tiny_model):
    return Colorizer(tiny_model, order="network")


def serve(signatures, *files):
    answer = signatures["serving_default"](tf.constant(files, tf.string))
    return answer["png_bytes"].numpy(), [text.decode() for text in answer["status"].numpy()]


def farthest(pngs, colouring):
    """Greatest difference of served PNGs from a Colouring; modes and sizes must agree."""
    most = 0
    for index, png in enumerate(pngs):
        served, expected = opened(png), colouring.picture(index)
        assert served.mode == expected.mode
        assert served.size == expected.size
        difference = np.asarray(served).astype(int) - np.asarray(expected)
        most = max(most, np.abs(difference).max())
    return most


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_is_coloured_as_by_the_colorizer(signatures, colorizer, kind):
    pngs, (status,) = serve(signatures, KINDS[kind])
    assert status == ""
    assert pngs.shape == (1, 9)
    colouring = colorizer.colouring(opened(KINDS[kind]))
    assert len(np.unique(colouring.line)) > 1
    assert farthest(pngs[0], colouring) <= 2
    assert len({bytes(png) for png in pngs[0]}) == 9


@pytest.mark.parametrize("name", ["notebook", "scarf", "surprised"])
def test_samples_are_coloured_as_by_the_colorizer(signatures, colorizer, name, request):
    path = request.path.parent.parent / "examples" / f"{name}.png"
    pngs, (status,) = serve(signatures, path.read_bytes())
    assert status == ""
    assert farthest(pngs[0], colorizer.colouring(path)) <= 2


def lit_from_the_left():
    light = np.linspace(250, 130, 700)[None]
    grain = np.random.default_rng(3).normal(0, 2, (500, 700))
    return np.clip(drawing(700, 500) * light / 255 + grain, 0, 255).astype(np.uint8)


SKETCHES = {
    "tinted": drawing(150, 110, paper=200),
    "badly lit": lit_from_the_left(),
    "tall": drawing(40, 900),
    "wide": drawing(901, 31),
    "a pixel": np.full((1, 1), 77, np.uint8),
    "a row": drawing(3000, 1),
    "a column": drawing(1, 700),
    "small": drawing(20, 30),
    "at the working size": drawing(64, 64),
    "white": np.full((70, 50), 255, np.uint8),
    "black": np.zeros((70, 50), np.uint8),
    "dark": drawing(90, 80, paper=50, ink=10),
    "noise": np.random.default_rng(4).integers(0, 256, (130, 170)).astype(np.uint8),
}


@pytest.mark.parametrize("name", SKETCHES)
def test_sketches_of_every_sort_agree_in_both_signatures(signatures, colorizer, name):
    grey = SKETCHES[name]
    pngs, (status,) = serve(signatures, encoded(grey))
    assert status == ""
    assert farthest(pngs[0], colorizer.colouring(grey)) <= 2
    answer = signatures["colorize"](tf.constant(grey[None, :, :, None]))["proposals"].numpy()
    assert answer.dtype == np.uint8
    assert np.array_equal(answer[0], [np.asarray(opened(png)) for png in pngs[0]])


@pytest.mark.slow
@pytest.mark.parametrize(
    "settings",
    [{"lines": "network", "size": 100}, {"level": False}],
    ids=lambda settings: next(iter(settings)),
)
def test_settings_agree(tiny_model, settings):
    chosen = {
        "size": 64,
        "lines": "sharp",
        "surfaces": "whole",
        "looks": 2,
        "level": True,
    } | settings
    signatures = ServingGraph(tiny_model, Settings(max_pixels=10_000, **chosen)).signatures()
    colorizer = Colorizer(tiny_model, order="network", **chosen)
    for sketch in (drawing(150, 60, paper=190), drawing(30, 40)):
        pngs, (status,) = serve(signatures, encoded(sketch))
        assert status == ""
        assert farthest(pngs[0], colorizer.colouring(sketch)) <= 2
    _, (status,) = serve(signatures, encoded(drawing(101, 100)))
    assert status.startswith("101 x 100 is 0.01 megapixels, at most 0.01")


def test_resizing_is_pillows():
    resize = tf.function(bilinear, [tf.TensorSpec([None, None, 1], tf.uint8), NUMBER, NUMBER])
    shrink = tf.function(box, [GREY, NUMBER, NUMBER])
    rng = np.random.default_rng(5)
    for height, width, rows, columns in [(110, 150, 47, 64), (9, 1500, 3, 512), (40, 30, 64, 48)]:
        grey = rng.integers(0, 256, (height, width)).astype(np.uint8)
        for method, found in [
            (Image.Resampling.BILINEAR, resize(grey[:, :, None], rows, columns)[:, :, 0]),
            (Image.Resampling.BOX, shrink(grey, min(rows, height), min(columns, width))),
        ]:
            expected = Image.fromarray(grey).resize(found.shape[::-1], method)
            assert np.array_equal(found, expected)


def test_levelling_and_fill_are_the_colorizers():
    level = tf.function(level_paper, [GREY])
    changed = 0
    for grey in SKETCHES.values():
        expected = levelling.level_paper(grey.copy())
        assert np.abs(level(grey).numpy().astype(int) - expected).max() <= 1
        changed += not np.array_equal(expected, grey)
    assert changed >= 3
    rng = np.random.default_rng(6)
    for height, width in ((64, 64), (1, 50), (47, 64)):
        pictures = rng.uniform(0, 255, (2, height, width, 3)).astype(np.float32)
        for sketch in (drawing(width, height), np.zeros((height, width), np.uint8)):
            expected = [linelayer.colour_layer(picture, sketch) for picture in pictures]
            assert np.allclose(colour_layer(pictures, sketch), expected, atol=0.01)


def test_what_is_useless_is_told_and_fails_nothing_else(signatures):
    cases = useless(KINDS, 1001)
    good = KINDS["PNG RGBA"]
    bad = [data for data, _ in cases.values()]
    pngs, status = serve(signatures, good, *bad, good)
    alone, _ = serve(signatures, good)
    assert status[0] == status[-1] == ""
    assert np.array_equal(pngs[0], alone[0])
    assert np.array_equal(pngs[-1], alone[0])
    for (name, (_, word)), told, row in zip(cases.items(), status[1:-1], pngs[1:-1], strict=True):
        assert word in told, name
        assert told.isascii() and "\n" not in told
        assert not any(row), name


def test_damaged_files_of_every_kind_fail_alone(signatures):
    """Bytes changed at random: each file is either coloured or told to be bad."""
    rng = np.random.default_rng(7)
    files = []
    for data in KINDS.values():
        damaged = bytearray(data)
        for place in rng.integers(0, min(len(data), 80), 2):
            damaged[place] = rng.integers(256)
        files.append(bytes(damaged))
    pngs, status = serve(signatures, *files)
    assert 0 < sum(text == "" for text in status) < len(files)
    for row, text in zip(pngs, status, strict=True):
        assert all(row) if text == "" else not any(row)


def test_gifs_of_small_blocks_are_read_up_to_a_bound(signatures):
    """A walk through very many blocks would hold a request for long."""
    read = [gif_in_blocks(255), gif_in_blocks(2), gif_in_blocks(255, b"!\xfe\1 \0" * 150)]
    refused = [
        gif_in_blocks(1),
        gif_in_blocks(255, b"!\xfe" + b"\1 " * 5000 + b"\0"),
        gif_in_blocks(255, b"!\xfe\0" * 5000),
    ]
    assert all(opened(data).convert("L").getextrema() == (0, 255) for data in read + refused)
    pngs, status = serve(signatures, *read, *refused)
    assert status[:3] == [""] * 3
    assert np.array_equal(pngs[1], pngs[0]) and np.array_equal(pngs[2], pngs[0])
    assert all(text.startswith("GIF that cannot be decoded") for text in status[3:])


def test_batches_equal_single_answers(signatures):
    files = [KINDS["PNG RGBA"], encoded(drawing(90, 33)), KINDS["JPEG colour"]]
    together, _ = serve(signatures, *files)
    apart = [serve(signatures, data)[0][0] for data in files]
    assert np.array_equal(together, apart)
    sketches = np.stack([drawing(50, 40, paper=paper) for paper in (255, 200, 90)])[..., None]
    together = signatures["colorize"](tf.constant(sketches))["proposals"].numpy()
    for sketch, proposals in zip(sketches, together, strict=True):
        alone = signatures["colorize"](tf.constant(sketch[None]))["proposals"].numpy()
        assert np.abs(alone[0].astype(int) - proposals).max() <= 1


def test_an_empty_batch_of_files_answers_empty(signatures):
    answer = signatures["serving_default"](tf.zeros([0], tf.string))
    assert answer["png_bytes"].shape == (0, 9)
    assert answer["status"].shape == (0,)


@pytest.mark.parametrize("shape", [(0, 40, 40, 1), (1, 0, 40, 1), (1, 1001, 1000, 1)])
def test_arrays_of_no_use_are_refused(signatures, shape):
    with pytest.raises(tf.errors.InvalidArgumentError, match="at most 1000000 pixels"):
        signatures["colorize"](tf.zeros(shape, tf.uint8))
