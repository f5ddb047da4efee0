"""Lengths and MD5 hashes of the known data files, to detect damaged files and incomplete downloads."""

import hashlib
from pathlib import Path

from train.data.digits import DataError

CHECKSUMS = {
    "train-images-idx3-ubyte": (47_040_016, "6bbc9ace898e44ae57da46a324031adb"),
    "train-labels-idx1-ubyte": (60_008, "a25bea736e30d166cdddb491f175f624"),
    "t10k-images-idx3-ubyte": (7_840_016, "2646ac647ad5339dbf082846283269ea"),
    "t10k-labels-idx1-ubyte": (10_008, "27ae3e4e09519cfbb04c329615203637"),
    "pendigits-orig.tra": (3_641_673, "28e269fb7eaf8cb51af3f561743a0de5"),
}


def is_original(name: str, content: bytes) -> bool:
    """Whether `content` is that of the known file `name`."""
    return CHECKSUMS[name] == (len(content), hashlib.md5(content, usedforsecurity=False).hexdigest())


def check(path: Path) -> None:
    """Raise DataError if the file has the length of the known file of its name but another hash.

    A file of another length is a different data set, which may be valid.
    """
    length, _hash = CHECKSUMS[path.name]
    if path.stat().st_size == length and not is_original(path.name, path.read_bytes()):
        raise DataError(f"{path} is damaged, its hash is not that of the original; delete it to download it again")
