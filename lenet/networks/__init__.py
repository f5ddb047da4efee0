"""The three LeNet-5s: `text`, as books print it; `code`, as tutorials train it; `1998`, as the paper built it.

One interface: ink (N, 1, 32, 32) in [0, 1] in; `features()` gives every stage by the paper's names; `forward()` gives
the output stage, ten scores of which the largest wins and whose softmax is the probability.
"""

from lenet.networks.original import LeNet5Original
from lenet.networks.textbook import LeNet5
from lenet.networks.tutorial import LeNet5Code

NETWORKS = {network.variant: network for network in (LeNet5, LeNet5Code, LeNet5Original)}

__all__ = ["NETWORKS", "LeNet5", "LeNet5Code", "LeNet5Original"]
