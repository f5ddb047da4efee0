"""The reader: a picture in, a digit and everything the network did for it out."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from lenet.image.preprocess import preprocess
from lenet.networks.base import Network
from lenet.rejection import NO_DIGIT, UNCALIBRATED, Calibration, rejection_reason
from lenet.weights.hub import Fetch, begin


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
        """The `n` likeliest digits with their probabilities, likeliest first. Raises ValueError below 0."""
        if n < 0:
            raise ValueError(f"the {n} likeliest digits: how many are wanted, 0 to 10?")
        order = sorted(range(10), key=lambda digit: -self.probabilities[digit])
        return [(digit, self.probabilities[digit]) for digit in order[:n]]

    def as_dict(self) -> dict:
        """The answer as JSON holds it, without what led to it: digit, reason and the top 3."""
        return {"digit": self.digit, "reason": self.reason, "top": self.top(3)}


def percentage(p: float) -> str:
    """A probability in words: one decimal, and never more certain than the network is, as on the page."""
    return "> 99.9 %" if p > 0.999 else "< 0.1 %" if p < 0.001 else f"{100 * p:.1f} %"


class Recognizer:
    """Reads digits with one network. Safe to call from several threads."""

    def __init__(
        self,
        model: Network,
        calibration: Calibration = UNCALIBRATED,
        metrics: dict | None = None,
        origin: str | None = None,
        page: str | None = None,
        notice: str | None = None,
    ):
        self.model = model.eval()
        self.calibration = calibration
        self.metrics = metrics  # what training measured of these weights, where it is known
        self.origin = origin  # "bundled", "folder F" or "USER/NAME@COMMIT", where it is known
        self.page = page  # address of that commit on the Hub
        self.notice = notice  # why these weights are not those that were looked for, in one line

    @classmethod
    def from_pretrained(cls, source: str | Path | Fetch | None = None, revision: str | None = None) -> "Recognizer":
        """A reader with the weights of `source`: a folder, or a repository on the Hub, USER/NAME or USER/NAME@REVISION.

        `revision` is a branch, a tag or a commit. By default the source that LENET_MODEL names; on a Space the
        repository lenet-5 of the Space's owner; else the bundled weights. A fetch begun before is gone on with.
        Raises ValueError, one line, where a named source cannot be had in four seconds or holds no such network. What
        nobody named is replaced by the copy of an earlier fetch, or the bundled weights, and `notice` says so.
        """
        fetch = source if isinstance(source, Fetch) else begin(source, revision)
        weights = fetch.load()
        return cls(weights.model, weights.calibration, weights.metrics, weights.origin, weights.page, weights.notice)

    @torch.inference_mode()
    def read(self, picture: Image.Image | np.ndarray) -> Reading:
        """Read one digit from a PIL image or a uint8 array: (H, W), RGB or RGBA, any size, either polarity.

        Raises ValueError, saying what is accepted, for what is not a picture.
        """
        ink = preprocess(picture)
        features = self.model.features(torch.from_numpy(ink)[None, None])
        scores = features["output"][0].numpy()
        probabilities = self.calibration.probabilities(scores)
        reason = rejection_reason(ink) or (NO_DIGIT if self.calibration.rejects(scores) else None)
        return Reading(
            digit=int(probabilities.argmax()) if reason is None else None,
            reason=reason,
            probabilities=tuple(probabilities.tolist()),
            activations={name: values[0].numpy() for name, values in features.items()},
        )
