"""What an exported network returns: every layer before and after its activation function, and what the reader does."""

from functools import partial

import torch
from torch import Tensor, nn

from lenet.networks.base import INPUT_SHAPE
from lenet.weights.model import Weights

INPUT = "ink"
BEFORE = "_preactivation"  # c1_preactivation, since names in ONNX are to be identifiers
PROBABILITIES, ENERGY = "probabilities", "energy"


class Outputs(nn.Module):
    """Maps ink in [0, 1], shape (N, 1, 32, 32), to all outputs by name, in order of computation.

    They are those of `Network.features` but for the input, each layer that has an activation function also before it,
    in the same shape; the calibrated `probabilities`, shape (N, 10); and the `energy`, shape (N,), that is compared
    with the threshold of the rejection.
    """

    def __init__(self, weights: Weights):
        super().__init__()
        self.network = weights.model
        self.temperature = weights.calibration.temperature

    def forward(self, ink: Tensor) -> dict[str, Tensor]:
        before: dict[str, Tensor] = {}

        def keep(name: str, _layer: nn.Module, _inputs: tuple, values: Tensor) -> None:
            before[name] = values

        layers = {name: self.network.get_submodule(name) for name in self.network.activated}
        hooks = [layer.register_forward_hook(partial(keep, name)) for name, layer in layers.items()]
        try:
            features = self.network.features(ink)
        finally:
            for hook in hooks:
                hook.remove()
        outputs: dict[str, Tensor] = {}
        for name, values in features.items():
            if name in before:
                outputs[name + BEFORE] = before[name].flatten(1) if values.ndim == 2 else before[name]
            if name != "input":
                outputs[name] = values
        scores = features["output"]
        return {
            **outputs,
            PROBABILITIES: (scores / self.temperature).softmax(1),
            ENERGY: -scores.logsumexp(1),
        }


def example() -> Tensor:
    """Two inputs, with which the network is traced: with one, the size of the batch would become a constant."""
    return torch.zeros(2, *INPUT_SHAPE)
