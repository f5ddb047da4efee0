"""The layers of a network in order, with shapes and numbers of parameters and connections."""

import math
from dataclasses import dataclass

import torch

from lenet.networks.base import INPUT_SHAPE, Network
from lenet.networks.layers import Description, describe_layer


@dataclass(frozen=True)
class Layer:
    """A layer of a network, or its input.

    `shape` is that of its output, without the batch; `activation` the function applied to it, "" for none.
    """

    name: str
    shape: tuple[int, ...]
    parameters: int
    activation: str
    about: Description

    @property
    def summary(self) -> str:
        """What it computes: "convolution 5x5, tanh"."""
        return f"{self.about.summary}, {self.activation}" if self.activation else self.about.summary

    @property
    def connections(self) -> int:
        """How many values its units are computed from, biases included, as the paper counts them.

        Convolutions and full connections use each parameter once at each place of a map.
        """
        match self.about.kind:
            case "":
                return 0
            case "average pooling" | "max pooling":
                return math.prod(self.shape) * self.about.data["size"] ** 2
            case "subsampling":
                return math.prod(self.shape) * (self.about.data["size"] ** 2 + 1)
            case "RBF":
                return sum(map(len, self.about.data["centers"]))
            case _:
                return math.prod(self.shape[1:]) * self.parameters

    @property
    def arithmetic(self) -> str:
        """How its parameters are counted: "6 x (5x5 + 1) = 156", or "no parameters"."""
        return f"{self.about.count} = {self.parameters:,}" if self.parameters else self.about.count


def layers(model: Network) -> list[Layer]:
    """A `Layer` for each output of `model.features`, in order."""
    with torch.inference_mode():
        features = model.features(torch.zeros(1, *INPUT_SHAPE))
    return [
        Layer(
            name=name,
            shape=tuple(values.shape[1:]),
            parameters=sum(p.numel() for p in model.get_submodule(name).parameters()) if name != "input" else 0,
            activation=str(model.activation) if name in model.activated else "",
            about=describe_layer(model, name),
        )
        for name, values in features.items()
    ]
