"""Muon: steps of a momentum whose matrices are made orthogonal, for networks of PyTorch.

Of a layer that learns fast in a few directions and hardly in the others, it learns in all alike.
(Jordan and others, "Muon: an optimizer for hidden layers in neural networks", 2024; steps as large
as Adam's, after Liu and others, "Muon is scalable for LLM training", 2025.)
"""

import torch

MOMENTUM = 0.95
LIKE_ADAM = 0.2  # root mean square of a step of Adam, as a part of its rate
POLYNOMIAL = 3.4445, -4.7750, 2.0315  # of the paper: brings singular values near to 1 in five turns
TURNS = 5


def orthogonal(matrix):
    """Bring the singular values of a matrix, (M, N), near to 1, in bfloat16."""
    tall = matrix.shape[0] > matrix.shape[1]
    x = (matrix.T if tall else matrix).bfloat16()
    x = x / (x.norm() + 1e-7)
    a, b, c = POLYNOMIAL
    for _ in range(TURNS):
        square = x @ x.T
        x = a * x + (b * square + c * square @ square) @ x
    return x.T if tall else x


class Muon(torch.optim.Optimizer):
    """Steps of weights with two axes and more: as matrices of the first by all others.

    Args:
        parameters: Of the network; each has two axes at least.
        lr: Learning rate, as of Adam.
        weight_decay: As of AdamW.
    """

    def __init__(self, parameters, lr: float = 1e-3, weight_decay: float = 0.0):
        super().__init__(parameters, {"lr": lr, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self, closure=None):
        """Take a step.

        In one thread: the matrices are small, and several would mostly wait for each other, a
        hundred times as long where other work goes on beside.
        """
        threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            self._step()
        finally:
            torch.set_num_threads(threads)

    def _step(self) -> None:
        for group in self.param_groups:
            for parameter in group["params"]:
                if parameter.grad is None:
                    continue
                state = self.state[parameter]
                if not state:
                    state["momentum"] = torch.zeros_like(parameter)
                momentum = state["momentum"].mul_(MOMENTUM).add_(parameter.grad)
                ahead = parameter.grad + MOMENTUM * momentum
                matrix = ahead.reshape(len(ahead), -1)
                size = LIKE_ADAM * max(matrix.shape) ** 0.5
                way = orthogonal(matrix).to(parameter.dtype).reshape(ahead.shape)
                parameter.mul_(1 - group["lr"] * group["weight_decay"])
                parameter.add_(way, alpha=-group["lr"] * size)
