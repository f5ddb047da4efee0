"""Photos: the ink that is found in them is what was written, whatever surrounds it."""

from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter

from lenet.image.photo import find_ink_in_photo, ruled_lines
from lenet.image.preprocess import preprocess

HEIGHT, WIDTH = 480, 400
SEVEN = [(140, 150), (260, 150), (190, 330)]


def written(path: list[tuple[int, int]] = SEVEN, width: int = 12) -> np.ndarray:
    """Where the pen was, booleans, (480, 400)."""
    page = Image.new("L", (WIDTH, HEIGHT), 0)
    ImageDraw.Draw(page).line(path, 255, width, joint="curve")
    return np.asarray(page) > 127


@cache
def near(pixels: int) -> np.ndarray:
    """Where the pen was, and so many pixels around it."""
    return np.asarray(Image.fromarray(written()).convert("L").filter(ImageFilter.MaxFilter(2 * pixels + 1))) > 0


def photographed(pixels: np.ndarray, seed: int = 0) -> np.ndarray:
    """With blur and noise, as float32 in [0, 1]."""
    image = Image.fromarray(np.rint(pixels * 255).astype(np.uint8)).filter(ImageFilter.GaussianBlur(1))
    noise = np.random.default_rng(seed).normal(0, 0.01, pixels.shape)
    return np.clip(np.asarray(image) / 255 + noise, 0, 1).astype(np.float32)


def paper(light: float = 0.85) -> np.ndarray:
    return np.full((HEIGHT, WIDTH), light)


def lined() -> np.ndarray:
    page = paper()
    for y in range(20, HEIGHT, 35):
        for x in range(WIDTH):
            row = y + round(x * 0.03)
            page[row : row + 2, x] = 0.6
    return page


def squared() -> np.ndarray:
    page = lined()
    page[:, 15::35] = page[:, 16::35] = 0.6
    return page


def sheet() -> np.ndarray:
    """On a dark table, turned a little."""
    mask = Image.new("L", (WIDTH, HEIGHT), 0)
    ImageDraw.Draw(mask).polygon([(60, 70), (345, 55), (360, 405), (75, 420)], 255)
    return np.where(np.asarray(mask) > 0, 0.85, 0.3)


def edge() -> np.ndarray:
    page = paper()
    page[-40:] = 0.25
    return page


def shadow() -> np.ndarray:
    """A sharp one, across the digit."""
    page = paper()
    page[:, 200:] *= 0.6
    return page


def slope() -> np.ndarray:
    return paper() * np.linspace(0.6, 1, WIDTH)


@pytest.mark.parametrize("surroundings", [paper, lined, squared, sheet, edge, shadow, slope])
def test_only_what_was_written_is_ink(surroundings):
    """Nearly all of the strokes, and nearly nothing else."""
    pen = written()
    page = surroundings()
    ink = find_ink_in_photo(photographed(np.where(pen, 0.35 * page, page)))
    assert ink[pen].mean() > 0.75
    assert ink[~near(4)].sum() < 0.02 * ink.sum()


@pytest.mark.parametrize("surroundings", [paper, slope])
def test_light_ink_on_a_dark_board(surroundings):
    """As with chalk: the same as a photo of the opposite brightness."""
    page = 1 - surroundings()
    pen = written(width=20)
    ink = find_ink_in_photo(photographed(np.where(pen, 0.9, page)))
    assert ink[pen].mean() > 0.75
    assert ink[~written(width=34)].sum() < 0.02 * ink.sum()


@pytest.mark.parametrize("surroundings", [paper, slope, edge])
@pytest.mark.parametrize("seed", range(2))
def test_empty_paper_is_blank(surroundings, seed):
    """Grain is not ink, and neither is what reaches in from the border."""
    assert not preprocess((255 * photographed(surroundings(), seed)).astype(np.uint8)).any()


@pytest.mark.parametrize("width", [6, 40])
def test_thin_and_thick_pens_are_not_hollowed_out(width):
    """From 1.5 % to 10 % of the shorter side."""
    pen = written(width=width)
    ink = find_ink_in_photo(photographed(np.where(pen, 0.3, 0.85)))
    assert ink[pen].mean() > 0.7
    assert (ink[pen] > 0.3).mean() > 0.9


def test_a_digit_that_fills_the_photo_is_kept():
    """Cropped closely, its ends touch the border: there is nothing else that it could be."""
    pen = written([(0, 60), (390, 60), (150, 479)], 30)
    ink = find_ink_in_photo(photographed(np.where(pen, 0.3, 0.85)))
    assert (ink[pen] > 0.3).mean() > 0.9


def test_a_long_one_is_not_a_ruled_line():
    """It does not reach the border; a line of the paper does."""
    ink = np.zeros((200, 200), bool)
    ink[20:180, 99:102] = True
    assert not ruled_lines(ink).any()
    ink[:, 99:102] = True
    assert ruled_lines(ink)[:, 99:102].all()
    slanted = np.zeros((200, 200), bool)
    for thickness in range(3):
        slanted[100 + thickness + np.rint(np.arange(200) * 0.06).astype(int), np.arange(200)] = True
    found = ruled_lines(slanted)
    assert not (found & ~slanted).any()
    assert found.sum() > 0.9 * slanted.sum()


@pytest.mark.parametrize("shape", [(64, 64), (64, 1_024), (1_024, 64), (1_000, 700), (257, 255)])
def test_any_shape(shape):
    """The ink has the shape of the photo."""
    noise = np.random.default_rng(0).uniform(0, 1, shape).astype(np.float32)
    ink = find_ink_in_photo(noise)
    assert ink.shape == shape
    assert ink.dtype == np.float32
    assert 0 <= ink.min() <= ink.max() <= 1
