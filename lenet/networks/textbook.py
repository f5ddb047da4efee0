"""LeNet-5 as today's books print it: the layers of 1998, tanh, average pooling, a full C3, a linear output.

LeCun, Bottou, Bengio, Haffner: "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 86(11), 1998,
section II.B and figure 2. Layer names and sizes are the paper's; what differs is that S2 and S4 have no trainable
coefficients, C3 sees all six maps of S2, and the output is linear in place of radial basis functions: 61,706
parameters against the paper's 60,000.
"""

import torch
from torch import Tensor, nn

from lenet.networks.base import MNIST_MEAN, MNIST_STD, Network


class LeNet5(Network):
    """The LeNet-5 of the text, 61,706 parameters; the scores are logits."""

    variant = "textbook"
    activation = "tanh"

    def __init__(self, mean: float = MNIST_MEAN, std: float = MNIST_STD):
        super().__init__(mean, std)
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = nn.AvgPool2d(2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.s4 = nn.AvgPool2d(2)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def features(self, ink: Tensor) -> dict[str, Tensor]:
        """Every stage by name, in the order the network computes them; `output` holds the logits."""
        stages = {"input": ink}  # (N, 1, 32, 32)
        stages["c1"] = torch.tanh(self.c1(self.normalise(ink)))  # (N, 6, 28, 28)
        stages["s2"] = self.s2(stages["c1"])  # (N, 6, 14, 14)
        stages["c3"] = torch.tanh(self.c3(stages["s2"]))  # (N, 16, 10, 10)
        stages["s4"] = self.s4(stages["c3"])  # (N, 16, 5, 5)
        stages["c5"] = torch.tanh(self.c5(stages["s4"])).flatten(1)  # (N, 120)
        stages["f6"] = torch.tanh(self.f6(stages["c5"]))  # (N, 84)
        stages["output"] = self.output(stages["f6"])  # (N, 10)
        return stages
