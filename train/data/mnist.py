"""MNIST as tensors: read by torchvision, padded to 32x32, split into training, validation and test images."""

from contextlib import suppress
from pathlib import Path

import torch
from torch.nn.functional import pad
from torchvision.datasets import MNIST

from lenet.image.preprocess import CROP_THRESHOLD
from train.data.checksums import check
from train.data.digits import CLASSES, DataError, Digits

FILES = [f"{part}-{kind}" for part in ("train", "t10k") for kind in ("images-idx3-ubyte", "labels-idx1-ubyte")]


def load_mnist(data_dir: Path, *, train: bool) -> Digits:
    """The 60,000 training or 10,000 test images, downloaded to `data_dir` if they are missing.

    Raises DataError if they can be neither read nor downloaded.
    """
    raw_folder = data_dir / "MNIST" / "raw"
    missing = [folder for folder in (raw_folder, raw_folder.parent, data_dir) if not folder.exists()]
    damaged = f"the MNIST files in {raw_folder} are damaged"
    try:
        raw = MNIST(str(data_dir), train=train, download=True)
    except Exception as error:  # of many types
        if all((raw_folder / name).is_file() for name in FILES):
            raise DataError(f"{damaged}; delete them to download them again") from error
        if not isinstance(error, OSError | RuntimeError):
            raise
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()  # succeeds only if it is empty
        reason = str(error).strip().splitlines()[-1]  # torchvision's message has a line for each mirror
        reason = reason.strip("< >").removeprefix("urlopen error ")
        raise DataError(
            f"MNIST is missing from {data_dir} and could not be downloaded ({reason}); "
            f"put its four files into {raw_folder}, or select another folder with --data-dir"
        ) from error
    for name in ("images-idx3-ubyte", "labels-idx1-ubyte"):
        check(raw_folder / f"{'train' if train else 't10k'}-{name}")
    if raw.data.shape[1:] != (28, 28) or len(raw.data) != len(raw.targets):
        raise DataError(
            f"the MNIST files in {raw_folder} do not match: {tuple(raw.data.shape)} images, {len(raw.targets)} labels"
        )
    if raw.targets.max() >= CLASSES:
        raise DataError(f"{damaged}: the label {int(raw.targets.max())} is not a digit")
    faint = (raw.data.flatten(1).amax(1) <= 255 * CROP_THRESHOLD).nonzero()
    if len(faint):
        raise DataError(f"{damaged}: image {int(faint[0])} is blank or too faint to be a digit")
    return Digits(pad(raw.data.unsqueeze(1), (2, 2, 2, 2)), raw.targets.long())


def split(digits: Digits, validation: int, seed: int) -> tuple[Digits, Digits]:
    """The training part and the validation part, of `validation` images; the seed determines which they are.

    Raises DataError if no image would be left to train on.
    """
    if validation >= len(digits):
        raise DataError(f"--validation-size {validation} leaves none of the {len(digits)} training images")
    order = torch.randperm(len(digits), generator=torch.Generator().manual_seed(seed))
    return digits[order[validation:]], digits[order[:validation]]
