"""Gradients by PyTorch's autograd, which those of the page are held to."""

import torch

from lenet.networks.base import Network


def exactly(model: Network) -> Network:
    """The same network in double precision."""
    exact = type(model)(model.mean, model.std).double()
    exact.load_state_dict(model.state_dict())
    return exact


def gradients(total: torch.Tensor, tensors: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """The gradient of a number for each tensor, by name."""
    return dict(zip(tensors, torch.autograd.grad(total, [*tensors.values()], retain_graph=True), strict=True))
