"""Two trainings in one folder."""

import sys

import pytest
from test_training import art, simple_lines, unjudged  # noqa: F401

from sgru_tf.errors import SgruError
from sgru_tf.lock import only_one
from sgru_tf.train_run import train

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="Windows holds nothing back"),
    pytest.mark.usefixtures("shallow"),
]


def test_a_folder_is_held_by_one_and_given_back(tmp_path):
    with (
        only_one(tmp_path),
        pytest.raises(SgruError, match="another process trains there"),
        only_one(tmp_path),
    ):
        pass
    with only_one(tmp_path):
        pass


def test_a_second_training_in_a_folder_is_refused(tmp_path, art, counting):  # noqa: F811
    run = tmp_path / "run"
    counting()
    train(unjudged(art, steps=1), run, say=lambda line: None)
    before = {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    with only_one(run), pytest.raises(SgruError, match=f"^{run}: another process trains there"):
        train(unjudged(art, steps=2), run, say=lambda line: None)
    assert before == {path: path.stat().st_mtime_ns for path in run.rglob("*")}
    assert train(unjudged(art, steps=1), run, say=lambda line: None) is None


def test_a_new_training_holds_its_folder_while_it_lasts(tmp_path, art, counting):  # noqa: F811
    run, told = tmp_path / "run", []
    counting()

    def say(line):
        if line.startswith("step"):
            with pytest.raises(SgruError), only_one(run):
                pass
            told.append(line)

    train(unjudged(art, steps=1), run, say=say)
    assert told
    with only_one(run):
        pass
