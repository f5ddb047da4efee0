"""What the three networks share: the shape they take, the normalisation, forward() as the last of features()."""

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

INPUT_SHAPE = (1, 32, 32)

# Mean and standard deviation of the 60,000 MNIST training images, padded to 32x32, ink in [0, 1].
MNIST_MEAN, MNIST_STD = 0.1000, 0.2752


class Network(nn.Module):
    """Ink in [0, 1], shape (N, 1, 32, 32), to ten scores, shape (N, 10). A wrong shape raises ValueError.

    The network normalises by itself with its own `mean` and `std`, so nobody can forget to.
    """

    variant: str
    activation: str  # in words
    activated = ("c1", "c3", "c5", "f6")  # the stages whose values are behind it
    rubbish = 0.0  # the score of what is no digit: fixed, an eleventh class without parameters

    def __init__(self, mean: float = MNIST_MEAN, std: float = MNIST_STD):
        super().__init__()
        if not std > 0:
            raise ValueError(f"std must be above 0, not {std}")
        self.mean, self.std = float(mean), float(std)

    def normalise(self, ink: Tensor) -> Tensor:
        if ink.ndim != 4 or tuple(ink.shape[1:]) != INPUT_SHAPE:
            raise ValueError(f"LeNet-5 takes ink of shape (N, 1, 32, 32), not {tuple(ink.shape)}")
        return (ink - self.mean) / self.std

    def features(self, ink: Tensor) -> dict[str, Tensor]:
        """Every stage by name, in the order the network computes them."""
        raise NotImplementedError

    def losses(self, scores: Tensor, labels: Tensor) -> Tensor:
        """What training brings down, one value a picture, shape (N,): the paper's equation (9).

        It is the cross-entropy over the ten scores and a constant one beside them, the paper's rubbish class. A digit
        pulls its score above the others and above the constant; what is no digit, label -1, pushes all ten below it.
        """
        rubbish = torch.full_like(scores[:, :1], self.rubbish)
        return cross_entropy(torch.cat([scores, rubbish], 1), torch.where(labels < 0, 10, labels), reduction="none")

    def forward(self, ink: Tensor) -> Tensor:
        """The output stage, shape (N, 10)."""
        return self.features(ink)["output"]
