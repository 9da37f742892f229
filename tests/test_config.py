"""Settings: limits, types, JSON, presets."""

import dataclasses
import json
import subprocess
import sys

import pytest

from sgru_tf.config import LossConfig, ModelConfig, TrainConfig
from sgru_tf.errors import SgruError
from sgru_tf.presets import PRESETS, preset

KINDS = (ModelConfig, LossConfig, TrainConfig)


def fields_with(what: str) -> list:
    return [
        pytest.param(kind, field, id=f"{kind.__name__}.{field.name}")
        for kind in KINDS
        for field in dataclasses.fields(kind)
        if what in field.metadata
    ]


@pytest.mark.parametrize(
    "config",
    [
        ModelConfig(width=0.3, proposals=4, norm_epsilon=1e-12, input_range="signed"),
        ModelConfig(proposals=2, schemes=[["#ffddcc", "#102030", "#aabbcc", "#406080"]] * 2),
        LossConfig(layer_weights=(1.0, 0.0, 2.0, 0.5, 0.1, 3.0), winner="colour", weights="none"),
        TrainConfig(size=96, zoom=(0.7, 1.1), flip=False, seed=7, precision="mixed_bfloat16"),
    ],
)
def test_json_round_trip(config):
    text = json.dumps(config.to_dict())
    again = type(config).from_dict(json.loads(text))
    assert again == config
    assert again != type(config)()
    assert hash(again) == hash(config)


def test_json_holds_every_field():
    for kind in KINDS:
        assert set(kind().to_dict()) == {field.name for field in dataclasses.fields(kind)}


def test_missing_fields_take_their_defaults():
    assert TrainConfig.from_dict({"batch": 3}) == TrainConfig(batch=3)


@pytest.mark.parametrize(("kind", "field"), fields_with("limits"))
def test_limits_are_refused_by_name(kind, field):
    low, high = field.metadata["limits"]
    inside = field.default
    nan = float("nan")
    outside = [low - 1, high + 1] if isinstance(inside, int) else [low - 1.0, high * 2 + 1, nan]
    for value in outside:
        value = (value, *inside[1:]) if isinstance(inside, tuple) else value
        with pytest.raises(SgruError, match=rf"{kind.__name__}\.{field.name} must lie between"):
            kind(**{field.name: value})


@pytest.mark.parametrize(("kind", "field"), fields_with("limits"))
def test_limits_themselves_are_allowed(kind, field):
    if isinstance(field.default, tuple):
        values = [(limit,) * len(field.default) for limit in field.metadata["limits"]]
    else:
        values = field.metadata["limits"]
    for value in values:
        assert getattr(kind(**{field.name: value}), field.name) == value


@pytest.mark.parametrize(("kind", "field"), fields_with("choices"))
def test_choices(kind, field):
    for choice in field.metadata["choices"]:
        assert getattr(kind(**{field.name: choice}), field.name) == choice
    with pytest.raises(SgruError, match=rf"{kind.__name__}\.{field.name} must be one of .*'hat'"):
        kind(**{field.name: "hat"})


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (TrainConfig, {"size": 100}, r"TrainConfig\.size must be a multiple of 32, not 100"),
        (TrainConfig, {"zoom": (1.2, 0.8)}, r"TrainConfig\.zoom must be two rising"),
        (TrainConfig, {"zoom": (0.0, 0.8)}, r"TrainConfig\.zoom must"),
        (TrainConfig, {"zoom": (float("nan"), 1.0)}, r"TrainConfig\.zoom must"),
        (TrainConfig, {"saturation": (1.3, 1.0)}, r"TrainConfig\.saturation must be two rising"),
        (TrainConfig, {"saturation": (-0.1, 1.0)}, r"TrainConfig\.saturation must"),
        (TrainConfig, {"zoom": (1.0,)}, r"TrainConfig\.zoom must be of type tuple\[float, float\]"),
        (TrainConfig, {"zoom": 1.0}, r"TrainConfig\.zoom must be of type tuple"),
        (TrainConfig, {"zoom": [1.0, "2"]}, r"TrainConfig\.zoom must be of type tuple"),
        (TrainConfig, {"batch": 2.5}, r"TrainConfig\.batch must be of type int, not 2\.5"),
        (TrainConfig, {"batch": "8"}, r"TrainConfig\.batch must be of type int, not '8'"),
        (TrainConfig, {"batch": True}, r"TrainConfig\.batch must be of type int, not True"),
        (TrainConfig, {"batch": None}, r"TrainConfig\.batch must be of type int, not None"),
        (TrainConfig, {"average": False}, r"TrainConfig\.average must be of type float"),
        (TrainConfig, {"flip": 1}, r"TrainConfig\.flip must be of type bool, not 1"),
        (LossConfig, {"weights": 3}, r"LossConfig\.weights must be of type str, not 3"),
        (LossConfig, {"layer_weights": [1.0] * 5}, r"LossConfig\.layer_weights must be of type"),
    ],
)
def test_wrong_values_are_refused_by_name(kind, values, said):
    with pytest.raises(SgruError, match=said) as caught:
        kind(**values)
    assert "\n" not in str(caught.value)


