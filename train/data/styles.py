"""Ways of writing a digit that are rare in MNIST and in the pen digits: slashed zeros, crossed sevens, boxy digits.

Digits in a few strokes, made for this project, and pen digits with strokes added to them. A crossed Z, an O with a
cross in it and other signs that resemble these are among the glyphs that the network learns to reject.
"""

from collections.abc import Iterator

import numpy as np

from train.data.digits import Digits
from train.data.glyphs import imprecise, parse
from train.data.pen_digits import PenDigit
from train.data.rendering import render_all
from train.data.strokes import PenDrawing, Strokes, bounding_box, choose_pen, slant_page, vary_handwriting

# A digit and its strokes, in the notation of glyphs.txt.
_DEFINITIONS = """
0 50 20 03 06 29 69 96 93 70 50
0 40 21 13 16 28 49 68 76 73 61 40
0 62 41 22 14 26 38 58 77 75 73 61 40 20
0 30 61 83 86 68 39 17 14 31 51
0 40 61 68 59 39 28 21 40
0 40 60 72 77 69 39 17 12 30 40
1 50 59
1 24 50 59
1 05 50 59
1 16 40 49
1 23 50 59|29 89
1 15 50 59|29 79
1 41 50 59|39 79
1 33 41 50 59
2 13 20 50 72 74 47 19 89
2 13 20 50 72 74 56 28 18 07 16 38 59 88
2 12 21 50 71 73 55 37 28 16 26 48 68 87
2 12 20 60 73 65 09 89
2 13 20 50 72 65 38 09 49 88
2 22 40 61 63 19 79
2 14 12 30 60 82 84 19 99
2 10 60 72 19 79
3 12 30 61 63 44 34 44 75 77 59 18
3 11 70 44 65 77 59 18
3 00 80 34 64 86 68 39 07
3 21 50 62 54 44 65 67 49 28
3 12 30 60 72 63 35 63 75 78 49 18
3 10 60 63 34 64 69 19
3 10 70 74 34|74 79 19
4 10 05 75|60 69
4 20 15 85|63 69
4 30 05 85|52 59
4 10 14 25 65|60 69
4 11 15 75|71 79
4 60 06 96|60 69
4 60 05 85|60 69
4 69 60 06 96
4 50 04 84|50 59
4 40 15 75|61 69
4 20 14 74 70 79
5 80 20 14 54 76 68 39 08
5 20 14 54 76 68 39 08|20 80
5 70 20 24 53 75 67 49 18
5 10 15 44 65 77 59 18|10 70
5 90 30 24 44 65 67 49 19
5 80 20 24 74 79 29
6 70 32 14 17 39 69 87 75 45 16
6 50 21 05 08 39 69 77 65 35 07
6 80 40 13 07 29 59 77 65 35 17
6 40 24 17 39 59 77 65 45 27
6 71 50 30 13 17 39 69 77 76 55 35 17
6 60 20 29 69 65 25
6 00 14 37 59 79 86 74 55 49
7 00 80 39
7 02 00 80 39
7 00 80 53 39
7 10 70 49
7 01 80 62 44 29
7 12 20 41 70 54 49
7 13 10 70 49
8 50 21 23 54 77 69 39 17 44 73 71 50
8 50 31 33 54 73 71 50|54 26 38 59 78 76 54
8 71 40 22 44 76 59 28 26 63 71
8 61 40 21 33 66 68 49 28 16 34 62 61
8 70 30 13 74 77 49 17 14 73 70
8 20 60 63 44 25 29 69 65 44 23 20
9 73 50 21 24 45 73|71 79
9 72 40 12 15 45 73 71 79
9 71 40 12 15 45 74 70 69
9 72 40 12 15 45 73 71 76 58 28 17
9 71 41 13 25 55 73 71 67 39
9 82 50 22 14 35 64 82 77 59 29
9 70 40 13 15 36 66 70 79
"""

# As on a digital clock, without round corners; as quick zeros and eights, rounded ones would be thetas.
_BOXY_DEFINITIONS = """
0 40 60 69 29 20 40
1 50 59
1 14 50 59
2 20 60 64 24 29 69
3 20 60 69 29|64 24
3 20 60 64 34|64 69 29
4 20 24 64|60 69
4 20 25 75|60 69
5 60 20 24 64 69 29
6 60 20 29 69 64 24
6 20 29 69 64 24
7 20 60 69
7 23 20 60 69
8 40 60 69 29 20 40|24 64
8 60 20 29 69 60|24 64
9 64 24 20 60 69
9 64 24 20 60 69 29
"""


def _parse(definitions: str) -> dict[int, list[Strokes]]:
    found = {digit: [] for digit in range(10)}
    for line in definitions.strip().splitlines():
        found[int(line[0])].append(parse(line[2:]))
    return found


DIGITS, BOXY = _parse(_DEFINITIONS), _parse(_BOXY_DEFINITIONS)


