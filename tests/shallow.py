"""A network of two levels in place of five, for tests of what trains it.

The training loop does not care how deep the network is, and every level costs each process seconds
to trace. Also a script: `python tests/shallow.py SCRIPT ARGUMENTS` runs another one with it.
"""

import contextlib
from unittest import mock

CHANGES = {
    "sgru_tf.model.ENCODER_FILTERS": (96, 192),
    "sgru_tf.model.DECODER_FILTERS": (288, 192),
}


@contextlib.contextmanager
def shallow_network():
    """Build every network with two levels."""
    with contextlib.ExitStack() as patches:
        for change in CHANGES.items():
            patches.enter_context(mock.patch(*change))
        yield


if __name__ == "__main__":
    import runpy
    import sys
    from pathlib import Path

    script = Path(sys.argv[1]).resolve()
    # As `python SCRIPT ARGUMENTS` has it; and this project may not be installed.
    sys.argv[:2] = [str(script)]
    sys.path[0] = str(script.parent)
    sys.path.append(str(Path(__file__).resolve().parents[1]))
    with shallow_network():
        runpy.run_path(str(script), run_name="__main__")
