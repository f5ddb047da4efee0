"""The metrics of docs/metrics.md against values worked out by hand."""

import math
import re

import numpy as np
import pytest

from harness import ROOT
from train.metrics import (
    by_group,
    confusion_matrix,
    digit_metrics,
    expected_calibration_error,
    outlier_metrics,
    reliability,
)


def certain(*digits: int, confidence: float = 0.91) -> np.ndarray:
    """Probabilities of images read as these digits; the other nine share the rest."""
    probabilities = np.full((len(digits), 10), (1 - confidence) / 9)
    probabilities[np.arange(len(digits)), digits] = confidence
    return probabilities


def test_ten_digits_by_hand():
    """Two errors, one of them rejected; three rejections in all, so seven are accepted and six of those correct."""
    labels = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    predicted = [0, 1, 2, 3, 4, 5, 6, 7, 3, 4]
    rejected = np.array([True, True, *[False] * 6, True, False])
    metrics = digit_metrics(labels, certain(*predicted), rejected)
    assert metrics == {
        "images": 10,
        "errors": 2,
        "error": 0.2,
        "accuracy": 0.8,
        "coverage": 0.7,
        "selective_accuracy": pytest.approx(6 / 7),
        "false_rejection_rate": 0.3,
        "answered_correctly": 0.6,
        "loss": pytest.approx((8 * -math.log(0.91) + 2 * -math.log(0.01)) / 10),
        "expected_calibration_error": pytest.approx(0.11),
    }
    assert metrics["answered_correctly"] == pytest.approx(metrics["coverage"] * metrics["selective_accuracy"])


def test_all_rejected():
    """There is no accuracy among none."""
    metrics = digit_metrics(np.array([3, 4]), certain(3, 5), np.array([True, True]))
    assert metrics["selective_accuracy"] is None
    assert (metrics["coverage"], metrics["answered_correctly"], metrics["false_rejection_rate"]) == (0, 0, 1)
    assert metrics["accuracy"] == 0.5


def test_outliers_by_hand():
    """Two of three rejected."""
    assert outlier_metrics(np.array([True, False, True])) == {"images": 3, "outlier_rejection_rate": 2 / 3}


def test_no_images_have_no_metrics():
    """An error in place of a division by zero."""
    with pytest.raises(ValueError, match="no images"):
        digit_metrics(np.zeros(0, int), np.zeros((0, 10)), np.zeros(0, bool))
    with pytest.raises(ValueError, match="no images"):
        outlier_metrics(np.zeros(0, bool))


def test_groups_hold_what_the_whole_does():
    """The same keys, of the images of the group alone; numbers in order, 9 before 10."""
    labels, rejected = np.array([1, 2, 3, 4]), np.array([False, False, False, True])
    probabilities = certain(1, 2, 7, 4)
    groups = by_group(["10", "9", "10", "9"], digit_metrics, labels, probabilities, rejected)
    assert list(groups) == ["9", "10"]
    assert groups["9"] == digit_metrics(labels[[1, 3]], probabilities[[1, 3]], rejected[[1, 3]])
    assert groups["10"]["errors"] == 1
    assert groups["10"].keys() == digit_metrics(labels, probabilities, rejected).keys()


def test_confusion_by_hand():
    """Rows are true digits, columns predictions."""
    confusion = confusion_matrix(np.array([4, 4, 9, 4]), certain(4, 9, 9, 9))
    assert (confusion[4, 4], confusion[4, 9], confusion[9, 9], confusion.sum()) == (1, 2, 1, 4)


def test_calibration_error_by_hand():
    """Four images: two with a confidence of 0.95, one correct; one of 0.5, correct; one of 0.55, an error."""
    probabilities = np.zeros((4, 10))
    probabilities[0, 3], probabilities[1, 4], probabilities[2, 5], probabilities[3, 6] = 0.95, 0.95, 0.5, 0.55
    probabilities[:, 0] = 1 - probabilities.max(1)
    probabilities[2, 0], probabilities[2, 1] = 0.3, 0.2
    labels = np.array([3, 0, 5, 0])
    # Bins are 1/15 wide: 0.5 is in the eighth, [0.467, 0.533), 0.55 in the ninth, 0.95 in the last.
    assert reliability(labels, probabilities) == [
        pytest.approx((0.25, 0.5, 1.0)),
        pytest.approx((0.25, 0.55, 0.0)),
        pytest.approx((0.5, 0.95, 0.5)),
    ]
    expected = 0.25 * 0.5 + 0.25 * 0.55 + 0.5 * 0.45
    assert expected_calibration_error(labels, probabilities) == pytest.approx(expected)


def test_certain_and_correct_is_calibrated():
    """A confidence of 1 belongs to the last bin, not to one after it."""
    labels = np.arange(10)
    assert reliability(labels, np.eye(10)) == [(1.0, 1.0, 1.0)]
    assert expected_calibration_error(labels, np.eye(10)) == 0
    assert expected_calibration_error((labels + 1) % 10, np.eye(10)) == 1


def test_every_metric_is_defined_in_the_documentation():
    """Each key has a row in docs/metrics.md, exactly one for digits and one for what is not a digit."""
    rows = re.findall(r"^\| `(\w+)` \|", (ROOT / "docs/metrics.md").read_text(), re.MULTILINE)
    digits = digit_metrics(np.array([3]), certain(3), np.array([False]))
    outliers = outlier_metrics(np.array([True]))
    for name in {*digits, *outliers} - {"images"}:
        assert rows.count(name) == 1, name
