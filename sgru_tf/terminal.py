"""What commands over many files tell on stderr: messages, and how far they are."""

import sys
import time

import click

from sgru_tf.progress import clock

# Seconds between two lines of progress where stderr is a file.
LOG_INTERVAL = 30


def say(text: str) -> None:
    """Print a message on stderr."""
    click.echo(text, err=True)


def tell_plan(problems: list[str], own: int) -> None:
    """Say which inputs are of no use, and how many pictures the program made itself.

    Args:
        problems: A line for each useless input.
        own: Number of pictures passed over as results of an earlier run.
    """
    for problem in problems:
        say(f"failed: {problem}")
    if own:
        say(f"{own} of the pictures are results of an earlier run and were left out")


class FileProgress:
    """One line on stderr: files done, seconds each, time left. In a log, a line now and then.

    Args:
        total: Number of files.
        now: Clock, in seconds.
    """

    def __init__(self, total: int, now=time.monotonic):
        self.total = total
        self.done = self.worked = 0
        self.now = now
        self.start = self.last = now()
        self.first = 0.0
        self.live = sys.stderr is not None and sys.stderr.isatty()

    def show(self, skipped: bool) -> None:
        """Count a file, and print the line."""
        self.done += 1
        self.worked += not skipped
        now = self.now()
        # The first file has waited for the model, so it counts only while it is the only one.
        if self.worked == 1 and not skipped:
            self.first = now
        if self.total < 2 or not self.worked or (not self.live and now - self.last < LOG_INTERVAL):
            return
        self.last = now
        each = now - self.start
        if self.worked > 1:
            each = (now - self.first) / (self.worked - 1)
        left = clock(each * (self.total - self.done))
        text = f"{self.done}/{self.total} files, {each:.1f} s each, {left} left"
        click.echo(f"\r\x1b[K{text}" if self.live else text, err=True, nl=not self.live)

    def clear(self) -> None:
        """Take the line away, before a message or at the end."""
        if self.live:
            click.echo("\r\x1b[K", err=True, nl=False)