def test_lists_become_tuples_and_whole_numbers_floats():
    config = TrainConfig.from_dict({"zoom": [1, 2], "learning_rate": 1})
    assert config.zoom == (1.0, 2.0)
    assert all(type(value) is float for value in (*config.zoom, config.learning_rate))


def test_unknown_fields_are_refused():
    with pytest.raises(SgruError, match="ModelConfig: unknown setting depth, heads; it may come"):
        ModelConfig.from_dict({"width": 1.0, "heads": 2, "depth": 5})


@pytest.mark.parametrize("values", [None, [], "width", 3])
def test_other_json_is_refused(values):
    with pytest.raises(SgruError, match="ModelConfig: expected a table of settings"):
        ModelConfig.from_dict(values)


def test_settings_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        ModelConfig().width = 2.0


@pytest.mark.parametrize(
    ("width", "published", "expected"),
    [(1.0, 96, 96), (1.0, 480, 480), (0.25, 96, 24), (0.25, 288, 72), (0.1, 96, 8), (0.01, 96, 8)],
)
def test_filters_are_multiples_of_eight(width, published, expected):
    assert ModelConfig(width=width).filters(published) == expected


def test_every_preset_is_valid_and_documented():
    for name, make in PRESETS.items():
        settings = preset(name)
        assert tuple(map(type, settings)) == KINDS
        assert f"--preset {name}" in make.__doc__


def test_unknown_preset():
    with pytest.raises(SgruError, match="'huge'.*paper, small"):
        preset("huge")


def test_settings_do_not_import_tensorflow():
    code = (
        "import sys, sgru_tf.presets, sgru_tf.run_folder, sgru_tf.sources, sgru_tf.progress; "
        "sys.exit(bool({'tensorflow', 'keras'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


SCHEME = ("#ffddcc", "#102030", "#aabbcc", "#406080")


@pytest.mark.parametrize(
    ("schemes", "problem"),
    [
        ([SCHEME] * 8, "must be as many as the 9 proposals"),
        ([(*SCHEME[:3], "#AABBCC")] * 9, 'must be colours as "#ffcc88"'),
        ([(*SCHEME[:3], "red")] * 9, 'must be colours as "#ffcc88"'),
        ([SCHEME[:2]] * 9, "must all be of four colours, or of three"),
        ([SCHEME, *[SCHEME[:3]] * 8], "must all be of four colours, or of three"),
        ("red", "must be of type"),
        ([(1, 2, 3)] * 9, "must be of type"),
    ],
)
def test_schemes_are_four_colours_for_each_proposal(schemes, problem):
    with pytest.raises(SgruError, match=f"ModelConfig.schemes {problem}"):
        ModelConfig(schemes=schemes)
