"""Slashed zeros: how many of 200 are read as 0: `python -m benchmarks.slashed --data-dir data [--model SOURCE]`.

One half are ovals, drawn here as the outlines of ellipses, and one half are MNIST's test zeros; a straight line is
drawn over each. The training uses neither: its slashes are bent strokes over pen digits and glyphs (train/data/styles).
"""

import argparse
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.answers import answer, others
from lenet import Recognizer
from train.data.evaluation_set import Drawing
from train.data.mnist import load_mnist
from train.gallery import unpadded

COUNT = 200
SIDE = 280  # pixels per side of the page
FACTOR = 4  # of supersampling


def slash(page: Image.Image, box: tuple[int, int, int, int], width: float, rng: np.random.Generator) -> None:
    """Draw a line over the box, from its lower left to its upper right, shorter or longer than the zero, white."""
    left, top, right, bottom = box
    center = np.array([left + right, top + bottom]) / 2 + rng.normal(0, 0.03, 2) * (right - left, bottom - top)
    half = np.array([rng.uniform(0.3, 0.65) * (right - left), -rng.uniform(0.3, 0.6) * (bottom - top)])
    ends = [*(center - half), *(center + half)]
    pen = ImageDraw.Draw(page)
    pen.line(ends, 255, round(width))
    for x, y in (ends[:2], ends[2:]):
        pen.ellipse((x - width / 2, y - width / 2, x + width / 2, y + width / 2), 255)


def bounding_box(page: Image.Image) -> tuple[int, int, int, int]:
    """Of what is not black."""
    box = page.getbbox()
    assert box is not None
    return box


def oval(rng: np.random.Generator) -> Image.Image:
    """A slashed ellipse, white on black."""
    side = SIDE * FACTOR
    height = rng.uniform(0.4, 0.75) * side
    size = np.array([rng.uniform(0.5, 0.9) * height, height])
    width = rng.uniform(0.04, 0.16) * height
    page = Image.new("L", (side, side))
    low, high = (side - size) / 2, (side + size) / 2
    ImageDraw.Draw(page).ellipse((*low, *high), outline=255, width=round(width))
    page = page.rotate(rng.uniform(-15, 20), Image.Resampling.BICUBIC)
    slash(page, bounding_box(page), width, rng)
    return page.resize((SIDE, SIDE), Image.Resampling.BOX)


def scanned(zero: np.ndarray, rng: np.random.Generator) -> Image.Image:
    """A zero of MNIST, shape (28, 28), enlarged and slashed, white on black."""
    page = Image.new("L", (SIDE, SIDE))
    size = round(rng.uniform(0.6, 0.95) * SIDE)
    digit = Image.fromarray(zero).resize((size, size), Image.Resampling.BICUBIC)
    page.paste(digit, ((SIDE - size) // 2, (SIDE - size) // 2))
    clear = Image.fromarray(np.where(np.asarray(page) > 127, 255, 0).astype(np.uint8))
    slash(page, bounding_box(clear), rng.uniform(0.04, 0.1) * size, rng)
    return page


def slashed_zeros(data_dir: Path, seed: int = 0) -> Iterator[Drawing]:
    """The drawings, black on white; grouped by where the zero is from."""
    rng = np.random.default_rng(seed)
    test = load_mnist(data_dir, train=False)
    zeros = unpadded(test.images[test.labels == 0]).numpy()
    for number in range(COUNT):
        if number % 2:
            page, kind = scanned(zeros[rng.integers(len(zeros))], rng), "MNIST"
        else:
            page, kind = oval(rng), "oval"
        yield Drawing(255 - np.asarray(page), 0, f"{kind} {number}", {"kind": kind})


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder with MNIST/ (default: data)")
    parser.add_argument("--model", help="weights (default: the bundled ones)")
    parser.add_argument("--seed", type=int, default=0, help="other zeros and slashes")
    options = parser.parse_args()
    reader = Recognizer.from_pretrained(options.model)
    answers: dict[str, Counter] = {}
    for drawing in slashed_zeros(options.data_dir, options.seed):
        reading = reader.read(drawing.image)
        answers.setdefault(drawing.groups["kind"], Counter())[answer(reading)] += 1
    answers["all"] = sum(answers.values(), Counter())
    for kind, counts in answers.items():
        print(f"{kind}: {counts['0'] / counts.total():.1%} of {counts.total()} read as 0; {others(counts, '0')}")


if __name__ == "__main__":
    main()
