"""Makes the weights: `python -m train` trains LeNet-5 on MNIST; `python -m train --help` says the rest.

On two cores of a server the defaults take about 10 minutes; `lenet/pretrained/text/metrics.json` has the figures of
the bundled weights, which that command made.
"""
