"""Keeps two processes from training in one folder."""

import os
from contextlib import contextmanager
from pathlib import Path

from sgru_tf.errors import SgruError


@contextmanager
def only_one(folder: Path):
    """Hold a folder for this process; the system lets go of it however the process ends.

    Windows and file systems without locks hold nothing back, and network drives perhaps only the
    processes of one machine.

    Raises:
        SgruError: another process holds it.
    """
    try:
        from fcntl import LOCK_EX, LOCK_NB, flock
    except ImportError:
        yield
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except OSError:
        handle = None
    if handle is None:
        yield
        return
    try:
        try:
            flock(handle, LOCK_EX | LOCK_NB)
        except BlockingIOError as error:
            raise SgruError(
                f"{folder}: another process trains there; wait for it or end it, or name another "
                "folder"
            ) from error
        except OSError:
            pass
        yield
    finally:
        os.close(handle)
