"""The network's layers in words and numbers, read off the built network: what each is, its shape, its parameters."""

from dataclasses import dataclass

import torch
from torch import nn

from lenet.networks.base import INPUT_SHAPE, Network
from lenet.networks.original import RadialBasis, SparseConvolution, Subsampling


@dataclass(frozen=True)
class Layer:
    """One row of the network. `arithmetic` spells the parameters out: "6 x (5x5 + 1) = 156"."""

    name: str
    what: str
    shape: tuple[int, ...]
    parameters: int
    arithmetic: str


def layers(model: Network) -> list[Layer]:
    """A row for each stage of `model.features`, in order."""
    with torch.inference_mode():
        features = model.features(torch.zeros(1, *INPUT_SHAPE))
    rows = []
    for name, values in features.items():
        module = getattr(model, name, None)
        count = sum(p.numel() for p in module.parameters()) if module is not None else 0
        what, arithmetic = _describe(module)
        activation = f", {model.activation}" if name in model.activated else ""
        rows.append(
            Layer(
                name=name,
                what=what + activation,
                shape=tuple(values.shape[1:]),
                parameters=count,
                arithmetic=f"{arithmetic} = {count:,}" if count else arithmetic,
            )
        )
    return rows


def _describe(module: nn.Module | None) -> tuple[str, str]:
    match module:
        case None:
            return "the picture, as the network sees it", "no parameters"
        case nn.Conv2d():
            kernel = "x".join(str(side) for side in module.kernel_size)
            maps = f"{module.in_channels}x" if module.in_channels > 1 else ""
            return f"convolution {kernel}", f"{module.out_channels} x ({maps}{kernel} + 1)"
        case SparseConvolution():
            kernel = "x".join(str(side) for side in module.seen.shape[2:])
            sparse = f"{len(module.weight)} + {len(module.bias)}"
            return f"convolution {kernel} over some maps of S2", sparse
        case Subsampling():
            return "sum of 2x2, times a coefficient, plus a bias", f"{len(module.bias)} x (1 + 1)"
        case RadialBasis():
            return "minus the squared distance to the digit's bitmap", "no parameters"
        case nn.AvgPool2d():
            return f"average of {module.kernel_size}x{module.kernel_size}", "no parameters"
        case nn.MaxPool2d():
            return f"largest of {module.kernel_size}x{module.kernel_size}", "no parameters"
        case nn.Linear():
            return "full connection", f"{module.out_features} x ({module.in_features} + 1)"
    raise TypeError(f"no words for a {type(module).__name__}")
