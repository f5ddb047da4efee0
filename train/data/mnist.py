"""MNIST as tensors: read by torchvision, padded to 32x32, split into training, validation and test images."""

import hashlib
from contextlib import suppress
from pathlib import Path

import torch
from torch.nn.functional import pad
from torchvision.datasets import MNIST

from train.data.digits import DataError, Digits

# The files that we know by length are known by checksum too, so that a changed bit is told from a smaller set.
CHECKSUMS = {
    "train-images-idx3-ubyte": (47_040_016, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": (60_008, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": (7_840_016, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": (10_008, "27ae3e4e09519cfbb04c329615203637"),
    "pendigits-orig.tra": (3_641_673, "28e269fb7eaf8cb51af3f561743a0de5"),
}


def check(path: Path) -> None:
    """Raise DataError where the file has a known file's length and not its content."""
    length, checksum = CHECKSUMS[path.name]
    if path.stat().st_size == length and hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() != checksum:
        raise DataError(f"{path} is damaged: its checksum is not that of the original; delete it to get it anew")


def load_mnist(data_dir: Path, *, train: bool) -> Digits:
    """The 60,000 training or 10,000 test images, downloaded to `data_dir` where they are missing.

    Raises DataError where they can be neither read nor downloaded.
    """
    missing = [folder for folder in (data_dir / "MNIST" / "raw", data_dir / "MNIST", data_dir) if not folder.exists()]
    try:
        raw = MNIST(str(data_dir), train=train, download=True)
    except (OSError, RuntimeError) as error:
        for folder in missing:
            with suppress(OSError):
                folder.rmdir()  # goes only where it is empty
        reason = str(error).strip().splitlines()[-1].strip()  # torchvision's own lists every mirror
        raise DataError(
            f"no MNIST in {data_dir} and it could not be downloaded ({reason}); "
            f"put its four files into {data_dir / 'MNIST' / 'raw'}, or name the folder with --data-dir"
        ) from error
    except (ValueError, AssertionError) as error:
        raise DataError(
            f"the MNIST files in {data_dir / 'MNIST' / 'raw'} are damaged; delete them to download them anew"
        ) from error
    for name in ("images-idx3-ubyte", "labels-idx1-ubyte"):
        check(data_dir / "MNIST" / "raw" / f"{'train' if train else 't10k'}-{name}")
    if raw.data.shape[1:] != (28, 28) or len(raw.data) != len(raw.targets):
        raise DataError(
            f"the MNIST files in {data_dir / 'MNIST' / 'raw'} do not belong together: "
            f"{tuple(raw.data.shape)} images, {len(raw.targets)} labels"
        )
    return Digits(pad(raw.data.unsqueeze(1), (2, 2, 2, 2)), raw.targets.long())


def split(digits: Digits, validation: int, seed: int) -> tuple[Digits, Digits]:
    """Training and validation part; the validation part is the same for the same seed.

    Raises DataError where nothing would be left to train on.
    """
    if validation >= len(digits):
        raise DataError(f"--validation-size {validation} leaves none of the {len(digits)} training images")
    order = torch.randperm(len(digits), generator=torch.Generator().manual_seed(seed))
    return digits[order[validation:]], digits[order[:validation]]
