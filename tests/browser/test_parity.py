"""The browser's network gives what PyTorch's gives. The whole comparison is `python -m benchmarks.parity`."""

import numpy as np
import pytest

from harness import parity
from harness.drawings import EXAMPLES, NO_DIGITS, draw
from lenet import NETWORKS, Recognizer
from lenet.weights.model import bundled


@pytest.fixture(scope="module")
def page(chromium):
    with parity.static_files() as url:
        page = chromium.new_page()
        yield page, url
        page.close()


@pytest.mark.parametrize("variant", NETWORKS)
def test_every_layer_agrees(page, reader, variant):
    """Before and after activation within 1e-4, for digits, a blank image and noise."""
    other = Recognizer.from_pretrained(bundled(variant))
    digits = [reader.read(draw(example["strokes"])).activations["input"][0] for example in EXAMPLES]
    noise = np.random.default_rng(0).random((5, 32, 32), np.float32)
    parity.open_network(*page, other)
    found = parity.compare_layers(page[0], other, np.stack([*digits, np.zeros((32, 32), np.float32), *noise]))
    assert len(found.layers) == 16
    assert max(found.layers.values()) < 1e-4, found.layers
    assert found.answers == 0


def test_drawings_are_preprocessed_and_read_alike(page, reader):
    """Digits and other drawings, with three brushes, small and large, and what is rejected for its ink alone."""
    rng = np.random.default_rng(0)
    shapes = [example["strokes"] for example in EXAMPLES] + [strokes for strokes, _ in NO_DIGITS.values()]
    shapes += [
        [[(0, 0), (0.1, 0)]],  # a dot
        [[(0, 0), (0, 100)], [(70, 0), (70, 100)]],  # 11
        [[(0, 0), (0, 100)]],  # symmetric: its center of mass is midway between two pixels
        [[(0, 0), (60, 100), (120, 0)], [(200, 0), (201, 1)]],  # with a stray speck
        [[(0, 50), (100, 50)]],
    ]
    drawings = [[]]  # a blank pad
    for strokes in shapes:
        for brush, size in ((6, 60), (20, 180), (40, 220)):
            center = tuple(rng.uniform((size + brush) / 2, 280 - (size + brush) / 2, 2))
            drawings.append(parity.place(strokes, brush, size, center))
    parity.open_network(*page, reader)
    found = parity.compare_drawings(page[0], reader, drawings)
    assert found.ink < 1 / 255
    assert found.probabilities < 1e-4
    assert found.answers == 0


def test_rows_are_read_alike(page, reader):
    """100 rows of two to four digits, far apart, close together, or touching: the same numbers."""
    rng = np.random.default_rng(0)
    drawings = []
    for i in range(100):
        digits = rng.integers(10, size=2 + i % 3)
        brush, gap = (4, 7, 10)[i % 3], (12, 5, 2, -3)[i % 4]
        strokes = [EXAMPLES[digit]["strokes"] for digit in digits]
        drawings.append(
            parity.row(strokes, brush, gap, rng.uniform(2, 20), rng.uniform(5, 180), 220 / (len(digits) + 1))
        )
    parity.open_network(*page, reader)
    found = parity.compare_drawings(page[0], reader, drawings)
    assert found.ink < 1 / 255
    assert found.probabilities < 1e-3
    assert found.answers == 0
    assert found.numbers > 80
