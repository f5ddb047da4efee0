"""LeNet-5 as the paper built it in 1998: 60,000 trainable parameters, 340,908 connections.

LeCun, Bottou, Bengio, Haffner 1998, section II.B, table I, equations (5) to (7), and appendix A for the activation.
Squashing is 1.7159 tanh(2x/3); S2 and S4 sum four inputs, times a trainable coefficient, plus a trainable bias, through
the squashing; C3's maps see three, four or six of S2's by table I; the output units are squared distances from F6 to
fixed bitmaps of 7x12 pixels, one a class, drawn here. The paper calls for the smallest distance; the scores here are
the distances' negatives, so that the largest wins as in the other networks.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import avg_pool2d, conv2d

from lenet.networks.base import MNIST_MEAN, MNIST_STD, Network

# Table I: which maps of S2 each map of C3 sees. Six see three in a row, six see four, three see four with a gap.
TABLE = (
    *[{m % 6, (m + 1) % 6, (m + 2) % 6} for m in range(6)],
    *[{m % 6, (m + 1) % 6, (m + 2) % 6, (m + 3) % 6} for m in range(6)],
    {0, 1, 3, 4},
    {1, 2, 4, 5},
    {0, 2, 3, 5},
    {0, 1, 2, 3, 4, 5},
)

# The targets of F6, 7 wide and 12 high: '#' is +1, '.' is -1.
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


def squash(x: Tensor) -> Tensor:
    """1.7159 tanh(2x/3): so that squash(1) = 1 and squash(-1) = -1, the targets, lie where it bends most."""
    return 1.7159 * torch.tanh(x * (2 / 3))


def bitmaps() -> Tensor:
    """The ten targets of F6, values -1 and +1, shape (10, 84)."""
    rows = [line.split() for line in BITMAPS.split("\n") if line]
    return torch.tensor([[1.0 if c == "#" else -1.0 for row in rows for c in row[digit]] for digit in range(10)])


class Subsampling(nn.Module):
    """Sums of 2x2 inputs, times a coefficient for each map, plus a bias for each map; squashed by the caller."""

    def __init__(self, maps: int):
        super().__init__()
        self.coefficient = nn.Parameter(torch.full((maps,), 0.25))
        self.bias = nn.Parameter(torch.zeros(maps))

    def forward(self, x: Tensor) -> Tensor:
        return 4 * avg_pool2d(x, 2) * self.coefficient[:, None, None] + self.bias[:, None, None]


class SparseConvolution(nn.Module):
    """A convolution whose maps see only the inputs that `table` gives them; only those weights exist."""

    def __init__(self, table: tuple[set[int], ...], inputs: int, side: int):
        super().__init__()
        seen = torch.tensor([[i in row for i in range(inputs)] for row in table])
        self.register_buffer("seen", seen[:, :, None, None].expand(-1, -1, side, side).clone(), persistent=False)
        self.weight = nn.Parameter(torch.zeros(int(self.seen.sum())))
        self.bias = nn.Parameter(torch.zeros(len(table)))

    def full_weight(self) -> Tensor:
        """The weights where they stand, zeros elsewhere: shape (maps, inputs, side, side)."""
        return torch.zeros_like(self.seen, dtype=self.weight.dtype).masked_scatter(self.seen, self.weight)

    def forward(self, x: Tensor) -> Tensor:
        return conv2d(x, self.full_weight(), self.bias)


class RadialBasis(nn.Module):
    """Squared distances to fixed centres, equation (7); nothing in it is trained."""

    def __init__(self, centres: Tensor):
        super().__init__()
        self.register_buffer("centres", centres, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return (x[:, None] - self.centres).square().sum(2)


class LeNet5Original(Network):
    """The LeNet-5 of 1998, 60,000 trainable parameters; the scores are negative squared distances."""

    variant = "original"
    activation = "1.7159 tanh(2x/3)"
    activated = ("c1", "s2", "c3", "s4", "c5", "f6")
    rubbish = -30.0  # -j of equation (9); the paper leaves j open. Most digits end nearer to their bitmap than that

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
        """Every stage by name, in the order the network computes them; `output` holds negative squared distances."""
        stages = {"input": ink}  # (N, 1, 32, 32)
        stages["c1"] = squash(self.c1(self.normalise(ink)))  # (N, 6, 28, 28)
        stages["s2"] = squash(self.s2(stages["c1"]))  # (N, 6, 14, 14)
        stages["c3"] = squash(self.c3(stages["s2"]))  # (N, 16, 10, 10)
        stages["s4"] = squash(self.s4(stages["c3"]))  # (N, 16, 5, 5)
        stages["c5"] = squash(self.c5(stages["s4"])).flatten(1)  # (N, 120)
        stages["f6"] = squash(self.f6(stages["c5"]))  # (N, 84)
        stages["output"] = -self.output(stages["f6"])  # (N, 10)
        return stages
