"""The settings of the network, its loss and its training, with a reason beside every default.

Three frozen dataclasses: `ModelConfig`, `LossConfig` and `TrainConfig`. Each checks its limits
when it is made, and goes to JSON and back::

    config = ModelConfig(width=0.25)
    assert ModelConfig.from_dict(json.loads(json.dumps(config.to_dict()))) == config

Nothing here imports TensorFlow or Keras.
"""

import dataclasses
import re

from sgru_tf.checked import Config, setting


@dataclasses.dataclass(frozen=True)
class ModelConfig(Config):
    """The Swish-Gated Residual U-Net.

    The defaults are the network of Liu, Chen and Hu, "Anime Sketch Coloring with Swish-Gated
    Residual U-Net" (ISICA 2018): 47,827,558 parameters.

    Attributes:
        width: Multiplier on the number of filters of every layer, which is then rounded to a
            multiple of 8 (what SIMD units and GPU tiles like). 1.0 is the paper.
        proposals: How many colourings one sketch gets. 9 in the paper: a 3 x 3 sheet.
        norm_epsilon: Added to the variance in the norm. 1e-5 survives float16; the published
            checkpoints were trained with 1e-12, which does not (a flat image gives NaN).
        input_range: How the sketch is scaled inside the model. `unit`: to 0..1 by exactly 1/256,
            an exact power of two, so that imported weights keep their outputs to the last bit.
            `signed`: to -1..1, which centres the data; published checkpoints cannot have it, as
            a shift does not commute with the zero padding of the convolutions.
        proposal_spread: Standard deviation of the initial bias of the last layer, in units of
            half the colour range (0.35 is 45 grey levels). It sets the proposals apart before
            the first step; with 0 (the paper) all of them start as nearly the same picture and
            one wins every sample.
        working_size: The size in pixels of the long side at which the model is meant to be run.
            The norm looks at the whole image, so results are best near the training size.
        hints: Take hints, colours at places, as a second input. An empty one changes nothing:
            see `sgru_tf.hint_layers`. The paper has none.
        schemes: Of a network whose proposals each give skin, hair and clothes one colour in all
            pictures: these colours, and one for eyes, "#rrggbb", of each proposal. With them
            `sgru_tf.surfaces` makes surfaces whole. Found by `examples/schemes/measure.py`; empty
            for others, and what is trained further is another.
    """

    width: float = setting(1.0, low=0.01, high=4.0)
    proposals: int = setting(9, low=1, high=64)
    norm_epsilon: float = setting(1e-5, low=1e-12, high=0.1)
    input_range: str = setting("unit", choices=("unit", "signed"))
    proposal_spread: float = setting(0.35, low=0.0, high=2.0)
    working_size: int = setting(256, low=32, high=4096)
    hints: bool = False
    schemes: tuple[tuple[str, ...], ...] = ()

    def __post_init__(self):
        """Check every field.

        Raises:
            SgruError: a field has the wrong type, or a value outside its limits.
        """
        super().__post_init__()
        colours = [colour for scheme in self.schemes for colour in scheme]
        if not all(re.fullmatch("#[0-9a-f]{6}", colour) for colour in colours):
            self._refuse("schemes", 'must be colours as "#ffcc88"')
        if self.schemes and len(self.schemes) != self.proposals:
            self._refuse("schemes", f"must be as many as the {self.proposals} proposals")
        if {len(scheme) for scheme in self.schemes} not in (set(), {3}, {4}):
            self._refuse("schemes", "must all be of four colours, or of three without that of eyes")

    def filters(self, published: int) -> int:
        """Scale a filter count of the paper by `width`, to a multiple of 8, at least 8."""
        return max(8, round(published * self.width / 8) * 8)


