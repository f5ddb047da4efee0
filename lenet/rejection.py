"""When not to answer: what the ink itself gives away, and what the network's scores do.

The reasons, in the order they are asked for: "blank", "too little ink", "several digits", "not a digit".
"""

import math
from dataclasses import dataclass

import numpy as np

BLANK, LITTLE, SEVERAL, NO_DIGIT = "blank", "too little ink", "several digits", "not a digit"

SOLID = 0.74  # a disc fills 0.785 of its box; two in 71,000 training digits with a box about square fill more than this
CLEAR = 0.15  # a column with less ink than this parts what stands left and right of it
TALL = 0.6  # share of the whole height from which a part counts as a digit
WIDE = 0.8  # width over height from which there may be two; an open 4 is narrower, one in 2,000 MNIST digits is not


@dataclass(frozen=True)
class Calibration:
    """What makes a probability of the scores, and where the network says no; measured on validation digits.

    temperature: scores are divided by it before the softmax, so that 90 % means right nine times in ten
    (Guo et al. 2017).
    max_energy: what lies above is no digit; the energy is -log(sum(exp(scores))) (Liu et al. 2020). None: never.
    """

    temperature: float = 1.0
    max_energy: float | None = None

    def __post_init__(self):
        if not 0 < self.temperature < math.inf:
            raise ValueError(f"temperature must be above 0, not {self.temperature}")
        if self.max_energy is not None and not math.isfinite(self.max_energy):
            raise ValueError(f"max_energy must be a number, not {self.max_energy}")

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Of the ten digits, shape (..., 10), from the network's output stage."""
        z = np.asarray(scores, np.float64) / self.temperature
        p = np.exp(z - z.max(-1, keepdims=True))
        return p / p.sum(-1, keepdims=True)

    def rejects(self, scores: np.ndarray) -> np.ndarray:
        """Whether the scores, shape (..., 10), are those of no digit: booleans, shape (...)."""
        e = energy(scores)
        return np.zeros_like(e, bool) if self.max_energy is None else e > self.max_energy


UNCALIBRATED = Calibration()


def energy(scores: np.ndarray) -> np.ndarray:
    """-log(sum(exp(scores))), shape (..., 10) to (...): low where some score is high."""
    return -np.logaddexp.reduce(np.asarray(scores, np.float64), axis=-1)


def rejection_reason(ink: np.ndarray) -> str | None:
    """Why the ink, shape (32, 32), as `preprocess` gives it, cannot be one digit; None where it may be."""
    if not ink.any():
        return BLANK
    rows, columns = (np.flatnonzero((ink > CLEAR).any(axis)) for axis in (1, 0))
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = box.shape
    if min(height, width) > 0.7 * max(height, width) and box.mean() > SOLID:
        return LITTLE  # a dot, which filled the frame when it was scaled to a digit's size
    return SEVERAL if width > WIDE * height and _tall_parts(box) > 1 else None


def _tall_parts(box: np.ndarray) -> int:
    """How many parts with clear paper between them stand side by side, each as tall as a digit of the line."""
    filled = (box > CLEAR).any(0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], filled, [False]]).astype(int)))
    parts = [box[:, left:right] for left, right in zip(edges[::2], edges[1::2], strict=True)]
    heights = [np.ptp(np.flatnonzero((part > CLEAR).any(1))) + 1 for part in parts]
    return sum(height >= TALL * len(box) for height in heights)
