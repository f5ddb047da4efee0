"""What the network is trained and scored on: MNIST, pen digits, and synthetic drawings that are not digits."""
