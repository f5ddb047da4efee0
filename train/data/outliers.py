"""Drawings that are no digit, made for the training: so that the network learns to say so.

Letters, signs and small pictures as a person might draw them, invented characters, scribbles, two digits at once,
digits turned or mirrored, and digits drawn over. All are made here from rules, glyphs of our own and the training
digits; what scores the refusals comes from other people's hands.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch

from lenet.image.preprocess import place
from train.data.characters import invent
from train.data.digits import Digits
from train.data.glyphs import SHAPES
from train.data.pen_digits import PenDigit
from train.data.strokes import Strokes, by_some_hand, with_some_pen

RUBBISH = -1  # the label of what is no digit


@dataclass(frozen=True)
class Sources:
    """The training digits that drawings are made of: pictures, uint8 (N, 32, 32), their labels, and pen strokes."""

    ink: np.ndarray
    labels: np.ndarray
    pen: list[PenDigit]

    @cached_property
    def pen_labels(self) -> np.ndarray:
        return np.array([digit.label for digit in self.pen])


def make_outliers(digits: Digits, pen: list[PenDigit], count: int, seed: int) -> Digits:
    """`count` pictures that are no digit, labelled -1; without `pen` digits, of the kinds that need none.

    The same seed and digits give the same pictures.
    """
    rng = np.random.default_rng(seed)
    sources = Sources(digits.images[:, 0].numpy(), digits.labels.numpy(), pen)
    kinds = [kind for kind in KINDS if pen or kind not in (pen_turned, pen_over)]
    pictures = [kinds[i % len(kinds)](sources, rng) for i in range(count)]
    return Digits(torch.from_numpy(np.stack(pictures)).unsqueeze(1), torch.full((count,), RUBBISH))


def glyph(_sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """One of the shapes, by an unsteady hand."""
    return with_some_pen(_by_hand(SHAPES[rng.integers(len(SHAPES))], rng), rng)


def character(_sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """A character of no script."""
    return with_some_pen(by_some_hand(invent(rng), rng), rng)


def scribble(_sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """One to three smooth wanderings of the pen."""
    return with_some_pen(_wandering(rng), rng)


def pair(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """Two digits, beside each other mostly, else one above the other."""
    first, second = (_cropped(sources.ink[i]) for i in rng.integers(len(sources.ink), size=2))
    if rng.random() < 0.25:
        return _beside(first.T, second.T, rng).T
    return _beside(first, second, rng)


def turned(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """A digit turned by a quarter, whose label is none that it may be read as then: 0, 1, 6, 8 and 9 stay out."""
    picture = sources.ink[_any_of(sources.labels, (2, 3, 4, 5, 7), rng)]
    return np.rot90(picture, rng.choice((1, 3))).copy()


def mirrored(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """A digit seen in a mirror, of those that are no digit then."""
    return sources.ink[_any_of(sources.labels, (3, 4, 6, 7, 9), rng)][:, ::-1].copy()


def pen_turned(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """A digit in pen strokes, turned or mirrored."""
    if rng.random() < 0.5:
        wanted, matrix = (2, 3, 4, 5, 7), np.array([[0, -1], [1, 0]]) * rng.choice((1, -1))
    else:
        wanted, matrix = (2, 3, 4, 6, 7, 9), np.array([[-1, 0], [0, 1]])
    strokes = sources.pen[_any_of(sources.pen_labels, wanted, rng)].strokes
    return with_some_pen(by_some_hand([stroke @ matrix.T for stroke in strokes], rng), rng)


def pen_over(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """A digit in pen strokes, and over it or close beside it another, or a character."""
    first = _one_large(sources.pen[rng.integers(len(sources.pen))].strokes)
    second = sources.pen[rng.integers(len(sources.pen))].strokes if rng.random() < 0.5 else invent(rng)
    beside = np.array([rng.uniform(0.7, 1.1), rng.uniform(-0.2, 0.2)])
    offset = beside if rng.random() < 0.4 else rng.uniform(-0.5, 0.5, 2)
    second = [stroke * rng.uniform(0.7, 1) + offset for stroke in _one_large(second)]
    return with_some_pen(by_some_hand(first + second, rng), rng)


def over(sources: Sources, rng: np.random.Generator) -> np.ndarray:
    """A digit with another digit, a shape or a scribble drawn over it, and a good part of both to be seen."""
    while True:
        first = sources.ink[rng.integers(len(sources.ink))].astype(float)
        above = (glyph, scribble, lambda sources, rng: sources.ink[rng.integers(len(sources.ink))])[rng.integers(3)]
        second = np.roll(above(sources, rng).astype(float), rng.integers(-6, 7, 2), (0, 1))
        both = np.maximum(first, second)
        if both.sum() > 1.4 * max(first.sum(), second.sum()):
            return _placed(both)


# Taken in turns: a third shapes, a quarter characters.
KINDS = (
    *(glyph, glyph, character, scribble, glyph, character, pair, glyph, pen_turned),
    *(over, character, glyph, turned, pen_over, glyph, mirrored, character, glyph),
)


def _any_of(labels: np.ndarray, wanted: tuple[int, ...], rng: np.random.Generator) -> int:
    return int(rng.choice(np.flatnonzero(np.isin(labels, wanted))))


def _by_hand(strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Points out of place, corners round or not, the whole turned, narrowed and slanted."""
    angle, slant, narrow = rng.uniform(-0.26, 0.26), rng.uniform(-0.3, 0.3), rng.uniform(0.55, 1.1)
    c, s = np.cos(angle), np.sin(angle)
    matrix = np.array([[c, -s], [s, c]]) @ np.array([[narrow, slant], [0, 1]])
    smooth = rng.random() < 0.6
    moved = [stroke + rng.normal(0, 0.45, stroke.shape) for stroke in strokes]
    return [(_smoothed(stroke) if smooth else stroke) @ matrix.T for stroke in moved]


