"""The optimizer step: what it is made of."""

import pytest
import tensorflow as tf

from sgru_tf import step as step_module
from sgru_tf.config import LossConfig, TrainConfig
from sgru_tf.run_folder import RunConfig
from sgru_tf.step import Step


@pytest.mark.parametrize(
    ("own", "expected"),
    [("same", "mixed_bfloat16"), ("float32", "float32"), ("mixed_bfloat16", "mixed_bfloat16")],
)
def test_the_backbone_may_have_a_precision_of_its_own(monkeypatch, tiny_config, own, expected):
    asked = []
    monkeypatch.setattr(
        step_module, "build_features", lambda config, dtype: asked.append(dtype) or None
    )
    config = RunConfig(
        tiny_config,
        LossConfig(weights="none", vgg_precision=own),
        TrainConfig(precision="mixed_bfloat16"),
        "data",
    )
    Step(config, tf.distribute.get_strategy())
    assert asked == [expected]
