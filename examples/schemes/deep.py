"""What learns in `tune.py --deep`: the depth of the network alone, ten times as fast, in PyTorch.

To tell surfaces apart is done at a quarter of a sketch's size and less; most of the time of a step
is spent at the whole size and half of it, on lines and tones, which `--inner` leaves as they are.
So a reader, a few convolutions, first learns what the outer layers make of what the decoder at a
quarter of the size gives; then most steps end there: the colours that the reader sees are compared
with the true ones, made small, and the rest is never computed. ("Deeply-Supervised Nets", Lee and
others, AISTATS 2015, add losses within a network, too, but theirs learn the truth; this reader
learns the network, so that what pleases it is what the outer layers understand.)

What the first two encoders make of a sketch, which do not learn, is kept and used some three times.
Every `WHOLE`th step is one of the whole network, and every `FOLLOW`th the reader learns again, as
what it reads has changed.
"""

import random
from collections import deque

import numpy as np
import torch
from learners import TorchLearner
from torch import nn
from torch.nn import functional
from twin import Twin

SHRINK = 4  # of a sketch's side, where the reader reads
EARLY = 2  # so many encoders come before that size
TIMES = 3  # so often a sketch is used, in the mean
READ, WHOLE, FOLLOW = 110, 12, 40  # steps
HELD, REMEMBERED = 400, 700  # sketches of each side that are held; what the reader has of both
LESSONS, AGAIN, CLASS = 600, 8, 8  # of the reader: at first, each time it follows; sketches in each
NEWEST = 60  # of what it has, half of the lessons are about, when it follows
RATES = 2e-3, 1e-3, 3e-4  # of thirds of its first lessons
BREADTH = 128  # channels of the reader


class Early(nn.Module):
    """The encoders before the depth: (B, 1, H, W) in 0..255 to (B, C, H / 4, W / 4)."""

    def __init__(self, network: Twin):
        super().__init__()
        self.network = network

    def forward(self, sketches):
        """Give what the depth is to have."""
        narrow = self.network.narrow
        x = (sketches / 256).to(narrow, memory_format=torch.channels_last)
        for encoder in self.network.encoders[:EARLY]:
            x, _ = encoder(x)
        return x


class Deep(nn.Module):
    """From what `Early` gives to both paths of the decoder at a quarter of the size, beside each
    other, before they are made larger."""

    def __init__(self, network: Twin):
        super().__init__()
        self.network = network

    def forward(self, x):
        """Map (B, C, H, W) to (B, 2 F, H, W)."""
        network, residuals = self.network, []
        deeper = zip(network.encoders[EARLY:], network.skips[EARLY:], strict=True)
        for encoder, skip in deeper:
            x, residual = encoder(x)
            residuals.append(skip(residual))
        *decoders, end = network.decoders[:-1]
        for decoder in decoders:
            x = decoder(x, residuals.pop())
        x = end.conv1(x)
        return torch.cat([x, end.conv3(end.conv2(x))], 1)


class Reader(nn.Module):
    """Sees in what `Deep` gives the colours that the network will draw, in their mean over pixels
    of a quarter of the size: (B, 2 F, H, W) to (B, 3 N, H, W) float32 in 0..255."""

    def __init__(self, channels: int, colours: int):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(channels, BREADTH, 3, padding=1),
            nn.GELU(),
            nn.Conv2d(BREADTH, BREADTH, 1),
            nn.GELU(),
            nn.Conv2d(BREADTH, colours, 1),
        )

    def forward(self, x):
        """Read."""
        return (self.layers(x).float() + 1) * 127.5


