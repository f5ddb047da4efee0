"""What the readers of forms and of sudokus have in common: from a photo of a sheet to the boxes in it."""

import numpy as np
from PIL import Image, ImageFilter, ImageOps

from lenet import Reading

SIDE = 900  # pixels of a photo's longer side after it has been reduced
PAPER = 0.8  # what has at least this share of the paper's brightness is paper


def open_photo(path: str) -> np.ndarray:
    """The brightness of a photo relative to the paper around each pixel: uint8, shape (H, W), 255 for paper."""
    with Image.open(path) as file:
        photo = ImageOps.exif_transpose(file).convert("L")
    photo.thumbnail((SIDE, SIDE))
    paper = photo.reduce(8).filter(ImageFilter.MaxFilter(5)).filter(ImageFilter.GaussianBlur(3)).resize(photo.size)
    smooth = photo.filter(ImageFilter.GaussianBlur(0.8))  # without specks
    share = np.asarray(smooth) / np.maximum(np.asarray(paper), 1)
    return np.where(share < PAPER, 255 * share, 255).astype(np.uint8)


def regions(mask: np.ndarray) -> np.ndarray:
    """The connected regions of a mask as boxes: shape (N, 5), left, top, right, bottom and number of pixels of each."""
    mask = np.pad(mask, 1)
    labels, before = np.where(mask, np.arange(mask.size).reshape(mask.shape), 0), mask
    while not np.array_equal(labels, before):
        before = labels
        for _ in ("rows", "columns"):  # each run of pixels takes its greatest label
            flat = labels.T.ravel()
            starts = np.flatnonzero(np.diff(flat > 0, prepend=True))
            greatest = np.repeat(np.maximum.reduceat(flat, starts), np.diff(starts, append=flat.size))
            labels = greatest.reshape(labels.T.shape)
    y, x = np.nonzero(labels)
    _, first, region, pixels = np.unique(labels[y, x], return_index=True, return_inverse=True, return_counts=True)
    left, right, top, bottom = x[first], x[first], y[first], y[first]
    for ends, extreme, places in ((left, np.minimum, x), (right, np.maximum, x), (bottom, np.maximum, y)):
        extreme.at(ends, region, places)
    return np.stack([left - 1, top - 1, right, bottom, pixels], 1)


def find_boxes(photo: np.ndarray) -> np.ndarray:
    """The boxes, which are about square and of one size: left, top, right, bottom and center of each, shape (N, 6)."""
    left, top, right, bottom, pixels = regions(photo == 255).T
    width, height = right - left, bottom - top
    boxes = (abs(width - height) < 0.3 * height) & (height > 15) & (width < photo.shape[1] / 3)
    boxes &= pixels > 0.5 * width * height
    if not boxes.any():
        raise ValueError("found no boxes: expected a photo of a sheet with square boxes, each with a closed outline")
    # Holes in digits are smaller than boxes: half of the area is that of boxes of at least the usual width.
    order = np.argsort(width * boxes)
    area = (width * height * boxes)[order].cumsum()
    usual = width[order][np.searchsorted(area, area[-1] / 2)]
    boxes &= abs(width - usual) < 0.3 * usual
    return np.stack([left, top, right, bottom, (left + right) // 2, (top + bottom) // 2], 1)[boxes]


def digit(reading: Reading, empty: str = "") -> str:
    """What is in a box; "?" if it cannot be read."""
    return empty if reading.reason == "blank" else "?" if reading.digit is None else str(reading.digit)
