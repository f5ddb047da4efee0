"""LeNet-5 as most tutorials train it: ReLU, max pooling, 28x28 input without padding; 44,426 parameters.

On MNIST's original 28x28 images C1 has 24x24 maps, and all later layers are smaller, too: C5 is fully connected to
16@4x4. The network crops the border of two pixels that the other two use, so that all three take the same input.
"""

from torch import Tensor, nn

from lenet.networks.activation import ReLU
from lenet.networks.base import MNIST_MEAN, MNIST_STD, Network

BORDER = 2  # pixels of paper around MNIST's 28x28


class LeNet5Tutorial(Network):
    """The LeNet-5 of tutorials, 44,426 parameters. The scores are logits."""

    variant = "tutorial"
    activation = ReLU()
    border = BORDER

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
        """The output of every layer by name, in order of computation; `output` holds the logits."""
        outputs = {"input": ink}  # (N, 1, 32, 32)
        x = self.normalize(ink)[..., BORDER:-BORDER, BORDER:-BORDER]  # (N, 1, 28, 28)
        outputs["c1"] = self.activation(self.c1(x))  # (N, 6, 24, 24)
        outputs["s2"] = self.s2(outputs["c1"])  # (N, 6, 12, 12)
        outputs["c3"] = self.activation(self.c3(outputs["s2"]))  # (N, 16, 8, 8)
        outputs["s4"] = self.s4(outputs["c3"])  # (N, 16, 4, 4)
        outputs["c5"] = self.activation(self.c5(outputs["s4"])).flatten(1)  # (N, 120)
        outputs["f6"] = self.activation(self.f6(outputs["c5"]))  # (N, 84)
        outputs["output"] = self.output(outputs["f6"])  # (N, 10)
        return outputs
