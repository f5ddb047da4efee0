"""Makes the weights: `python -m train` trains LeNet-5 on MNIST; `python -m train --help` says the rest.

On a core of a server the defaults take about 15 minutes; `lenet/pretrained/textbook/metrics.json` has the figures of
the bundled weights, which that command made.
"""
