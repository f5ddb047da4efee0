"""Pen strokes: UNIPEN written by hand, damaged and missing files, whose digits are used, pictures drawn by hand."""

import numpy as np
import pytest
import torch

from tests.conftest import unipen, write_small_mnist, write_small_strokes
from train.data import pen_digits
from train.data.checksums import CHECKSUMS
from train.data.corpus import load_corpus
from train.data.digits import DataError
from train.data.pen_digits import FILE, PenDigit, load_pen_digits, parse_unipen, render
from train.data.strokes import by_some_hand, draw, with_some_pen, written_anew
from train.recipe import Recipe

TEXT = """.INCLUDE        dene.doc

.LEXICON "0" "1" "2" "3" "4" "5" "6" "7" "8" "9"
.HIERARCHY      DIGIT

.SEGMENT DIGIT    0 ? "7"
.COMMENT 7 12  224
.PEN_DOWN
 100  300
 200  300
 150  100
.PEN_UP
.DT 100
.PEN_DOWN
 110  200
 190  205
.PEN_UP
.DT 100

.SEGMENT DIGIT    1 ? "1"
.COMMENT 1 30   5
.PEN_DOWN
  50  250
.PEN_UP
.DT 100
"""


def test_unipen_as_it_is_written():
    """Two digits, the first of two strokes; what lay high has the lower y, for y grows down here and up there."""
    seven, one = parse_unipen(TEXT)
    assert (seven.label, seven.writer, len(seven.strokes)) == (7, 12, 2)
    np.testing.assert_array_equal(seven.strokes[0], [(100, -300), (200, -300), (150, -100)])
    np.testing.assert_array_equal(seven.strokes[1], [(110, -200), (190, -205)])
    assert (one.label, one.writer) == (1, 30)
    np.testing.assert_array_equal(one.strokes[0], [(50, -250)])


def test_what_is_written_comes_back():
    """Whatever the line ends are."""
    strokes = [[(3, 4), (5, 6)], [(7, 8)]]
    for text in (unipen([(2, 9, strokes)]), unipen([(2, 9, strokes)]).replace("\n", "\r\n")):
        (digit,) = parse_unipen(text)
        assert (digit.label, digit.writer) == (2, 9)
        assert [stroke.tolist() for stroke in digit.strokes] == [[[3, -4], [5, -6]], [[7, -8]]]


