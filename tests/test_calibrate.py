"""Temperature, limit and calibration error on scores whose truth is known."""

import numpy as np
import pytest
import torch

from lenet import LeNet5
from lenet.rejection import Calibration, energy
from train.calibrate import REFUSED, calibrate, calibration_error, reliability, scores_of
from train.data.mnist import load_mnist


def answered(temperature: float, count: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and labels drawn with the probabilities that the scores mean at this temperature."""
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 3, (count, 10))
    chances = np.exp(scores / temperature)
    chances /= chances.sum(1, keepdims=True)
    labels = (chances.cumsum(1) < rng.random((count, 1))).sum(1)
    return scores, labels


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7, 3.0])
def test_the_temperature_is_found(temperature):
    """Within what twenty thousand answers can tell; then the reader is as right as it says."""
    scores, labels = answered(temperature)
    found = calibrate(scores, labels)
    assert found.temperature == pytest.approx(temperature, rel=0.04)
    assert calibration_error(found.probabilities(scores), labels) < 0.015
    assert calibration_error(Calibration(found.temperature * 2).probabilities(scores), labels) > 0.05


def test_labels_may_be_a_tensor():
    """As the data have them."""
    scores, labels = answered(1.7, 2_000)
    assert calibrate(scores, torch.from_numpy(labels)) == calibrate(scores, labels)


@pytest.mark.parametrize("count", [1_000, 20_000])
def test_so_many_digits_are_refused(count):
    """The share that was decided, and of the digits those with the highest energy."""
    scores, labels = answered(1.0, count)
    refused = calibrate(scores, labels).rejects(scores)
    assert refused.sum() == pytest.approx(REFUSED * count, abs=1)
    assert energy(scores)[refused].min() > energy(scores)[~refused].max()


def test_calibration_error_by_hand():
    """Four answers in two bins: two of 0.95, one right; one of 0.5, right; one of 0.55, wrong, in the next bin."""
    probabilities = np.zeros((4, 10))
    probabilities[0, 3], probabilities[1, 4], probabilities[2, 5], probabilities[3, 6] = 0.95, 0.95, 0.5, 0.55
    probabilities[:, 0] = 1 - probabilities.max(1)
    probabilities[2, 0], probabilities[2, 1] = 0.3, 0.2
    labels = np.array([3, 0, 5, 0])
    # Bins are a fifteenth wide: 0.5 lies in the eighth, [0.467, 0.533), 0.55 in the ninth, 0.95 in the last but one.
    assert reliability(probabilities, labels) == [
        pytest.approx((0.25, 0.5, 1.0)),
        pytest.approx((0.25, 0.55, 0.0)),
        pytest.approx((0.5, 0.95, 0.5)),
    ]
    assert calibration_error(probabilities, labels) == pytest.approx(0.25 * 0.5 + 0.25 * 0.55 + 0.5 * 0.45)


def test_a_reader_that_is_sure_and_right_has_no_error():
    """A confidence of 1 belongs to the last bin, not to one behind it."""
    labels = np.arange(10)
    assert reliability(np.eye(10), labels) == [(1.0, 1.0, 1.0)]
    assert calibration_error(np.eye(10), labels) == 0
    assert calibration_error(np.eye(10), (labels + 1) % 10) == 1


def test_scores_are_the_networks_own(small_data):
    """Whatever the batches are: the output stage for each picture, in order."""
    torch.manual_seed(0)
    model = LeNet5()
    digits = load_mnist(small_data, train=False)
    with torch.inference_mode():
        expected = model.eval()(digits.images / 255).numpy()
    for batch_size in (7, 1_000):
        np.testing.assert_allclose(scores_of(model, digits, batch_size), expected, atol=1e-5)
