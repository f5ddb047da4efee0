"""A description of each layer of a network: what it computes, its output shape and its parameters."""

from dataclasses import dataclass

import torch
from torch import nn

from lenet.networks.base import INPUT_SHAPE, Network
from lenet.networks.original import RadialBasis, SparseConvolution, Subsampling


@dataclass(frozen=True)
class Layer:
    """A layer of the network.

    `description` says what it computes, `caption` in a sentence what for; `arithmetic` shows how the parameters are
    counted: "6 x (5x5 + 1) = 156".
    """

    name: str
    description: str
    caption: str
    shape: tuple[int, ...]
    parameters: int
    arithmetic: str


def layers(model: Network) -> list[Layer]:
    """A `Layer` for each output of `model.features`, in order."""
    with torch.inference_mode():
        features = model.features(torch.zeros(1, *INPUT_SHAPE))
    rows = []
    for name, values in features.items():
        module = getattr(model, name, None)
        count = sum(p.numel() for p in module.parameters()) if module is not None else 0
        description, arithmetic = _describe(module)
        activation = f", {model.activation}" if name in model.activated else ""
        rows.append(
            Layer(
                name=name,
                description=description + activation,
                caption=_caption(name, module, isinstance(model.output, RadialBasis)),
                shape=tuple(values.shape[1:]),
                parameters=count,
                arithmetic=f"{arithmetic} = {count:,}" if count else arithmetic,
            )
        )
    return rows


def _caption(name: str, module: nn.Module | None, targets: bool) -> str:
    """`targets`: whether F6 is compared with bitmaps."""
    match name, module:
        case "input", _:
            return (
                "Preprocessed like MNIST: the longer side 20 pixels, centered by its center of mass; then normalized."
            )
        case "c1", _:
            return "Each kernel responds to one kind of stroke or edge, anywhere in the input."
        case _, nn.AvgPool2d():
            return "Averages each 2x2 block: half the resolution, and less sensitive to the exact position."
        case _, nn.MaxPool2d():
            return "Keeps the largest value of each 2x2 block: half the resolution, and less sensitive to the position."
        case _, Subsampling():
            return "Sums each 2x2 block, then applies a coefficient and a bias per map: half the resolution."
        case _, SparseConvolution():
            return "Each map combines three, four or six maps of S2 into parts of digits."
        case "c3", _:
            return "Each map combines all six maps of S2 into parts of digits."
        case "c5", _:
            return "Each unit sees the whole digit. The order of the units has no meaning."
        case "f6", _ if targets:
            return "Each unit combines all units of C5; together they form a 7x12 bitmap."
        case "f6", _:
            return "Each unit combines all units of C5. The order of the units has no meaning."
        case "output", RadialBasis():
            return "The closer F6 is to a digit's bitmap, the higher its score."
        case "output", _:
            return "Each digit's score is a weighted sum of F6's outputs."
    raise TypeError(f"no caption for {name}")


def _describe(module: nn.Module | None) -> tuple[str, str]:
    match module:
        case None:
            return "preprocessed image", "no parameters"
        case nn.Conv2d():
            kernel = "x".join(str(side) for side in module.kernel_size)
            maps = f"{module.in_channels}x" if module.in_channels > 1 else ""
            return f"convolution {kernel}", f"{module.out_channels} x ({maps}{kernel} + 1)"
        case SparseConvolution():
            kernel = "x".join(str(side) for side in module.seen.shape[2:])
            sparse = f"{len(module.weight)} + {len(module.bias)}"
            return f"convolution {kernel}, sparse (table I)", sparse
        case Subsampling():
            return "subsampling 2x2, trainable coefficient and bias", f"{len(module.bias)} x (1 + 1)"
        case RadialBasis():
            return "RBF: negative squared distance to the digit's bitmap", "no parameters"
        case nn.AvgPool2d():
            return f"average pooling {module.kernel_size}x{module.kernel_size}", "no parameters"
        case nn.MaxPool2d():
            return f"max pooling {module.kernel_size}x{module.kernel_size}", "no parameters"
        case nn.Linear():
            return "fully connected", f"{module.out_features} x ({module.in_features} + 1)"
    raise TypeError(f"no description for a layer of type {type(module).__name__}")
