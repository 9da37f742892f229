"""Cleaning: for each rule a picture that it must leave out, and one like it that it must keep."""

import io
import json
import os

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image, ImageDraw, ImageEnhance

from sgru_tf.borders import inner_box
from sgru_tf.cleaning import Rules, clean
from sgru_tf.cli_prepare import prepare
from sgru_tf.duplicates import find_copies
from sgru_tf.looking import Look, difference_hash, look_at
from sgru_tf.scan import scan
from sgru_tf.sources import Sample, find_samples


def picture(seed: int = 0, width=160, height=140) -> Image.Image:
    pixels = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), np.uint8)
    return Image.fromarray(pixels).resize((width, height), Image.Resampling.BICUBIC)


def framed(inner: Image.Image, colour, left=0, top=0, right=0, bottom=0) -> Image.Image:
    size = (inner.width + left + right, inner.height + top + bottom)
    page = Image.new("RGB", size, colour)
    page.paste(inner, (left, top))
    return page


def as_jpeg(image: Image.Image, quality=80) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=quality)
    return Image.open(stream).convert("RGB")


def box(image: Image.Image) -> tuple:
    return inner_box(np.asarray(image))


def figure(width=120, height=160) -> Image.Image:
    """A round figure with margins of white paper."""
    page = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(page)
    draw.ellipse((30, 20, width - 30, height - 20), (200, 60, 80), (0, 0, 0), 2)
    return page


def looked(tmp_path, images: dict[str, Image.Image], crop=True) -> list[Look]:
    looks = []
    for name, image in images.items():
        image.save(tmp_path / f"{name}.png")
        looks.append(look_at(name, Sample(name, tmp_path / f"{name}.png"), crop))
    return looks


def left_out(cleaned) -> dict[str, tuple[str, str]]:
    return {gone.look.name: (gone.reason, gone.detail) for gone in cleaned.dropped}


@pytest.mark.parametrize(
    ("margins", "colour"),
    [
        ((0, 30, 0, 30), "black"),
        ((40, 0, 40, 0), "black"),
        ((12, 9, 10, 11), "white"),
        ((1, 1, 1, 1), (90, 90, 120)),
        ((0, 90, 0, 60), "black"),
    ],
)
@pytest.mark.parametrize("jpeg", [False, True])
def test_bars_and_frames_are_found(margins, colour, jpeg):
    left, top, _, _ = margins
    image = framed(picture(), colour, *margins)
    if jpeg:
        image = as_jpeg(image, 92)
    expected = (left, top, left + 160, top + 140)
    assert np.abs(np.subtract(box(image), expected)).max() <= (2 if jpeg else 0)
    if not jpeg:
        assert np.array_equal(image.crop(box(image)), picture())


def test_what_is_no_bar_stays():
    whole = {
        "nothing": picture(),
        "figure on paper": figure(),
        "one colour": Image.new("RGB", (80, 60), "black"),
        "one side only": framed(picture(), "black", top=30),
        "two colours": framed(framed(picture(), "black", top=30), "white", bottom=30),
        # Half of the picture and more is sky.
        "too much": framed(picture(0, 160, 10), "skyblue", top=85, bottom=85),
    }
    for name, image in whole.items():
        assert box(image) == (0, 0, *image.size), name


def test_small_within_borders(tmp_path):
    looks = looked(
        tmp_path,
        {
            "enough": framed(picture(1, 160, 128), "black", top=20, bottom=20),
            "small": framed(picture(2, 160, 127), "black", top=20, bottom=20),
            "tiny": picture(3, 300, 60),
        },
    )
    cleaned = clean(looks, Rules())
    assert [look.name for look in cleaned.kept] == ["enough"]
    assert left_out(cleaned) == {"small": ("small", "160 x 127"), "tiny": ("small", "300 x 60")}
    assert cleaned.counts()["cropped"] == 1
    assert len(clean(looks, Rules(min_side=0)).kept) == 3
    kept = clean(
        looked(tmp_path, {"small": framed(picture(2, 160, 127), 0, 0, 9, 0, 9)}, False), Rules()
    )
    assert [look.inner for look in kept.kept] == [(160, 145)]


