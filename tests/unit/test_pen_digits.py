"""Pen digits: parsing of UNIPEN, damaged and missing files, the split by writer, rendering."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from tests.small_data import unipen
from train.data import corpus, pen_digits
from train.data.checksums import CHECKSUMS
from train.data.corpus import Corpus, load_corpus
from train.data.digits import DataError
from train.data.pen_digits import FILE, PenDigit, load_pen_digits, parse_unipen, render_pen_digits
from train.data.strokes import PenDrawing, choose_pen, draw_page, perturb_stroke, render, vary_handwriting
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


def test_unipen_is_parsed():
    """Two digits, the first of two strokes; y points up in the file and down in the result."""
    seven, one = parse_unipen(TEXT)
    assert (seven.label, seven.writer, len(seven.strokes)) == (7, 12, 2)
    np.testing.assert_array_equal(seven.strokes[0], [(100, -300), (200, -300), (150, -100)])
    np.testing.assert_array_equal(seven.strokes[1], [(110, -200), (190, -205)])
    assert (one.label, one.writer) == (1, 30)
    np.testing.assert_array_equal(one.strokes[0], [(50, -250)])


def test_parsing_reverses_writing():
    """With either kind of line ending."""
    strokes = [[(3, 4), (5, 6)], [(7, 8)]]
    for text in (unipen([(2, 9, strokes)]), unipen([(2, 9, strokes)]).replace("\n", "\r\n")):
        (digit,) = parse_unipen(text)
        assert (digit.label, digit.writer) == (2, 9)
        assert [stroke.tolist() for stroke in digit.strokes] == [[[3, -4], [5, -6]], [[7, -8]]]


DAMAGE = {
    "truncated within a stroke": lambda text: text[: text.index(" 150  100")],
    "truncated after a point's x": lambda text: text[: text.index("  100\n.PEN_UP")],
    "truncated before the strokes": lambda text: text[: text.rindex(".PEN_DOWN")],
    "truncated before the writer": lambda text: text[: text.rindex(".COMMENT")],
    "a point with letters": lambda text: text.replace(" 150  100", " abc  100"),
    "a point with three coordinates": lambda text: text.replace(" 150  100", " 150 100 1"),
    "PEN_UP without PEN_DOWN": lambda text: text.replace(".PEN_DOWN", ".PEN_DAWN", 1),
    "PEN_DOWN without PEN_UP": lambda text: text.replace(".PEN_UP", ".PEN_OP", 1),
    "a stroke without points": lambda text: text.replace(" 110  200\n 190  205\n", ""),
    "no writer": lambda text: text.replace(".COMMENT 1 30   5\n", ""),
    "a writer with letters": lambda text: text.replace(".COMMENT 7 12", ".COMMENT 7 xy"),
    "two labels": lambda text: text.replace(".COMMENT 7", ".COMMENT 4"),
    "a label with letters": lambda text: text.replace('"7"\n', '"seven"\n'),
    "the label 77": lambda text: text.replace('"7"\n', '"77"\n').replace(".COMMENT 7", ".COMMENT 77"),
    "the label -5": lambda text: text.replace('"7"\n', '"-5"\n').replace(".COMMENT 7", ".COMMENT -5"),
    "a coordinate of 30 digits": lambda text: text.replace(" 150  100", f" 1{'0' * 30}  100"),
    "a coordinate of 400 digits": lambda text: text.replace(" 150  100", f" 150 -1{'0' * 400}"),
    "a coordinate of 5,000 digits": lambda text: text.replace(" 150  100", f" 1{'0' * 5_000}  100"),
    "strokes without a digit": lambda text: text[text.index(".PEN_DOWN") :],
    "another format": lambda _text: "PK\x03\x04" * 100,
    "empty": lambda _text: "",
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_files_are_reported(tmp_path, damage):
    """One line names the file, its source, and the alternative."""
    (tmp_path / "pendigits").mkdir()
    (tmp_path / FILE).write_text(DAMAGE[damage](TEXT))
    with pytest.raises(DataError) as caught:
        load_pen_digits(tmp_path, range(1, 31))
    said = str(caught.value)
    assert str(tmp_path / FILE) in said
    assert "https://archive.ics.uci.edu/dataset/81" in said
    assert "--no-strokes" in said
    assert "\n" not in said


def test_missing_files_are_reported(tmp_path, monkeypatch):
    """In the same way, if they cannot be downloaded."""
    monkeypatch.setattr(pen_digits, "URLS", ("http://127.0.0.1:9/digits.zip",))
    with pytest.raises(DataError, match=r"Connection refused.*archive\.ics\.uci\.edu/dataset/81.*--no-strokes"):
        load_pen_digits(tmp_path, range(1, 31))


def test_unreadable_files_are_reported(tmp_path):
    """A folder with the name of the file, for example."""
    (tmp_path / FILE).mkdir(parents=True)
    with pytest.raises(DataError, match=r"cannot be read \(Is a directory\).*--no-strokes"):
        load_pen_digits(tmp_path, range(1, 31))


def test_a_changed_original_is_detected(tmp_path):
    """A valid file with the length of the original but another hash is rejected."""
    (tmp_path / "pendigits").mkdir()
    length, _hash = CHECKSUMS[FILE.name]
    (tmp_path / FILE).write_text(TEXT.ljust(length, "\n"))
    with pytest.raises(DataError, match=r"hash is not that of the original; delete it to download it again"):
        load_pen_digits(tmp_path, range(1, 31))
    (tmp_path / FILE).write_text(TEXT.ljust(length - 1, "\n"))
    assert len(load_pen_digits(tmp_path, range(1, 31))) == 2


def test_only_the_requested_writers_are_loaded(small_data):
    """All of their digits and no others."""
    digits = load_pen_digits(small_data, range(3, 5))
    assert [digit.writer for digit in digits] == [3] * 3 + [4] * 3
    with pytest.raises(DataError, match="no digits of writers 28 to 30"):
        load_pen_digits(small_data, range(28, 31))


SCRIBBLE = [[(0, 0), (100, 0), (0, 100), (100, 100), (0, 0)]]


SMALL = Recipe(validation_size=50, copies=1, styles=5, outliers=5)
WRITERS = (1, 2, 13, 25, 26, 27)  # of three digits each


def corpus_of(small_data: Path, folder: Path, replaced: Callable[[int, int], bool]) -> Corpus:
    """Of a few writers, with a scribble in place of some digits, which are selected by number and writer."""
    digits = []
    few = [digit for digit in parse_unipen((small_data / FILE).read_text()) if digit.writer in WRITERS]
    for number, digit in enumerate(few):
        strokes = [[(x, -y) for x, y in stroke] for stroke in digit.strokes]
        digits.append((digit.label, digit.writer, SCRIBBLE if replaced(number, digit.writer) else strokes))
    (folder / "MNIST").symlink_to(small_data / "MNIST")
    (folder / FILE).parent.mkdir()
    (folder / FILE).write_text(unipen(digits))
    return load_corpus(folder, SMALL)


@pytest.fixture(scope="module")
def unchanged(small_data, tmp_path_factory) -> Corpus:
    return corpus_of(small_data, tmp_path_factory.mktemp("unchanged"), lambda *_: False)


@pytest.fixture
def changed_parts(small_data, unchanged, tmp_path) -> Callable[..., set[str]]:
    """The parts of the corpus that change if some digits are replaced."""

    def call(replaced: Callable[[int, int], bool]) -> set[str]:
        before, after = vars(unchanged), vars(corpus_of(small_data, tmp_path, replaced))
        return {part for part in before if before[part].fingerprint() != after[part].fingerprint()}

    return call


@pytest.mark.parametrize("writer", [1, 13, 25])
def test_training_writers_are_used(changed_parts, writer):
    """For training, validation, styles and outliers; MNIST does not change."""
    parts = changed_parts(lambda _number, by: by == writer)
    assert {"strokes"} <= parts <= {"strokes", "stroke_validation", "styles", "outliers"}


def test_evaluation_writers_are_not_used(changed_parts):
    """Neither for training nor for validation."""
    assert changed_parts(lambda _number, by: by in (26, 27)) == set()


@pytest.mark.parametrize(("digit", "part"), [(0, "stroke_validation"), (10, "stroke_validation"), (11, "strokes")])
def test_a_digit_is_for_training_or_validation(changed_parts, digit, part):
    """Every tenth is for validation; none is in both parts. Styles and outliers are made from the training part."""
    changed = changed_parts(lambda number, _by: number == digit)
    assert changed - {"styles", "outliers"} == {part}
    assert part == "strokes" or changed == {part}


def test_the_limit_applies_to_every_part(small_data):
    """Validation digits are rendered twice."""
    corpus = load_corpus(small_data, Recipe(validation_size=50, copies=2, styles=30, outliers=30), limit=7)
    assert corpus.counts() == {
        "mnist": 7,
        "strokes": 14,
        "styles": 7,
        "outliers": 7,
        "mnist_validation": 7,
        "stroke_validation": 14,
    }
    assert (len(corpus.training), len(corpus.validation)) == (35, 21)


def test_another_source_of_pen_digits_is_one_function(small_data, monkeypatch):
    """Its digits are rendered with those of UCI, and a tenth of all is held out."""
    recipe = Recipe(validation_size=50, copies=1, styles=0, outliers=0)
    alone = load_corpus(small_data, recipe)
    more = [PenDigit(label, writer=0, strokes=[np.array(SCRIBBLE[0], float)]) for label in (4, 5) * 10]
    monkeypatch.setattr(corpus, "PEN_SOURCES", [*corpus.PEN_SOURCES, lambda _: more])
    together = load_corpus(small_data, recipe)
    assert (len(together.strokes) - len(alone.strokes), len(together.stroke_validation)) == (18, 20)
    assert torch.equal(together.strokes.images[: len(alone.strokes)], alone.strokes.images)
    assert together.strokes.labels[len(alone.strokes) :].unique().tolist() == [4, 5]


def bounds(page: np.ndarray) -> tuple[int, int, int, int]:
    """The first and last row, and the first and last column, with ink."""
    rows, columns = (np.flatnonzero((page < 128).any(axis)) for axis in (1, 0))
    return rows[0], rows[-1], columns[0], columns[-1]


@pytest.mark.parametrize(("width", "size"), [(10, 100), (20, 160), (28, 84)])
def test_a_line_has_the_requested_position_and_width(width, size):
    """A horizontal line is as long as its size plus round ends, as high as the pen, and centered."""
    page = draw_page(PenDrawing([np.array([(0, 0), (50, 0)], float)], width, size, (140, 120), 280))
    assert page.shape == (280, 280)
    assert page.dtype == np.uint8
    assert bounds(page) == pytest.approx(
        (120 - width / 2, 120 + width / 2 - 1, 140 - (size + width) / 2, 140 + (size + width) / 2 - 1), abs=1
    )
    assert page[120, 140] == 0
    assert page[0, 0] == 255
    column = 255 - page[:, 140].astype(float)
    assert column.sum() / 255 == pytest.approx(width, abs=1)


def test_the_aspect_ratio_is_kept():
    """Of a rectangle of 1 by 2, the longer side has the requested size and the other is half as long."""
    left, right = [(10, 20), (10, 40)], [(20, 20), (20, 40)]
    page = draw_page(PenDrawing([np.array(left, float), np.array(right, float)], 8, 200, (140, 140), 280))
    assert bounds(page) == pytest.approx((36, 243, 86, 193), abs=1)
    assert page[140, 90] == page[140, 190] == 0
    assert page[140, 140] == 255


def test_a_dot_is_as_large_as_the_pen():
    """A stroke of a single point cannot be scaled."""
    page = draw_page(PenDrawing([np.array([(7, 7)], float)], 30, 150, (100, 200), 280))
    assert bounds(page) == pytest.approx((185, 214, 85, 114), abs=1)
    assert (255 - page.astype(float)).sum() / 255 == pytest.approx(np.pi * 15**2, rel=0.03)


def test_the_width_of_the_pen_can_vary():
    """By at most the requested fraction in either direction."""
    page = draw_page(PenDrawing([np.array([(0, 0), (50, 0)], float)], 20, 200, (140, 140), 280, wave=0.4))
    heights = (255 - page[:, 60:220].astype(float)).sum(0) / 255
    assert heights.max() == pytest.approx(28, abs=1.5)
    assert heights.min() < 15


def test_varied_handwriting_is_similar():
    """A vertical line is rotated and sheared slightly and keeps its length; rarely, a dot is added."""
    rng = np.random.default_rng(0)
    bar = [np.array([(0, 0), (0, 100)], float)]
    variations = [vary_handwriting(bar, rng) for _ in range(400)]
    for strokes in variations:
        assert len(strokes) in (1, 2)
        (x0, y0), (x1, y1) = strokes[0]
        assert abs(x1 - x0) < 45
        assert y1 - y0 == pytest.approx(100, abs=6)
    dots = [strokes[1] for strokes in variations if len(strokes) == 2]
    assert 2 <= len(dots) <= 30
    assert all(dot.shape == (1, 2) for dot in dots)


def test_every_digit_is_rendered(small_data):
    """As uint8 images of 32x32 pixels in MNIST's box of 20x20, with labels; all copies differ."""
    digits = load_pen_digits(small_data, range(1, 5))
    drawn = render_pen_digits(digits, 3, seed=7)
    assert drawn.images.shape == (36, 1, 32, 32)
    assert drawn.images.dtype == torch.uint8
    assert drawn.labels.tolist() == [digit.label for digit in digits for _ in range(3)]
    for image in drawn.images[:, 0].numpy():
        rows, columns = (np.flatnonzero((image > 0).any(axis)) for axis in (1, 0))
        assert max(np.ptp(rows), np.ptp(columns)) + 1 in (19, 20)  # the ink of a faint last row may be rounded to 0
        assert image.max() == 255
    assert torch.unique(drawn.images, dim=0).shape[0] == 36


