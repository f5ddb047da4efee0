"""The page's digits of MNIST, as its network gets them."""

import functools
import gzip

import numpy as np
import torch
from safetensors.numpy import load, save

from lenet.page.assets import DIGITS, STATIC


def page_digits(part: str, count: int) -> tuple[torch.Tensor, np.ndarray]:
    """The first digits of "training" or "test": ink in [0, 1], shape (N, 1, 32, 32), and their labels."""
    content = _content()
    images = content[f"{part}.images"][:count].reshape(-1, 1, 28, 28)
    margin = ((0, 0), (0, 0), (2, 2), (2, 2))
    return torch.from_numpy(np.pad(images, margin)).float() / 255, content[f"{part}.labels"][:count]


def few_digits(**counts: int) -> bytes:
    """A file as the page's, with the first digits of each part: so many of the "training", so many of the "test"."""
    content = _content()
    first = {name: values[: counts[name.split(".")[0]]].copy() for name, values in content.items()}
    return gzip.compress(save(first), 1)


@functools.cache
def _content() -> dict[str, np.ndarray]:
    return load(gzip.decompress((STATIC / DIGITS).read_bytes()))


@functools.cache
def average_digits() -> torch.Tensor:
    """The mean of each of the ten digits of the training part, shape (10, 1, 32, 32)."""
    images, labels = page_digits("training", 10_000)
    return torch.stack([images[torch.from_numpy(labels) == digit].mean(0) for digit in range(10)])
