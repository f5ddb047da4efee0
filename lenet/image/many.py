"""Many images at once: the network's input for each, or the reason why there is none.

Small gray images, of which there may be thousands, go through the preprocessing together with those of the same size.
"""

from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image

from lenet.image.given import kept, opened
from lenet.image.preprocess import extract_ink, extract_inks, scale_and_center_each

if TYPE_CHECKING:
    from lenet.image.given import ImageLike

SMALL = 128  # pixels per side; larger images gain little


class Prepared(NamedTuple):
    """The ink of an image, as `extract_ink` returns it, and the network's input, shape (32, 32)."""

    drawing: np.ndarray
    ink: np.ndarray


# What `read` would raise for an image.
Failure = OSError | ValueError


def kept_or_failed(image: "ImageLike") -> "ImageLike | Failure":
    """The image for later, as `kept` returns it, or what it raises."""
    try:
        return kept(image)
    except (OSError, ValueError) as error:
        return error


def prepare_many(images: "Iterable[ImageLike | Failure]") -> list[Prepared | Failure]:
    """The network's input for each image, as `extract_ink` and `scale_and_center` give it, or what they raise."""
    drawings: list[np.ndarray | Failure] = []
    alike: defaultdict[tuple[int, ...], list[tuple[int, np.ndarray]]] = defaultdict(list)
    for number, image in enumerate(images):
        if isinstance(image, OSError | ValueError):
            drawings.append(image)
            continue
        try:
            pixels = opened(image)
            if (small := _small_gray(pixels)) is not None:
                alike[small.shape].append((number, small))
            drawings.append(extract_ink(pixels).copy() if small is None else small)  # not a view of the whole image
        except (OSError, ValueError) as error:
            drawings.append(error)
    for group in alike.values():
        numbers, pixels = zip(*group, strict=True)
        for number, drawing in zip(numbers, extract_inks(np.stack(pixels)), strict=True):
            drawings[number] = drawing
    inks = iter(scale_and_center_each([each for each in drawings if isinstance(each, np.ndarray)]))
    return [Prepared(each, next(inks)) if isinstance(each, np.ndarray) else each for each in drawings]


def _small_gray(image: Image.Image | np.ndarray) -> np.ndarray | None:
    """The pixels, uint8 of shape (H, W), of a small gray image that nothing has to be done to first; else None."""
    if max(image.shape[:2] if isinstance(image, np.ndarray) else image.size) > SMALL:
        return None
    if isinstance(image, Image.Image):
        plain = image.mode == "L" and not image.has_transparency_data and "exif" not in image.info
        return np.asarray(image) if plain else None
    return image if image.ndim == 2 else None
