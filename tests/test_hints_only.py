"""Training only what hints add to a network that colours already."""

import dataclasses

import numpy as np
import pytest
from test_training import PIXELS, TINY, art, settings, simple_lines, unjudged  # noqa: F401

from sgru_tf.beginnings import freeze_all_but_hints
from sgru_tf.data import PictureData
from sgru_tf.errors import SgruError
from sgru_tf.hint_spread import HintSpread
from sgru_tf.loading import load_model
from sgru_tf.losses import CollectionLoss
from sgru_tf.model import build_sgru
from sgru_tf.run_folder import RunConfig, RunFolder
from sgru_tf.sources import find_samples
from sgru_tf.train_run import train
from sgru_tf.validation import Judge

pytestmark = pytest.mark.usefixtures("shallow")


def hints_only(art, init, make=settings):  # noqa: F811
    config = make(art, hints_only=True, learning_rate=1e-2, steps=4, warmup=0)
    model = dataclasses.replace(TINY, hints=True)
    loss = dataclasses.replace(PIXELS, winner="colour", losers_start=1.0, losers_end=1.0)
    return RunConfig(model, loss, config.train, config.data, init=str(init) if init else None)


def test_the_rest_stays_as_it_is_to_the_bit(tmp_path, art):  # noqa: F811
    base = build_sgru(TINY)
    base.save(tmp_path / "base.keras")
    run = tmp_path / "run"
    assert train(hints_only(art, tmp_path / "base.keras"), run, say=lambda line: None) is None
    trained = load_model(run / "last.keras")
    spread = trained.get_layer("spread")
    assert np.abs(spread.shade.kernel).max() > 1e-4  # 0 at first
    assert any(
        np.abs(layer.write.kernel).max() > 1e-4
        for layer in trained.layers
        if layer.name.startswith("guide")
    )
    for layer in base.layers:
        for one, other in zip(
            layer.get_weights(), trained.get_layer(layer.name).get_weights(), strict=True
        ):
            np.testing.assert_array_equal(one, other)
    assert (run / "best.keras").exists()
    # It goes on from its own checkpoint, without the other model.
    (tmp_path / "base.keras").unlink()
    more = hints_only(art, tmp_path / "base.keras")
    assert train(more, run, say=lambda line: None) is None


@pytest.mark.slow
def test_the_network_is_the_other_model_s(tmp_path, art):  # noqa: F811
    other = dataclasses.replace(TINY, norm_epsilon=1e-3, working_size=64, proposals=2)
    build_sgru(other).save(tmp_path / "base.keras")
    config = hints_only(art, tmp_path / "base.keras", unjudged)
    config = dataclasses.replace(config, train=dataclasses.replace(config.train, steps=1))
    run = tmp_path / "run"
    for _ in range(2):
        assert train(config, run, say=lambda line: None) is None
    assert load_model(run / "last.keras").sgru_config == dataclasses.replace(other, hints=True)
    all_of_it = dataclasses.replace(config.train, hints_only=False)
    before = (run / "config.json").read_text()
    with pytest.raises(SgruError, match="train.hints_only = True"):
        train(
            dataclasses.replace(config, model=RunFolder(run).read_config().model, train=all_of_it),
            run,
            say=lambda line: None,
            override=True,
        )
    assert (run / "config.json").read_text() == before


def test_it_is_judged_with_hints(tmp_path, art):  # noqa: F811
    config = hints_only(art, None)
    pictures = find_samples(art, 0.0).validation
    data = PictureData(pictures, config.train, hints=True)
    (target,) = data.validation(2)
    assert target.shape == (2, 32, 32, 8)
    assert (np.asarray(target)[..., 7].max(axis=(1, 2)) == 1).all()
    model = build_sgru(config.model)
    scores = []
    for spreads in (1.0, 0.0):
        spread = model.get_layer("spread")
        # Infinitely faint: nothing spreads.
        spread.faint.assign(spread.faint if spreads else 1e9)
        judged, sheet = Judge(model, CollectionLoss(config.loss), data, 2)()
        scores.append(judged["best"])
    assert scores[0] < scores[1]
    hint = np.asarray(target)[0, ..., 7] == 1
    np.testing.assert_allclose(
        np.asarray(sheet)[:32, :32][hint], np.asarray(target)[0, ..., 4:7][hint], atol=1
    )


def test_it_needs_a_model_to_start_from(tmp_path, art):  # noqa: F811
    with pytest.raises(SgruError, match="name it with --init"):
        train(hints_only(art, None), tmp_path / "run", say=lambda line: None)
    assert not (tmp_path / "run").exists()


def test_what_is_frozen():
    model = build_sgru(dataclasses.replace(TINY, hints=True))
    count = len(model.trainable_variables)
    freeze_all_but_hints(model)
    assert 0 < len(model.trainable_variables) < count / 2
    assert model.get_layer("spread").trainable and not model.get_layer("last").trainable
    assert isinstance(model.get_layer("spread"), HintSpread)
    with pytest.raises(SgruError, match="this network takes none"):
        freeze_all_but_hints(build_sgru(TINY))