def make_styles(pen: list[PenDigit], count: int, seed: int) -> Digits:
    """`count` digits in such styles, a quarter boxy, a quarter other glyphs, half pen digits if there are any.

    Deterministic.
    """
    drawings, labels = zip(*draw_styles(pen, count, np.random.default_rng(seed)), strict=True)
    return Digits.of(render_all(drawings, count, "digits in rare styles"), labels)


def draw_styles(pen: list[PenDigit], count: int, rng: np.random.Generator) -> Iterator[tuple[PenDrawing, int]]:
    """The drawings of `make_styles`, with their labels."""
    by_label = {label: [digit.strokes for digit in pen if digit.label == label] for label in EMBELLISHMENTS}
    for i in range(count):
        if i % 2 and all(by_label.values()):
            label = list(EMBELLISHMENTS)[rng.choice(len(EMBELLISHMENTS), p=(0.5, 0.25, 0.25))]
            strokes = by_label[label][rng.integers(len(by_label[label]))]
            strokes = vary_handwriting(EMBELLISHMENTS[label](strokes, rng), rng)
        else:
            label = i // 2 % 10
            boxy = rng.random() < 0.5
            glyphs = (BOXY if boxy else DIGITS)[label]
            strokes = imprecise(glyphs[rng.integers(len(glyphs))], DISPLACEMENT, rng, rounded=0 if boxy else 0.6)
            narrow = rng.uniform(0.6, 1.1)
            strokes = [stroke * (narrow, 1) for stroke in strokes]
            # Perturbed strokes as long as these would leave boxes open.
            strokes = slant_page(strokes, rng) if boxy else vary_handwriting(strokes, rng)
            if label in EMBELLISHMENTS and not boxy and rng.random() < 0.5:
                strokes = EMBELLISHMENTS[label](strokes, rng)
        yield choose_pen(strokes, rng), label


def slash_or_dot(zero: Strokes, rng: np.random.Generator) -> Strokes:
    """A zero with a slash from the lower left to the upper right, seldom the other way, or with a dot or bar inside."""
    (left, top), (right, bottom) = bounding_box(zero)
    center, size = np.array([left + right, top + bottom]) / 2, np.array([right - left, bottom - top])
    center = center + rng.normal(0, 0.04, 2) * size
    if rng.random() < 0.2:
        half = np.array([rng.uniform(0, 0.06), rng.uniform(0, 0.2)]) * size[1]
        return [*zero, np.stack([center - half, center + half])]
    half = np.array([rng.uniform(0.2, 0.75), -rng.uniform(0.25, 0.65)]) * size
    if rng.random() < 0.15:
        half = half * (-1, 1)
    return [*zero, _bent(center - half, center + half, rng)]


def cross(seven: Strokes, rng: np.random.Generator) -> Strokes:
    """A seven with a bar across its stem, unless it has a second stroke, which probably is one."""
    if len(seven) > 1:
        return seven
    path = seven[0]
    (left, top), (right, bottom) = bounding_box(seven)
    stem = path[path[:, 1] > top + 0.3 * (bottom - top)]
    if len(stem) < 2:
        stem = path[-2:]
    x, y = stem[0] + (stem[-1] - stem[0]) * rng.uniform(0.1, 0.5)
    half = rng.uniform(0.15, 0.45) * max(right - left, 0.3 * (bottom - top))
    tilt = rng.normal(0, 0.12) * half
    return [path, np.array([[x - half, y + tilt], [x + half, y - tilt]])]


def flag(one: Strokes, rng: np.random.Generator) -> Strokes:
    """A one with a stroke up to its top, at most as long as two thirds of the stem, and often with a foot."""
    path = max(one, key=lambda stroke: np.ptp(stroke[:, 1]))
    path = path[np.argmin(path[:, 1]) :] if np.argmin(path[:, 1]) < np.argmax(path[:, 1]) else path[::-1]
    first, height = path[0], np.ptp(path[:, 1])
    angle, length = rng.uniform(0.35, 1.05), rng.uniform(0.15, 0.65) * height
    tip = first + length * np.array([-np.sin(angle), np.cos(angle)])
    strokes = [np.concatenate([_bent(tip, first, rng)[:-1], path])]
    if rng.random() < 0.4:
        half = np.array([rng.uniform(0.12, 0.35) * height, rng.normal(0, 0.02) * height])
        strokes.append(np.stack([path[-1] - half, path[-1] + half]))
    return strokes


# What is added to the digits that have a style of their own, slashed zeros first: they are the rarest in the data.
EMBELLISHMENTS = {0: slash_or_dot, 7: cross, 1: flag}
DISPLACEMENT = 0.3  # of a glyph's points, on its grid of 10; less than for outliers, so that it remains the digit


def _bent(start: np.ndarray, end: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A slightly bent line of five points."""
    t = np.linspace(0, 1, 5)[:, None]
    across = (end - start)[::-1] * (1, -1)
    return start + t * (end - start) + 4 * t * (1 - t) * rng.normal(0, 0.06) * across
