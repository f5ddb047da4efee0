"""When the reader does not answer: what the ink gives away, and what the scores do."""

import math

import numpy as np
import pytest
from PIL import Image, ImageDraw

from lenet import Recognizer, preprocess
from lenet.rejection import BLANK, LITTLE, NO_DIGIT, SEVERAL, UNCALIBRATED, Calibration, energy, rejection_reason
from tests.conftest import EXAMPLES, draw


def scaled(digit: int, size: float, left: float, top: float) -> list:
    """An example's strokes at `size` times their size, moved."""
    return [[(x * size + left, y * size + top) for x, y in stroke] for stroke in EXAMPLES[digit]["strokes"]]


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_a_blank_page_is_blank(reader, shade):
    """Whatever its colour is."""
    page = np.full((280, 280), shade, np.uint8)
    assert rejection_reason(preprocess(page)) == BLANK == "blank"
    assert reader.read(page).reason == BLANK


@pytest.mark.parametrize("radius", [2, 5, 9, 14, 20, 40, 90])
@pytest.mark.parametrize("place", [(140, 140), (100, 181)])
def test_a_dot_is_too_little_ink(reader, radius, place):
    """A tap on the pad, with any brush, is not read as the digit that it fills the frame like."""
    page = Image.new("L", (280, 280), 255)
    x, y = place
    ImageDraw.Draw(page).ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
    reading = reader.read(page)
    assert reading.digit is None
    assert reading.reason == LITTLE == "too little ink"


@pytest.mark.parametrize("second", range(10))
@pytest.mark.parametrize("first", [0, 3, 7])
def test_two_digits_are_several(reader, first, second):
    """Side by side with clear paper between them, at several brushes."""
    for brush in (8, 12, 16):
        page = draw(scaled(first, 0.5, -15, 70) + scaled(second, 0.5, 145, 70), brush)
        reading = reader.read(page)
        assert reading.digit is None
        assert reading.reason == SEVERAL == "several digits"


def test_three_digits_are_several(reader):
    """As a number is written."""
    page = draw([s for i, digit in enumerate((4, 0, 8)) for s in scaled(digit, 0.35, 90 * i, 80)], 9)
    assert reader.read(page).reason == SEVERAL


@pytest.mark.parametrize("brush", range(10, 41, 2))
@pytest.mark.parametrize("digit", range(10))
def test_digits_are_read(digit, brush):
    """Nothing in the ink of an example speaks against it, at any brush."""
    assert rejection_reason(preprocess(draw(EXAMPLES[digit]["strokes"], brush))) is None


@pytest.mark.parametrize(("first", "second"), [(4, 4), (5, 5), (7, 7)])
def test_a_digit_of_two_strokes_is_one(first, second):
    """Strokes that lie above each other, or touch, are of one digit, however wide it was drawn."""
    wide = [[(x * 1.3 - 42, y) for x, y in stroke] for stroke in EXAMPLES[first]["strokes"]]
    assert rejection_reason(preprocess(draw(wide, 14))) is None
    assert rejection_reason(preprocess(draw(EXAMPLES[second]["strokes"], 8))) is None


def test_a_speck_beside_a_digit_is_not_another():
    """What is not as tall as a digit of the line does not count."""
    page = draw([*scaled(6, 0.8, 0, 20), [(250, 200), (251, 200)]], 14)
    assert rejection_reason(preprocess(page)) is None


def test_energy_by_hand():
    """-log of ten times e to the 0 is -log 10; one score of 5 among nine of -30 leaves it near -5."""
    assert energy(np.zeros(10)) == pytest.approx(-math.log(10))
    scores = np.full((2, 10), -30.0)
    scores[1, 4] = 5
    np.testing.assert_allclose(energy(scores), [30 - math.log(10), -5], atol=1e-12)
    assert energy(np.full(10, 2_000.0)) == pytest.approx(-2_000 - math.log(10))


def test_the_network_refuses_above_its_limit():
    """Strictly above; without a limit it never refuses."""
    scores = np.zeros((3, 10))
    scores[0, 0], scores[2] = 8, -1
    limit = float(energy(scores[1]))
    assert Calibration(1, limit).rejects(scores).tolist() == [False, False, True]
    assert UNCALIBRATED.rejects(scores - 1_000).tolist() == [False, False, False]
    assert not UNCALIBRATED.rejects(scores[0])


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.0])
def test_a_temperature_flattens_the_probabilities(temperature):
    """Two scores apart by 1: their probabilities by a factor of e to the 1 over the temperature."""
    scores = np.zeros(10, np.float32)
    scores[3] = 1
    p = Calibration(temperature).probabilities(scores)
    assert p.sum() == pytest.approx(1, abs=1e-12)
    assert p[3] / p[0] == pytest.approx(math.exp(1 / temperature))


@pytest.mark.parametrize(
    "values", [(0,), (-1,), (math.nan,), (math.inf,), (1, math.nan), (1, math.inf), (1, -math.inf)], ids=str
)
def test_a_calibration_that_makes_no_sense_is_refused(values):
    """Where it is made, not where it is used; the message names the value."""
    with pytest.raises(ValueError, match=r"(temperature|max_energy) must be"):
        Calibration(*values)


def test_the_reasons_come_before_the_scores(reader):
    """What the ink gives away is said first; what is left is the network's to refuse, and its nearest digit is kept."""
    strict = Recognizer(reader.model, Calibration(1.0, -1e9))
    assert strict.read(np.full((280, 280), 255, np.uint8)).reason == BLANK
    picture = draw(EXAMPLES[3]["strokes"])
    reading = strict.read(picture)
    assert (reading.digit, reading.reason) == (None, NO_DIGIT)
    assert reading.top(1)[0][0] == 3
    lenient = Recognizer(reader.model, Calibration(1.0, 1e9)).read(picture)
    assert (lenient.digit, lenient.reason) == (3, None)


def test_a_temperature_changes_no_answer(reader):
    """Only how sure it is."""
    warm = Recognizer(reader.model, Calibration(2.5))
    for digit in range(10):
        picture = draw(EXAMPLES[digit]["strokes"])
        plain, flat = reader.read(picture), warm.read(picture)
        assert flat.digit == plain.digit == digit
        assert max(flat.probabilities) < max(plain.probabilities)
