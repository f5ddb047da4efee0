"""Stray specks are removed; what may belong to a digit is not."""

import numpy as np
from PIL import Image, ImageDraw

from harness.drawings import EXAMPLES, draw
from lenet import preprocess
from lenet.image.specks import connected_components, connected_to, remove_specks


def with_dot(page: Image.Image, x: int, y: int, radius: int) -> Image.Image:
    page = page.copy()
    ImageDraw.Draw(page).ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    return page


def small(digit: int) -> Image.Image:
    """An example in the upper left of the page, half its size."""
    return draw([[(x * 0.5 + 20, y * 0.5 + 20) for x, y in stroke] for stroke in EXAMPLES[digit]["strokes"]], 9)


def test_a_distant_dot_changes_nothing():
    """The ink of a page with a speck equals that of the page without it, bit for bit."""
    for digit in range(10):
        page = small(digit)
        for dot in ((250, 250, 5), (255, 60, 2), (60, 262, 8), (240, 140, 4)):
            assert (preprocess(with_dot(page, *dot)) == preprocess(page)).all(), (digit, dot)


def test_what_is_close_or_large_is_kept():
    """The dot of an i, and a second digit."""
    stem = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(stem).line((140, 120, 140, 240), fill=0, width=14)
    for name, page in (("dot", with_dot(stem, 140, 85, 9)), ("second digit", with_dot(stem, 250, 180, 40))):
        ink = (255 - np.asarray(page)).astype(np.float32) / 255
        assert remove_specks(ink, 0.15) is ink, name


def test_any_shape_is_supported():
    """An array full of ink is one component, whatever its sides are."""
    for shape in ((1, 1), (1, 300), (300, 1), (7, 513)):
        ink = np.ones(shape, np.float32)
        assert remove_specks(ink, 0.15) is ink, shape
        assert (connected_components(np.ones(shape, bool)) == shape[0] * shape[1]).all(), shape


def test_components_are_those_of_a_flood_fill():
    """Compared on noise, in which components wind and nearly touch."""
    rng = np.random.default_rng(0)
    for share in (0.2, 0.4, 0.5, 0.7):
        filled = rng.random((23, 31)) < share
        labels, expected, count = connected_components(filled), np.zeros(filled.shape, int), 0
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
        assert len(np.unique(labels[filled])) == count
        assert len({(a, b) for a, b in zip(labels[filled], expected[filled], strict=True)}) == count
        assert not labels[~filled].any()


def test_a_line_that_winds_through_the_page_is_one_component():
    """However long the way along it from end to end."""
    filled = np.zeros((63, 63), bool)
    filled[::2] = True
    filled[1::4, -1] = filled[3::4, 0] = True
    assert (connected_components(filled)[filled] == 63 * 63).all()


def test_what_is_connected_to_a_part():
    """Of each of several images: the components that the part touches, whole."""
    rng = np.random.default_rng(0)
    filled = rng.random((20, 30, 40)) < 0.4
    part = filled & (rng.random(filled.shape) < 0.02)
    for image, touched, found in zip(filled, part, connected_to(part, filled), strict=True):
        components = connected_components(image)
        np.testing.assert_array_equal(found, np.isin(components, components[touched]) & image)
