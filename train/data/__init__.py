"""The data for training and evaluation: MNIST, pen digits, and drawings that are not digits."""
