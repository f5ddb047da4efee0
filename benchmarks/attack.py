"""How little fools the networks, and how often the rejection notices: `python -m benchmarks.attack`.

Each of the page's 1,000 MNIST test digits that a network answers right is changed towards another digit, chosen at
random, with the methods and some budgets of Fool it. Prints, for each network, the share of which that digit is then
the likeliest, and how many of these are rejected. Nothing is chosen by these figures.
"""

import argparse
import itertools
import sys
import time

import numpy as np
import torch

from harness.attacks import pixel_by_pixel, projected_gradient
from harness.page_digits import page_digits
from lenet import NETWORKS, Recognizer
from lenet.rejection import rejection_reasons
from lenet.weights.model import bundled

STEPS = 10  # as on the page
INK = (0.02, 0.05, 0.1, 0.2, 0.4)  # of full ink, in each pixel
PIXELS = (5, 10, 20, 40)


def is_rejected(reader: Recognizer, ink: torch.Tensor, scores: np.ndarray) -> np.ndarray:
    """Which inputs, shape (N, 1, 32, 32), are not answered, for their shape or for their scores."""
    shapes = [reason is not None for reason in rejection_reasons(ink[:, 0].numpy())]
    return np.array(shapes) | reader.weights.calibration.rejects(scores)


def fooled(reader: Recognizer, ink: torch.Tensor, digits: torch.Tensor) -> tuple[float, float]:
    """The share of inputs of which `digits` are the likeliest, and the share of these that are rejected."""
    scores = reader.weights.model.compute(ink.numpy())["output"]
    fools = scores.argmax(1) == digits.numpy()
    return fools.mean(), is_rejected(reader, ink, scores)[fools].mean() if fools.any() else 0.0


def report(reader: Recognizer, ink: torch.Tensor, labels: np.ndarray) -> None:
    """Print the rows of one network."""
    model = reader.weights.model
    scores = model.compute(ink.numpy())["output"]
    answered = (scores.argmax(1) == labels) & ~is_rejected(reader, ink, scores)
    others = (labels + np.random.default_rng(0).integers(1, 10, len(labels))) % 10
    ink, digits = ink[answered], torch.from_numpy(others[answered]).long()
    rows = {
        "one step": {budget: projected_gradient(model, ink, digits, budget, 1, budget) for budget in INK},
        "many steps": {budget: projected_gradient(model, ink, digits, budget, STEPS) for budget in INK},
        "few pixels": dict(zip(range(1, PIXELS[-1] + 1), pixel_by_pixel(model, ink, digits), strict=False)),
    }
    name = model.variant
    for method, images in rows.items():
        chosen = PIXELS if method == "few pixels" else INK
        cells = ["{:.1%}, {:.0%}".format(*fooled(reader, images[budget], digits)) for budget in chosen]
        print(
            f"| `{name}` ({len(ink)}) | {method} | "
            + " | ".join(itertools.chain(cells, [""] * (len(INK) - len(cells))))
            + " |"
        )


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.attack", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--digits", type=int, default=1_000, help="how many test digits (default: all of the page's)")
    parser.add_argument("--variants", default=",".join(NETWORKS), help="networks (default: all)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    began = time.perf_counter()
    ink, labels = page_digits("test", options.digits)
    print(f"budgets: {', '.join(f'{budget:.0%}' for budget in INK)} of full ink; {', '.join(map(str, PIXELS))} pixels")
    for variant in options.variants.split(","):
        report(Recognizer.from_pretrained(bundled(variant)), ink, labels)
    print(f"{time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