class DeepLearner(TorchLearner):
    """Learns in most steps the depth alone; see the module, and `TorchLearner` for arguments."""

    def __init__(self, trained, teacher, rate, average, precision, seed=0, **how):
        super().__init__(trained, teacher, rate, average, precision, inner=True, **how)
        self._early, self._deep, self._taught = (
            torch.compile(part, dynamic=False)
            for part in (Early(self._network), Deep(self._network), Deep(self._teacher))
        )
        torch.manual_seed(seed)
        channels = 2 * self._network.decoders[-2].conv1.conv.out_channels
        self._reader = Reader(channels, self._network.last.out_channels)
        self._reading = torch.optim.AdamW(self._reader.parameters(), weight_decay=1e-4)
        self._rng, self._seen = random.Random(seed), 0
        self._held, self._memory = {}, deque(maxlen=REMEMBERED)

    def shrink(self, number: int) -> int:
        """Tell to what part of their side colourings for a step are to be made small."""
        return 1 if number > READ and number % WHOLE == 0 else SHRINK

    def step(self, sketches: np.ndarray, painted: np.ndarray):
        """Take a step; give both losses, or None as long as the reader learns."""
        if painted.shape[2] == sketches.shape[1]:
            return super().step(sketches, painted)
        self._seen += 1
        planes = torch.from_numpy(sketches).permute(0, 3, 1, 2)
        with torch.no_grad(), self._narrowed():
            early = self._early(planes)
            if self._seen <= READ or self._seen % FOLLOW == 0:
                self._remember(planes, early)
        self._hold(early, painted)
        if self._seen == READ:
            for rate in RATES:
                self._teach_reader(LESSONS // len(RATES), rate)
        elif self._seen > READ and self._seen % FOLLOW == 0:
            self._teach_reader(AGAIN, RATES[-1], NEWEST)
        if self._seen <= READ:
            return None
        return self._learn(sketches.shape[1], len(painted), len(sketches) - len(painted))

    def _hold(self, early, painted) -> None:
        """Hold what the encoders gave; of both sorts the oldest goes."""
        side = SHRINK * early.shape[-2]
        empty = deque(maxlen=HELD), deque(maxlen=HELD)
        of_schemes, kept = self._held.setdefault(side, empty)
        many = len(painted)
        of_schemes.extend(zip(early[:many].unbind(), painted, strict=True))
        kept.extend(early[many:].unbind())

    def _remember(self, planes, early) -> None:
        """Have the network draw, and note what the reader should have seen."""
        seen, drawn = self._deep(early), self._compiled(planes)
        means = functional.avg_pool2d(drawn.float(), SHRINK)
        self._memory.extend(zip(seen.unbind(), means.unbind(), strict=True))

    def _teach_reader(self, lessons: int, rate: float, newest: int = REMEMBERED) -> None:
        for group in self._reading.param_groups:
            group["lr"] = rate
        for _ in range(lessons):
            shape = self._rng.choice(self._memory)[1].shape
            alike = [pair for pair in self._memory if pair[1].shape == shape]
            alike = alike[-newest:] if self._rng.random() < 0.5 else alike
            chosen = self._rng.sample(alike, min(CLASS, len(alike)))
            seen = stack([seen for seen, _ in chosen])
            wanted = torch.stack([means for _, means in chosen])
            # Each lesson by itself: as long as it lasts, autocast keeps copies of weights.
            with self._narrowed():
                read = self._reader(seen)
            ((read - wanted).abs().mean() / 255).backward()
            self._reading.step()
            self._reading.zero_grad()

    def _learn(self, side: int, many: int, few: int) -> tuple[float, float]:
        """Let the depth learn from what is held of a side."""
        of_schemes, kept = self._held[side]
        shown = self._rng.sample(of_schemes, min(TIMES * many, len(of_schemes)))
        staying = self._rng.sample(kept, min(TIMES * few, len(kept)))
        x = stack([early for early, _ in shown] + staying)
        painted = np.stack([one for _, one in shown])
        with self._narrowed():
            with torch.no_grad():
                before = self._reader(self._taught(x[len(shown) :]))
            drawn = self._reader(self._deep(x))
        learnt = self._apart(drawn[: len(shown)], painted)
        stayed = (drawn[len(shown) :] - before).abs().mean() / 255
        self._follow(learnt + stayed)
        self._reading.zero_grad()
        return learnt.item(), stayed.item()


def stack(maps):
    """Put maps, (C, H, W), beside each other, channels last in memory."""
    return torch.stack(maps).contiguous(memory_format=torch.channels_last)
