"""What callers hand over as an image: a path, a file, its bytes, a PIL image, an array or a tensor."""

import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import numpy as np
from PIL import Image

from lenet.image.file import MAX_BYTES, load_image, open_image
from lenet.image.formats.pixels import MAX_PIXELS, MAX_SIDE, check_size

if TYPE_CHECKING:
    from torch import Tensor

    ImageLike = str | Path | bytes | bytearray | memoryview | BinaryIO | Image.Image | np.ndarray | Tensor

EXPECTED = (
    "expected a path, a PIL image, an open binary file, its bytes, or a numpy array or torch tensor of uint8, bool or "
    "floats in [0, 1] and of shape (height, width), also with one channel, (height, width, 3) for RGB or "
    f"(height, width, 4) for RGBA, with at most {MAX_PIXELS // 1_000_000} million pixels and {MAX_SIDE:,} per side"
)


def opened(image: "ImageLike") -> Image.Image | np.ndarray:
    """A PIL image, or a uint8 array of shape (H, W), (H, W, 3) or (H, W, 4).

    Raises ValueError, with a message that says what is expected, for anything that is not an image, and OSError if a
    file cannot be opened.
    """
    if (array := _as_array(image)) is not None:  # first, since there may be thousands of them
        return _as_uint8(array)
    if isinstance(image, str | Path):
        return open_image(image)
    if isinstance(image, bytes | bytearray | memoryview):
        return load_image(io.BytesIO(image))
    if isinstance(image, io.TextIOBase):
        raise ValueError(f"the file is open as text; {EXPECTED}")
    if isinstance(image, Image.Image):
        check_size(*image.size)
        return image
    if (file := _as_file(image)) is not None:
        return load_image(file)
    raise ValueError(f"unsupported image type: {type(image).__name__}; {EXPECTED}")


def kept(image: "ImageLike") -> "ImageLike":
    """The image as it is now, for later: whoever handed it over may close its file, or write into its array.

    Raises ValueError or OSError if it cannot be read.
    """
    if (array := _as_array(image)) is not None:
        return array.copy()
    if isinstance(image, Image.Image):
        check_size(*image.size)
        image.load()
        return image.copy() if type(image) is Image.Image else image  # what has been opened is not painted on
    if isinstance(image, bytearray | memoryview):
        return bytes(image)
    if (file := _as_file(image)) is None:
        return image
    if not isinstance(content := file.read(MAX_BYTES + 1), bytes):
        raise ValueError(f"the file is open as text; {EXPECTED}")
    return content


def _as_file(image: Any) -> BinaryIO | None:
    return image if hasattr(image, "read") and not isinstance(image, io.TextIOBase) else None


def _as_array(image: Any) -> np.ndarray | None:
    """The values of an array or a tensor; None for anything else."""
    if isinstance(image, np.ndarray):
        return np.asarray(image)  # also of one with a mask
    torch = sys.modules.get("torch")  # nothing is a tensor unless it has been imported, which takes seconds
    if torch is None or not isinstance(image, torch.Tensor):
        return None
    try:
        values = image.detach().cpu()
        return (values.float() if values.is_floating_point() else values).numpy()  # NumPy has no bfloat16
    except (RuntimeError, TypeError) as error:  # a sparse one, for example
        raise ValueError(f"unsupported tensor: {image.layout}, {image.dtype}; {EXPECTED}") from error


def _as_uint8(array: np.ndarray) -> np.ndarray:
    shape = array.shape
    if array.ndim == 3 and shape[2] not in (3, 4) and 1 in (shape[0], shape[2]):
        array = array[..., 0] if shape[2] == 1 else array[0]
    if not (array.ndim == 2 or (array.ndim == 3 and shape[2] in (3, 4))):
        raise ValueError(f"unsupported array shape: {shape}; {EXPECTED}")
    check_size(array.shape[1], array.shape[0])
    if array.dtype.kind == "f":
        low, high = float(array.min()), float(array.max())
        if not np.isfinite((low, high)).all():
            raise ValueError(f"the array contains NaN or infinity; {EXPECTED}")
        if low < 0 or high > 1:
            raise ValueError(f"unsupported values, from {low:g} to {high:g}; {EXPECTED}")
        return np.rint(array * 255).astype(np.uint8)
    if array.dtype == bool:
        return np.where(array, np.uint8(255), np.uint8(0))
    if array.dtype != np.uint8:
        raise ValueError(f"unsupported array dtype: {array.dtype}; {EXPECTED}")
    return np.ascontiguousarray(array)
