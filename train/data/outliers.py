"""Outliers: synthetic drawings that are not digits, from which the network learns to reject such drawings.

Letters, signs and small drawings, invented characters and doodles, scribbles, pairs of digits, rotated and mirrored
digits, and digits with something drawn over them. All are generated here, from the project's glyphs and the training
digits; rejection is evaluated on other people's drawings.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from lenet.image.preprocess import clean_and_center
from train.data.characters import invent_character
from train.data.digits import Digits
from train.data.doodles import invent_doodle
from train.data.glyphs import GLYPHS, imprecise
from train.data.pen_digits import PenDigit
from train.data.rendering import render_all
from train.data.strokes import PenDrawing, Strokes, bounding_box, choose_pen, render, vary_handwriting

OUTLIER_LABEL = -1


@dataclass(frozen=True)
class Sources:
    """The training digits that outliers are made from: images, uint8, (N, 32, 32), with labels, and pen digits."""

    ink: np.ndarray
    labels: np.ndarray
    pen: list[PenDigit]

    @cached_property
    def pen_labels(self) -> np.ndarray:
        return np.array([digit.label for digit in self.pen])


def make_outliers(digits: Digits, pen: list[PenDigit], count: int, seed: int) -> Digits:
    """`count` outliers, labeled OUTLIER_LABEL; without `pen` digits, only of the kinds that need none.

    The same seed and digits give the same images.
    """
    rng = np.random.default_rng(seed)
    sources = Sources(digits.images[:, 0].numpy(), digits.labels.numpy(), pen)
    kinds = [kind for kind in KINDS if pen or kind not in (rotated_pen_digit, overdrawn_pen_digit)]
    drawings = (kinds[i % len(kinds)](sources, rng) for i in range(count))
    return Digits.of(render_all(drawings, count, "drawings that are no digits"), [OUTLIER_LABEL] * count)


def glyph(_sources: Sources, rng: np.random.Generator) -> PenDrawing:
    """One of the glyphs, drawn imprecisely."""
    return choose_pen(_distort_glyph(GLYPHS[rng.integers(len(GLYPHS))], rng), rng)


def character(_sources: Sources, rng: np.random.Generator) -> PenDrawing:
    """An invented character."""
    return choose_pen(vary_handwriting(invent_character(rng), rng), rng)


def doodle(_sources: Sources, rng: np.random.Generator) -> PenDrawing:
    """A random doodle."""
    return choose_pen(vary_handwriting(invent_doodle(rng), rng), rng)


def scribble(_sources: Sources, rng: np.random.Generator) -> PenDrawing:
    """One to three smooth random walks of the pen."""
    return choose_pen(_random_walks(rng), rng)


def pair(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """Two digits, usually side by side, otherwise one above the other."""
    first, second = (_crop(sources.ink[i]) for i in rng.integers(len(sources.ink), size=2))
    if rng.random() < 0.25:
        return _side_by_side(first.T, second.T, rng).T
    return _side_by_side(first, second, rng)


def rotated(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """A digit rotated by 90 degrees, except for 0, 1, 6, 8 and 9, which can still be read as digits then."""
    image = sources.ink[_choose(sources.labels, (2, 3, 4, 5, 7), rng)]
    return np.rot90(image, rng.choice((1, 3))).copy()


def mirrored(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """A mirrored digit, of the classes that cannot be read as digits then."""
    return sources.ink[_choose(sources.labels, (3, 4, 6, 7, 9), rng)][:, ::-1].copy()


def rotated_pen_digit(sources: Sources, rng: np.random.Generator) -> PenDrawing:
    """A pen digit, rotated or mirrored."""
    if rng.random() < 0.5:
        wanted, matrix = (2, 3, 4, 5, 7), np.array([[0, -1], [1, 0]]) * rng.choice((1, -1))
    else:
        wanted, matrix = (2, 3, 4, 6, 7, 9), np.array([[-1, 0], [0, 1]])
    strokes = sources.pen[_choose(sources.pen_labels, wanted, rng)].strokes
    return choose_pen(vary_handwriting([stroke @ matrix.T for stroke in strokes], rng), rng)


def overdrawn_pen_digit(sources: Sources, rng: np.random.Generator) -> PenDrawing:
    """A pen digit with another one, or an invented character, over it or close beside it."""
    first = _normalize(sources.pen[rng.integers(len(sources.pen))].strokes)
    second = sources.pen[rng.integers(len(sources.pen))].strokes if rng.random() < 0.5 else invent_character(rng)
    beside = np.array([rng.uniform(0.7, 1.1), rng.uniform(-0.2, 0.2)])
    offset = beside if rng.random() < 0.4 else rng.uniform(-0.5, 0.5, 2)
    second = [stroke * rng.uniform(0.7, 1) + offset for stroke in _normalize(second)]
    return choose_pen(vary_handwriting(first + second, rng), rng)


def overdrawn(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """A digit with another digit, a glyph or a scribble drawn over it, such that a good part of both is visible."""
    while True:
        first = sources.ink[rng.integers(len(sources.ink))].astype(float)
        kind = rng.integers(3)
        if kind < 2:
            second = render((glyph, scribble)[kind](sources, rng))
        else:
            second = sources.ink[rng.integers(len(sources.ink))]
        second = np.roll(second.astype(float), rng.integers(-6, 7, 2), (0, 1))
        both = np.maximum(first, second)
        if both.sum() > 1.4 * max(first.sum(), second.sum()):
            return _place(both)


# Generated in turns: a third are glyphs, almost as many invented characters, a sixth doodles.
KINDS = (
    *(glyph, doodle, character, glyph, scribble, character, glyph, pair, character, glyph, rotated_pen_digit, doodle),
    *(overdrawn, character, glyph, rotated, doodle, character, glyph, overdrawn_pen_digit, character, glyph),
    *(mirrored, doodle, character, glyph),
)


def _choose(labels: np.ndarray, wanted: tuple[int, ...], rng: np.random.Generator) -> int:
    return int(rng.choice(np.flatnonzero(np.isin(labels, wanted))))


def _distort_glyph(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """The strokes drawn imprecisely, rotated, narrowed and sheared."""
    angle, slant, narrow = rng.uniform(-0.26, 0.26), rng.uniform(-0.3, 0.3), rng.uniform(0.55, 1.1)
    c, s = np.cos(angle), np.sin(angle)
    matrix = np.array([[c, -s], [s, c]]) @ np.array([[narrow, slant], [0, 1]])
    return [stroke @ matrix.T for stroke in imprecise(strokes, 0.45, rng)]


def _random_walks(rng: np.random.Generator) -> Strokes:
    strokes = []
    for _ in range(rng.integers(1, 4)):
        steps = int(rng.integers(40, 110))
        turn = np.convolve(rng.normal(0, rng.uniform(0.5, 1.3), steps + 8), np.ones(9) / 3, "valid")
        heading = rng.uniform(0, 2 * np.pi) + rng.uniform(-0.15, 0.15) * np.arange(steps) + np.cumsum(turn) * 0.3
        path = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1), 0)
        strokes.append(path + rng.uniform(-8, 8, 2))
    return strokes


def _normalize(strokes: Strokes) -> Strokes:
    """The strokes centered at the origin, the longer side of their bounding box 1."""
    low, high = bounding_box(strokes)
    return [(stroke - (low + high) / 2) / max(1e-6, float((high - low).max())) for stroke in strokes]


def _crop(image: np.ndarray) -> np.ndarray:
    rows, columns = (np.flatnonzero((image > 38).any(axis)) for axis in (1, 0))
    return image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _side_by_side(first: np.ndarray, second: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    gap = int(rng.integers(1, 14))
    height = max(len(first), len(second)) + 4
    page = np.zeros((height, first.shape[1] + gap + second.shape[1]), np.uint8)
    for digit, left in ((first, 0), (second, first.shape[1] + gap)):
        top = int(rng.integers(0, height - len(digit) + 1))
        page[top : top + len(digit), left : left + digit.shape[1]] = digit
    return _place(page)


def _place(image: np.ndarray) -> np.ndarray:
    return np.rint(clean_and_center(image.astype(np.float32) / 255) * 255).astype(np.uint8)
