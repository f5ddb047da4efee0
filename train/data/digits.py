"""Labeled images as tensors, and the error for missing or damaged data."""

import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from train.errors import CommandError

CLASSES = 10


@dataclass(frozen=True)
class Digits:
    """Images, uint8, shape (N, 1, 32, 32), and their labels, int64, shape (N,)."""

    images: Tensor
    labels: Tensor

    @classmethod
    def of(cls, images: np.ndarray, labels: Sequence[int]) -> "Digits":
        return cls(torch.from_numpy(images), torch.tensor(labels))

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index) -> "Digits":
        return Digits(self.images[index], self.labels[index])

    def to(self, device: torch.device) -> "Digits":
        return Digits(self.images.to(device), self.labels.to(device))

    def fingerprint(self) -> int:
        """A checksum of images and labels."""
        return zlib.crc32(self.labels.numpy().tobytes(), zlib.crc32(self.images.numpy().tobytes()))

    def sha256(self) -> str:
        """A hash of images and labels."""
        return hashlib.sha256(self.images.numpy().tobytes() + self.labels.numpy().tobytes()).hexdigest()

    def mean_and_std(self) -> tuple[float, float]:
        """Of the ink in [0, 1], over all pixels of all images, rounded to four decimals."""
        ink = self.images.flatten().double() / 255
        return round(float(ink.mean()), 4), round(float(ink.std()), 4)


def as_float(images: Tensor) -> Tensor:
    """The uint8 images of `Digits` as the ink in [0, 1] that the network takes."""
    return images.float() / 255


class DataError(CommandError):
    """Data files are missing or damaged; the message says what to do."""
