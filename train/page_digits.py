"""python -m train page-digits: the digits of MNIST that the page teaches and trains on, as a file of the package."""

import argparse
import gzip
from pathlib import Path

import torch
from safetensors.torch import save

from lenet.extras.files import ATTRIBUTION
from lenet.page.assets import DIGITS, STATIC
from train.data.digits import Digits
from train.data.mnist import load_mnist
from train.gallery import unpadded

TRAINING, TEST = 10_000, 1_000


def main(arguments: list[str]) -> None:
    """Write the file. Raises CommandError, DataError or OSError."""
    parser = argparse.ArgumentParser(
        prog="python -m train page-digits",
        description="Write the digits that the page teaches and trains on, which belong to the package.",
    )
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder of the data sets (default: data)")
    parser.add_argument("--output", type=Path, default=STATIC / DIGITS, help="file to write (default: the package's)")
    options = parser.parse_args(arguments)
    parts = (load_mnist(options.data_dir, train=train) for train in (True, False))
    training, test = spaced(next(parts), TRAINING), spaced(next(parts), TEST)
    content = page_digits(training, test)
    options.output.write_bytes(content)
    print(f"{options.output}: {len(training):,} training and {len(test):,} test digits, {len(content):,} bytes")


def spaced(digits: Digits, count: int) -> Digits:
    """So many of the digits, or all if there are fewer, evenly spaced."""
    count = min(count, len(digits))
    return digits[torch.arange(count) * len(digits) // count]


def page_digits(training: Digits, test: Digits) -> bytes:
    """The content of the file: images, 28x28, and labels, compressed. The same digits give the same bytes."""
    tensors = {}
    for name, digits in (("training", training), ("test", test)):
        tensors[f"{name}.images"] = unpadded(digits.images).contiguous()
        tensors[f"{name}.labels"] = digits.labels.to(torch.uint8)
    return gzip.compress(save(tensors, {"attribution": ATTRIBUTION}), 9, mtime=0)
