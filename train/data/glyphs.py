"""Letters, signs and small drawings in a few strokes, made for this project: things people draw that are not digits."""

import numpy as np

from train.data.strokes import Strokes

# A name and strokes on a 10x10 grid: points are x and y, y points down, "|" separates strokes. Glyphs that can be read
# as digits are left out: B I O Q S b g i l o q s and similar ones, and Z without a bar.
_DEFINITIONS = """
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
D 00 09|00 50 82 86 59 09
D 09 00 60 83 86 59 09
G 81 50 20 03 06 29 69 86 75|55 95 99
G 92 60 20 03 07 39 79 95|65 95|95 99
e 15 75 73 51 31 13 16 38 68 86
e 25 65 83 71 41 23 26 48 78 96
e 06 55 72 50 21 05 18 49 88
y 10 14 35 64|70 66 48 18
y 12 16 37 67|72 68 49 19
y 10 45|80 45 19
f 80 50 31 39|13 63
f 71 51 33 38 29|15 65
f 46 64 71 60 42 39|25 75
a 72 42 24 27 49 78|72 78 99
a 63 33 15 18 39 68 63 69 88
a 21 51 73 78|74 34 16 18 38 75
L 10 19 79
L 20 18 29 89
L 30 27 18 39 89
C 81 51 23 27 49 89
C 92 72 33 06 38 79 98
Y 10 43|80 43|43 49
Y 10 14 35 64 80|65 59
Y 00 24 54 80|54 49
A 19 13 30 60 83 89|15 85
A 09 40 79|15 65
h 20 29|25 44 65 69
h 20 29 26 44 64 79 88
k 20 29|74 26 79
k 20 29|26 44 64 46 26 79
u 13 16 37 57 73|73 77 98
u 23 27 49 69 84
t 50 57 69 88|23 83
r 25 29|25 33 63 74
H 00 09|80 89|05 85
N 09 00 89 80
F 90 20 29|25 75
E 81 41 22 34 64|34 16 28 58 88
T 10 80|50 59 29
p 23 29|24 43 73 75 57 27
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
theta 50 20 03 06 29 69 96 93 70 50|05 95
theta 50 31 23 26 38 59 68 76 73 61 50|25 75
phi 52 22 15 37 67 85 72 52|50 59
phi 51 22 25 47 67 85 82 61 51|52 59
delta 50 59 09 50|24 75
delta 71 41 42 64 76 68 38 26 44 64
gamma 00 30 55 47 38 27 36 55 90
gamma 09 00 80
mu 19 11 16 37 57 76 71|76 88
xi 10 80|25 65|19 89
xi 80 30 32 64 34 17 18 49 67 79
rho 19 13 30 60 82 84 66 36 14
beta 19 12 31 61 63 44 65 67 48 27
be 80 20 09 59 87 75 14
ya 89 80 30 12 14 35 85|45 09
yu 00 09|04 34|60 42 47 69 89 97 92 70 60
zhe 50 59|00 99|90 09
tse 00 08 78 70|78 99
che 00 03 25 85|80 89
sha 00 09 99 90|50 59
reversed 80 89|80 00|84 24
reversed 00 90 99 09|94 24
reversed 10 70 79|74 24
reversed 90 98 69 39 28
reversed 10 50 73 75 59 19 10
kana 13 83|50 46 29|46 69
kana 01 81 64 39|45 75
kana 20 29 69|22 82|24 84
kana 11 81|14 84|46 29
kana 30 09|30 70 55 29|24 56
hebrew 01 81 89|15 19
hebrew 10 80 78 18
hebrew 00 99|90 65|03 29
arabic 81 51 44 84 26 09 49 99
arabic 03 07 39 69 97 93|50 52
mug 00 09 79 70 00|72 92 97 77
mug 02 07 29 69 87 82 02|83 94 95 86
pencil 09 06 60 93 39 09|06 39
boat 04 27 77 94 04
boat 05 28 78 95|05 95
bar 04 94 96 06 04
flat 05 23 53 83 95 76 46 16 05
lens 05 32 62 95 67 37 05
leaf 09 15 31 70 90 85 68 38 18|09 72
shoe 10 15 98 99 09 10
box 03 73 79 09 03|03 20 90 73|90 96 79
apple 51 31 12 15 38 58 77 95 82 62 51|51 50 70
bulb 39 36 14 21 50 80 92 84 66 69|37 67
spoon 50 30 22 44 54 72 60 50|54 59
spoon 59 54|52 71 60 41 50 52
fork 59 54|20 23 54 83 80|50 54
glasses 03 22 43 35 15 03|43 63|63 82 94 86 65 63
umbrella 05 22 50 82 95 05|55 58 49 38
bed 00 09|06 96|99 94 04
pear 50 31 24 06 29 69 96 74 61 50|50 60
egg 50 31 14 17 39 69 87 84 71 50|33 34|63 64|37 57
clip 27 22 40 60 72 77 59 49 37 33 51
brush 09 63|63 51 80 93 84 63
knife 09 63|63 90 96 63
lamp 20 70 94 04 20|44 49|29 79
door 10 19 79 70 10|65 66
battery 03 83 87 07 03|84 94 96 86
cone 20 31 60 82 20|82 59 20
fan 59 05 12 31 51 71 92 59|59 31|59 71
sock 20 26 08 19 49 65 60 20
wings 50 11 04 27 54 77 94 91 50|52 56
Z 00 80 09 89|25 65
Z 10 80 19 89|26 64
z 13 73 19 79|24 68
"""


def parse(definition: str) -> Strokes:
    """The strokes of a line as above, without its name."""
    return [np.array([(int(x), int(y)) for x, y in stroke.split()], float) for stroke in definition.split("|")]


GLYPHS = [parse(line.split(" ", 1)[1]) for line in _DEFINITIONS.strip().splitlines()]


def imprecise(strokes: Strokes, amount: float, rng: np.random.Generator) -> Strokes:
    """The strokes with points displaced by the standard deviation `amount`, and rounded or sharp corners."""
    round_corners = rng.random() < 0.6
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