def test_the_rendering_depends_on_the_seed(small_data):
    """The same seed gives the same images, another seed gives others."""
    digits = load_pen_digits(small_data, range(1, 3))
    first, same, other = (render_pen_digits(digits, 2, seed=seed).fingerprint() for seed in (1, 1, 2))
    assert first == same != other


def test_pens_vary():
    """A vertical line is rendered with thin and with thick pens, and is vertical in each image."""
    bar = PenDigit(1, 1, [np.array([(0, 0), (0, 100)], float)])
    rng = np.random.default_rng(0)
    widths = []
    for _ in range(60):
        image = render(choose_pen(bar.strokes, rng))
        columns = (image > 127).any(0).sum()
        rows = (image > 40).any(1).sum()  # lighter ink included
        assert rows >= 18
        widths.append(int(columns))
    assert min(widths) <= 2
    assert max(widths) >= 5


def test_a_perturbed_stroke_is_similar():
    """It has the same mean and number of points, and nearly the same length; a dot stays a dot."""
    rng = np.random.default_rng(0)
    stroke = np.stack([np.linspace(0, 100, 40), 30 * np.sin(np.linspace(0, 5, 40))], 1)
    length = np.hypot(*np.diff(stroke, axis=0).T).sum()
    ratios, moved = [], []
    for _ in range(200):
        other = perturb_stroke(stroke, rng)
        assert other.shape == stroke.shape
        assert other.mean(0) == pytest.approx(stroke.mean(0))
        ratios.append(np.hypot(*np.diff(other, axis=0).T).sum() / length)
        moved.append(np.abs(other - stroke).max())
    assert 0.9 < np.mean(ratios) < 1.15
    assert 2 < np.median(moved) < 20
    for few in (stroke[:1], stroke[:2], np.zeros((5, 2))):
        assert np.isfinite(perturb_stroke(few, rng)).all()
        assert len(perturb_stroke(few, rng)) == len(few)


def test_faded_ink_is_in_the_same_place():
    """The line is lighter in parts, and there is no ink elsewhere."""
    strokes = [np.array([[0.0, 0.0], [50.0, 80.0], [100.0, 0.0]])]
    full, pale = (draw_page(PenDrawing(strokes, 12, 180, (140, 140), 280, fade=fade)) for fade in (0.0, 0.6))
    assert (pale[full == 255] == 255).all()
    assert pale[full == 0].min() < 40
    assert pale[full == 0].max() > 100
