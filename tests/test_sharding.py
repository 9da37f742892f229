"""Writing shards: in parts, again, after a stop, and what is refused."""

import json
import os
import resource
import subprocess
import sys
import time

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

pytest.importorskip("tensorflow")

from test_shards import STILL, in_order, make_art, make_pairs, numbers_of, pack, picture  # noqa: E402

from sgru_tf import sharding  # noqa: E402
from sgru_tf.cli_prepare import prepare  # noqa: E402
from sgru_tf.data import PictureData  # noqa: E402
from sgru_tf.errors import SgruError  # noqa: E402
from sgru_tf.prepare import draw_lines  # noqa: E402
from sgru_tf.sources import find_samples  # noqa: E402
from sgru_tf.workers import spread  # noqa: E402


def run(*arguments):
    result = CliRunner().invoke(prepare, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def shard_files(out):
    return {str(p.relative_to(out)): p.read_bytes() for p in out.rglob("art-*")}


def test_line_art_is_stored_on_demand(tmp_path):
    art = make_art(tmp_path / "art", 3)
    pack(art, tmp_path / "out", 1, lines=True, style="random", seed=3)
    for name, (_, sketch) in in_order(tmp_path / "out").items():
        with Image.open(art / f"{name}.png") as image:
            expected = np.asarray(draw_lines(image.convert("RGB"), "random", f"3/{name}"))
        np.testing.assert_array_equal(sketch[..., 0], expected)


def test_parts_together_are_the_whole(tmp_path):
    art = make_art(tmp_path / "art", 11)
    pack(art, tmp_path / "whole", 5)
    for part in (2, 1, 3):
        done = pack(art, tmp_path / "parts", 5, part=(part, 3))
        assert done.written == (2, 2, 1)[part - 1]
    assert shard_files(tmp_path / "parts") == shard_files(tmp_path / "whole")
    # Elsewhere, and in several processes, the same comes out.
    moved = art.rename(tmp_path / "moved")
    pack(moved, tmp_path / "processes", 5, jobs=2)
    assert shard_files(tmp_path / "processes") == shard_files(tmp_path / "whole")


def test_going_on_after_a_stop(tmp_path, monkeypatch):
    art = make_art(tmp_path / "art", 8)
    pack(art, tmp_path / "whole", 4)
    true, calls = sharding.write_shard, []

    def stopped(path, *arguments):
        if len(calls) == 2:
            next(arguments[0])
            raise KeyboardInterrupt
        calls.append(path)
        return true(path, *arguments)

    monkeypatch.setattr(sharding, "write_shard", stopped)
    command = [art, "--out", tmp_path / "out", "--shards", 4, "--min-side", 32, "--jobs", 1]
    result = run(*command, "--min-colour", 0, "--alike", -1, "--no-crop")
    assert result.exit_code == 130 and "stopped" in result.stderr
    assert len(shard_files(tmp_path / "out")) == 4
    monkeypatch.setattr(sharding, "write_shard", true)
    # A leftover of a process that was killed, and a shard whose index was not written any more.
    (tmp_path / "out/.part-1-1-art-00003-of-00004.tfrecord").write_bytes(b"half")
    (tmp_path / "out/art-00001-of-00004.json").unlink()
    result = run(*command, "--min-colour", 0, "--alike", -1, "--no-crop")
    assert result.exit_code == 0
    assert result.stdout.startswith("8 pictures kept, 0 of them cropped; left out: 0 unreadable")
    assert "shards written 3, skipped 1" in result.stdout
    written = shard_files(tmp_path / "out")
    records = {name: data for name, data in written.items() if name.endswith(".tfrecord")}
    assert records.items() <= shard_files(tmp_path / "whole").items()
    assert len(records) == 4 and not list((tmp_path / "out").glob(".part*"))


def test_other_pictures_or_settings_are_refused(tmp_path):
    art = make_art(tmp_path / "art", 6)
    out = tmp_path / "out"
    pack(art, out, 2)
    before = shard_files(out)
    assert pack(art, out, 2).skipped == 2
    with pytest.raises(SgruError, match=r"art-00000-of-00002.tfrecord: .*size was 333, is 40"):
        pack(art, out, 2, size=40)
    with pytest.raises(SgruError, match="is of a set with another number of shards"):
        pack(art, out, 3)
    picture(77).save(art / "03.png")
    with pytest.raises(SgruError, match="the pictures have changed"):
        pack(art, out, 2)
    assert shard_files(out) == before
    assert pack(art, out, 2, overwrite=True).written == 2
    assert shard_files(out) != before
    assert pack(art, out, 2, name="other", size=40).written == 2


def test_train_and_val_stay_apart(tmp_path, monkeypatch):
    # Line art is part of every graph, and long to trace.
    monkeypatch.setattr("sgru_tf.data.random_line_art", lambda rgb, seed: rgb[..., :1])
    make_pairs(tmp_path / "art/train", 12)
    make_pairs(tmp_path / "art/val", 3)
    pack(tmp_path / "art", tmp_path / "out", 4, lossless=True)
    found = find_samples(tmp_path / "out", 0.5)
    assert (len(found.train), len(found.train.shards)) == (12, 4)
    assert (len(found.validation), len(found.validation.shards)) == (3, 1)
    assert numbers_of(PictureData(found.validation, STILL).validation(2)) == [0, 1, 2]


def test_a_full_disk_leaves_nothing_half_written(tmp_path):
    art = make_art(tmp_path / "art", 6)
    pack(art, tmp_path / "out", 1, size=32)
    for path in (tmp_path / "out").glob("art-*"):
        path.unlink()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (3000, limits[1]))
    try:
        with pytest.raises(SgruError, match="cannot be written") as caught:
            pack(art, tmp_path / "out", 1, size=32)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert "art-00000-of-00001.tfrecord" in str(caught.value)
    assert not list((tmp_path / "out").glob("*art-*"))


