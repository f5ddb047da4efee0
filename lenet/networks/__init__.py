"""The three networks called LeNet-5: `textbook`, `tutorial` and `original`.

One interface: an image (N, 1, 32, 32) of ink in [0, 1]; `features()` returns the output of every layer by its name in
the paper; `forward()` returns the output layer, ten scores, the largest of which is the predicted digit.
"""

from lenet.networks.original import LeNet5Original
from lenet.networks.textbook import LeNet5
from lenet.networks.tutorial import LeNet5Tutorial

NETWORKS = {network.variant: network for network in (LeNet5, LeNet5Tutorial, LeNet5Original)}

__all__ = ["NETWORKS", "LeNet5", "LeNet5Original", "LeNet5Tutorial"]
