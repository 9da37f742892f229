"""examples/schemes/muon.py: steps whose matrices are orthogonal, where PyTorch is installed."""

import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "examples" / "schemes"))
from muon import LIKE_ADAM, Muon, orthogonal  # noqa: E402

torch.set_num_threads(1)


@pytest.mark.parametrize("shape", [(24, 24), (16, 90), (90, 16)])
def test_singular_values_come_near_to_one(shape):
    torch.manual_seed(0)
    given = torch.randn(shape) @ torch.diag(torch.logspace(-1, 1, shape[1]))
    made = orthogonal(given).float()
    values = torch.linalg.svdvals(made)
    assert made.shape == given.shape and values.max() < 1.3
    assert (values > 0.5).float().mean() > 0.9
    assert (given * made).sum() > 0


def test_steps_are_as_large_as_those_of_adam_however_small_the_slope():
    for slope in (1e-6, 1.0):
        kernel = torch.nn.Parameter(torch.zeros(32, 8, 3, 3))
        kernel.grad = slope * torch.randn(kernel.shape, generator=torch.manual_seed(1))
        Muon([kernel], lr=0.01).step()
        size = kernel.detach().square().mean().sqrt()
        assert 0.6 * LIKE_ADAM * 0.01 < size < 1.4 * LIKE_ADAM * 0.01


def test_it_learns_a_matrix_and_gives_threads_back():
    torch.manual_seed(2)
    wanted, weight = torch.randn(12, 20), torch.nn.Parameter(torch.zeros(12, 20))
    optimizer, threads = Muon([weight], lr=0.1, weight_decay=1e-4), torch.get_num_threads()
    for _ in range(200):
        optimizer.zero_grad()
        (weight - wanted).square().sum().backward()
        optimizer.step()
    assert (weight - wanted).square().mean() < 0.05 * wanted.square().mean()
    assert torch.get_num_threads() == threads


def test_decay_makes_weights_smaller_where_nothing_is_learnt():
    weight = torch.nn.Parameter(torch.ones(4, 4))
    weight.grad = torch.zeros(4, 4)
    Muon([weight], lr=0.5, weight_decay=0.1).step()
    assert torch.allclose(weight, torch.full((4, 4), 0.95), atol=1e-6)
