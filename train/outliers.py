"""Drawings that are no digit, made for the training: so that the network learns to say so.

Letters, signs and small pictures as a person might draw them, scribbles, two digits at once, digits turned or
mirrored, and digits drawn over. All are made here from rules, glyphs of our own and the training digits; what scores
the refusals comes from other people's hands.
"""

import numpy as np
import torch

from lenet.ink import place
from train.data import Digits
from train.strokes import Strokes, with_some_pen

RUBBISH = -1  # the label of what is no digit

# Strokes on a grid of 10 by 10, x before y, y growing down: "|" lifts the pen. Left out is what may be read as a digit:
# B D I O Q S Z b g i l o q s z and their likes.
GLYPHS = """
A 09 50 99|26 76
C 91 60 20 03 06 29 69 98
E 90 00 09 99|05 75
E 91 50 11 14 55 14 06 19 69 98
F 90 00 09|05 75
G 91 60 20 03 06 29 69 97 95 55
H 00 09|90 99|05 95
J 80 87 69 29 07
K 00 09|80 05 89
L 00 09 99
M 09 10 56 80 99
M 09 00 55 90 99
N 09 00 99 90
P 09 00 60 82 84 65 05
R 09 00 60 82 84 65 05|45 99
T 00 90|50 59
U 00 06 29 69 96 90
V 00 59 90
W 00 29 54 79 90
X 00 99|90 09
Y 00 54|90 54 59
a 83 52 24 16 28 58 83|82 87 99
c 83 52 24 16 28 58 87
d 84 63 34 26 28 48 86|80 88 99
e 15 85 73 43 24 16 28 58 87
f 81 60 42 49|14 84
h 10 19|15 43 64 69
k 10 19|72 16 79
m 13 19|15 33 44 49|45 63 84 89
n 13 19|15 43 64 79
p 13 19|14 43 64 66 47 16
r 23 29|26 44 63 83
t 41 48 69 88|13 73
u 13 17 38 58 77|73 79
v 13 49 83
w 03 29 54 79 93
x 13 89|83 19
y 13 47|83 38 19
& 99 33 31 50 71 62 15 08 39 69 96
@ 65 44 35 36 47 66 63|63 67 86 84 71 30 03 06 29 69 88
# 20 19|70 69|03 93|06 96
? 12 30 61 73 55 46|48 49
+ 50 59|05 95
* 50 59|12 87|82 17
! 50 56|58 59
% 90 09|10 00 02 22 20 10|79 77 97 99 79
euro 81 50 23 26 59 88|04 64|06 56
dollar 81 40 12 44 75 68 39 17|50 59
triangle 50 99 09 50
house 09 04 50 94 99 09
house 09 04 94 99 09|04 50 94
star 29 50 79 03 93 29
heart 59 13 11 30 52 70 91 93 59
arrow 05 95|62 95 68
arrow 59 50|23 50 83
arrow 90 09|05 09 59
spiral 55 65 66 45 34 53 74 77 48 27 23 41 71 93 97 69 29
zigzag 00 22 04 26 08 29
zigzag 05 20 45 60 85
zigzag 02 17 32 47 62 77 92
wave 05 13 34 56 77 94
waves 03 22 43 62 83|07 26 47 66 87
smile 50 20 03 06 29 69 96 93 70 50|33 34|63 64|37 58 77
check 05 39 91
cup 02 19 69 82 02|83 95 77
tree 59 55|50 22 33 05 55 95 73 82 50
fish 05 32 62 97|93 68 38 05
lambda 00 30 99|54 09
pi 02 92|32 29|72 79 99
psi 50 59|12 15 56 85 82
omega 09 39 14 12 30 60 82 84 69 99
sigma 90 00 45 09 99
eye 05 32 62 95 68 38 05|54 45 56 65 54
crossed 00 90 99 09 00|00 99|90 09
ladder 20 29|70 79|22 72|25 75|28 78
gate 09 00 90 99|05 95
comb 03 93|03 08|33 38|63 68|93 98
hook 20 26 49 78 85
cloud 27 06 24 33 51 72 84 96 77 27
dots 12 13|52 53|85 86
dots 22 22|72 72|57 57
dash 05 95
dashes 03 93|07 97
dashes 02 92|05 95|08 98
slashes 30 09|90 69
bars 20 29|70 79
bars 10 19|50 59|90 99
corner 09 99 90
stairs 00 03 33 36 66 69 99
key 52 70 92 74 52 19 09|28 39
flag 19 10 71 13
mushroom 04 22 51 82 94 04|34 39 69 64
lollipop 30 60 82 84 65 35 14 12 30|55 59
balloon 50 22 24 55 84 82 50|55 47 59
envelope 02 92 98 08 02 55 92
bow 00 09 90 99 00
boat 06 96 79 29 06|56 50 84 54
bolt 60 15 55 39
person 50 31 52 71 50|52 56|14 84|29 56 79
stool 03 93|13 09|83 99
wheel 50 20 03 06 29 69 96 93 70 50|50 59|05 95
kana 02 82|50 47|84 37 29 67 63
kana 12 18|42 82|64 58
kana 02 62 57|60 78|98 97
kanji 05 95|50 55 09|55 99
kanji 03 93|50 59|24 09|74 99
kanji 00 90 99 09 00|05 95|50 59
thorn 10 19|12 52 74 56 16
crook 19 13 30 60 73
anchor 50 59|22 82|05 29 79 95
hash 10 19|02 92
tau 12 31 81|51 57 78
alpha 92 65 38 16 13 31 65 98
nought 50 20 03 06 29 69 96 93 70 50|90 09
"""


