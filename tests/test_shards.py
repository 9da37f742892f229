"""Shards: what is in them, and which samples training gets out of them."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

tf = pytest.importorskip("tensorflow")

from sgru_tf import sharding  # noqa: E402
from sgru_tf.cleaning import Rules  # noqa: E402
from sgru_tf.config import TrainConfig  # noqa: E402
from sgru_tf.data import PictureData, read_sample  # noqa: E402
from sgru_tf.errors import SgruError  # noqa: E402
from sgru_tf.shard_stream import ShardStream  # noqa: E402
from sgru_tf.shards import decode, read_index, read_shard  # noqa: E402
from sgru_tf.sources import find_samples  # noqa: E402

# Nothing at random but the order: a square picture fills the square as it is.
STILL = TrainConfig(size=32, zoom=(1.0, 1.0), saturation=(1.0, 1.0), flip=False)
ALL = Rules(crop=False, min_side=0, min_colour=0.0, alike=-1)


def picture(seed: int, width=60, height=44) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (5, 6, 3), np.uint8)
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)


def make_art(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        picture(number).save(folder / f"{number:02d}.png")
    return folder


def make_pairs(folder: Path, count: int) -> Path:
    """Pairs by whose grey `numbers_of` knows them: 10, 20, 30, ..."""
    folder.mkdir(parents=True)
    for number in range(count):
        both = Image.new("RGB", (64, 32), "white")
        both.paste((10 * number + 10,) * 3, (0, 0, 32, 32))
        both.save(folder / f"{number:02d}.png")
    return folder


def pack(art: Path, out: Path, shards: int, rules: Rules = ALL, **wishes):
    wishes = sharding.ShardWishes(shards=shards, rules=rules, **wishes)
    return sharding.make_shards(art, out, wishes, lambda total: lambda known: None)


def numbers_of(batches) -> list[int]:
    pixels = np.concatenate([np.asarray(batch) for batch in batches])
    return [round(float(grey) / 10) - 1 for grey in pixels[:, 16, 16, 0]]


def taken(data: PictureData, batches: int, start: int = 0, batch: int = 1, **options):
    return [b.numpy() for b in data.training(start, batch, **options).take(batches)]


def in_order(folder: Path) -> dict[str, tuple]:
    records = find_samples(folder, 0.0).train
    stream = ShardStream(records, 0, 10**6)
    return {name: stream.at(number) for number, name in enumerate(records.names)}


@pytest.fixture(autouse=True)
def quick_lines(monkeypatch):
    """Spare the line art of training: it is part of every graph, and long to trace."""
    monkeypatch.setattr("sgru_tf.data.random_line_art", lambda rgb, seed: rgb[..., :1])


@pytest.fixture(scope="module")
def greys(tmp_path_factory) -> Path:
    """Shards of 23 pairs: 5, 5, 5, 4 and 4."""
    folder = tmp_path_factory.mktemp("greys")
    pack(make_pairs(folder / "art", 23), folder / "out", 5, lossless=True)
    return folder / "out"


def test_pictures_come_back_to_the_bit(tmp_path):
    art = make_art(tmp_path / "art", 5)
    pack(art, tmp_path / "out", 2, size=40, lossless=True)
    back = in_order(tmp_path / "out")
    samples = find_samples(art, 0.0).train
    assert sorted(back) == [sample.name for sample in samples]
    for sample in samples:
        rgb, sketch = read_sample(sample, 40)
        assert rgb.shape == (40, 55, 3)
        np.testing.assert_array_equal(back[sample.name][0], rgb)
        assert back[sample.name][1].shape == sketch.shape == (0, 0, 1)


def test_jpeg_keeps_colours_apart_at_a_line(tmp_path):
    (tmp_path / "art").mkdir()
    pixels = np.zeros((48, 48, 3), np.uint8)
    pixels[:, :23], pixels[:, 23:] = (220, 30, 40), (20, 60, 220)
    Image.fromarray(pixels).save(tmp_path / "art/a.png")
    pack(tmp_path / "art", tmp_path / "out", 1)
    rgb = in_order(tmp_path / "out")["a"][0].astype(int)
    # Halved chroma, as JPEG has it by default, is off by more than 80 levels here.
    assert np.abs(rgb - pixels).max() < 24


def test_sketches_are_kept_to_the_bit(tmp_path):
    for number in range(3):
        for folder, image in (("images_rgb", picture(number)), ("images_bw", picture(50 + number))):
            path = tmp_path / "art" / folder / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            image.convert("L" if folder == "images_bw" else "RGB").save(path)
    pack(tmp_path / "art", tmp_path / "out", 2)
    back = in_order(tmp_path / "out")
    for sample in find_samples(tmp_path / "art", 0.0).train:
        rgb, sketch = read_sample(sample)
        np.testing.assert_array_equal(back[sample.name][1], sketch)
        assert np.abs(back[sample.name][0].astype(int) - rgb).mean() < 3


def test_shards_are_plain_tfrecords(greys):
    count = 0
    for path in sorted(greys.glob("*.tfrecord")):
        index = json.loads(path.with_suffix(".json").read_text())
        records = list(tf.data.TFRecordDataset([str(path)]).as_numpy_iterator())
        assert [bytes(record) for record in read_shard(read_index(str(path)))] == records
        examples = [tf.train.Example.FromString(record) for record in records]
        stored = [e.features.feature["name"].bytes_list.value[0].decode() for e in examples]
        assert stored == index["names"] and len(stored) == index["count"]
        count += len(records)
    assert count == 23


def test_every_shard_is_a_cross_section(greys):
    records = find_samples(greys, 0.0).train
    assert [len(shard) for shard in records.shards] == [5, 5, 5, 4, 4]
    assert records.shards[1].names == ("01", "06", "11", "16", "21")


def test_the_split_is_that_of_the_pictures(greys):
    art = greys.parent / "art"
    plain, packed = find_samples(art, 0.3, seed=4), find_samples(greys, 0.3, seed=4)
    assert 0 < len(plain.validation) < 23
    assert sorted(packed.validation.names) == [sample.name for sample in plain.validation]
    assert sorted(packed.train.names) == [sample.name for sample in plain.train]
    data = PictureData(packed.validation, STILL)
    expected = [int(name) for name in packed.validation.names]
    assert numbers_of(data.validation(4)) == expected
    assert numbers_of(data.validation(4, count=2)) == [expected[0], expected[-1]]
    numbers = numbers_of(taken(PictureData(packed.train, STILL), len(packed.train)))
    assert sorted(numbers) == sorted(int(name) for name in packed.train.names)


def test_validation_records_are_read_once(greys, monkeypatch):
    data = PictureData(find_samples(greys, 0.0).train, STILL)
    batches = data.validation(4, count=6)
    first = numbers_of(batches)
    assert first == [0, 20, 16, 17, 13, 19]
    monkeypatch.setattr("sgru_tf.shard_stream.read_shard", lambda shard: 1 / 0)
    assert numbers_of(batches) == first


def test_every_record_comes_once_an_epoch(greys):
    data = PictureData(find_samples(greys, 0.0).train, STILL)
    assert data.epoch == 23
    numbers = numbers_of(taken(data, 23, batch=3))
    epochs = [tuple(numbers[i : i + 23]) for i in range(0, 69, 23)]
    for epoch in epochs:
        assert sorted(epoch) == list(range(23))
    assert len(set(epochs)) == 3 and tuple(range(23)) not in epochs
    again = PictureData(find_samples(greys, 0.0).train, STILL)
    assert numbers_of(taken(again, 23, batch=3)) == numbers
    other = PictureData(
        find_samples(greys, 0.0).train, TrainConfig(**STILL.to_dict() | {"seed": 1})
    )
    assert numbers_of(taken(other, 23)) != list(epochs[0])


def test_neighbours_come_from_different_shards(greys):
    records = find_samples(greys, 0.0).train
    home = {int(name): n for n, shard in enumerate(records.shards) for name in shard.names}
    numbers = numbers_of(taken(PictureData(records, STILL), 23))
    apart = [home[a] != home[b] for a, b in zip(numbers, numbers[1:], strict=False)]
    assert np.mean(apart) > 0.8


@pytest.mark.parametrize("start", [1, 7, 22, 23, 24, 100, 1000])
def test_a_run_can_go_on_anywhere(greys, start):
    records = find_samples(greys, 0.0).train
    config = TrainConfig(size=32)
    whole = taken(PictureData(records, config), 1, start=start - 1, batch=6)[0]
    resumed = taken(PictureData(records, config), 1, start=start, batch=5)[0]
    np.testing.assert_array_equal(resumed, whole[1:])


@pytest.mark.parametrize("workers", [2, 3, 4, 8])
def test_workers_together_give_the_samples_of_one(greys, workers):
    data = PictureData(find_samples(greys, 0.0).train, TrainConfig(size=32))
    whole = np.concatenate(taken(data, 2, start=24, batch=24))
    parts = [
        np.concatenate(taken(data, 48 // workers, start=24, shard=(workers, index)))
        for index in range(workers)
    ]
    together = np.stack(parts, axis=1).reshape(whole.shape)
    np.testing.assert_array_equal(together, whole)


def test_pictures_and_shards_mix(tmp_path, greys):
    extra = find_samples(make_pairs(tmp_path / "extra", 2), 0.0).train
    for sample in extra:
        with Image.open(sample.colour) as image:
            image.point(lambda value: 240 if value < 100 else value).save(sample.colour)
    records = find_samples(greys, 0.0).train.only([number < 12 for number in range(23)])
    data = PictureData(records, STILL, ((extra, 0.25),))
    assert data.epoch == 16
    mine = sorted(int(name) for name in records.names)
    numbers = numbers_of(taken(data, 8, batch=4))
    for epoch in (numbers[:16], numbers[16:]):
        assert sorted(n for n in epoch if n != 23) == mine
        assert epoch.count(23) == 4
    packed = PictureData(extra, STILL, ((records, 0.5),))
    numbers = numbers_of(taken(packed, 24))
    assert sorted(n for n in numbers if n != 23) == mine, "a long list, in time"


def test_a_damaged_shard_is_named(tmp_path):
    pack(make_pairs(tmp_path / "art", 6), tmp_path / "out", 2)
    path = tmp_path / "out/art-00001-of-00002.tfrecord"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    records = find_samples(tmp_path / "out", 0.0).train
    stream = ShardStream(records, 0, 64)
    assert stream.at(0)[0].shape == (32, 32, 3)
    with pytest.raises(SgruError, match="its CRC is wrong") as caught:
        stream.at(3)
    assert str(caught.value).startswith(f"{path}: is damaged") and "\n" not in str(caught.value)
    pictures = PictureData(records, STILL)
    with pytest.raises(tf.errors.OpError, match="art-00001-of-00002.tfrecord: is damaged"):
        taken(pictures, 6)
    assert str(pictures.failure) == str(caught.value)
    path.write_bytes(bytes(data[:-100]))
    with pytest.raises(SgruError, match=f"{path.name}: is damaged, .* bytes instead of"):
        find_samples(tmp_path / "out")


def test_a_record_of_another_program(tmp_path):
    with pytest.raises(SgruError, match="a shard, record 3: holds no colours"):
        decode(b"", "a shard, record 3")
    with pytest.raises(SgruError, match="a shard, record 3: damaged"):
        decode(b"\xff\xff", "a shard, record 3")


def test_an_incomplete_set_is_told_before_training(tmp_path):
    out = tmp_path / "out"
    pack(make_art(tmp_path / "art", 6), out, 3)
    index = out / "art-00002-of-00003.json"
    kept = index.read_bytes()
    index.unlink()
    with pytest.raises(SgruError, match=r"00002-of-00003.json of 3 shards: missing or not"):
        find_samples(out)
    index.write_text("{}")
    with pytest.raises(SgruError, match="00002-of-00003.json: is not the index of a shard"):
        find_samples(out)
    index.write_bytes(kept.replace(b'"plan": "', b'"plan": "0'))
    with pytest.raises(SgruError, match="was written from other pictures"):
        find_samples(out)
    (out / "art-00002-of-00003.tfrecord").unlink()
    (out / "art-00000-of-00003.tfrecord").unlink()
    with pytest.raises(SgruError, match=r"00000-of-00003.tfrecord and 1 more of 3 shards: miss"):
        find_samples(out)
    (out / "art-00001-of-00003.tfrecord").rename(out / "some.tfrecord")
    with pytest.raises(SgruError, match="some.tfrecord: is not named as a shard"):
        find_samples(out)


def test_shards_in_a_bucket(greys):
    tf.io.gfile.makedirs("ram://bucket/art")
    for path in greys.glob("art-*"):
        with tf.io.gfile.GFile(f"ram://bucket/art/{path.name}", "wb") as stream:
            stream.write(path.read_bytes())
    here = numbers_of(taken(PictureData(find_samples(greys).train, STILL), 9))
    # A path that went through pathlib has lost a slash.
    for folder in ("ram://bucket/art", Path("ram://bucket/art")):
        found = find_samples(folder)
        assert numbers_of(taken(PictureData(found.train, STILL), 9)) == here
    with pytest.raises(SgruError, match="ram://nowhere: no such folder"):
        find_samples("ram://nowhere")
    with pytest.raises(SgruError, match="ram://bucket: holds no shards"):
        find_samples("ram://bucket")
