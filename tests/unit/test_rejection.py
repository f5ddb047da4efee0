"""When the reader rejects an image: what the ink shows, and what the scores show."""

import math
import re

import numpy as np
import pytest
from PIL import Image, ImageDraw

from harness.drawings import EXAMPLES, draw
from lenet import Recognizer, preprocess
from lenet.page.assets import STATIC
from lenet.rejection import (
    BLANK,
    LITTLE,
    NO_DIGIT,
    SEVERAL,
    UNCALIBRATED,
    WORDS,
    Calibration,
    energy,
    rejection_reason,
)
from lenet.weights.model import Weights


def scaled(digit: int, size: float, left: float, top: float) -> list:
    """An example's strokes, scaled by `size` and moved."""
    return [[(x * size + left, y * size + top) for x, y in stroke] for stroke in EXAMPLES[digit]["strokes"]]


def calibrated(reader: Recognizer, *values: float) -> Recognizer:
    """The same network with another calibration."""
    return Recognizer(Weights(reader.weights.model, Calibration(*values)))


def test_a_blank_page_is_blank(reader):
    """Whatever its color."""
    assert BLANK == "blank"
    for shade in (0, 128, 255):
        page = np.full((280, 280), shade, np.uint8)
        assert rejection_reason(preprocess(page)) == BLANK, shade
        assert reader.read(page).reason == BLANK, shade


def test_a_dot_is_too_little_ink(reader):
    """A tap on the pad, with any brush, is not read as a digit, although it fills the frame like one when scaled."""
    assert LITTLE == "too little ink"
    for radius in (2, 5, 9, 20, 90):
        for x, y in ((140, 140), (100, 181)):
            page = Image.new("L", (280, 280), 255)
            ImageDraw.Draw(page).ellipse((x - radius, y - radius, x + radius, y + radius), fill=0)
            reading = reader.read(page)
            assert (reading.digit, reading.reason) == (None, LITTLE), (radius, x, y)


def test_a_reason_has_the_same_words_everywhere():
    """The page has a list of its own, from which all of its parts take them."""
    source = (STATIC / "show" / "format.js").read_text(encoding="utf-8")
    table = source.partition("const REASONS = {")[2].partition("}")[0]
    assert dict(re.findall(r'"?(\w[\w ]*)"?: "(.+)",', table)) == WORDS


def test_two_digits_are_several(reader):
    """Side by side, separated by empty columns, with thin and thick brushes."""
    assert SEVERAL == "several digits"
    for first, second in ((0, 0), (0, 7), (3, 1), (3, 4), (7, 2), (7, 9)):
        for brush in (8, 16):
            page = draw(scaled(first, 0.5, -15, 70) + scaled(second, 0.5, 145, 70), brush)
            reading = reader.read(page)
            assert (reading.digit, reading.reason) == (None, SEVERAL), (first, second, brush)


def test_three_digits_are_several(reader):
    """As in a number."""
    page = draw([s for i, digit in enumerate((4, 0, 8)) for s in scaled(digit, 0.35, 90 * i, 80)], 9)
    assert reader.read(page).reason == SEVERAL


def test_single_digits_are_not_rejected_for_their_ink():
    """With the thinnest, a common and the thickest brush."""
    for digit in range(10):
        for brush in (6, 20, 40):
            assert rejection_reason(preprocess(draw(EXAMPLES[digit]["strokes"], brush))) is None, (digit, brush)


def test_a_digit_of_two_strokes_is_one():
    """Strokes above each other, or touching, belong to one digit, however wide and thin it is drawn."""
    for digit in (4, 5, 7):
        wide = [[(x * 1.3 - 42, y) for x, y in stroke] for stroke in EXAMPLES[digit]["strokes"]]
        assert rejection_reason(preprocess(draw(wide, 14))) is None, digit
        assert rejection_reason(preprocess(draw(EXAMPLES[digit]["strokes"], 8))) is None, digit


def test_a_speck_beside_a_digit_is_not_a_second_digit():
    """What is much less tall than the digit does not count."""
    page = draw([*scaled(6, 0.8, 0, 20), [(250, 200), (251, 200)]], 14)
    assert rejection_reason(preprocess(page)) is None


def test_energy_by_hand():
    """-log of ten times e to the 0 is -log 10; one score of 5 among nine of -30 leaves it near -5."""
    assert energy(np.zeros(10)) == pytest.approx(-math.log(10))
    scores = np.full((2, 10), -30.0)
    scores[1, 4] = 5
    np.testing.assert_allclose(energy(scores), [30 - math.log(10), -5], atol=1e-12)
    assert energy(np.full(10, 2_000.0)) == pytest.approx(-2_000 - math.log(10))


def test_scores_are_rejected_above_the_energy_threshold():
    """Strictly above; without a threshold, none are."""
    scores = np.zeros((3, 10))
    scores[0, 0], scores[2] = 8, -1
    threshold = float(energy(scores[1]))
    assert Calibration(1, threshold).rejects(scores).tolist() == [False, False, True]
    assert UNCALIBRATED.rejects(scores - 1_000).tolist() == [False, False, False]
    assert not UNCALIBRATED.rejects(scores[0])


def test_the_temperature_divides_the_scores():
    """Scores that differ by 1 give probabilities whose ratio is e to the 1 over the temperature."""
    scores = np.zeros(10, np.float32)
    scores[3] = 1
    for temperature in (0.5, 1.0, 2.0):
        p = Calibration(temperature).probabilities(scores)
        assert p.sum() == pytest.approx(1, abs=1e-12), temperature
        assert p[3] / p[0] == pytest.approx(math.exp(1 / temperature)), temperature


def test_an_invalid_calibration_is_rejected():
    """On construction; the message names the value."""
    for values in ((0,), (-1,), (math.nan,), (math.inf,), (1, math.nan), (1, math.inf), (1, -math.inf)):
        name = ("temperature", "max_energy")[len(values) - 1]
        with pytest.raises(ValueError, match=f"{name} must be .*, got {values[-1]}"):
            Calibration(*values)


def test_the_ink_is_checked_before_the_scores(reader):
    """A blank page is blank, not "not a digit". Of a drawing rejected for its scores, the nearest digit is kept."""
    strict = calibrated(reader, 1.0, -1e9)
    assert strict.read(np.full((280, 280), 255, np.uint8)).reason == BLANK
    image = draw(EXAMPLES[3]["strokes"])
    reading = strict.read(image)
    assert (reading.digit, reading.reason) == (None, NO_DIGIT)
    assert reading.top(1)[0][0] == 3
    lenient = calibrated(reader, 1.0, 1e9).read(image)
    assert (lenient.digit, lenient.reason) == (3, None)


def test_the_temperature_does_not_change_the_prediction(reader):
    """Only its confidence."""
    flattened = calibrated(reader, 2.5)
    for digit in range(10):
        image = draw(EXAMPLES[digit]["strokes"])
        plain, flat = reader.read(image), flattened.read(image)
        assert flat.digit == plain.digit == digit
        assert max(flat.probabilities) < max(plain.probabilities), digit
