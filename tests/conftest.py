"""What several tests share: quiet TensorFlow, golden weights, and small models."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Golden numbers are float32 of a CPU, and batches of two do not divide among many GPUs.
os.environ["CUDA_VISIBLE_DEVICES"] = ""
# Compiling is most of what tests on JAX do; what is compiled runs for seconds.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=1")

import json
import zlib
from pathlib import Path

import numpy as np
import pytest

GOLDEN = Path(__file__).parent / "golden"


def golden_value(name: str, shape) -> np.ndarray:
    """Draw the weight that the golden numbers were measured with: seeded by the CRC of its name.

    Kernels are He-initialised, gammas 1 + 0.1 z, betas and biases 0.1 z, VGG's biases 0.01 z.
    """
    z = np.random.default_rng(zlib.crc32(name.encode())).standard_normal(tuple(shape))
    kind = name.rsplit("/", 1)[-1]
    if kind in ("weights", "kernel"):
        fan_in = shape[0] * shape[1] * shape[3 if "transpose" in name else 2]
        z *= np.sqrt(2 / fan_in)
    elif kind == "gamma":
        z = 1 + 0.1 * z
    else:
        z *= {"beta": 0.1, "bias": 0.1, "biases": 0.01}[kind]
    return z.astype("float32")


@pytest.fixture(scope="session")
def golden_variables() -> dict[str, np.ndarray]:
    """All variables of the published network by name, with the golden weights."""
    listed = json.loads((GOLDEN / "variables.json").read_text())
    return {v["name"]: golden_value(v["name"], v["shape"]) for v in listed}


@pytest.fixture(scope="session")
def golden_images() -> tuple[np.ndarray, np.ndarray]:
    """The golden sketch (1, 64, 64, 1) and the nine pictures (9, 64, 64, 3) it must give."""
    with np.load(GOLDEN / "golden_random64.npz") as arrays:
        return arrays["x"], arrays["images_rgb_fake"]


@pytest.fixture
def shallow():
    """Networks of one level, for tests of what trains them; see `shallow.py`."""
    from shallow import shallow_network

    with shallow_network():
        yield


@pytest.fixture
def counting(monkeypatch):
    """Steps that take no time: each has its loss, and may have something happen."""
    from sgru_tf.step import Step

    def use(loss=lambda step: 1.0, at=None):
        def call(self, batch, stop):
            self.number.assign_add(1)
            step = int(self.number.numpy())
            (at or {}).get(step, lambda: None)()
            losses = dict.fromkeys(("loss", "best", "mean"), np.float32(loss(step)))
            return losses | {"gradient": 1.0, "stop": stop}

        monkeypatch.setattr(Step, "__call__", call)

    return use


@pytest.fixture(scope="session")
def tiny_config():
    """The smallest network: 8 filters in the first block, 0.3 M parameters."""
    from sgru_tf.config import ModelConfig

    return ModelConfig(width=1 / 12, working_size=64)


@pytest.fixture(scope="session")
def tiny_model(tiny_config):
    """The smallest network with seeded weights; not to be changed by a test."""
    import keras

    from sgru_tf.model import build_sgru

    keras.utils.set_random_seed(1)
    return build_sgru(tiny_config)


@pytest.fixture(scope="session")
def shallow_model(tiny_config):
    """Of one level: for tests of what is done with a network, whatever its depth.

    Where such a model is built anew, or loaded, the test needs the fixture `shallow` as well.
    """
    import keras
    from shallow import shallow_network

    from sgru_tf.model import build_sgru

    keras.utils.set_random_seed(1)
    with shallow_network():
        return build_sgru(tiny_config)
