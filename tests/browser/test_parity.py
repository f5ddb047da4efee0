"""What is drawn on the canvas is read as by PyTorch: the pad's strokes as the browser renders them.

The modules without a canvas are tested in `tests/modules`; the whole comparison is `python -m benchmarks.parity`.
"""

import numpy as np
import pytest

from harness import parity
from harness.drawings import EXAMPLES, NO_DIGITS
from harness.servers import files_of
from lenet.page.assets import STATIC


@pytest.fixture(scope="module")
def page(chromium):
    with files_of(STATIC) as url:
        page = chromium.new_page()
        yield page, url
        page.close()


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
    parity.open_network(page[0], page[1], reader)
    found = parity.compare_drawings(page[0], reader, drawings)
    assert found.ink < 1 / 255
    assert found.probabilities < 1e-4
    assert found.answers == 0