DAMAGE = {
    "cut within a stroke": lambda text: text[: text.index(" 150  100")],
    "cut after a point's x": lambda text: text[: text.index("  100\n.PEN_UP")],
    "cut before the strokes": lambda text: text[: text.rindex(".PEN_DOWN")],
    "cut before the writer": lambda text: text[: text.rindex(".COMMENT")],
    "a point of letters": lambda text: text.replace(" 150  100", " abc  100"),
    "a point of three": lambda text: text.replace(" 150  100", " 150 100 1"),
    "an end without a beginning": lambda text: text.replace(".PEN_DOWN", ".PEN_DAWN", 1),
    "a beginning without an end": lambda text: text.replace(".PEN_UP", ".PEN_OP", 1),
    "a stroke of no points": lambda text: text.replace(" 110  200\n 190  205\n", ""),
    "no writer": lambda text: text.replace(".COMMENT 1 30   5\n", ""),
    "a writer of letters": lambda text: text.replace(".COMMENT 7 12", ".COMMENT 7 xy"),
    "two labels": lambda text: text.replace(".COMMENT 7", ".COMMENT 4"),
    "a label of letters": lambda text: text.replace('"7"\n', '"seven"\n'),
    "strokes of nobody": lambda text: text[text.index(".PEN_DOWN") :],
    "something else": lambda _text: "PK\x03\x04" * 100,
    "nothing": lambda _text: "",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_strokes_are_named(tmp_path, damage):
    """The file, where it comes from, and how to do without; one line."""
    (tmp_path / "pendigits").mkdir()
    (tmp_path / FILE).write_text(DAMAGE[damage](TEXT))
    with pytest.raises(DataError) as caught:
        load_pen_digits(tmp_path, range(1, 31))
    said = str(caught.value)
    assert str(tmp_path / FILE) in said
    assert "https://archive.ics.uci.edu/dataset/81" in said
    assert "--no-strokes" in said
    assert "\n" not in said


def test_missing_strokes_are_named(tmp_path, monkeypatch):
    """The same message if the file is missing and cannot be downloaded."""
    monkeypatch.setattr(pen_digits, "URLS", ("http://127.0.0.1:9/digits.zip",))
    with pytest.raises(DataError, match=r"Connection refused.*archive\.ics\.uci\.edu/dataset/81.*--no-strokes"):
        load_pen_digits(tmp_path, range(1, 31))


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """A folder in the place of the file, for example."""
    (tmp_path / FILE).mkdir(parents=True)
    with pytest.raises(DataError, match=r"cannot be read \(Is a directory\).*--no-strokes"):
        load_pen_digits(tmp_path, range(1, 31))


def test_a_changed_byte_of_the_original_is_told(tmp_path):
    """A file of the original's length that is not the original: the digits in it would pass."""
    (tmp_path / "pendigits").mkdir()
    length, _checksum = CHECKSUMS[FILE.name]
    (tmp_path / FILE).write_text(TEXT.ljust(length, "\n"))
    with pytest.raises(DataError, match=r"hash is not that of the original.*--no-strokes"):
        load_pen_digits(tmp_path, range(1, 31))
    (tmp_path / FILE).write_text(TEXT.ljust(length - 1, "\n"))
    assert len(load_pen_digits(tmp_path, range(1, 31))) == 2


def test_only_the_writers_asked_for(small_data):
    """All of theirs and none of others'."""
    digits = load_pen_digits(small_data, range(3, 5))
    assert [digit.writer for digit in digits] == [3] * 3 + [4] * 3
    with pytest.raises(DataError, match="no digits of writers 28 to 30"):
        load_pen_digits(small_data, range(28, 31))


SCRAWL = [[(0, 0), (100, 0), (0, 100), (100, 100), (0, 0)]]


def changed_parts(tmp_path, scrawled) -> set[str]:
    """The parts of what a training sees that change where some digits, by number and writer, become a scrawl."""
    for folder in ("before", "after"):
        write_small_mnist(tmp_path / folder)
        write_small_strokes(tmp_path / folder)
    path = tmp_path / "after" / FILE
    digits = [
        (d.label, d.writer, SCRAWL if scrawled(number, d.writer) else [[(x, -y) for x, y in s] for s in d.strokes])
        for number, d in enumerate(parse_unipen(path.read_text()))
    ]
    path.write_text(unipen(digits))
    recipe = Recipe(validation_size=50, copies=1, outliers=20)
    before, after = (vars(load_corpus(tmp_path / folder, recipe)) for folder in ("before", "after"))
    return {part for part in before if before[part].fingerprint() != after[part].fingerprint()}


@pytest.mark.parametrize("writer", [1, 13, 22, 23, 25])
def test_the_writers_of_the_training_are_seen(tmp_path, writer):
    """What they draw is trained on, or held back, or part of a drawing of no digit; of MNIST nothing changes."""
    parts = changed_parts(tmp_path, lambda _number, by: by == writer)
    assert {"strokes"} <= parts <= {"strokes", "stroke_validation", "outliers"}


@pytest.mark.parametrize("writer", [26, 27])
def test_other_writers_are_never_seen(tmp_path, writer):
    """Whatever they draw, nothing of it is trained on or chosen on: they are for the evaluation."""
    assert changed_parts(tmp_path, lambda _number, by: by == writer) == set()


@pytest.mark.parametrize(("digit", "part"), [(0, "stroke_validation"), (10, "stroke_validation"), (11, "strokes")])
def test_a_digit_is_trained_on_or_held_back(tmp_path, digit, part):
    """Every tenth is held back; none is in both parts, and no drawing of no digit is made of what is held back."""
    changed = changed_parts(tmp_path, lambda number, _by: number == digit)
    assert changed - {"outliers"} == {part}
    assert part == "strokes" or "outliers" not in changed


def test_a_limit_holds_for_every_part(small_data):
    """A dry run takes so many of each; the validation strokes are drawn with two pens."""
    corpus = load_corpus(small_data, Recipe(validation_size=50, copies=2, outliers=30), limit=7)
    assert corpus.counts() == {
        "mnist": 7,
        "strokes": 14,
        "outliers": 7,
        "mnist_validation": 7,
        "stroke_validation": 14,
    }
    assert (len(corpus.training), len(corpus.validation)) == (28, 21)


def bounds(page: np.ndarray) -> tuple[int, int, int, int]:
    """First and last row, first and last column that hold ink."""
    rows, columns = (np.flatnonzero((page < 128).any(axis)) for axis in (1, 0))
    return rows[0], rows[-1], columns[0], columns[-1]


@pytest.mark.parametrize(("width", "size"), [(10, 100), (20, 160), (28, 84)])
def test_a_line_is_drawn_where_and_as_wide_as_asked(width, size):
    """A level line: as long as its size and half a pen's round end more on each side, as high as the pen, centred."""
    page = draw([np.array([(0, 0), (50, 0)], float)], width, size, (140, 120), 280)
    assert page.shape == (280, 280)
    assert page.dtype == np.uint8
    assert bounds(page) == pytest.approx(
        (120 - width / 2, 120 + width / 2 - 1, 140 - (size + width) / 2, 140 + (size + width) / 2 - 1), abs=1
    )
    assert page[120, 140] == 0
    assert page[0, 0] == 255
    column = 255 - page[:, 140].astype(float)
    assert column.sum() / 255 == pytest.approx(width, abs=1)


def test_strokes_keep_their_shape():
    """An upright rectangle of 1 to 2: its longer side is the size, the other half of it; both strokes are there."""
    left, right = [(10, 20), (10, 40)], [(20, 20), (20, 40)]
    page = draw([np.array(left, float), np.array(right, float)], 8, 200, (140, 140), 280)
    assert bounds(page) == pytest.approx((36, 243, 86, 193), abs=1)
    assert page[140, 90] == page[140, 190] == 0
    assert page[140, 140] == 255


def test_a_dot_is_as_large_as_the_pen():
    """A stroke of a single point has no size to scale."""
    page = draw([np.array([(7, 7)], float)], 30, 150, (100, 200), 280)
    assert bounds(page) == pytest.approx((185, 214, 85, 114), abs=1)
    assert (255 - page.astype(float)).sum() / 255 == pytest.approx(np.pi * 15**2, rel=0.03)


def test_an_unsteady_pen_swings_around_its_width():
    """Thicker here, thinner there, by up to the share that was asked for."""
    page = draw([np.array([(0, 0), (50, 0)], float)], 20, 200, (140, 140), 280, wave=0.4)
    heights = (255 - page[:, 60:220].astype(float)).sum(0) / 255
    assert heights.max() == pytest.approx(28, abs=1.5)
    assert heights.min() < 15


def test_other_hands_write_the_same_strokes():
    """A bar turned by less than 9 degrees and slanted, as long as it was; now and then a dot beside it."""
    rng = np.random.default_rng(0)
    bar = [np.array([(0, 0), (0, 100)], float)]
    hands = [by_some_hand(bar, rng) for _ in range(400)]
    for hand in hands:
        assert len(hand) in (1, 2)
        (x0, y0), (x1, y1) = hand[0]
        assert abs(x1 - x0) < 45
        assert y1 - y0 == pytest.approx(100, abs=6)
    dots = [hand[1] for hand in hands if len(hand) == 2]
    assert 2 <= len(dots) <= 30
    assert all(dot.shape == (1, 2) for dot in dots)


def test_render_makes_ink_of_every_digit(small_data):
    """uint8, 32x32, MNIST's box of 20 pixels, labels beside them; each copy with another pen."""
    digits = load_pen_digits(small_data, range(1, 5))
    drawn = render(digits, 3, seed=7)
    assert drawn.images.shape == (36, 1, 32, 32)
    assert drawn.images.dtype == torch.uint8
    assert drawn.labels.tolist() == [digit.label for digit in digits for _ in range(3)]
    for picture in drawn.images[:, 0].numpy():
        rows, columns = (np.flatnonzero((picture > 0).any(axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)  # a faint last row may round to no ink
        assert picture.max() == 255
    assert torch.unique(drawn.images, dim=0).shape[0] == 36


def test_the_seed_decides_the_pens(small_data):
    """The same seed, the same pictures; another, others."""
    digits = load_pen_digits(small_data, range(1, 3))
    first, same, other = (render(digits, 2, seed=seed).fingerprint() for seed in (1, 1, 2))
    assert first == same != other


def test_pens_differ_and_the_digit_stays():
    """A bar under many pens: thin and thick ones among them, upright in each."""
    bar = PenDigit(1, 1, [np.array([(0, 0), (0, 100)], float)])
    rng = np.random.default_rng(0)
    widths = []
    for _ in range(60):
        picture = with_some_pen(bar.strokes, rng)
        columns = (picture > 127).any(0).sum()
        rows = (picture > 40).any(1).sum()  # also where the pen runs dry
        assert rows >= 18
        widths.append(int(columns))
    assert min(widths) <= 2
    assert max(widths) >= 5


def test_a_stroke_written_anew_is_the_same_stroke_by_another_hand():
    """As many points about the same middle, of nearly the same length, somewhat elsewhere; a dot stays a dot."""
    rng = np.random.default_rng(0)
    stroke = np.stack([np.linspace(0, 100, 40), 30 * np.sin(np.linspace(0, 5, 40))], 1)
    length = np.hypot(*np.diff(stroke, axis=0).T).sum()
    ratios, moved = [], []
    for _ in range(200):
        other = written_anew(stroke, rng)
        assert other.shape == stroke.shape
        assert other.mean(0) == pytest.approx(stroke.mean(0))
        ratios.append(np.hypot(*np.diff(other, axis=0).T).sum() / length)
        moved.append(np.abs(other - stroke).max())
    assert 0.9 < np.mean(ratios) < 1.15
    assert 2 < np.median(moved) < 20
    for few in (stroke[:1], stroke[:2], np.zeros((5, 2))):
        assert np.isfinite(written_anew(few, rng)).all()
        assert len(written_anew(few, rng)) == len(few)


def test_ink_that_pales_is_the_same_line():
    """Where a pen runs dry the line is lighter here and there, and nowhere else is any ink."""
    strokes = [np.array([[0.0, 0.0], [50.0, 80.0], [100.0, 0.0]])]
    full, pale = (draw(strokes, 12, 180, (140, 140), 280, fade=fade) for fade in (0.0, 0.6))
    assert (pale[full == 255] == 255).all()
    assert pale[full == 0].min() < 40
    assert pale[full == 0].max() > 100
