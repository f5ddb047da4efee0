"""A cache of rendered drawings in the data folder, by a fingerprint of all that determines them."""

import hashlib
import io
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import PIL
import torch

import lenet.image
from train.data.digits import Digits
from train.hashed_file import DamagedFileError, read_hashed, write_hashed

FOLDER = "rendered"  # in the data folder; whoever deletes it loses a minute


def cached(data_dir: Path, name: str, inputs: dict, make: Callable[[], Digits]) -> Digits:
    """What `make` returns, from the data folder if it was made there before from the same `inputs`.

    They are JSON-like, and describe everything that `make` depends on besides the code, which counts as well, and the
    versions of NumPy and Pillow. A file that is damaged is made again; if it cannot be written, that is said.
    """
    fingerprint = hashlib.sha256(f"{inputs} {_code()} {np.__version__} {PIL.__version__}".encode()).hexdigest()
    path = data_dir / FOLDER / f"{name}-{fingerprint[:16]}"
    try:
        with np.load(io.BytesIO(read_hashed(path))) as arrays:
            return Digits(torch.from_numpy(arrays["images"]), torch.from_numpy(arrays["labels"]))
    except OSError:
        pass  # there is none
    except DamagedFileError as error:
        print(f"{error}; rendering its drawings again", flush=True)
    digits = make()
    content = io.BytesIO()
    np.savez_compressed(content, images=digits.images.numpy(), labels=digits.labels.numpy())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_hashed(path, content.getvalue())
    except OSError as error:
        print(
            f"{path.parent} cannot be written ({error.strerror}): the next run renders the drawings again", flush=True
        )
    return digits


@cache
def _code() -> str:
    """A hash of the code of this package, which makes the drawings, and of `lenet.image`, which preprocesses them."""
    folders = (Path(__file__).parent, Path(lenet.image.__file__).parent)
    files = sorted(path for folder in folders for path in folder.iterdir() if path.suffix in (".py", ".txt"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
