"""Several versions of a pair: the same picture under different lines, never apart in training."""
# ruff: noqa: F811

import numpy as np
import pytest

pytest.importorskip("tensorflow")

from test_prepare import art, here, interrupt_at, names, pixels, run, save  # noqa: E402, F401

from sgru_tf import prepare as work  # noqa: E402
from sgru_tf.prepare import draw_lines  # noqa: E402
from sgru_tf.sources import find_samples  # noqa: E402


def test_several_versions_are_pairs_of_one_picture_under_different_lines(here):
    save(here / "in/a.png", (60, 60))
    save(here / "in/sub/b.jpg", (60, 44))
    result = run("in", "--recursive", "--out", "o", "--pairs", "--draws", 3)
    assert result.stdout == "drawn 2, skipped 0, failed 0 -> o\n"
    kinds = ["a.draw2.png", "a.draw3.png", "a.png"]
    assert names(here / "o") == [*kinds, *(f"sub/{name.replace('a', 'b', 1)}" for name in kinds)]
    versions = [pixels(here / "o" / name) for name in kinds]
    for version in versions:
        assert np.array_equal(version[:, :60], np.asarray(art(60, 60)))
    assert len({version[:, 60:].tobytes() for version in versions}) == 3
    # Each is drawn as training would draw it; the first one as if it were the only one.
    for number, key in enumerate(("0/a.png/2", "0/a.png/3", "0/a.png")):
        lines = np.asarray(draw_lines(art(60, 60), "random", key))
        assert np.array_equal(versions[number][:, 60:, 0], lines)
    assert run("in/a.png", "--out", "one", "--pairs", "--style", "random").exit_code == 0
    assert np.array_equal(pixels(here / "one/a.png"), versions[2])


def test_one_version_is_what_pairs_are_without_the_option(here):
    save(here / "in/a.png")
    assert run("in", "--out", "o", "--pairs", "--draws", 1).exit_code == 0
    assert run("in", "--out", "p", "--pairs").exit_code == 0
    assert names(here / "o") == ["a.png"]
    assert (here / "o/a.png").read_bytes() == (here / "p/a.png").read_bytes()
    assert run("in", "--out", "lines", "--draws", 1).exit_code == 0
    assert pixels(here / "lines/a.png").ndim == 2


def test_training_holds_all_versions_of_a_picture_back_or_none(here):
    for index in range(12):
        save(here / "in" / f"{index}.png", (40, 40))
    assert run("in", "--out", "o", "--pairs", "--draws", 3).exit_code == 0
    for share in (0.3, 0.0001):  # the second holds the least number back
        found = find_samples(here / "o", share)
        held = {sample.name.split(".")[0] for sample in found.validation}
        learnt = {sample.name.split(".")[0] for sample in found.train}
        assert held and learnt and not held & learnt
        assert len(found.validation) == 3 * len(held) and len(found.train) == 3 * len(learnt)
        assert all(sample.side_by_side for sample in found.train + found.validation)
        # The same pictures as of the folder that they were drawn from.
        assert {sample.name for sample in find_samples(here / "in", share).validation} == held


def test_shards_keep_the_versions_together_too(here):
    for index in range(6):
        save(here / "in" / f"{index}.png", (40, 40))
    assert run("in", "--out", "o", "--pairs", "--draws", 2).exit_code == 0
    packed = run("o", "--out", "s", "--shards", 1, "--alike", -1, "--min-side", 32, "--jobs", 1)
    assert packed.exit_code == 0, packed.stderr
    found = find_samples(here / "s", 0.3)
    learnt = {name.split(".")[0] for name in found.train.names}
    held = {name.split(".")[0] for name in found.validation.names}
    assert held and learnt and not held & learnt
    assert len(found.train.names) + len(found.validation.names) == 12


def test_missing_versions_are_added(here, monkeypatch):
    save(here / "in/a.png", (40, 40))
    save(here / "in/b.png", (40, 40))
    command = ["in", "--out", "o", "--pairs", "--draws", 3]
    true = interrupt_at(monkeypatch, "a.draw3.png")
    assert run(*command).exit_code == 130
    assert names(here / "o") == ["a.draw2.png", "a.png"]
    written = []
    monkeypatch.setattr(
        work, "write_image", lambda p, path: (written.append(path.name), true(p, path))
    )
    assert run(*command).stdout == "drawn 2, skipped 0, failed 0 -> o\n"
    assert written == ["a.draw3.png", "b.png", "b.draw2.png", "b.draw3.png"]
    assert run(*command).stdout == "drawn 0, skipped 2, failed 0 -> o\n"
    # More of them are added to those that are there.
    assert run(*command[:-1], 4).stdout == "drawn 2, skipped 0, failed 0 -> o\n"
    assert written[4:] == ["a.draw4.png", "b.draw4.png"]
    assert run(*command, "--overwrite").stdout == "drawn 2, skipped 0, failed 0 -> o\n"
    assert len(written) == 12


@pytest.mark.parametrize("other", ["a.draw2.png", "A.Draw2.jpg"])
def test_a_version_never_takes_the_name_of_a_picture(here, other):
    save(here / "in/a.png", (40, 40))
    save(here / "in" / other, (60, 60))
    for _ in range(2):
        result = run("in", "--out", "o", "--pairs", "--draws", 2)
        assert result.exit_code == 1
        assert "in/a.png: another picture is named a.draw2" in result.stderr
        assert len(names(here / "o")) == 2
        assert pixels(here / "o" / f"{other[:-4]}.png").shape == (60, 120, 3)
    assert run("in", "--out", "p", "--pairs").exit_code == 0


def test_draws_that_make_no_sense_are_refused(here):
    save(here / "a.png")
    for arguments, words in (
        (["--draws", 2], "--draws belongs to --pairs"),
        (["--draws", 2, "--lines"], "--draws belongs to --pairs"),
        (["--draws", 2, "--pairs", "--style", "clean"], "--style clean has no variety"),
        (["--draws", 2, "--shards", 2], "pack the folder of pairs"),
        (["--draws", 0, "--pairs"], "0 is not in the range"),
    ):
        result = run("a.png", "--out", "o", *arguments)
        assert result.exit_code == 2
        assert words in result.stderr
    assert not (here / "o").exists()
