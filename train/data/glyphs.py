"""Letters, signs and small drawings in a few strokes, made for this project: things people draw that are not digits.

Each line of glyphs.txt has a name and strokes on a 10x10 grid: points are x and y, y points down, "|" separates
strokes. Glyphs that can be read as digits are left out: B I O Q S b g i l o q s and similar ones, and Z without a bar.
"""

from pathlib import Path

import numpy as np

from train.data.strokes import Strokes


def parse(definition: str) -> Strokes:
    """The strokes of a line, without its name."""
    return [np.array([(int(x), int(y)) for x, y in stroke.split()], float) for stroke in definition.split("|")]


_LINES = Path(__file__).with_name("glyphs.txt").read_text().splitlines()
GLYPHS = [parse(line.split(" ", 1)[1]) for line in _LINES]


def imprecise(strokes: Strokes, amount: float, rng: np.random.Generator, rounded: float = 0.6) -> Strokes:
    """The strokes with points displaced by the standard deviation `amount`; corners are round with this probability."""
    round_corners = rng.random() < rounded
    moved = [stroke + rng.normal(0, amount, stroke.shape) for stroke in strokes]
    return [_smooth(stroke) for stroke in moved] if round_corners else moved


def _smooth(stroke: np.ndarray) -> np.ndarray:
    """A Catmull-Rom spline through the points."""
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
