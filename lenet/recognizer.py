"""The reader: a picture in, a digit and everything the network did for it out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from lenet.abstain import NO_DIGIT, UNCALIBRATED, Calibration, reason_of
from lenet.ink import ink_from
from lenet.networks.network import Network
from lenet.weights import bundled, load_metrics, load_model


@dataclass(frozen=True)
class Reading:
    """What the network made of one picture.

    digit: 0 to 9, or None when the reader abstains.
    reason: None, or why it abstains: "blank", "too little ink", "several digits" or "not a digit".
    probabilities: ten floats, one a digit, their sum 1; where the reader abstains, of the nearest digits.
    activations: every stage by name and in order, float32 arrays, from "input" (1, 32, 32) to "output" (10,).
    """

    digit: int | None
    reason: str | None
    probabilities: tuple[float, ...]
    activations: dict[str, np.ndarray]

    def top(self, n: int = 3) -> list[tuple[int, float]]:
        """The `n` likeliest digits with their probabilities, likeliest first."""
        order = sorted(range(10), key=lambda digit: -self.probabilities[digit])
        return [(digit, self.probabilities[digit]) for digit in order[:n]]

    def as_dict(self) -> dict:
        """The answer as JSON holds it, without what led to it: digit, reason and the top 3."""
        return {"digit": self.digit, "reason": self.reason, "top": self.top(3)}


class Recognizer:
    """Reads digits with one network. Safe to call from several threads."""

    def __init__(self, model: Network, calibration: Calibration = UNCALIBRATED, metrics: dict | None = None):
        self.model = model.eval()
        self.calibration = calibration
        self.metrics = metrics  # what training measured of these weights, where it is known

    @classmethod
    def from_pretrained(cls, source: str | Path | None = None) -> "Recognizer":
        """A reader with the weights of the folder `source`, or with the bundled ones.

        Raises ValueError where the folder holds no such network.
        """
        folder = bundled() if source is None else Path(source)
        return cls(*load_model(folder), load_metrics(folder))

    @torch.inference_mode()
    def read(self, picture: Image.Image | np.ndarray) -> Reading:
        """Read one digit from a PIL image or a uint8 array: (H, W), RGB or RGBA, any size, either polarity.

        Raises ValueError, saying what is accepted, for what is not a picture.
        """
        ink = ink_from(picture)
        features = self.model.features(torch.from_numpy(ink)[None, None])
        scores = features["output"][0].numpy()
        probabilities = self.calibration.probabilities(scores)
        reason = reason_of(ink) or (NO_DIGIT if self.calibration.refuses(scores) else None)
        return Reading(
            digit=int(probabilities.argmax()) if reason is None else None,
            reason=reason,
            probabilities=tuple(probabilities.tolist()),
            activations={name: values[0].numpy() for name, values in features.items()},
        )
