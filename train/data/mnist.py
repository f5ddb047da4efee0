"""MNIST as tensors: read by torchvision, padded to 32x32, split into training, validation and test images."""

from contextlib import suppress
from pathlib import Path

import torch
from torch.nn.functional import pad
from torchvision.datasets import MNIST

from train.data.checksums import check
from train.data.digits import DataError, Digits


def load_mnist(data_dir: Path, *, train: bool) -> Digits:
    """The 60,000 training or 10,000 test images, downloaded to `data_dir` if they are missing.

    Raises DataError if they can be neither read nor downloaded.
    """
    missing = [folder for folder in (data_dir / "MNIST" / "raw", data_dir / "MNIST", data_dir) if not folder.exists()]
    try:
        raw = MNIST(str(data_dir), train=train, download=True)
    except (OSError, RuntimeError) as error:
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()  # succeeds only if it is empty
        reason = str(error).strip().splitlines()[-1]  # torchvision's message has a line for each mirror
        reason = reason.strip("< >").removeprefix("urlopen error ")
        raise DataError(
            f"MNIST is missing from {data_dir} and could not be downloaded ({reason}); "
            f"put its four files into {data_dir / 'MNIST' / 'raw'}, or select another folder with --data-dir"
        ) from error
    except (ValueError, AssertionError) as error:
        raise DataError(
            f"the MNIST files in {data_dir / 'MNIST' / 'raw'} are damaged; delete them to download them again"
        ) from error
    for name in ("images-idx3-ubyte", "labels-idx1-ubyte"):
        check(data_dir / "MNIST" / "raw" / f"{'train' if train else 't10k'}-{name}")
    if raw.data.shape[1:] != (28, 28) or len(raw.data) != len(raw.targets):
        raise DataError(
            f"the MNIST files in {data_dir / 'MNIST' / 'raw'} do not match: "
            f"{tuple(raw.data.shape)} images, {len(raw.targets)} labels"
        )
    return Digits(pad(raw.data.unsqueeze(1), (2, 2, 2, 2)), raw.targets.long())


def split(digits: Digits, validation: int, seed: int) -> tuple[Digits, Digits]:
    """The training part and the validation part, of `validation` images; the seed determines which they are.

    Raises DataError if no image would be left to train on.
    """
    if validation >= len(digits):
        raise DataError(f"--validation-size {validation} leaves none of the {len(digits)} training images")
    order = torch.randperm(len(digits), generator=torch.Generator().manual_seed(seed))
    return digits[order[validation:]], digits[order[:validation]]
