"""Pipelines: what a sample looks like, and that a run can go on anywhere."""

import numpy as np
import pytest
import tensorflow as tf
from PIL import Image

from sgru_tf.config import TrainConfig
from sgru_tf.data import PictureData
from sgru_tf.sources import Sample, find_samples

# Nothing at random but the order: a square picture fills the square as it is.
STILL = {"size": 32, "zoom": (1.0, 1.0), "saturation": (1.0, 1.0), "flip": False}


def smooth(width: int, height: int, seed: int = 0, brightest: int = 220) -> Image.Image:
    """Soft blobs of colour, nowhere as bright as paper and with no two sides alike."""
    coarse = np.random.default_rng(seed).integers(0, brightest, (4, 5, 3), np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BILINEAR)


def negative(colours: Image.Image) -> Image.Image:
    return Image.eval(colours.convert("L"), lambda value: 255 - value)


def flat_pairs(folder, count: int, side: int = 32, name: str = "") -> list[Sample]:
    """Pairs in one grey each, by which `numbers_of` knows them: 10, 20, 30, ..."""
    samples = []
    for number in range(count):
        path = folder / f"{name}{number:02d}.png"
        Image.new("RGB", (2 * side, side), (10 * number + 10,) * 3).save(path)
        samples.append(Sample(path.stem, path, path))
    return samples


def numbers_of(batches) -> list[int]:
    pixels = np.concatenate([np.asarray(batch) for batch in batches])
    return [round(float(grey) / 10) - 1 for grey in pixels[:, 16, 16, 0]]


def cut_short(path):
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def taken(data: PictureData, batches: int, start: int = 0, batch: int = 1, **options):
    return [b.numpy() for b in data.training(start, batch, **options).take(batches)]


@pytest.fixture(autouse=True)
def quick_lines(request, monkeypatch):
    """Spare tests of pairs the line art: it is part of every graph, and long to trace."""
    if "art" not in request.fixturenames:
        monkeypatch.setattr("sgru_tf.data.random_line_art", lambda rgb, seed: rgb[..., :1])


@pytest.fixture(scope="module")
def art(tmp_path_factory) -> list[Sample]:
    """Plain colour art of several shapes, whose line art is made on the fly."""
    folder = tmp_path_factory.mktemp("art")
    for number, (width, height) in enumerate([(48, 48), (60, 40), (36, 90), (200, 150)]):
        smooth(width, height, number, 255).save(folder / f"{number}.png")
    return find_samples(folder, 0.0).train


@pytest.fixture(scope="module")
def art_run(art) -> np.ndarray:
    """The first 24 samples of a run with all augmentation."""
    return np.concatenate(taken(PictureData(art, TrainConfig(size=32)), 6, batch=4))


def test_shapes_types_and_range(art, art_run):
    data = PictureData(art, TrainConfig(size=32))
    spec = data.training(0, 4).element_spec
    assert (spec.shape.as_list(), spec.dtype) == ([4, 32, 32, 4], tf.float32)
    spec = data.validation(4).element_spec
    assert (spec.shape.as_list(), spec.dtype) == ([None, 32, 32, 4], tf.float32)
    assert art_run.shape == (24, 32, 32, 4)
    assert np.isfinite(art_run).all()
    # Resizing in float32 may round beyond white by its last bits.
    assert art_run.min() >= 0 and art_run.max() <= 255.001


def test_line_art_is_made_on_the_fly_and_differs(art_run):
    sketches = art_run[..., 3]
    assert (sketches.reshape(24, -1).min(axis=1) < 235).mean() > 0.8, "most have ink"
    assert len({sketch.tobytes() for sketch in sketches}) == 24


@pytest.mark.parametrize("zoom", [(0.6, 0.9), (1.0, 1.0), (1.2, 2.0)])
def test_pairs_stay_aligned(tmp_path, zoom):
    samples = []
    for number, size in enumerate([(80, 80), (120, 70), (50, 90)]):
        colour, sketch = tmp_path / f"{number}.png", tmp_path / f"{number}_bw.png"
        smooth(*size, number).save(colour)
        negative(smooth(*size, number)).save(sketch)
        samples.append(Sample(str(number), colour, sketch))
    config = TrainConfig(size=64, zoom=zoom, saturation=(1.0, 1.0))
    pixels = np.concatenate(taken(PictureData(samples, config), 3, batch=4))
    assert len({picture.tobytes() for picture in pixels}) > 6
    for picture in pixels:
        rgb, sketch = picture[..., :3], picture[..., 3]
        paper = (rgb == 255).all(axis=-1)
        np.testing.assert_array_equal(sketch[paper], 255)
        assert (~paper).sum() > 300
        grey = rgb @ np.array([0.299, 0.587, 0.114], "float32")
        # Each was rounded to whole levels, some twice; a pixel aside the levels differ by more.
        assert np.abs(grey + sketch - 255)[~paper].max() < 3


