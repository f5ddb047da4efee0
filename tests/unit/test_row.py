"""Several digits side by side: rows of digits that are apart or touch, and what is not read as a number."""

import json
import re

import numpy as np
import pytest
from PIL import Image

from harness.drawings import EXAMPLES, NO_DIGITS, draw
from lenet import NETWORKS, Recognizer
from lenet.__main__ import main
from lenet.image.pieces import find_pieces, join
from lenet.image.preprocess import CROP_THRESHOLD, extract_ink
from lenet.rejection import SEVERAL, Calibration
from lenet.row import log_certainty
from lenet.weights.model import bundled


def row(number: str, gap: int, side: int = 100) -> Image.Image:
    """The page's example digits as one drawing, `gap` pixels apart; the digits are about 70 pixels tall."""
    cut = []
    for digit in number:
        ink = 255 - np.asarray(draw(EXAMPLES[int(digit)]["strokes"], side=side))
        columns = np.flatnonzero((ink > 0).any(0))
        cut.append(ink[:, columns[0] : columns[-1] + 1])
    page = np.zeros((side, 20 + sum(ink.shape[1] + abs(gap) for ink in cut)), np.uint8)
    left = 10
    for ink in cut:
        at = page[:, left : left + ink.shape[1]]
        np.maximum(at, ink, out=at)
        left += ink.shape[1] + gap
    return Image.fromarray(255 - page)


def test_digits_side_by_side_are_read(reader):
    """Every digit, beside several others, close together and far apart."""
    for number in ("01", "23", "45", "67", "89", "11", "408", "7715", "90362", "2026"):
        for gap in (6, 12, 40):
            reading = reader.read(row(number, gap))
            assert (reading.digit, reading.reason, reading.number) == (None, SEVERAL, number), gap


@pytest.mark.parametrize("variant", NETWORKS)
def test_each_network_reads_rows(variant):
    """The other two networks read them in the same way."""
    other = Recognizer.from_pretrained(bundled(variant))
    for number in ("37", "580", "2964"):
        assert other.read(row(number, 20)).number == number


def test_touching_digits_are_separated(reader):
    """Digits whose strokes meet, without an empty column."""
    for number in ("23", "30", "56", "80", "363"):
        image = row(number, -3)
        parts = find_pieces(extract_ink(image), CROP_THRESHOLD)
        assert any(part.cut for part in parts), number
        assert reader.read(image).number == number


def test_a_one_may_be_shorter_than_what_is_beside_it(reader):
    """As many people write it."""
    three = np.asarray(row("3", 0))
    page = np.pad(three, ((0, 0), (40, 0)), constant_values=255)
    page[32:80, 24:30] = 0  # of the 3's 70 rows
    assert reader.read(page).number == "13"


def test_a_comb_is_no_row_of_digits(reader):
    """Of its teeth, each of which might be a digit, there are too many to try all that may belong together."""
    for width, height, gap in ((1_000, 12, 4), (600, 20, 6), (1_000, 40, 8)):
        comb = np.full((height, width), 255, np.uint8)
        comb[-3:] = comb[:, ::gap] = comb[:, 1::gap] = 0
        assert find_pieces(extract_ink(comb), CROP_THRESHOLD) == []
        assert reader.read(comb).number is None


def test_slanted_digits_need_no_empty_column(reader):
    """What is not connected is separate, even if no straight line separates it."""
    image = row("717", 6)
    slanted = image.transform(image.size, Image.Transform.AFFINE, (1, 0.35, -20, 0, 1, 0), fillcolor=255)
    assert not (np.asarray(slanted)[:, 40:60] == 255).all(0).any() or len(find_pieces(extract_ink(slanted), 0.15)) >= 3
    assert reader.read(slanted).number == "717"


def test_each_digit_has_its_probability(reader):
    """From left to right; the number is made of the digits."""
    reading = reader.read(row("37", 20))
    assert [digit for digit, _ in reading.digits] == [3, 7]
    assert all(type(digit) is int and type(p) is float and 0.5 < p <= 1 for digit, p in reading.digits)
    assert json.loads(json.dumps(reading.as_dict()))["number"] == reading.number == "37"


