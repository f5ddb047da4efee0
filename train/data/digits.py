"""Labelled images as tensors, and the error of data that are missing or damaged."""

import zlib
from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True)
class Digits:
    """Pictures, uint8, shape (N, 1, 32, 32), and their labels, int64, shape (N,)."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index) -> "Digits":
        return Digits(self.images[index], self.labels[index])

    def to(self, device: torch.device) -> "Digits":
        return Digits(self.images.to(device), self.labels.to(device))

    def fingerprint(self) -> int:
        """A checksum of pictures and labels."""
        return zlib.crc32(self.labels.numpy().tobytes(), zlib.crc32(self.images.numpy().tobytes()))

    def mean_and_std(self) -> tuple[float, float]:
        """Of the ink in [0, 1], over every pixel of every picture; four digits say all there is to say."""
        ink = self.images.flatten().double() / 255
        return round(float(ink.mean()), 4), round(float(ink.std()), 4)


def as_float(images: Tensor) -> Tensor:
    """uint8 pictures, as `Digits` keeps them, to the ink in [0, 1] that the network takes."""
    return images.float() / 255


class DataError(Exception):
    """The data are missing or damaged; the message says what to do."""
