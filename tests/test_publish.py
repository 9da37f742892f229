"""Versions of an exported SavedModel: whole or not there, whoever dies or writes beside."""

import os
import socket
import subprocess
import sys
import threading

import pytest

from sgru_tf.export.saved_model import publish


def test_a_version_is_never_half_there(tmp_path):
    out = tmp_path / "model"

    def interrupted(part):
        assert not any(path.name.isdigit() for path in out.iterdir())
        (part / "saved_model.pb").write_text("half")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        publish(out, interrupted)
    assert list(out.iterdir()) == []


def test_a_killed_export_leaves_no_version(tmp_path):
    program = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from sgru_tf.export.saved_model import publish\n"
        "publish(Path(sys.argv[1]), lambda part: ((part / 'a').touch(), os._exit(9)))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)])
    assert done.returncode == 9
    (left,) = tmp_path.iterdir()
    with pytest.raises(ValueError, match="invalid literal"):
        int(left.name)  # what servers take for a version
    assert publish(tmp_path, lambda part: (part / "a").touch()).name == "1"
    assert [path.name for path in tmp_path.iterdir()] == ["1"]


def test_only_what_dead_processes_left_is_removed(tmp_path):
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True
    )
    gone, lives = int(dead.stdout), os.getppid()
    mine = f".part-{socket.gethostname()}"
    names = [f"{mine}-{gone}-0", f"{mine}-{gone}-17", f"{mine}-{lives}-0", f".part-else-{gone}-0"]
    kept = [*names[2:], f"{mine}-{gone}-0-more", f"{mine}-{10**30}-0", f"{mine}-0-0", "3", "notes"]
    for name in {*names, *kept}:
        (tmp_path / name).mkdir()
        (tmp_path / name / "a").touch()
    assert publish(tmp_path, lambda part: (part / "a").touch()).name == "4"
    assert {path.name for path in tmp_path.iterdir()} == {*kept, "4"}


def test_exports_at_once_do_not_clash(tmp_path):
    ready = threading.Barrier(6)
    versions = []

    def export(number):
        def write(part):
            (part / "who").write_text(str(number))
            ready.wait()

        versions.append((publish(tmp_path, write), number))

    threads = [threading.Thread(target=export, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(path.name for path, _ in versions) == list("123456")
    assert all((path / "who").read_text() == str(number) for path, number in versions)
