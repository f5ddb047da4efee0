"""Muon: orthogonalized updates, and Nesterov momentum for the other parameters, compared with torch.optim.SGD."""

import pytest
import torch
from torch import nn

from train.engine.muon import Muon, orthogonalize


@pytest.mark.parametrize("shape", [(6, 25), (16, 150), (120, 400), (84, 120), (120, 84), (1, 5)])
def test_singular_values_come_near_one(shape):
    """For wide and tall matrices; those of a tall one are scaled by the square root of its aspect ratio."""
    torch.manual_seed(0)
    matrix = torch.randn(shape) @ torch.diag(torch.logspace(0, -1, shape[1]))
    values = torch.linalg.svdvals(orthogonalize(matrix)) / max(1, shape[0] / shape[1]) ** 0.5
    assert values.min() > 0.3
    assert values.max() < 1.3


def test_the_singular_vectors_are_preserved():
    """The result is close to the exact polar factor, computed by SVD."""
    torch.manual_seed(0)
    matrix = torch.randn(16, 150)
    u, _, v = torch.linalg.svd(matrix, full_matrices=False)
    exact = u @ v
    found = orthogonalize(matrix)
    assert float((found * exact).sum() / (found.norm() * exact.norm())) > 0.97


def test_a_zero_matrix_stays_zero():
    """A zero gradient gives a zero update, not NaN."""
    assert not orthogonalize(torch.zeros(3, 4)).any()


def test_other_parameters_use_nesterov_momentum():
    """Each step is the same as that of torch.optim.SGD."""
    torch.manual_seed(0)
    ours, theirs = (nn.Parameter(torch.ones(7)) for _ in range(2))
    optimizers = (
        Muon([], [ours], lr=1.0, other_lr=0.1, momentum=0.9, weight_decay=0.5),
        torch.optim.SGD([theirs], lr=0.1, momentum=0.9, nesterov=True),
    )
    for _ in range(5):
        gradient = torch.randn(7)
        for parameter, optimizer in zip((ours, theirs), optimizers, strict=True):
            parameter.grad = gradient.clone()
            optimizer.step()
        torch.testing.assert_close(ours, theirs)


def test_the_update_of_a_kernel_does_not_depend_on_the_scale_of_the_gradient():
    """It depends on the learning rate only; the weight decay is applied as well."""
    torch.manual_seed(0)
    gradient = torch.randn(6, 1, 5, 5)
    moved = []
    for size in (1e-3, 1e3):
        kernels = nn.Parameter(torch.ones(6, 1, 5, 5))
        optimizer = Muon([kernels], [], lr=0.1, other_lr=1.0, momentum=0.9, weight_decay=0.5)
        kernels.grad = gradient * size
        optimizer.step()
        moved.append((0.95 - kernels).detach())
    torch.testing.assert_close(*moved, rtol=1e-3, atol=1e-5)
    assert 0.5 < float(moved[0].norm()) / (0.1 * 6**0.5) < 1.3
