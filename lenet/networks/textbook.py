"""LeNet-5 as today's textbooks describe it: the paper's layers with tanh, average pooling, a dense C3 and a linear
output.

LeCun, Bottou, Bengio, Haffner: "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 86(11), 1998,
section II.B and figure 2. Layer names and sizes are the paper's. The differences: S2 and S4 have no trainable
coefficients, each map of C3 is connected to all six maps of S2, and the output layer is linear instead of radial basis
functions. This gives 61,706 parameters instead of 60,000.
"""

from torch import Tensor, nn

from lenet.networks.activation import Tanh
from lenet.networks.base import MNIST_MEAN, MNIST_STD, Network


class LeNet5(Network):
    """The LeNet-5 of textbooks, 61,706 parameters. The scores are logits."""

    variant = "textbook"
    activation = Tanh()

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
        """The output of every layer by name, in order of computation; `output` holds the logits."""
        outputs = {"input": ink}  # (N, 1, 32, 32)
        outputs["c1"] = self.activation(self.c1(self.normalize(ink)))  # (N, 6, 28, 28)
        outputs["s2"] = self.s2(outputs["c1"])  # (N, 6, 14, 14)
        outputs["c3"] = self.activation(self.c3(outputs["s2"]))  # (N, 16, 10, 10)
        outputs["s4"] = self.s4(outputs["c3"])  # (N, 16, 5, 5)
        outputs["c5"] = self.activation(self.c5(outputs["s4"])).flatten(1)  # (N, 120)
        outputs["f6"] = self.activation(self.f6(outputs["c5"]))  # (N, 84)
        outputs["output"] = self.output(outputs["f6"])  # (N, 10)
        return outputs