def test_unreadable_pictures_are_told_and_left_out(tmp_path):
    art = make_art(tmp_path / "art", 5)
    (art / "text.png").write_text("not a picture")
    data = (art / "02.png").read_bytes()
    (art / "02.png").write_bytes(data[: len(data) // 2])
    picture(9, 20, 20).save(art / "tiny.png")
    flags = ["--min-side", 32, "--min-colour", 0, "--alike", -1, "--no-crop", "--jobs", 1]
    result = run(art, "--out", tmp_path / "out", "--shards", 2, *flags)
    assert result.exit_code == 1
    assert "4 pictures kept" in result.stdout and "shards written 2" in result.stdout
    lines = result.stderr.splitlines()
    assert [line.split(":")[1].strip() for line in lines] == [
        str(art / "text.png"),
        str(art / "02.png"),
    ]
    assert sorted(in_order(tmp_path / "out")) == ["00", "01", "03", "04"]
    report = json.loads((tmp_path / "out/report.json").read_text())
    assert report["counts"]["small"] == 1 and report["counts"]["unreadable"] == 1
    assert report["counts"]["unusable"] == 1


def test_options_that_do_not_go_together(tmp_path):
    art, out = make_art(tmp_path / "art", 2), tmp_path / "out"
    for arguments in (
        ["--shards", 2, "--scan"],
        ["--shards", 2, "--pairs"],
        ["--part", "1/2"],
        ["--lossless"],
        ["--shards", 2, "--part", "3/2"],
        ["--shards", 2, "--part", "one"],
        ["--shards", 0],
        ["--shards", 1, "--name", "../art"],
    ):
        assert run(art, "--out", out, *arguments).exit_code == 2, arguments
    assert run(art, art, "--out", out, "--shards", 1).exit_code == 2
    common = ["--shards", 1, "--min-side", 32, "--jobs", 1]
    for arguments, message in (
        ([art, "--out", art / "shards", *common], "lies in the folder of pictures"),
        ([art, "--out", out, *common, "--shards", 3], "too few for 3 shards"),
        ([tmp_path / "none", "--out", out, *common], "no such folder"),
    ):
        result = run(*arguments)
        assert result.exit_code == 1 and message in result.stderr
    assert run(art, "--out", out, *common).exit_code == 0
    result = run(out, "--out", tmp_path / "again", *common)
    assert result.exit_code == 1 and "holds shards already" in result.stderr


def test_large_shards_are_told(tmp_path, monkeypatch):
    monkeypatch.setattr(sharding, "LARGE", 10)
    art = make_art(tmp_path / "art", 3)
    command = [art, "--out", tmp_path / "out", "--shards", 1, "--min-side", 32, "--jobs", 1]
    result = run(*command)
    assert result.exit_code == 0
    assert "the largest shard has 0 MiB: with more --shards, training takes less" in result.stderr


def test_a_worker_that_dies_is_told():
    with pytest.raises(SgruError, match="ended from outside"):
        list(spread(os._exit, [1, 1], 2))


PARENT = """
import multiprocessing, threading, time
from sgru_tf.workers import spread

def tell():
    print(*[child.pid for child in multiprocessing.active_children()], flush=True)

threading.Timer(1.0, tell).start()
list(spread(time.sleep, [60, 60], 2))
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="looks at processes in /proc")
def test_workers_end_with_their_parent():
    with subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE) as parent:
        children = parent.stdout.readline().decode().split()
        parent.kill()
    assert len(children) == 2
    end = time.monotonic() + 20
    while any(map(alive, children)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(alive, children))


def alive(process: str) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stream:
            return stream.read().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