@dataclasses.dataclass(frozen=True)
class LossConfig(Config):
    """The collection loss: perceptual distance of the best proposal, and a little of the rest.

    The defaults give the paper's values exactly. What an artist's own data needs is beside them:
    see `sgru_tf.presets` for the settings that the shipped model used.

    Attributes:
        backbone: The network whose features are compared. `vgg19` is the paper's; `vgg16` needs
            a fifth fewer operations up to the last layer used.
        weights: `imagenet` (Keras downloads them once), the path of a weight file, or `none` to
            compare pixels alone.
        vgg_precision: Of the backbone's layers. `same` as the network's (`TrainConfig.precision`);
            or `mixed_bfloat16`, which on CPUs that have it takes the backbone a quarter of the
            time beside a network in float32, and changes its distances by less than a thousandth.
        layer_weights: Weights of the pixels and of `block{1..5}_conv2`; the paper's.
        mean_share: Share of the mean over all proposals, the rest being the best one's. 0.001 in
            the paper: with 0 only one proposal ever learns, with much more they all become the
            same average.
        normalise_mask: Divide the mask (the sketch, 0..255) by 255. The paper does not; the loss
            is then 255 times larger, which Adam ignores but clipping and weight decay do not.
        mask_floor: Least value of the mask where 1 is white paper. 0 in the paper: colours under
            ink are free, so dark, dense or inverted line art trains on very little. 0.1 ties
            them down.
        vividness: Places of strong colour count more in the mask: `1 + vividness * chroma / 255`
            times, chroma being the largest less the smallest of the true red, green and blue. An
            unsure network answers with the middle of what it has seen, which is grey unless
            the coloured ones count for more (as the rare colours do in Zhang, Isola and Efros,
            "Colorful image colorization", ECCV 2016). 0 in the paper.
        winner: Which proposal is the best one. `paper`: the one of least loss. It rewards the
            proposal that is already the sharpest, which then wins every sample while the others
            starve. `colour`: the one whose colours, at an eighth of the size, lie nearest, with
            a nudge towards those that won less than their share. Only the winner then goes
            through the backbone, which halves the cost of a step.
        winner_lightness: With `colour`: how much lightness counts in the choice, against 1 for hue
            and saturation. With 1 the proposals share out light and dark pictures, and white and
            painted backgrounds, more than the colours of hair and clothes.
        winner_vividness: With `colour`: how much more the true picture's strongest colours count
            in the choice than its greys. With 0 the largest surface decides, which on whole
            figures is the clothes: the proposal of red hair then gets the red dress too. Hair is
            most often the most vivid; when it decides, clothes may differ from it.
        losers_start: With `colour`: weight of the other proposals' plain pixel loss at the start
            of the training. High at first, so that every proposal learns to draw.
        losers_end: The same at the end. Low, so that they keep different colours.
        losers_paper: With `colour`: weight of the other proposals' pixel loss where the true
            picture is bare white paper. Which hair a sketch has is open, and so left to one
            proposal; that paper stays white holds for all. With 0 some of them tint it.
        losers_fall: The share of the training after which `losers_end` is reached.
        balance_start: With `colour`: by how many grey levels a proposal is set back in the
            choice when it wins twice its fair share of `1 / proposals`, and helped when it wins
            nothing. This at the start, when the proposals are still alike.
        balance_end: The same at the end, when a proposal should win what it is best at.
        hint_weight: For networks with hints: weight of the mean difference, in grey levels over
            all proposals, to the true colours where hints speak. Each of nine proposals
            has a ninth of it, against the winner's whole perceptual distance.
    """

    backbone: str = setting("vgg19", choices=("vgg19", "vgg16"))
    weights: str = "imagenet"
    vgg_precision: str = setting("same", choices=("same", "float32", "mixed_bfloat16"))
    layer_weights: tuple[float, float, float, float, float, float] = setting(
        (0.88, 0.79, 0.63, 0.51, 0.39, 1.07), low=0.0, high=1000.0
    )
    mean_share: float = setting(0.001, low=0.0, high=1.0)
    normalise_mask: bool = False
    mask_floor: float = setting(0.0, low=0.0, high=1.0)
    vividness: float = setting(0.0, low=0.0, high=100.0)
    winner: str = setting("paper", choices=("paper", "colour"))
    winner_lightness: float = setting(1.0, low=0.0, high=1.0)
    winner_vividness: float = setting(0.0, low=0.0, high=1000.0)
    losers_start: float = setting(0.3, low=0.0, high=1.0)
    losers_end: float = setting(0.03, low=0.0, high=1.0)
    losers_paper: float = setting(0.0, low=0.0, high=100.0)
    losers_fall: float = setting(0.5, low=0.01, high=1.0)
    balance_start: float = setting(4.0, low=0.0, high=255.0)
    balance_end: float = setting(1.0, low=0.0, high=255.0)
    hint_weight: float = setting(20.0, low=0.0, high=100.0)


