"""Calibration on validation digits, never on test digits: the softmax temperature and the rejection threshold."""

from bisect import bisect_left

import numpy as np
import torch
from torch import Tensor

from lenet.networks.base import Network
from lenet.rejection import Calibration, energy
from train.data.digits import Digits, as_float

# The share of the validation digits that the energy threshold rejects, the price of rejecting what is not a digit.
MAX_FALSE_REJECTION_RATE = 0.005


@torch.inference_mode()
def scores_of(model: Network, digits: Digits, batch_size: int = 1_000) -> np.ndarray:
    """The output stage for each of `digits`, shape (N, 10)."""
    model.eval()
    return torch.cat([model(as_float(images)) for images in digits.images.split(batch_size)]).cpu().numpy()


def calibrate(scores: np.ndarray, labels: Tensor | np.ndarray) -> Calibration:
    """The temperature with the lowest cross-entropy, and the energy exceeded by MAX_FALSE_REJECTION_RATE of the digits.

    `scores` is the output stage, shape (N, 10), and `labels` are the true digits, shape (N,).
    """
    scores, labels = np.asarray(scores, np.float64), np.asarray(labels)
    # Steps of 1.7 %, finer than the validation digits can resolve. The scores of `original` are squared distances,
    # which are large: hence the wide range.
    candidates = np.geomspace(0.1, 100, 401)

    true = scores[np.arange(len(labels)), labels]

    def loss(candidate: int) -> float:
        inverse = 1 / candidates[candidate]
        return -float((energy(scores * inverse) + true * inverse).mean())

    # The cross-entropy is convex in the inverse of the temperature: it falls to its minimum, and rises from there.
    best = bisect_left(range(len(candidates) - 1), True, key=lambda candidate: loss(candidate) <= loss(candidate + 1))
    temperature = round(float(candidates[best]), 4)
    threshold = float(np.quantile(energy(scores), 1 - MAX_FALSE_REJECTION_RATE))
    return Calibration(temperature, round(threshold, 4))
