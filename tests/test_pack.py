"""benchmarks/pack.py: what is done to the colours of the proposals in the last layer."""

import importlib.util
from pathlib import Path

import numpy as np

from sgru_tf.model import build_sgru

PROGRAM = Path(__file__).resolve().parents[1] / "benchmarks" / "pack.py"


def test_a_proposal_is_lightened_and_the_others_stay(tiny_config):
    spec = importlib.util.spec_from_file_location("pack", PROGRAM)
    pack = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(pack)
    model = build_sgru(tiny_config)
    sketch = np.random.default_rng(0).uniform(0, 255, (1, 32, 32, 1)).astype("float32")
    before = np.asarray(model(sketch))
    pack.lighten(model, [1, 0.5, *[1] * 7])
    after = np.asarray(model(sketch))
    np.testing.assert_allclose(255 - after[:, 1], 0.5 * (255 - before[:, 1]), atol=0.01)
    np.testing.assert_allclose(np.delete(after, 1, 1), np.delete(before, 1, 1), atol=0.01)