def _smoothed(stroke: np.ndarray) -> np.ndarray:
    """A Catmull-Rom curve through the points."""
    if len(stroke) < 3:
        return stroke
    closed = bool(np.abs(stroke[0] - stroke[-1]).max() < 2)
    before, after = (stroke[-2], stroke[1]) if closed else (stroke[0], stroke[-1])
    p = np.concatenate([before[None], stroke, after[None]])
    t = np.linspace(0, 1, 8, endpoint=False)[:, None]
    pieces = [
        b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)))
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate([*pieces, stroke[-1:]])


def _wandering(rng: np.random.Generator) -> Strokes:
    strokes = []
    for _ in range(rng.integers(1, 4)):
        steps = int(rng.integers(40, 110))
        turn = np.convolve(rng.normal(0, rng.uniform(0.5, 1.3), steps + 8), np.ones(9) / 3, "valid")
        heading = rng.uniform(0, 2 * np.pi) + rng.uniform(-0.15, 0.15) * np.arange(steps) + np.cumsum(turn) * 0.3
        path = np.cumsum(np.stack([np.cos(heading), np.sin(heading)], 1), 0)
        strokes.append(path + rng.uniform(-8, 8, 2))
    return strokes


def _one_large(strokes: Strokes) -> Strokes:
    """About the origin, the longer side 1."""
    points = np.concatenate(strokes)
    low, high = points.min(0), points.max(0)
    return [(stroke - (low + high) / 2) / max(1e-6, float((high - low).max())) for stroke in strokes]


def _cropped(picture: np.ndarray) -> np.ndarray:
    rows, columns = (np.flatnonzero((picture > 38).any(axis)) for axis in (1, 0))
    return picture[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def _beside(first: np.ndarray, second: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    gap = int(rng.integers(1, 14))
    height = max(len(first), len(second)) + 4
    page = np.zeros((height, first.shape[1] + gap + second.shape[1]), np.uint8)
    for digit, left in ((first, 0), (second, first.shape[1] + gap)):
        top = int(rng.integers(0, height - len(digit) + 1))
        page[top : top + len(digit), left : left + digit.shape[1]] = digit
    return _placed(page)


def _placed(picture: np.ndarray) -> np.ndarray:
    return np.rint(place(picture.astype(np.float32) / 255) * 255).astype(np.uint8)