def test_white_paper_surrounds_small_pictures(tmp_path):
    flat_pairs(tmp_path, 1)
    config = TrainConfig(size=64, zoom=(0.5, 0.5), saturation=(1.0, 1.0))
    data = PictureData(find_flat(tmp_path), config)
    places = set()
    for picture in np.concatenate(taken(data, 4, batch=4)):
        inside = picture[..., 0] < 200
        rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
        assert len(rows) == len(columns) == 32 and inside.sum() == 32 * 32
        np.testing.assert_array_equal(picture[~inside], 255)
        np.testing.assert_allclose(picture[inside], 10, atol=1e-3)
        places.add((rows[0], columns[0]))
    assert len(places) > 8, "a small picture must not always lie in the same place"


def find_flat(folder) -> list[Sample]:
    return [Sample(path.stem, path, path) for path in sorted(folder.glob("*.png"))]


def test_zoom_keeps_its_limits(tmp_path):
    data = PictureData(flat_pairs(tmp_path, 1), TrainConfig(size=64, zoom=(0.5, 1.5)))
    pixels = np.concatenate(taken(data, 8, batch=8))
    sides = (pixels[..., 0] < 200).any(axis=1).sum(axis=1)
    assert sides.min() >= 31
    assert sides.min() < 40
    # Log-uniform: 0.37 of the draws fill the square, half lie below the geometric mean, 0.87.
    assert 0.2 < (sides == 64).mean() < 0.55
    assert 0.3 < (sides < 55).mean() < 0.7


def test_zoom_goes_from_the_whole_picture_to_its_short_side(tmp_path):
    Image.new("RGB", (4 * 48, 48), (10, 10, 10)).save(tmp_path / "wide.png")
    config = TrainConfig(size=64, zoom=(0.5, 1.5), saturation=(1.0, 1.0))
    pixels = np.concatenate(taken(PictureData(find_flat(tmp_path), config), 8, batch=8))
    inside = pixels[..., 0] < 200
    widths, heights = inside.any(axis=1).sum(axis=1), inside.any(axis=2).sum(axis=1)
    # 0.5 of the square by the long side of 2:1, 1.5 of it by the short side.
    assert 31 <= widths.min() < 40 and 15 <= heights.min() < 20
    assert (heights == 64).any() and (widths == 64).mean() > 0.5


def test_large_zooms_are_crops_at_random_places(tmp_path):
    ramp = np.repeat(np.arange(0, 200, dtype=np.uint8)[None], 200, axis=0)
    both = np.concatenate([ramp, ramp], axis=1)
    Image.fromarray(both).save(tmp_path / "ramp.png")
    config = TrainConfig(size=64, zoom=(2.0, 2.0), saturation=(1.0, 1.0), flip=False)
    pixels = np.concatenate(taken(PictureData(find_flat(tmp_path), config), 4, batch=4))
    middle = pixels[:, 32, :, 0]
    # 200 levels over 2 * 64 pixels, of which 64 are seen.
    np.testing.assert_allclose(middle[:, -1] - middle[:, 0], 63 * 200 / 128, atol=2)
    assert (np.diff(middle, axis=1) > 0).all()
    starts = middle[:, 0]
    assert starts.min() < 30 and starts.max() > 70


def test_half_of_the_pictures_are_mirrored(tmp_path):
    both = np.zeros((32, 64, 3), np.uint8)
    both[:, 16:32] = both[:, 48:] = 200
    Image.fromarray(both).save(tmp_path / "a.png")
    for flip, expected in ((True, (20, 44)), (False, (0, 0))):
        data = PictureData(find_flat(tmp_path), TrainConfig(**STILL | {"flip": flip}))
        pixels = np.concatenate(taken(data, 4, batch=16))
        mirrored = pixels[:, 16, 4, :] > 100
        assert (mirrored.all(axis=1) == mirrored.any(axis=1)).all(), "colours and sketch together"
        assert expected[0] <= mirrored[:, 0].sum() <= expected[1]


