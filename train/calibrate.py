"""Probabilities that mean what they say, and where to refuse: both set on validation digits, never on the test's."""

import numpy as np
import torch
from torch import Tensor

from lenet.networks.base import Network
from lenet.rejection import Calibration, energy
from train.data.digits import Digits, as_float

REFUSED = 0.008  # share of the validation digits that may be refused for the sake of all that is no digit
BINS = 15


@torch.inference_mode()
def scores_of(model: Network, digits: Digits, batch_size: int = 1_000) -> np.ndarray:
    """The output stage for each of `digits`, shape (N, 10)."""
    model.eval()
    return torch.cat([model(as_float(pictures)) for pictures in digits.images.split(batch_size)]).cpu().numpy()


def calibrate(scores: np.ndarray, labels: Tensor | np.ndarray) -> Calibration:
    """The temperature of the least cross-entropy on digits, and the energy above which REFUSED of them lie."""
    labels = np.asarray(labels)
    candidates = np.geomspace(0.1, 100, 401)  # steps of 1.7 %, finer than the digits can tell; distances are large
    losses = [_cross_entropy(Calibration(t).probabilities(scores), labels) for t in candidates]
    temperature = round(float(candidates[int(np.argmin(losses))]), 4)
    return Calibration(temperature, round(float(np.quantile(energy(scores), 1 - REFUSED)), 4))


def calibration_error(probabilities: np.ndarray, labels: Tensor | np.ndarray) -> float:
    """The expected calibration error: how far confidence and accuracy lie apart, over bins of equal width."""
    return float(sum(share * abs(said - right) for share, said, right in reliability(probabilities, labels)))


def reliability(probabilities: np.ndarray, labels: Tensor | np.ndarray) -> list[tuple[float, float, float]]:
    """For each bin of confidence that holds answers: their share of all, mean confidence and accuracy."""
    confidence, right = probabilities.max(1), probabilities.argmax(1) == np.asarray(labels)
    bins = np.minimum((confidence * BINS).astype(int), BINS - 1)
    members = [bins == b for b in range(BINS)]
    return [(float(m.mean()), float(confidence[m].mean()), float(right[m].mean())) for m in members if m.any()]


def _cross_entropy(probabilities: np.ndarray, labels: np.ndarray) -> float:
    return float(-np.log(np.maximum(probabilities[np.arange(len(labels)), labels], 1e-300)).mean())
