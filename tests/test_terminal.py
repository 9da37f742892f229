"""What a terminal, or a log in its place, shows of work on files."""

from sgru_tf.terminal import FileProgress


def test_progress_in_a_log(capsys):
    times = iter(range(0, 10**6, 40))
    progress = FileProgress(3, now=lambda: float(next(times)))
    for _ in range(3):
        progress.show(skipped=False)
    assert capsys.readouterr().err.splitlines() == [
        "1/3 files, 40.0 s each, 1:20 left",
        "2/3 files, 40.0 s each, 0:40 left",
        "3/3 files, 40.0 s each, 0:00 left",
    ]