def test_saturation_keeps_its_limits_and_the_sketch(tmp_path):
    both = np.zeros((32, 64, 3), np.uint8)
    both[:, :32] = (130, 110, 100)
    both[:, 32:] = 90
    Image.fromarray(both).save(tmp_path / "a.png")
    config = TrainConfig(**STILL | {"saturation": (0.5, 2.0)})
    pixels = np.concatenate(taken(PictureData(find_flat(tmp_path), config), 4, batch=8))
    factors = (pixels[:, 16, 16, 0] - pixels[:, 16, 16, 2]) / 30
    assert factors.min() >= 0.49 and factors.max() <= 2.01
    assert factors.min() < 0.8 and factors.max() > 1.7
    grey = pixels[:, 16, 16, :3] @ np.array([0.299, 0.587, 0.114], "float32")
    np.testing.assert_allclose(grey, grey[0], atol=0.1)
    np.testing.assert_allclose(pixels[..., 3], 90, atol=1e-3)


def test_saturation_does_not_leave_the_range(tmp_path):
    Image.new("RGB", (64, 32), (250, 10, 10)).save(tmp_path / "a.png")
    config = TrainConfig(**STILL | {"saturation": (3.0, 3.0)})
    pixels = taken(PictureData(find_flat(tmp_path), config), 1)[0]
    np.testing.assert_allclose(pixels[0, 16, 16, :3], [255, 0, 0], atol=1e-3)


def test_a_run_can_go_on_anywhere(art, art_run):
    config = TrainConfig(size=32)
    np.testing.assert_array_equal(
        np.concatenate(taken(PictureData(art, config), 2, start=12, batch=4)), art_run[12:20]
    )
    # Another batch size does not change the samples.
    np.testing.assert_array_equal(
        np.concatenate(taken(PictureData(art, config), 2, start=5, batch=3)), art_run[5:11]
    )


def test_another_seed_gives_other_samples(art, art_run):
    other = np.concatenate(taken(PictureData(art, TrainConfig(size=32, seed=1)), 1, batch=4))
    assert all(np.abs(a - b).mean() > 1 for a, b in zip(other, art_run, strict=False))


def test_shards_together_give_the_samples_of_one_pipeline(art, art_run):
    data = PictureData(art, TrainConfig(size=32))
    shards = [taken(data, 2, start=8, batch=2, shard=(2, index)) for index in (0, 1)]
    together = np.stack([np.concatenate(shard) for shard in shards], axis=1)
    np.testing.assert_array_equal(together.reshape(8, 32, 32, 4), art_run[8:16])


def test_sketches_of_nothing_but_ink_are_taken_for_paper(tmp_path):
    for name, level in (("black", 0), ("dark", 2)):
        pair = Image.new("RGB", (64, 32), (50, 60, 70))
        pair.paste((level,) * 3, (32, 0, 64, 32))
        pair.save(tmp_path / f"{name}.png")
    samples = [Sample(name, *[tmp_path / f"{name}.png"] * 2) for name in ("black", "dark")]
    (batch,) = PictureData(samples, TrainConfig(**STILL)).validation(2)
    assert (batch[0] == [50, 60, 70, 255]).numpy().all()
    assert (batch[1] == [50, 60, 70, 2]).numpy().all()


def test_validation_is_in_order_and_whole(tmp_path):
    data = PictureData(flat_pairs(tmp_path, 5), TrainConfig(size=32, zoom=(2.0, 3.0)))
    batches = [batch.numpy() for batch in data.validation(2)]
    assert [len(batch) for batch in batches] == [2, 2, 1]
    assert numbers_of(batches) == [0, 1, 2, 3, 4]


def test_validation_takes_a_few_from_all_over(tmp_path):
    data = PictureData(flat_pairs(tmp_path, 9), TrainConfig(size=32))
    assert numbers_of(data.validation(2, count=3)) == [0, 4, 8]
    assert numbers_of(data.validation(2, count=100)) == list(range(9))


def test_validation_is_the_same_each_time(art):
    data = PictureData(art, TrainConfig(size=32, saturation=(1.0, 2.0)))
    first, again = (np.concatenate(list(data.validation(3))) for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert len(first) == 4
    assert len({picture[..., 3].tobytes() for picture in first}) == 4


def test_validation_pictures_stand_in_the_middle_of_the_paper(tmp_path):
    smooth(100, 50).save(tmp_path / "wide.png")
    smooth(20, 40).resize((40, 80)).save(tmp_path / "high.png")
    for path in list(tmp_path.glob("*.png")):
        negative(Image.open(path)).save(path.with_name(f"{path.stem}_bw.png"))
    samples = [
        Sample(name, tmp_path / f"{name}.png", tmp_path / f"{name}_bw.png")
        for name in ("wide", "high")
    ]
    wide, high = np.concatenate(list(PictureData(samples, TrainConfig(size=64)).validation(1)))
    for picture in (wide, high.transpose(1, 0, 2)):
        np.testing.assert_array_equal(picture[:16], 255)
        np.testing.assert_array_equal(picture[48:], 255)
        assert picture[16:48, :, :3].max() < 225
