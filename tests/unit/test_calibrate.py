"""Temperature and rejection threshold on scores whose true distribution is known."""

import numpy as np
import pytest
import torch

from lenet import LeNet5
from lenet.rejection import Calibration, energy
from train.calibrate import MAX_FALSE_REJECTION_RATE, calibrate, scores_of
from train.data.mnist import load_mnist
from train.metrics import cross_entropy, expected_calibration_error


def answered(temperature: float, count: int = 5_000) -> tuple[np.ndarray, np.ndarray]:
    """Scores, and labels drawn with the probabilities that the scores mean at this temperature."""
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 3, (count, 10))
    chances = np.exp(scores / temperature)
    chances /= chances.sum(1, keepdims=True)
    labels = (chances.cumsum(1) < rng.random((count, 1))).sum(1)
    return scores, labels


@pytest.mark.parametrize("temperature", [0.5, 1.7, 3.0])
def test_the_temperature_is_found(temperature):
    """As precisely as five thousand labels allow; the probabilities are then calibrated."""
    scores, labels = answered(temperature)
    found = calibrate(scores, labels)
    assert found.temperature == pytest.approx(temperature, rel=0.05)
    assert expected_calibration_error(labels, found.probabilities(scores)) < 0.025
    twice = Calibration(found.temperature * 2)
    assert expected_calibration_error(labels, twice.probabilities(scores)) > 0.05


@pytest.mark.parametrize("spread", [0.1, 3, 300])
def test_no_other_temperature_has_a_lower_loss(spread):
    """Also where it is far from 1, as for scores that are squared distances; some of the digits are misread."""
    rng = np.random.default_rng(0)
    scores = rng.normal(0, spread, (200, 10))
    labels = np.where(rng.random(200) < 0.8, scores.argmax(1), rng.integers(0, 10, 200))
    losses = {t: cross_entropy(labels, Calibration(t).probabilities(scores)) for t in np.geomspace(0.1, 100, 401)}
    assert calibrate(scores, labels).temperature == pytest.approx(min(losses, key=losses.__getitem__), abs=1e-4)


def test_labels_may_be_a_tensor():
    """As in `Digits`."""
    scores, labels = answered(1.7, 2_000)
    assert calibrate(scores, torch.from_numpy(labels)) == calibrate(scores, labels)


@pytest.mark.parametrize("count", [1_000, 5_000])
def test_so_many_digits_are_rejected(count):
    """The share that was decided on, namely the digits with the highest energy."""
    scores, labels = answered(1.0, count)
    rejected = calibrate(scores, labels).rejects(scores)
    assert rejected.sum() == pytest.approx(MAX_FALSE_REJECTION_RATE * count, abs=1)
    assert energy(scores)[rejected].min() > energy(scores)[~rejected].max()


def test_scores_are_the_networks_own(small_data):
    """Whatever the batch size: the output stage for each image, in order."""
    torch.manual_seed(0)
    model = LeNet5()
    digits = load_mnist(small_data, train=False)
    with torch.inference_mode():
        expected = model.eval()(digits.images / 255).numpy()
    for batch_size in (7, 1_000):
        np.testing.assert_allclose(scores_of(model, digits, batch_size), expected, atol=1e-5)
