"""The split of training pictures: its share, and that it stays."""

import pytest
from test_sources import art, make_plain

from sgru_tf.sources import find_samples


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    folder = tmp_path_factory.mktemp("many")
    tile = art(32, 32)
    for number in range(400):
        tile.save(folder / f"{number:03d}.bmp")
    return folder


def names(samples) -> set[str]:
    return {sample.name for sample in samples}


def test_the_split_has_about_its_share(many):
    found = find_samples(many, 0.2, seed=1)
    # Three standard deviations of 400 draws at 0.2 are 24.
    assert 56 <= len(found.validation) <= 104
    assert names(found.train) | names(found.validation) == {f"{i:03d}" for i in range(400)}
    assert not names(found.train) & names(found.validation)


def test_the_split_depends_on_the_seed_alone(many):
    first, again = find_samples(many, 0.2, seed=1), find_samples(many, 0.2, seed=1)
    other = find_samples(many, 0.2, seed=2)
    assert first == again
    assert names(first.validation) != names(other.validation)
    # Chance alone lets about a fifth of them be the same.
    assert len(names(first.validation) & names(other.validation)) < 40


def test_the_split_is_kept_when_files_come_and_go(tmp_path):
    make_plain(tmp_path, [f"{i:02d}" for i in range(40)])
    before = find_samples(tmp_path, 0.3)
    make_plain(tmp_path, [f"new{i}" for i in range(20)])
    (tmp_path / "00.png").unlink()
    after = find_samples(tmp_path, 0.3)
    assert names(before.validation) - {"00"} == names(after.validation) & names(
        before.train + before.validation
    )
    assert any(name.startswith("new") for name in names(after.validation))


def test_a_larger_share_only_adds(many):
    few, more = find_samples(many, 0.1), find_samples(many, 0.3)
    assert names(few.validation) < names(more.validation)


def test_a_split_that_takes_all_is_for_training(tmp_path):
    make_plain(tmp_path, "a")
    for seed in range(8):
        assert len(find_samples(tmp_path, 0.5, seed).train) == 1
