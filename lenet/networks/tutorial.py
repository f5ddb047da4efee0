"""LeNet-5 as most tutorials train it: ReLU, max-pooling, 28x28 without padding; 44,426 parameters.

Fed with MNIST's own 28x28, C1 gives 24x24 maps and everything after it shrinks: C5 is a full connection from 16@4x4.
The frame of two pixels that the other two networks see is cropped here, so that all three take the same ink.
"""

import torch
from torch import Tensor, nn

from lenet.networks.base import MNIST_MEAN, MNIST_STD, Network

FRAME = 2  # pixels of paper around MNIST's 28x28


class LeNet5Tutorial(Network):
    """The LeNet-5 of tutorials, 44,426 parameters; the scores are logits."""

    variant = "tutorial"
    activation = "ReLU"

    def __init__(self, mean: float = MNIST_MEAN, std: float = MNIST_STD):
        super().__init__(mean, std)
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = nn.MaxPool2d(2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.s4 = nn.MaxPool2d(2)
        self.c5 = nn.Conv2d(16, 120, 4)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def features(self, ink: Tensor) -> dict[str, Tensor]:
        """Every stage by name, in the order the network computes them; `output` holds the logits."""
        stages = {"input": ink}  # (N, 1, 32, 32)
        x = self.normalise(ink)[..., FRAME:-FRAME, FRAME:-FRAME]  # (N, 1, 28, 28)
        stages["c1"] = torch.relu(self.c1(x))  # (N, 6, 24, 24)
        stages["s2"] = self.s2(stages["c1"])  # (N, 6, 12, 12)
        stages["c3"] = torch.relu(self.c3(stages["s2"]))  # (N, 16, 8, 8)
        stages["s4"] = self.s4(stages["c3"])  # (N, 16, 4, 4)
        stages["c5"] = torch.relu(self.c5(stages["s4"])).flatten(1)  # (N, 120)
        stages["f6"] = torch.relu(self.f6(stages["c5"]))  # (N, 84)
        stages["output"] = self.output(stages["f6"])  # (N, 10)
        return stages
