"""Many images at once: the network's input for each, or the reason why there is none.

Small gray images, of which there may be thousands, go through the preprocessing together with those of the same size.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from lenet.image.given import kept, opened
from lenet.image.preprocess import extract_ink, extract_inks, scale_and_center_each

if TYPE_CHECKING:
    from lenet.image.given import ImageLike

SMALL = 128  # pixels per side; larger images gain little
ROOM = 2**26  # bytes: of images, or of their ink, that are kept at once
FILE = 2**20  # bytes: what an image in a file may take, which is seen only when it is decoded


# What `read` would raise for an image.
Failure = OSError | ValueError


def batches_of(images: "Iterable[ImageLike]", size: int) -> "Iterator[list[ImageLike | Failure]]":
    """The images for later, as `kept` returns them, or what it raises: `size` in a list, or fewer that are large.

    If `images` raises an exception, what comes before it does so here, too.
    """
    batch, taken = [], 0
    try:
        for image in images:
            try:
                batch.append(kept(image))
                taken += _bytes(batch[-1])
            except (OSError, ValueError) as error:
                batch.append(error)
            if len(batch) == size or taken >= ROOM:
                yield batch
                batch, taken = [], 0
    except Exception:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _bytes(image: "ImageLike") -> int:
    """How much memory an image takes, about."""
    if isinstance(image, np.ndarray):
        return image.nbytes
    if isinstance(image, Image.Image):
        return image.width * image.height * len(image.getbands())
    return FILE


def prepare_many(images: "Iterator[ImageLike | Failure]") -> tuple[list[np.ndarray | Failure], np.ndarray]:
    """The ink of each image, as `extract_ink` returns it, or what it raises; and the network's inputs, (N, 32, 32).

    There is an input, as `scale_and_center` makes it, for each ink, in the same order. Images whose ink would take too
    much memory together are left for another call.
    """
    drawings: list[np.ndarray | Failure] = []
    alike: defaultdict[tuple[int, ...], list[tuple[int, np.ndarray]]] = defaultdict(list)
    taken = 0
    for number, image in enumerate(images):
        if isinstance(image, OSError | ValueError):
            drawings.append(image)
            continue
        try:
            pixels = opened(image)
            if (small := _small_gray(pixels)) is not None:
                alike[small.shape].append((number, small))
            drawing = extract_ink(pixels).copy() if small is None else small  # not a view of the whole image
            taken += drawing.nbytes
            drawings.append(drawing)
        except (OSError, ValueError) as error:
            drawings.append(error)
        if taken > ROOM:
            break
    for group in alike.values():
        numbers, pixels = zip(*group, strict=True)
        for number, drawing in zip(numbers, extract_inks(np.stack(pixels)), strict=True):
            drawings[number] = drawing
    return drawings, scale_and_center_each([each for each in drawings if isinstance(each, np.ndarray)])


def _small_gray(image: Image.Image | np.ndarray) -> np.ndarray | None:
    """The pixels, uint8 of shape (H, W), of a small gray image that nothing has to be done to first; else None."""
    if max(image.shape[:2] if isinstance(image, np.ndarray) else image.size) > SMALL:
        return None
    if isinstance(image, Image.Image):
        plain = image.mode == "L" and not image.has_transparency_data and "exif" not in image.info
        return np.asarray(image) if plain else None
    return image if image.ndim == 2 else None