def test_a_single_digit_has_no_number(reader):
    """Its reading is what it was, however thick the pen."""
    for digit in range(10):
        for width in (8, 20, 36):
            reading = reader.read(draw(EXAMPLES[digit]["strokes"], width))
            assert (reading.digit, reading.digits, reading.number) == (digit, None, None), width
            assert reading.as_dict()["number"] is None


def test_the_command_line_prints_the_number(tmp_path, capsys):
    """With the probability of each digit."""
    path = tmp_path / "number.png"
    row("37", 20).save(path)
    assert main([str(path)]) == 0
    assert re.fullmatch(re.escape(f"{path}: 37  (3 ") + r".*%, 7 .*%\)\n", capsys.readouterr().out)


def test_a_long_row_is_read(reader):
    """Twenty digits, in a drawing that is thirty times as wide as tall."""
    number = "31415926535897932384"
    assert reader.read(row(number, 12)).number == number


def test_other_drawings_are_not_numbers(reader):
    """A letter, a star, a fence, a blank page, a dot, and scribbles are not read as numbers."""
    for name, (strokes, _) in NO_DIGITS.items():
        assert reader.read(draw(strokes)).number is None, name
    assert reader.read(np.full((50, 200), 255, np.uint8)).number is None
    assert reader.read(draw([[(140, 140), (141, 140)]])).number is None
    rng = np.random.default_rng(0)
    for _ in range(5):
        strokes = [[tuple(point) for point in rng.uniform(20, 260, (12, 2))]]
        assert reader.read(draw(strokes, 10)).number is None


def test_a_row_with_something_else_is_not_read(reader):
    """A digit beside a star: one that is no digit makes the whole row unreadable."""
    star = [[(x / 2 + 140, y / 2 + 70) for x, y in stroke] for stroke in NO_DIGITS["star"][0]]
    three = [[(x / 2 - 10, y / 2 + 70) for x, y in stroke] for stroke in EXAMPLES[3]["strokes"]]
    reading = reader.read(draw(three + star, 10))
    assert (reading.digit, reading.number) == (None, None)
    assert reading.reason is not None


def test_many_dots_are_not_read(reader):
    """More parts than a row of digits has are not examined."""
    page = np.full((200, 400), 255, np.uint8)
    page[10::20, 10::20] = 0
    page[11::20, 10::20] = 0
    assert find_pieces(extract_ink(page), CROP_THRESHOLD) == []
    assert reader.read(page).number is None


def test_the_pieces_are_the_whole_ink():
    """Joined again, they give the drawing; each begins where it says."""
    ink = extract_ink(row("583", -2))
    pieces = find_pieces(ink, CROP_THRESHOLD)
    assert len(pieces) >= 3
    assert [piece.left for piece in pieces] == sorted(piece.left for piece in pieces)
    whole = join(pieces)
    assert np.abs(whole - ink)[ink > CROP_THRESHOLD].max() == 0


def test_certainty_by_hand():
    """Where the calibration rejects, "not a digit" has half of the probability; without a threshold, it has none."""
    scores = np.full((1, 10), -50.0)
    scores[0, 4] = 3
    assert log_certainty(scores, Calibration(1, -3.0)) == pytest.approx(np.log(0.5))
    assert log_certainty(scores, Calibration(1, None)) == pytest.approx(0)
    assert log_certainty(np.zeros((1, 10)), Calibration(2, None)) == pytest.approx(np.log(0.1))


def test_bad_input_is_rejected(reader):
    """With the message of the preprocessing; an image of one row or one column is not an error."""
    with pytest.raises(ValueError, match="unsupported array dtype"):
        reader.read(np.zeros((20, 100), np.int64))
    for shape in ((1, 300), (300, 1), (2, 1000)):
        page = np.full(shape, 255, np.uint8)
        page[:, ::7] = 0
        assert reader.read(page).number is None or reader.read(page).digit is None
