"""LeNet-5 as described in the paper of 1998: 60,000 trainable parameters, 340,908 connections.

LeCun, Bottou, Bengio, Haffner 1998, section II.B, table I, equations (5) to (7), and appendix A for the activation.
The activation function is 1.7159 tanh(2x/3). S2 and S4 sum four inputs, multiply by a trainable coefficient and add a
trainable bias. Each map of C3 is connected to three, four or six maps of S2, given by table I. The output units are the
squared distances between F6 and fixed bitmaps of 7x12 pixels, one per class, defined here. In the paper the smallest
distance wins; the scores here are negative distances, so that the highest score wins as in the other networks.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d

from lenet.networks.activation import squash
from lenet.networks.base import MNIST_MEAN, MNIST_STD, Network

# Table I: the maps of S2 that each map of C3 is connected to: three adjacent maps (six times), four adjacent maps (six
# times), two separate pairs (three times) and all six (once).
TABLE = (
    *[{m % 6, (m + 1) % 6, (m + 2) % 6} for m in range(6)],
    *[{m % 6, (m + 1) % 6, (m + 2) % 6, (m + 3) % 6} for m in range(6)],
    {0, 1, 3, 4},
    {1, 2, 4, 5},
    {0, 2, 3, 5},
    {0, 1, 2, 3, 4, 5},
)

# Target values of F6 for the digits 0 to 9, as bitmaps 7 wide and 12 high: '#' is +1, '.' is -1.
BITMAPS = """
..###.. ...##.. .#####. .#####. ....##. ####### ..####. ####### ..###.. ..###..
.##.##. ..###.. ##...## ##...## ...###. ##..... .##..## ##...## .##.##. .##.##.
##...## .####.. .....## .....## ..####. ##..... ##..... .....## ##...## ##...##
##...## ...##.. .....## .....## .##.##. ##..... ##..... ....##. ##...## ##...##
##...## ...##.. ....##. ....##. .##.##. #####.. ##..... ....##. .##.##. ##...##
##...## ...##.. ...##.. ..###.. ##..##. ....##. ##.##.. ...##.. ..###.. .##.###
##...## ...##.. ..##... ....##. ##..##. .....## ###.##. ...##.. .##.##. ..##.##
##...## ...##.. .##.... .....## ####### .....## ##...## ..##... ##...## .....##
##...## ...##.. ##..... .....## ....##. .....## ##...## ..##... ##...## .....##
##...## ...##.. ##..... .....## ....##. ##...## ##...## .##.... ##...## .....##
.##.##. ...##.. ##..... ##...## ....##. .##.##. .##.##. .##.... .##.##. ##..##.
..###.. .###### ####### .#####. ....##. ..###.. ..###.. .##.... ..###.. .####..
"""


def bitmaps() -> Tensor:
    """Target values of F6 for the ten digits, -1 or +1, shape (10, 84)."""
    rows = [line.split() for line in BITMAPS.split("\n") if line]
    return torch.tensor([[1.0 if c == "#" else -1.0 for row in rows for c in row[digit]] for digit in range(10)])


class Subsampling(nn.Module):
    """Sum of 2x2 inputs, times a coefficient, plus a bias, one of each per map. The caller applies the activation."""

    def __init__(self, maps: int):
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((maps,), 0.25))
        self.bias = nn.Parameter(torch.zeros(maps))

    def forward(self, x: Tensor) -> Tensor:
        return 4 * avg_pool2d(x, 2) * self.coefficient[:, None, None] + self.bias[:, None, None]


class SparseConvolution(nn.Module):
    """A convolution in which output map i is connected only to the input maps `table[i]`.

    Only the weights of these connections exist as parameters; `seen` is the mask, shape (maps, inputs, side, side).
    """

    seen: Tensor

    def __init__(self, table: tuple[set[int], ...], inputs: int, side: int):
        super().__init__()
        seen = torch.tensor([[i in row for i in range(inputs)] for row in table])
        self.register_buffer("seen", seen[:, :, None, None].expand(-1, -1, side, side).clone(), persistent=False)
        self.weight = nn.Parameter(torch.zeros(int(self.seen.sum())))
        self.bias = nn.Parameter(torch.zeros(len(table)))

    def full_weight(self) -> Tensor:
        """The weights as a dense tensor, 0 where there is no connection: shape (maps, inputs, side, side)."""
        return torch.zeros_like(self.seen, dtype=self.weight.dtype).masked_scatter(self.seen, self.weight)

    def forward(self, x: Tensor) -> Tensor:
        return conv2d(x, self.full_weight(), self.bias)


class RadialBasis(nn.Module):
    """Squared distances to fixed centers, equation (7) of the paper. It has no trainable parameters."""

    centers: Tensor

    def __init__(self, centers: Tensor):
        super().__init__()
        self.register_buffer("centers", centers, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return (x[:, None] - self.centers).square().sum(2)


class LeNet5Original(Network):
    """The LeNet-5 of 1998, 60,000 trainable parameters. The scores are negative squared distances."""

    variant = "original"
    activation = squash
    activated = ("c1", "s2", "c3", "s4", "c5", "f6")
    outlier_score = -30.0  # -j of equation (9). The paper gives no j; most digits are closer to their bitmap than this

    def __init__(self, mean: float = MNIST_MEAN, std: float = MNIST_STD):
        super().__init__(mean, std)
        self.c1 = nn.Conv2d(1, 6, 5)
        self.s2 = Subsampling(6)
        self.c3 = SparseConvolution(TABLE, 6, 5)
        self.s4 = Subsampling(16)
        self.c5 = nn.Conv2d(16, 120, 5)
        self.f6 = nn.Linear(120, 84)
        self.output = RadialBasis(bitmaps())

    def features(self, ink: Tensor) -> dict[str, Tensor]:
        """The output of every layer by name, in order of computation; `output` holds negative squared distances."""
        outputs = {"input": ink}  # (N, 1, 32, 32)
        outputs["c1"] = self.activation(self.c1(self.normalize(ink)))  # (N, 6, 28, 28)
        outputs["s2"] = self.activation(self.s2(outputs["c1"]))  # (N, 6, 14, 14)
        outputs["c3"] = self.activation(self.c3(outputs["s2"]))  # (N, 16, 10, 10)
        outputs["s4"] = self.activation(self.s4(outputs["c3"]))  # (N, 16, 5, 5)
        outputs["c5"] = self.activation(self.c5(outputs["s4"])).flatten(1)  # (N, 120)
        outputs["f6"] = self.activation(self.f6(outputs["c5"]))  # (N, 84)
        outputs["output"] = -self.output(outputs["f6"])  # (N, 10)
        return outputs
