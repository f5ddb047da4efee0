"""What the three networks share: input shape, normalization, loss, and `forward()` in terms of `features()`."""

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from lenet.networks.activation import Activation

INPUT_SHAPE = (1, 32, 32)

# Mean and standard deviation of the ink, in [0, 1], over the 60,000 MNIST training images, padded to 32x32.
MNIST_MEAN, MNIST_STD = 0.1000, 0.2752


class Network(nn.Module):
    """Maps ink in [0, 1], shape (N, 1, 32, 32), to ten scores, shape (N, 10). Raises ValueError for other shapes.

    The network normalizes its input with its own `mean` and `std`, so callers do not have to.
    """

    variant: str
    activation: Activation
    activated = ("c1", "c3", "c5", "f6")  # the layers that it is applied to
    border = 0  # pixels at each side of the input that the network crops
    outlier_score = 0.0  # constant score of an eleventh class without parameters, for inputs that are not digits

    def __init__(self, mean: float = MNIST_MEAN, std: float = MNIST_STD):
        super().__init__()
        if not std > 0:
            raise ValueError(f"std must be positive, got {std}")
        self.mean, self.std = float(mean), float(std)

    def normalize(self, ink: Tensor) -> Tensor:
        """(ink - mean) / std, after checking the shape."""
        if ink.ndim != 4 or tuple(ink.shape[1:]) != INPUT_SHAPE:
            raise ValueError(f"expected ink of shape (N, 1, 32, 32), got {tuple(ink.shape)}")
        return (ink - self.mean) / self.std

    def features(self, ink: Tensor) -> dict[str, Tensor]:
        """The output of every layer by name, in order of computation, from "input" to "output"."""
        raise NotImplementedError

    def compute(self, ink: np.ndarray) -> dict[str, np.ndarray]:
        """`features()` of an array, as float32 arrays.

        Whatever has been set in this process: device and dtype of the network, and autocast.
        """
        parameter = next(self.parameters())
        with torch.inference_mode(), torch.autocast(parameter.device.type, enabled=False):
            features = self.features(torch.from_numpy(ink).to(parameter))
            return {name: values.float().cpu().numpy() for name, values in features.items()}

    def losses(self, scores: Tensor, labels: Tensor) -> Tensor:
        """The training loss of each image, shape (N,): equation (9) of the paper.

        It is the cross-entropy over the ten scores, shape (N, 10), and the constant `outlier_score`, the paper's
        "rubbish" class. Labels, shape (N,), are 0 to 9; -1 stands for an image that is not a digit, whose ten scores
        are pushed below the constant.
        """
        outlier = torch.full_like(scores[:, :1], self.outlier_score)
        return cross_entropy(torch.cat([scores, outlier], 1), torch.where(labels < 0, 10, labels), reduction="none")

    def forward(self, ink: Tensor) -> Tensor:
        """The scores of the ten digits, shape (N, 10): the last of `features()`."""
        return self.features(ink)["output"]