def _parse(line: str) -> Strokes:
    return [
        np.array([(int(x), int(y)) for x, y in stroke.split()], float) for stroke in line.split(" ", 1)[1].split("|")
    ]


SHAPES = [_parse(line) for line in GLYPHS.strip().splitlines()]


def make_outliers(digits: Digits, count: int, seed: int) -> Digits:
    """`count` pictures that are no digit, labelled -1; half of them of drawn strokes, half made of `digits`.

    The same seed and digits give the same pictures.
    """
    rng = np.random.default_rng(seed)
    ink = digits.pictures[:, 0].numpy()
    labels = digits.labels.numpy()
    kinds = (glyph, glyph, scribble, pair, glyph, turned, scribble, over, glyph, mirrored)
    pictures = [kinds[i % len(kinds)](ink, labels, rng) for i in range(count)]
    return Digits(torch.from_numpy(np.stack(pictures)).unsqueeze(1), torch.full((count,), RUBBISH))


def glyph(_ink: np.ndarray, _labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One of the shapes, by an unsteady hand."""
    return with_some_pen(_by_hand(SHAPES[rng.integers(len(SHAPES))], rng), rng)


def scribble(_ink: np.ndarray, _labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """One to three smooth wanderings of the pen."""
    return with_some_pen(_wandering(rng), rng)


def pair(ink: np.ndarray, _labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Two digits, beside each other mostly, else one above the other."""
    first, second = (_cropped(ink[i]) for i in rng.integers(len(ink), size=2))
    if rng.random() < 0.25:
        return _beside(first.T, second.T, rng).T
    return _beside(first, second, rng)


def turned(ink: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A digit turned by a quarter, whose label is none that it may be read as then: 0, 1, 6, 8 and 9 stay out."""
    picture = ink[_any_of(labels, (2, 3, 4, 5, 7), rng)]
    return np.rot90(picture, rng.choice((1, 3))).copy()


def mirrored(ink: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A digit seen in a mirror, of those that are no digit then."""
    return ink[_any_of(labels, (3, 4, 6, 7, 9), rng)][:, ::-1].copy()


def over(ink: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A digit with another digit, a shape or a scribble drawn over it, and a good part of both to be seen."""
    while True:
        first = ink[rng.integers(len(ink))].astype(float)
        above = (glyph, scribble, lambda ink, _labels, rng: ink[rng.integers(len(ink))])[rng.integers(3)]
        second = np.roll(above(ink, labels, rng).astype(float), rng.integers(-6, 7, 2), (0, 1))
        both = np.maximum(first, second)
        if both.sum() > 1.4 * max(first.sum(), second.sum()):
            return _placed(both)


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
