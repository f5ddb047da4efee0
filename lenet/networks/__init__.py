"""The three networks called LeNet-5: `textbook`, `tutorial` and `original`.

They share one interface. The input is ink in [0, 1], shape (N, 1, 32, 32). `features()` returns the output of every
layer by its name in the paper; `forward()` returns that of the last one, ten scores, shape (N, 10). The predicted digit
is the one with the highest score.
"""

from lenet.networks.original import LeNet5Original
from lenet.networks.textbook import LeNet5
from lenet.networks.tutorial import LeNet5Tutorial

NETWORKS = {network.variant: network for network in (LeNet5, LeNet5Tutorial, LeNet5Original)}

__all__ = ["NETWORKS", "LeNet5", "LeNet5Original", "LeNet5Tutorial"]
