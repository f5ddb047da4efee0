"""MNIST as tensors: read by torchvision, padded to 32x32, split into training, validation and test images."""

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn.functional import pad
from torchvision.datasets import MNIST


@dataclass(frozen=True)
class Digits:
    """Pictures, uint8, shape (N, 1, 32, 32), and their labels, int64, shape (N,)."""

    pictures: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index) -> "Digits":
        return Digits(self.pictures[index], self.labels[index])

    def to(self, device: torch.device) -> "Digits":
        return Digits(self.pictures.to(device), self.labels.to(device))

    def mean_and_std(self) -> tuple[float, float]:
        """Of the ink in [0, 1], over every pixel of every picture; four digits say all there is to say."""
        ink = self.pictures.flatten().double() / 255
        return round(float(ink.mean()), 4), round(float(ink.std()), 4)


def ink_of(pictures: Tensor) -> Tensor:
    """uint8 pictures, as `Digits` keeps them, to the ink in [0, 1] that the network takes."""
    return pictures.float() / 255


class DataError(Exception):
    """The data are missing or damaged; the message says what to do."""


def load_mnist(data_dir: Path, *, train: bool) -> Digits:
    """The 60,000 training or 10,000 test images, downloaded to `data_dir` where they are missing.

    Raises DataError where they can be neither read nor downloaded.
    """
    try:
        raw = MNIST(str(data_dir), train=train, download=True)
    except (OSError, RuntimeError) as error:
        raise DataError(
            f"no MNIST in {data_dir} and it could not be downloaded ({' '.join(str(error).split())}); "
            f"put its four files into {data_dir / 'MNIST' / 'raw'}, or name the folder with --data-dir"
        ) from error
    except (ValueError, AssertionError) as error:
        raise DataError(
            f"the MNIST files in {data_dir / 'MNIST' / 'raw'} are damaged; delete them to download them anew"
        ) from error
    if raw.data.shape[1:] != (28, 28) or len(raw.data) != len(raw.targets):
        raise DataError(
            f"the MNIST files in {data_dir / 'MNIST' / 'raw'} do not belong together: "
            f"{tuple(raw.data.shape)} images, {len(raw.targets)} labels"
        )
    return Digits(pad(raw.data.unsqueeze(1), (2, 2, 2, 2)), raw.targets.long())


def split(digits: Digits, validation: int, seed: int) -> tuple[Digits, Digits]:
    """Training and validation part; the validation part is the same for the same seed."""
    order = torch.randperm(len(digits), generator=torch.Generator().manual_seed(seed))
    return digits[order[validation:]], digits[order[:validation]]
