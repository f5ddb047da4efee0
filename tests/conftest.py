"""What several tests share: drawn digits, the bundled reader, small MNIST files made by hand."""

import gzip
import json
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import sync_playwright

from lenet import Recognizer
from tests.browser import ROOT, launch, running_app

EXAMPLES = json.loads((ROOT / "lenet/page/static/examples.json").read_text())


def draw(strokes: list, width: int = 20, side: int = 280) -> Image.Image:
    """Strokes in units of a 280 pad as black lines with round ends on white, drawn by Pillow, not by a browser."""
    scale = 4 * side / 280
    image = Image.new("L", (4 * side, 4 * side), 255)
    pen = ImageDraw.Draw(image)
    radius = width * scale / 2
    for stroke in strokes:
        points = [(x * scale, y * scale) for x, y in stroke]
        pen.line(points, fill=0, width=round(2 * radius), joint="curve")
        for x, y in points:
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return image.resize((side, side), Image.Resampling.BOX)


def idx(array: np.ndarray) -> bytes:
    """The IDX file of a uint8 array, byte by byte as yann.lecun.com/exdb/mnist described it."""
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.tobytes()


@pytest.fixture(scope="session")
def reader() -> Recognizer:
    return Recognizer.from_pretrained()


@pytest.fixture(scope="session")
def small_mnist(tmp_path_factory) -> Path:
    """A data folder with 300 training and 100 test digits in MNIST's files: our examples, each moved a little."""
    folder = tmp_path_factory.mktemp("data")
    write_small_mnist(folder)
    return folder


def write_small_mnist(folder: Path, compress: bool = False) -> None:
    raw = folder / "MNIST" / "raw"
    raw.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for prefix, count in (("train", 300), ("t10k", 100)):
        labels = np.arange(count, dtype=np.uint8) % 10
        images = np.stack([_moved(EXAMPLES[label]["strokes"], rng) for label in labels])
        for name, array in (("images-idx3", images), ("labels-idx1", labels)):
            if compress:
                (raw / f"{prefix}-{name}-ubyte.gz").write_bytes(gzip.compress(idx(array)))
            else:
                (raw / f"{prefix}-{name}-ubyte").write_bytes(idx(array))


def _moved(strokes: list, rng: np.random.Generator) -> np.ndarray:
    dx, dy = rng.integers(-20, 21, 2)
    moved = [[(x + dx, y + dy) for x, y in stroke] for stroke in strokes]
    return 255 - np.asarray(draw(moved, width=int(rng.integers(16, 30)), side=28))


@pytest.fixture(scope="session")
def app_url():
    """A running `python app.py`, as a visitor meets it."""
    with running_app() as url:
        yield url


@pytest.fixture(scope="session")
def chromium():
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()
