"""Rejection: when the reader returns no digit, decided from the ink and from the network's scores.

The reasons, in the order in which they are checked: "blank", "too little ink", "several digits", "not a digit".
"""

import math
from dataclasses import dataclass

import numpy as np

from lenet.image.preprocess import crop
from lenet.image.specks import extent

BLANK, LITTLE, SEVERAL, NO_DIGIT = "blank", "too little ink", "several digits", "not a digit"
# What is said of each, by the page, too: a filled shape looks like a dot, once it is scaled.
WORDS = {
    BLANK: "no ink was found",
    LITTLE: "only a dot or a filled shape",
    SEVERAL: "several digits, but not sure which",
    NO_DIGIT: "not recognized as a digit",
}

# Ink covers more than this share of the bounding box: a dot. A disc covers 0.785, or a little less if it is small and
# its border soft; of 30,000 MNIST training digits, four cover more than this and have a roughly square bounding box.
SOLID = 0.68
SQUARISH = 0.7  # ratio of the sides from which a bounding box is roughly square
CLEAR = 0.15  # a column whose ink stays below this separates what is to its left from what is to its right
TALL = 0.6  # a part counts as a digit from this share of the total height
# Width over height from which there may be two digits. A 4 with an open top is narrower; one in 2,000 MNIST digits is
# wider.
WIDE = 0.8


@dataclass(frozen=True)
class Calibration:
    """Turns scores into probabilities and decides which scores to reject. Both values are fitted on validation digits.

    temperature: the scores are divided by it before the softmax, so that a probability of 90 % means correct nine times
    in ten (Guo et al. 2017).
    max_energy: inputs with a higher energy, -log(sum(exp(scores))), are rejected as out-of-distribution (Liu et al.
    2020); None rejects nothing.
    """

    temperature: float = 1.0
    max_energy: float | None = None

    def __post_init__(self):
        if not 0 < self.temperature < math.inf:
            raise ValueError(f"temperature must be positive and finite, got {self.temperature}")
        if self.max_energy is not None and not math.isfinite(self.max_energy):
            raise ValueError(f"max_energy must be finite or None, got {self.max_energy}")

    def probabilities(self, scores: np.ndarray) -> np.ndarray:
        """Probabilities of the ten digits, shape (..., 10), from the network's scores, shape (..., 10)."""
        z = np.asarray(scores, np.float64) / self.temperature
        p = np.exp(z - z.max(-1, keepdims=True))
        return p / p.sum(-1, keepdims=True)

    def rejects(self, scores: np.ndarray) -> np.ndarray:
        """Whether to reject the scores, shape (..., 10), as those of no digit: booleans, shape (...)."""
        e = energy(scores)
        return np.zeros_like(e, bool) if self.max_energy is None else e > self.max_energy


UNCALIBRATED = Calibration()


def energy(scores: np.ndarray) -> np.ndarray:
    """-log(sum(exp(scores))), shape (..., 10) to (...). Low if at least one score is high."""
    return -np.logaddexp.reduce(np.asarray(scores, np.float64), axis=-1)


def rejection_reason(ink: np.ndarray) -> str | None:
    """Why the ink, shape (32, 32), as returned by `preprocess`, cannot be a single digit; None if it can be."""
    return rejection_reasons(ink[None])[0]


def rejection_reasons(inks: np.ndarray) -> list[str | None]:
    """`rejection_reason` of each of many, shape (N, 32, 32)."""
    clear = inks > CLEAR
    (_, height), (_, width) = (extent(clear, axis) for axis in (1, 2))
    squarish = np.minimum(height, width) > SQUARISH * np.maximum(height, width)
    solid = squarish & (inks.sum((1, 2)) > SOLID * height * width)  # with the faint ink around the bounding box
    divided = (width > WIDE * height) & (clear.any(1).sum(1) < width)
    unusual = solid | divided | (height == 0)
    return [_reason(ink) if look else None for ink, look in zip(inks, unusual.tolist(), strict=True)]


def _reason(ink: np.ndarray) -> str | None:
    """What takes a closer look than most inputs need."""
    if not ink.any():
        return BLANK
    box = crop(ink, CLEAR)
    height, width = box.shape
    if min(height, width) > SQUARISH * max(height, width) and box.mean() > SOLID:
        return LITTLE  # a dot: scaled to the size of a digit, it fills its bounding box
    return SEVERAL if width > WIDE * height and _count_tall_parts(box) > 1 else None


def _count_tall_parts(box: np.ndarray) -> int:
    """The number of parts that stand side by side, separated by empty columns, and are as tall as a digit."""
    filled = (box > CLEAR).any(0)
    edges = np.flatnonzero(np.diff(np.concatenate([[False], filled, [False]]).astype(int)))
    parts = [box[:, left:right] for left, right in zip(edges[::2], edges[1::2], strict=True)]
    heights = [np.ptp(np.flatnonzero((part > CLEAR).any(1))) + 1 for part in parts]
    return sum(bool(height >= TALL * len(box)) for height in heights)
