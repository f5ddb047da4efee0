"""The drawings that are only evaluated on: other people's pen digits, images of digits, drawings that are not digits.

They are in a folder `sketches/` of the data folder: `digits.json` and `nondigits.json` with pen strokes, and `drawn/`
with images of digits and a `manifest.json`. The generators below raise DataError if a file is missing or damaged;
`limit` is how many entries of a file are read, None for all.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from train.data.digits import CLASSES, DataError
from train.data.strokes import LARGEST, SIDE, PenDrawing, draw_page

PLAIN, CONFUSABLE = "plain", "confusable with a digit"  # the kinds of drawings that are not digits
BRUSHES = (10, 18, 28)  # widths in pixels on a page of SIDE x SIDE pixels


@dataclass(frozen=True)
class Drawing:
    """An image as the reader takes it, with its label (-1 if it is not a digit) and the groups it belongs to."""

    image: Image.Image | np.ndarray
    label: int
    id: str
    groups: dict[str, str]


def pen_digits(folder: Path, limit: int | None = None) -> Iterator[Drawing]:
    """The digits of `digits.json`, each with every brush; grouped by brush and writer."""
    path = folder / "digits.json"
    with _reading(path):
        for item, brush, image in _pages(path, limit):
            groups = {"brush": str(brush), "writer": str(item["writer"])}
            yield Drawing(image, _label(item), str(item["id"]), groups)


def nondigits(folder: Path, limit: int | None = None) -> Iterator[Drawing]:
    """The drawings of `nondigits.json`, each with every brush; grouped by source and resemblance to a digit."""
    path = folder / "nondigits.json"
    with _reading(path):
        for item, _brush, image in _pages(path, limit):
            kind = CONFUSABLE if item["confusable"] else PLAIN
            yield Drawing(image, -1, str(item["id"]), {"kind": kind, "source": item["src"]})


def drawn_images(folder: Path, limit: int | None = None) -> Iterator[Drawing]:
    """The images of `drawn/`; grouped by kind (drawn or photo, flagged as hardly legible or not) and source."""
    folder = folder / "drawn"
    path = folder / "manifest.json"
    with _reading(path):
        for item in _entries(json.loads(path.read_text()), limit):
            with _reading(folder / item["file"]), Image.open(folder / item["file"]) as image:
                image.load()
            kind = f"{item['kind']}, {'flagged' if item['flags'] else 'unflagged'}"
            groups = {"kind": kind, "source": item["source"]}
            yield Drawing(image, _label(item), item["file"], groups)


def _pages(path: Path, limit: int | None) -> Iterator[tuple[dict, int, np.ndarray]]:
    """Each entry with every brush, at a random place and size on the page, the same at every call."""
    rng = np.random.default_rng(0)
    for item in _entries(json.loads(path.read_text())["items"], limit):
        strokes = [_stroke(points) for points in item["strokes"]]
        for brush in BRUSHES:
            size = rng.uniform(0.35, 0.85) * (SIDE - brush)
            low, high = (size + brush) / 2, SIDE - (size + brush) / 2
            x, y = rng.uniform(low, high, 2)
            yield item, brush, draw_page(PenDrawing(strokes, brush, size, (x, y), SIDE))


def _label(item: dict) -> int:
    label = int(item["label"])
    if label not in range(CLASSES):
        raise ValueError(f"the label {label} is not a digit")
    return label


def _stroke(points: list) -> np.ndarray:
    stroke = np.array(points, float)
    if not (np.abs(stroke) <= LARGEST).all():  # nor NaN
        raise ValueError(f"a coordinate is larger than {LARGEST:,}")
    return stroke


def _entries(items: list[dict], limit: int | None) -> list[dict]:
    if not items:
        raise ValueError("it has no entries")
    return items[:limit]


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    """Name the file that cannot be read, whatever is wrong with it."""
    try:
        yield
    except (OSError, ValueError, KeyError, IndexError, TypeError, OverflowError, SyntaxError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise DataError(
            f"{path} cannot be read ({reason}); without the folder sketches/, only MNIST is evaluated"
        ) from error
