"""LeNet-5 as today's books print it: the layers of 1998, tanh, average pooling, a full C3, a linear output.

LeCun, Bottou, Bengio, Haffner: "Gradient-Based Learning Applied to Document Recognition", Proc. IEEE 86(11), 1998,
section II.B and figure 2. Layer names and sizes are the paper's; what differs is that S2 and S4 have no trainable
coefficients, C3 sees all six maps of S2, and the output is linear in place of radial basis functions: 61,706
parameters against the paper's 60,000.
"""

import torch
from torch import Tensor, nn

INPUT_SHAPE = (1, 32, 32)

# Mean and standard deviation of the 60,000 MNIST training images, padded to 32x32, ink in [0, 1].
MNIST_MEAN, MNIST_STD = 0.1000, 0.2752


class LeNet5(nn.Module):
    """Ink in [0, 1], shape (N, 1, 32, 32), to ten logits, shape (N, 10).

    The network normalises by itself with its own `mean` and `std`, so nobody can forget to.
    A wrong shape raises ValueError.
    """

    variant = "text"

    def __init__(self, mean: float = MNIST_MEAN, std: float = MNIST_STD):
        super().__init__()
        if not std > 0:
            raise ValueError(f"std must be above 0, not {std}")
        self.mean, self.std = float(mean), float(std)
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = nn.AvgPool2d(2)
        self.c3 = nn.Conv2d(6, 16, 5)
        self.s4 = nn.AvgPool2d(2)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = nn.Linear(84, 10)

    def features(self, ink: Tensor) -> dict[str, Tensor]:
        """Every stage by name, in the order the network computes them; `output` holds the logits."""
        if ink.ndim != 4 or tuple(ink.shape[1:]) != INPUT_SHAPE:
            raise ValueError(f"LeNet-5 takes ink of shape (N, 1, 32, 32), not {tuple(ink.shape)}")
        stages = {"input": ink}  # (N, 1, 32, 32)
        stages["c1"] = torch.tanh(self.c1((ink - self.mean) / self.std))  # (N, 6, 28, 28)
        stages["s2"] = self.s2(stages["c1"])  # (N, 6, 14, 14)
        stages["c3"] = torch.tanh(self.c3(stages["s2"]))  # (N, 16, 10, 10)
        stages["s4"] = self.s4(stages["c3"])  # (N, 16, 5, 5)
        stages["c5"] = torch.tanh(self.c5(stages["s4"])).flatten(1)  # (N, 120)
        stages["f6"] = torch.tanh(self.f6(stages["c5"]))  # (N, 84)
        stages["output"] = self.output(stages["f6"])  # (N, 10)
        return stages

    def forward(self, ink: Tensor) -> Tensor:
        """The logits, shape (N, 10)."""
        return self.features(ink)["output"]
