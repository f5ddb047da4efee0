"""Stray specks are wiped out; what may belong to a drawing is not."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lenet import preprocess
from lenet.image.specks import connected_components, remove_specks
from tests.conftest import EXAMPLES, draw


def with_dot(page: Image.Image, x: int, y: int, radius: int) -> Image.Image:
    page = page.copy()
    ImageDraw.Draw(page).ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return page


def small(digit: int) -> Image.Image:
    """An example in the upper left of the page, half its size."""
    return draw([[(x * 0.5 + 20, y * 0.5 + 20) for x, y in stroke] for stroke in EXAMPLES[digit]["strokes"]], 9)


@pytest.mark.parametrize("digit", range(10))
@pytest.mark.parametrize(("x", "y", "radius"), [(250, 250, 5), (255, 60, 2), (60, 262, 8), (240, 140, 4)])
def test_a_tap_far_away_changes_nothing(digit, x, y, radius):
    """The ink with a speck on the page is the ink without it, to the last bit."""
    page = small(digit)
    assert (preprocess(with_dot(page, x, y, radius)) == preprocess(page)).all()


def test_what_is_close_or_large_stays():
    """The dot of an i, and a second digit."""
    stem = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(stem).line((140, 120, 140, 240), fill=0, width=14)
    for other in (with_dot(stem, 140, 85, 9), with_dot(stem, 250, 180, 40)):
        ink = (255 - np.asarray(other)).astype(np.float32) / 255
        assert remove_specks(ink, 0.15) is ink


@pytest.mark.parametrize("shape", [(1, 1), (1, 300), (300, 1), (7, 513)])
def test_any_shape_is_taken(shape):
    """Full of ink, it is one part, whatever its sides are."""
    ink = np.ones(shape, np.float32)
    assert remove_specks(ink, 0.15) is ink
    assert (connected_components(np.ones(shape, bool)) == shape[0] * shape[1]).all()


def test_parts_are_those_that_walking_finds():
    """Against a plain flood fill, on noise where parts wind and nearly touch."""
    rng = np.random.default_rng(0)
    for share in (0.2, 0.4, 0.5, 0.7):
        filled = rng.random((23, 31)) < share
        parts, expected, count = connected_components(filled), np.zeros(filled.shape, int), 0
        for start in map(tuple, np.argwhere(filled)):
            if expected[start]:
                continue
            count += 1
            todo = [start]
            while todo:
                row, column = todo.pop()
                if 0 <= row < 23 and 0 <= column < 31 and filled[row, column] and not expected[row, column]:
                    expected[row, column] = count
                    todo += [(row + i, column + j) for i in (-1, 0, 1) for j in (-1, 0, 1)]
        assert len(np.unique(parts[filled])) == count
        assert len({(a, b) for a, b in zip(parts[filled], expected[filled], strict=True)}) == count
        assert not parts[~filled].any()


def test_a_line_that_winds_through_the_page_is_one_part():
    """However far its ends are along it."""
    filled = np.zeros((63, 63), bool)
    filled[::2] = True
    filled[1::4, -1] = filled[3::4, 0] = True
    assert (connected_components(filled)[filled] == 63 * 63).all()
