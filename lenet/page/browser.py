"""What the browser builds its copy of the reader from: network, preprocessing and rejection, as data."""

from lenet import rejection
from lenet.image import preprocess, specks
from lenet.networks.description import describe
from lenet.weights.model import Weights


def description(weights: Weights) -> dict:
    """The JSON that `static/network/` reads. Every number in it is the one that the server itself uses."""
    return {
        "network": describe(weights.model, weights.calibration),
        "preprocessing": {
            "side": preprocess.SIDE,
            "digit_side": preprocess.DIGIT_SIDE,
            "center": preprocess.CENTER,
            "tie": preprocess.TIE,
            "min_contrast": preprocess.MIN_CONTRAST,
            "crop_threshold": preprocess.CROP_THRESHOLD,
            "specks": {"cells": specks.CELLS, "small": specks.SMALL, "light": specks.LIGHT, "far": specks.FAR},
        },
        "rejection": {
            "clear": rejection.CLEAR,
            "solid": rejection.SOLID,
            "squarish": rejection.SQUARISH,
            "tall": rejection.TALL,
            "wide": rejection.WIDE,
        },
    }