def test_grey_pictures(tmp_path):
    grey = picture(4).convert("L").convert("RGB")
    accent = grey.copy()
    accent.paste((220, 20, 30), (60, 60, 90, 90))  # 4 % of it
    speck = grey.copy()
    speck.paste((220, 20, 30), (60, 60, 70, 70))
    tint = Image.blend(grey, Image.new("RGB", grey.size, (250, 240, 235)), 0.5)
    pale = ImageEnhance.Color(picture(5)).enhance(0.4)
    images = {"grey": grey, "accent": accent, "speck": speck, "tint": tint, "pale": pale}
    looks = looked(tmp_path, images)
    cleaned = clean(looks, Rules(alike=-1))
    assert [look.name for look in cleaned.kept] == ["accent", "pale"]
    assert {reason for reason, _ in left_out(cleaned).values()} == {"grey"}
    assert len(clean(looks, Rules(min_colour=0.0, alike=-1)).kept) == 5


def test_copies(tmp_path):
    one = picture(6, 200, 180)
    other = ImageEnhance.Color(one).enhance(0.0)
    recoloured = Image.merge("RGB", one.split()[::-1])
    changed = one.copy()
    changed.paste((255, 0, 255), (40, 40, 130, 130))
    images = {
        "a smaller": as_jpeg(one.resize((150, 135), Image.Resampling.LANCZOS), 60),
        "b": one,
        "c brighter": ImageEnhance.Brightness(one).enhance(1.03),
        "d framed": framed(one, "black", 0, 25, 0, 25),
        "e recoloured": recoloured,
        "f changed": changed,
        "g another": picture(7, 200, 180),
        "h grey": other,
    }
    looks = looked(tmp_path, images)
    cleaned = clean(looks, Rules(min_colour=0))
    kept = [look.name for look in cleaned.kept]
    assert kept == ["b", "e recoloured", "f changed", "g another", "h grey"]
    names = ("a smaller", "c brighter", "d framed")
    assert left_out(cleaned) == {name: ("copy", "b") for name in names}
    # The order in which they are found plays no part.
    assert clean(looks[::-1], Rules(min_colour=0)) == cleaned
    assert len(clean(looks, Rules(min_colour=0, alike=-1)).kept) == 8


def test_the_first_name_of_equals_stays(tmp_path):
    looks = looked(tmp_path, {name: picture(8) for name in "cab"})
    cleaned = clean(looks, Rules())
    assert [look.name for look in cleaned.kept] == ["a"]
    assert left_out(cleaned) == {"b": ("copy", "a"), "c": ("copy", "a")}


def test_distance_of_hashes_is_kept_to(tmp_path):
    """Against all pairs compared one by one."""
    generator = np.random.default_rng(0)
    base = [int(value) for value in generator.integers(0, 2**63, 20)]
    looks = []
    for number in range(300):
        value = base[number % 20]
        for bit in generator.choice(64, generator.integers(0, 9), replace=False):
            value ^= 1 << int(bit)
        thumb = looked(tmp_path, {"t": picture(9)})[0].thumb if not looks else looks[0].thumb
        size = (200 + int(generator.integers(0, 3)), 200)
        looks.append(Look(f"{number:03d}", "", size, (0, 0, *size), 1.0, value, thumb, ""))
    for distance in (0, 3, 6, 15):
        expected: dict[str, str] = {}
        kept: list[Look] = []
        for look in sorted(looks, key=lambda look: (-look.size[0], look.name)):
            near = (k for k in kept if (k.hash ^ look.hash).bit_count() <= distance)
            first = next(near, None)
            if first is None:
                kept.append(look)
            else:
                expected[look.name] = first.name
        assert find_copies(looks, distance) == expected
        assert distance in (0, 3, 6, 15) and 0 < len(expected) < 300


def test_hashes_tell_structure():
    ramp = np.repeat(np.arange(0, 252, 4, dtype=np.uint8)[None], 40, axis=0)
    rising = Image.fromarray(ramp).convert("RGB")
    assert difference_hash(rising) == 2**64 - 1
    assert difference_hash(rising.transpose(Image.Transpose.FLIP_LEFT_RIGHT)) == 0


