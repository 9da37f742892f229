"""Settings that are known to work, by name: what to train, with which loss, for how long."""

import dataclasses

from sgru_tf.config import LossConfig, ModelConfig, TrainConfig
from sgru_tf.errors import SgruError

Settings = tuple[ModelConfig, LossConfig, TrainConfig]

# Nine proposals that live, differ in hue, and dare to be colourful: measured in the model card.
VIVID = LossConfig(
    winner="colour",
    normalise_mask=True,
    mask_floor=0.1,
    winner_lightness=0.25,
    vividness=4.0,
)


def paper() -> Settings:
    """The network of Liu, Chen and Hu at its full width (see `ModelConfig`), for a GPU.

    Their loss, with the choice of the winner that keeps all nine proposals alive, on one million
    draws of 256 x 256. Their own training took two days on a Titan Xp::

        python train.py DATA RUN --preset paper
    """
    return (
        ModelConfig(),
        VIVID,
        TrainConfig(size=256, batch=8, steps=125_000, precision="mixed_bfloat16"),
    )


def small() -> Settings:
    """A quarter of the width: 3 million parameters, for laptops, phones and browsers.

    128 x 128, a batch of 8: about two seconds a step on two CPU cores with VGG16, so half a day for
    all 20,000 steps there. The shipped weights saw 5,800 before `finish`, 3,200 with this loss;
    hair and skin came apart between steps 800 and 1,600::

        python train.py DATA RUN --preset small
    """
    return (
        # Trained on faces that fill the square; drawings hold whole figures, whose faces are that
        # large at twice the size.
        ModelConfig(width=0.25, working_size=256),
        VIVID,
        TrainConfig(
            size=128,
            batch=8,
            steps=20_000,
            learning_rate=1e-3,
            average=0.998,
            zoom=(0.8, 1.4),
            saturation=(1.1, 1.6),
            checkpoint_every=200,
            validate_every=200,
        ),
    )


def finish() -> Settings:
    """What `small` has learnt, at the size that sketches are coloured at: 256 x 256.

    From faces of 128 pixels the network does not know the large surfaces of 256. By now the
    proposals differ; a strong nudge shares the faces out among them, and all have to leave paper
    white. 1.0 to 1.2 seconds a step of two pictures on two CPU cores, with VGG16 and all in
    bfloat16. The shipped weights took 6,423 such steps, 3,023 of them without `winner_vividness`,
    then 5,994 of 32 pictures in six minutes on a GPU (`examples/gpu`), which did more, and 3,200
    here again with other figures; `examples/schemes` came after that::

        python train.py DATA RUN2 --preset finish --init RUN
    """
    model, loss, train = small()
    # Drawings of whole figures looked cleaner than at 256; faces that fill the page measured worse.
    # What `examples/schemes` has tuned looked best at 320.
    model = dataclasses.replace(model, working_size=384)
    loss = dataclasses.replace(
        loss,
        winner_vividness=50.0,
        losers_start=0.04,
        losers_paper=4.0,
        balance_start=6.0,
        balance_end=6.0,
    )
    train = dataclasses.replace(
        train, size=256, batch=2, steps=3300, learning_rate=5e-4, warmup=100, zoom=(0.7, 1.3)
    )
    return model, loss, train


def hints() -> Settings:
    """Hints for a model that has none: trains what they add, and leaves the model itself as it is.

    Proposals are compared in the pixels alone, all of them alike, as a hint holds for all. The
    width is that of `small`; give `--width` for other models::

        python train.py DATA RUN --preset hints --init MODEL
    """
    return (
        ModelConfig(width=0.25, working_size=256, hints=True),
        LossConfig(
            weights="none",
            winner="colour",
            normalise_mask=True,
            mask_floor=0.1,
            losers_start=1.0,
            losers_end=1.0,
            hint_weight=2.0,
        ),
        TrainConfig(
            hints_only=True,
            size=128,
            batch=8,
            steps=600,
            # Guides begin at nothing, and what spreads nearly works: both bear large steps.
            learning_rate=3e-3,
            warmup=20,
            average=0.98,
            zoom=(0.8, 1.4),
            checkpoint_every=100,
            validate_every=300,
        ),
    )


PRESETS = {"paper": paper, "small": small, "finish": finish, "hints": hints}


def preset(name: str) -> Settings:
    """Give the settings of one name.

    Raises:
        SgruError: there is no such preset.
    """
    if name not in PRESETS:
        raise SgruError(f"preset {name!r}: unknown; there are {', '.join(PRESETS)}")
    return PRESETS[name]()
