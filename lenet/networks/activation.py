"""Activation functions, with what the browser needs to compute the same."""

from dataclasses import asdict, dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Tanh:
    """amplitude * tanh(slope * x), elementwise."""

    amplitude: float = 1.0
    slope: float = 1.0
    name: str = "tanh"

    def __call__(self, x: Tensor) -> Tensor:
        if self.amplitude == self.slope == 1:
            return torch.tanh(x)
        return self.amplitude * torch.tanh(x * self.slope)

    def __str__(self) -> str:
        return self.name

    def as_dict(self) -> dict:
        return {"kind": "tanh", **asdict(self)}


@dataclass(frozen=True)
class ReLU:
    """max(0, x), elementwise."""

    name: str = "ReLU"

    def __call__(self, x: Tensor) -> Tensor:
        return torch.relu(x)

    def __str__(self) -> str:
        return self.name

    def as_dict(self) -> dict:
        return {"kind": "relu", **asdict(self)}
