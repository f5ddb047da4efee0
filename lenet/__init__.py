"""LeNet-5 that you can draw on and look into.

from lenet import Recognizer

reader = Recognizer.from_pretrained()
reading = reader.read(picture)  # a PIL image or a numpy array of uint8
reading.digit, reading.top(3), reading.activations["c1"]
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lenet.image.preprocess import preprocess
    from lenet.networks import NETWORKS, LeNet5
    from lenet.recognizer import Reading, Recognizer

__all__ = ["NETWORKS", "LeNet5", "Reading", "Recognizer", "preprocess"]

HOME = {
    "NETWORKS": "lenet.networks",
    "LeNet5": "lenet.networks",
    "Reading": "lenet.recognizer",
    "Recognizer": "lenet.recognizer",
    "preprocess": "lenet.image.preprocess",
}


def __getattr__(name: str):
    """A public name when it is first asked for: `lenet.weights.hub` must be had before PyTorch, which takes seconds."""
    if name not in HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(HOME[name]), name)