@dataclasses.dataclass(frozen=True)
class TrainConfig(Config):
    """The training run: how long, how fast, on what pictures.

    Attributes:
        hints_only: Train only what hints add to the network, and leave the rest as it is: without
            hints it then gives the same pictures as before, to the bit. For networks that start
            from others.
        size: Side in pixels of the square training pictures; a multiple of 32. The paper's 256;
            128 costs a quarter and is enough for a first model.
        batch: Sketches a step, over all devices together. The paper's 1 leaves a GPU idle and
            its gradients are noisy.
        steps: Optimizer steps.
        learning_rate: Peak of the schedule. 1e-4 in the paper, for batch 1 and no schedule;
            larger batches, warm-up and cosine decay bear more (1e-3 trained the shipped weights).
        warmup: Steps over which the rate rises from 0, while Adam's averages fill.
        weight_decay: AdamW's. 0 makes it plain Adam, the paper's. Norms and biases are spared.
        clip_norm: Gradients of a larger global norm are scaled down to it, so that one odd
            picture cannot undo an hour. With a normalised mask the norm is about 2,000 at the
            start and 500 soon after; with the paper's mask it is 255 times that. It is the
            norm of the whole batch's gradient, over all devices.
        average: Share of the old value in the running average of the weights, which is what is
            validated and saved. 0.999 averages over about 1,000 steps. 0 turns it off.
        precision: `float32`, `mixed_bfloat16` (for GPUs, and CPUs that have it: there a step of
            the small network took 0.86 of the time, of the paper's 0.4) or `mixed_float16` (for
            older GPUs; six times slower on CPUs).
        recompute: Keep only what passes between the blocks of the network, and compute the rest
            again for the gradient: less memory, for larger pictures or batches, in more time.
        jit: Compile the step with XLA. For GPUs; on CPUs it did not help.
        deterministic: Have GPUs too give the same bits each time (TensorFlow's op determinism), so
            that a run that was killed and goes on ends with the weights of one that was not. It
            slows them down, by how much has not been measured, and they lack a few operations.
            CPUs always do: there it cost nothing in steps or samples a second. Another number
            of threads gives other bits.
        seed: Of the initial weights, of the split, and of every random draw of the pipeline.
        validation_share: Share of the pictures kept back for validation, by a hash of their
            names, where the data has no `val` folder of its own.
        validation_count: At most so many validation pictures are used: they are for steering.
        zoom: Least and largest size of a training picture on its square, 1 filling it by the
            long side. Below 1 it stands on white paper, above 1 it is cropped. Faces alone
            teach a network to paint paper as background.
        flip: Mirror half of the pictures.
        saturation: Least and largest factor on the colours' distance from grey. A network that
            is unsure answers with an average, which is paler than any of the true pictures.
        log_every: Steps between two lines of progress and two points in TensorBoard.
        validate_every: Steps between two validations, each with a sheet to look at.
        checkpoint_every: Steps between two checkpoints.
        keep: So many of the newest checkpoints are kept; and, whatever its age, the one of the best
            validation, at which one is always saved: what to go back to when a run goes astray.
    """

    hints_only: bool = False
    size: int = setting(256, low=32, high=2048)
    batch: int = setting(8, low=1, high=4096)
    steps: int = setting(100_000, low=1, high=10**9)
    learning_rate: float = setting(5e-4, low=1e-8, high=1.0)
    warmup: int = setting(200, low=0, high=10**6)
    weight_decay: float = setting(1e-4, low=0.0, high=1.0)
    clip_norm: float = setting(1000.0, low=1e-6, high=1e9)
    average: float = setting(0.999, low=0.0, high=0.999999)
    precision: str = setting("float32", choices=("float32", "mixed_bfloat16", "mixed_float16"))
    recompute: bool = False
    jit: bool = False
    deterministic: bool = False
    seed: int = setting(0, low=0, high=2**31 - 1)
    validation_share: float = setting(0.03, low=0.0, high=0.5)
    validation_count: int = setting(64, low=1, high=100_000)
    zoom: tuple[float, float] = (0.8, 1.3)
    flip: bool = True
    saturation: tuple[float, float] = (1.0, 1.3)
    log_every: int = setting(10, low=1, high=10**6)
    validate_every: int = setting(1000, low=1, high=10**9)
    checkpoint_every: int = setting(500, low=1, high=10**9)
    keep: int = setting(3, low=1, high=1000)

    def __post_init__(self):
        """Check every field, and those that belong together.

        Raises:
            SgruError: a field has the wrong type, or a value outside its limits.
        """
        super().__post_init__()
        if self.size % 32:
            self._refuse("size", "must be a multiple of 32")
        if not 0.05 <= self.zoom[0] <= self.zoom[1] <= 10:
            self._refuse("zoom", "must be two rising factors between 0.05 and 10")
        if not 0 <= self.saturation[0] <= self.saturation[1] <= 4:
            self._refuse("saturation", "must be two rising factors between 0 and 4")
