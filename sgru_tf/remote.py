"""Files that lie on this machine or in a bucket, by one set of functions.

A path with a scheme (`gs://bucket/art`) goes through `tf.io.gfile`, any other through Python's own
functions, so that TensorFlow is not needed for what lies on the disk.
"""

from __future__ import annotations

import os
import posixpath
import re
from pathlib import Path

from sgru_tf.errors import SgruError, one_line
from sgru_tf.quiet import import_quietly

# Two letters at least: one is a drive of Windows. A pathlib.Path has taken one slash away.
_SCHEME = re.compile(r"^([a-z][a-z0-9+.-]+):/+(?=[^/])")


def located(path) -> str:
    """Give a path as text; `gs:/bucket`, as `pathlib` writes it, becomes `gs://bucket` again."""
    text = str(path)
    return _SCHEME.sub(r"\1://", text) if _SCHEME.match(text) else str(Path(text))


def is_remote(path: str) -> bool:
    """Tell whether a path that `located` gave has a scheme."""
    return "://" in path


def joined(folder: str, name: str) -> str:
    """Give the path of a name in a folder."""
    return posixpath.join(folder, name) if is_remote(folder) else os.path.join(folder, name)


def is_folder(path: str) -> bool:
    """Tell whether a folder is there.

    Raises:
        SgruError: its place cannot be reached.
    """
    return _asked(path, lambda: os.path.isdir(path), lambda gfile: gfile.isdir(path))


def names_in(folder: str) -> list[str]:
    """List what lies in a folder, sorted, without the slash that buckets put behind folders.

    Raises:
        SgruError: it cannot be read.
    """
    names = _asked(folder, lambda: os.listdir(folder), lambda gfile: gfile.listdir(folder))
    return sorted(name.rstrip("/") for name in names)


def size_of(path: str) -> int:
    """Give the bytes of a file.

    Raises:
        SgruError: there is no such file, or it cannot be reached.
    """
    return _asked(path, lambda: os.stat(path).st_size, lambda gfile: gfile.stat(path).length)


def read_bytes(path: str) -> bytes:
    """Read a whole file.

    Raises:
        SgruError: there is no such file, or it cannot be read.
    """

    def from_bucket(gfile):
        with gfile.GFile(path, "rb") as stream:
            return stream.read()

    return _asked(path, lambda: Path(path).read_bytes(), from_bucket)


def _asked(path: str, here, there):
    """Ask Python's own functions, or those of `tf.io.gfile`, and tell plainly what goes wrong."""
    try:
        if not is_remote(path):
            return here()
        import_quietly("tensorflow")
        import tensorflow as tf

        try:
            return there(tf.io.gfile)
        except (tf.errors.OpError, NotImplementedError) as error:
            raise SgruError(f"{path}: cannot be read; {one_line(error)}") from error
    except OSError as error:
        raise SgruError(f"{path}: cannot be read; {error.strerror or one_line(error)}") from error
