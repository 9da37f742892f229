"""Imports TensorFlow without the noise that its C++ parts print."""

from __future__ import annotations

import os
import sys
import tempfile
from contextlib import contextmanager

from sgru_tf.errors import SgruError, one_line


def import_quietly(name: str) -> None:
    """Import a package that brings TensorFlow, without its start-up noise on stderr.

    The noise comes from C++ and passes sys.stderr by, so file descriptor 2 itself is led into a
    temporary file while the import runs. If the import fails, what was caught is shown.

    Raises:
        SgruError: the package is not installed.
    """
    if name in sys.modules:
        return
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    try:
        with quiet_stderr():
            __import__(name)
    except ModuleNotFoundError as error:
        raise SgruError(
            f"{error.name} is not installed, and is needed here: install with the extra [tf]"
        ) from error
    except ValueError as error:  # Keras, of a KERAS_BACKEND that it does not know
        raise SgruError(f"{name} cannot be imported; {one_line(error)}") from error


@contextmanager
def quiet_stderr(*, tell: bool = True):
    """Keep C++ code in the block from printing on stderr.

    Args:
        tell: if the block raises, print what it would have printed.
    """
    try:
        kept = os.dup(2)
    except OSError:  # there is no stderr to keep quiet
        yield
        return
    with tempfile.TemporaryFile() as caught:
        if sys.stderr is not None:
            sys.stderr.flush()
        os.dup2(caught.fileno(), 2)
        try:
            yield
        except BaseException:
            if tell:
                caught.seek(0)
                os.write(kept, caught.read())
            raise
        finally:
            os.dup2(kept, 2)
            os.close(kept)
