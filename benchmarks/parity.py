"""The browser's reader beside PyTorch's, in a real browser: `python -m benchmarks.parity --data-dir data`.

1,000 MNIST test digits through each of the three networks, layer by layer, before and after the activation function;
then the drawings of `sketches/` (docs/training.md) with three brushes, and 300 non-digits, each drawn on the pad's
canvas and read by both: the preprocessed image, the probabilities, and the answer (digit or reason, and the top 3).
Prints the largest differences. The exit code is 1 if a layer differs by 1e-4, an image by 1/255, or any answer.
"""

import argparse
import json
import sys
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from harness import parity
from harness.browser import launch
from harness.servers import files_of
from lenet import NETWORKS, Recognizer
from lenet.page.assets import STATIC
from lenet.weights.model import bundled
from train.data.evaluation_set import BRUSHES
from train.data.mnist import load_mnist

DIGITS, NON_DIGITS = 1_000, 300


def drawings(data_dir: Path) -> tuple[list, list]:
    """The digits with every brush, and the non-digits with the brushes in turn, each at a random place and size."""
    rng = np.random.default_rng(0)
    digits, others = (json.loads((data_dir / "sketches" / name).read_text())["items"] for name in NAMES)

    def draw(strokes: list, brush: float) -> list:
        size = rng.uniform(0.35, 0.85) * (parity.SIDE - brush)
        low, high = (size + brush) / 2, parity.SIDE - (size + brush) / 2
        return parity.place(strokes, brush, size, tuple(rng.uniform(low, high, 2)))

    return (
        [draw(item["strokes"], brush) for item in digits for brush in BRUSHES],
        [draw(item["strokes"], BRUSHES[i % len(BRUSHES)]) for i, item in enumerate(others[:NON_DIGITS])],
    )


NAMES = ("digits.json", "nondigits.json")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.parity", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder with MNIST/ and sketches/")
    options = parser.parse_args()
    inputs = load_mnist(options.data_dir, train=False)[:DIGITS].images[:, 0].numpy().astype(np.float32) / 255
    digits, others = drawings(options.data_dir)
    compared, differing, failed = 0, 0, False
    with files_of(STATIC) as url, sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        for variant in NETWORKS:
            reader = Recognizer.from_pretrained(bundled(variant))
            parity.open_network(page, url, reader)
            found = parity.compare_layers(page, reader, inputs)
            worst = max(found.layers, key=lambda name: found.layers[name])
            print(
                f"{variant}: {len(inputs):,} MNIST digits, largest difference {found.layers[worst]:.1e} ({worst}); "
                f"{found.answers} with another digit",
                flush=True,
            )
            compared, differing = compared + len(inputs), differing + found.answers
            failed |= found.layers[worst] >= 1e-4
            for name, drawn in (("digits", digits), ("non-digits", others)):
                found = parity.compare_drawings(page, reader, drawn)
                print(
                    f"{variant}: {len(drawn):,} drawings of {name}, largest difference of a preprocessed image "
                    f"{found.ink:.1e}, of a probability {found.probabilities:.1e}; {found.answers} with another answer",
                    flush=True,
                )
                compared, differing = compared + len(drawn), differing + found.answers
                failed |= found.ink >= 1 / 255
        browser.close()
    print(f"{differing} differing answers of {compared:,}")
    return int(failed or differing > 0)


if __name__ == "__main__":
    sys.exit(main())
