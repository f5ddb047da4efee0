"""Attacks of the page in PyTorch, on batches: what `network/attack.js` does with one input.

Ink has shape (N, 1, 32, 32), and `digits`, what each is to become, shape (N,).
"""

from collections.abc import Iterator

import torch

from lenet.networks.base import Network


def ink_gradient(model: Network, ink: torch.Tensor, digits: torch.Tensor) -> torch.Tensor:
    ink = ink.detach().requires_grad_()
    return torch.autograd.grad(model.losses(model(ink), digits).sum(), ink)[0]


def projected_gradient(
    model: Network, ink: torch.Tensor, digits: torch.Tensor, budget: float, steps: int, size: float | None = None
) -> torch.Tensor:
    """Descent by the sign of the gradient, no pixel further from the ink than the budget; one step of it is FGSM."""
    size = 2.5 * budget / steps if size is None else size
    low, high = (ink - budget).clamp(min=0), (ink + budget).clamp(max=1)
    changed = ink
    for _ in range(steps):
        changed = (changed - size * ink_gradient(model, changed, digits).sign()).clamp(low, high)
    return changed


def pixel_by_pixel(model: Network, ink: torch.Tensor, digits: torch.Tensor) -> Iterator[torch.Tensor]:
    """With one pixel more changed each time: that from which the gradient promises most, to full ink or to none."""
    changed, rows = ink.flatten(1).clone(), torch.arange(len(ink))
    is_changed = torch.zeros_like(changed, dtype=torch.bool)
    while True:
        gradient = ink_gradient(model, changed.view_as(ink), digits).flatten(1)
        wanted = (gradient < 0).to(changed)
        best = (gradient * (changed - wanted)).masked_fill(is_changed, -1).argmax(1)
        changed[rows, best], is_changed[rows, best] = wanted[rows, best], True
        yield changed.view_as(ink).clone()
