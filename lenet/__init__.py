"""LeNet-5 that you can draw on and look into.

from lenet import Recognizer

reader = Recognizer.from_pretrained()
reading = reader.read(picture)  # a PIL image or a numpy array of uint8
reading.digit, reading.top(3), reading.activations["c1"]
"""

from lenet.ink import ink_from
from lenet.networks import NETWORKS, LeNet5
from lenet.recognizer import Reading, Recognizer

__all__ = ["NETWORKS", "LeNet5", "Reading", "Recognizer", "ink_from"]
