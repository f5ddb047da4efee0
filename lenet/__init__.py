"""LeNet-5 for handwritten digits, with the output of every layer.

from lenet import Recognizer

reader = Recognizer.from_pretrained()
reading = reader.read("digit.png")  # a file, a PIL image, an array or a tensor
reading.digit, reading.top(3), reading.activations["c1"]
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lenet.image.preprocess import preprocess
    from lenet.networks import NETWORKS, LeNet5
    from lenet.recognizer import ImageError, Reading, Recognizer

__version__ = "0.1.0"
__all__ = ["NETWORKS", "ImageError", "LeNet5", "Reading", "Recognizer", "__version__", "preprocess"]

_MODULES = {
    "NETWORKS": "lenet.networks",
    "ImageError": "lenet.recognizer",
    "LeNet5": "lenet.networks",
    "Reading": "lenet.recognizer",
    "Recognizer": "lenet.recognizer",
    "preprocess": "lenet.image.preprocess",
}


def __getattr__(name: str):
    """Import a public name on first use: a download can start before PyTorch is imported, which takes seconds."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    """With the names that are imported on first use."""
    return sorted({*globals(), *__all__})