def test_pairs_keep_their_borders(tmp_path):
    framed(picture(1), "black", 0, 20, 0, 20).save(tmp_path / "rgb.png")
    Image.new("L", (160, 180), 255).save(tmp_path / "bw.png")
    look = look_at("a", Sample("a", tmp_path / "rgb.png", tmp_path / "bw.png"), True)
    assert not look.cropped
    assert look_at("a", Sample("a", tmp_path / "rgb.png"), True).inner == (160, 140)


def make_art(folder, count=7):
    folder.mkdir()
    for number in range(count):
        picture(number).save(folder / f"{number}.png")
    return [(sample.name, sample) for sample in find_samples(folder, 0.0).train]


def test_a_scan_goes_on_and_sees_what_changed(tmp_path, monkeypatch):
    monkeypatch.setattr("sgru_tf.scan.BLOCK", 3)
    pictures = make_art(tmp_path / "art")

    def scanned(**options):
        known = []
        looks = scan(
            pictures, tmp_path / "scan", True, done=lambda n, k: known.extend([k] * n), **options
        )
        return looks, known

    looks, known = scanned(part=(2, 2))
    assert [look.name for look in looks] == ["3", "4", "5"] and not any(known)
    looks, known = scanned()
    assert [look.name for look in looks] == [name for name, _ in pictures]
    assert sum(known) == 3
    assert scanned() == (looks, [True] * 7)
    path = tmp_path / "art/4.png"
    picture(40).save(path)
    os.utime(path, (1, 1))
    again, known = scanned()
    assert known.count(False) == 3
    assert [a == b for a, b in zip(again, looks, strict=True)] == [True] * 4 + [False] + [True] * 2
    (tmp_path / "scan/000000.json").write_text("{")
    assert scanned()[1].count(False) == 3


def test_a_scan_in_processes_is_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr("sgru_tf.scan.BLOCK", 3)
    pictures = make_art(tmp_path / "art")
    assert scan(pictures, tmp_path / "a", True, jobs=2) == scan(pictures, tmp_path / "b", True)


def test_the_report(tmp_path):
    art, out = tmp_path / "art", tmp_path / "out"
    make_art(art, 4)
    picture(2, 120, 300).save(art / "small.png")
    picture(3).convert("L").save(art / "grey.png")
    picture(1, 152, 133).save(art / "copy.png")
    framed(picture(9), "black", 0, 30, 0, 30).save(art / "bars.png")
    command = [str(art), "--out", str(out), "--scan", "--jobs", "1"]
    result = CliRunner().invoke(prepare, command)
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith(
        "5 pictures kept, 1 of them cropped; left out: 0 unreadable, 1 small, 1 grey, 1 copy -> "
    )
    report = json.loads((out / "report.json").read_text())
    assert report["counts"] == {
        "kept": 5,
        "cropped": 1,
        "unreadable": 0,
        "small": 1,
        "grey": 1,
        "copy": 1,
        "unusable": 0,
    }
    assert report["dropped"] == [
        {"name": "small", "reason": "small", "detail": "120 x 300"},
        {"name": "grey", "reason": "grey", "detail": "0.0 % coloured"},
        {"name": "copy", "reason": "copy", "detail": "1"},
    ]
    assert report["cropped"] == [{"name": "bars", "size": [160, 200], "box": [0, 30, 160, 170]}]
    text = (out / "report.md").read_text()
    assert "| 5 | kept |" in text and "- copy: of 1" in text and "dropped.jpg" in text
    with Image.open(out / "dropped.jpg") as sheet:
        # A row for the small, one for the grey, one for the copy and the bars beside what stays.
        assert sheet.height > 3 * 130 and sheet.width > 4 * 120
    assert not list(out.glob("*.tfrecord"))


def test_a_part_of_a_scan_reports_nothing_yet(tmp_path):
    make_art(tmp_path / "art")
    command = [str(tmp_path / "art"), "--out", str(tmp_path / "out"), "--scan", "--jobs", "1"]
    result = CliRunner().invoke(prepare, [*command, "--part", "2/2"])
    assert result.exit_code == 0 and result.stdout.startswith("looked at 0 -> ")
    result = CliRunner().invoke(prepare, [*command, "--part", "1/2"])
    assert result.stdout.startswith("looked at 7 -> ")
    assert not (tmp_path / "out/report.md").exists()
