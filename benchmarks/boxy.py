"""Boxy digits, as on a digital clock: how many of 500 are answered right: `python -m benchmarks.boxy [--model SOURCE]`.

50 of each digit, in level and upright lines of one width, slanted, wide or narrow, with sharp or round joints, on pages
of 28 to 280 pixels. The training uses none of it: its boxy digits are glyphs of its own (train/data/styles).
"""

import argparse
from collections import Counter
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageDraw

from benchmarks.answers import answer, others
from lenet import Recognizer
from train.data.evaluation_set import Drawing

PER_DIGIT = 50
FACTOR = 4  # of supersampling
SIDES = (28, 32, 64, 100, 200, 280)  # pixels per side of the page
# Corners of a digit, two boxes high: columns l and r, rows 0, 1 and 2.
PATHS = {
    0: ["l0 r0 r2 l2 l0"],
    1: ["r0 r2"],
    2: ["l0 r0 r1 l1 l2 r2"],
    3: ["l0 r0 r2 l2", "l1 r1"],
    4: ["l0 l1 r1", "r0 r2"],
    5: ["r0 l0 l1 r1 r2 l2"],
    6: ["r0 l0 l2 r2 r1 l1"],
    7: ["l0 r0 r2"],
    8: ["l0 r0 r2 l2 l0", "l1 r1"],
    9: ["r1 l1 l0 r0 r2 l2"],
}


def boxy(digit: int, rng: np.random.Generator) -> Image.Image:
    """A digit, black on white."""
    page_side = int(rng.choice(SIDES))
    side = page_side * FACTOR
    height = rng.uniform(0.4, 0.8) * side
    width, slant = rng.uniform(0.4, 0.75) * height, rng.uniform(-0.1, 0.25) * height
    pen = max(FACTOR, rng.uniform(0.03, 0.14) * height)
    middle = rng.uniform(0.42, 0.58)
    columns, rows = {"l": -width / 2, "r": width / 2}, (-0.5, middle - 0.5, 0.5)
    page = Image.new("L", (side, side), 255)
    draw, is_round = ImageDraw.Draw(page), rng.random() < 0.5
    for path in PATHS[digit]:
        points = [
            (side / 2 + columns[corner[0]] - slant * rows[int(corner[1])], side / 2 + height * rows[int(corner[1])])
            for corner in path.split()
        ]
        draw.line(points, 0, round(pen), joint="curve" if is_round else None)
        for x, y in points:
            shape = draw.ellipse if is_round else draw.rectangle
            shape((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), 0)
    page = page.rotate(rng.uniform(-6, 6), Image.Resampling.BICUBIC, fillcolor=255)
    return page.resize((page_side, page_side), Image.Resampling.BOX)


def boxy_digits(seed: int = 0) -> Iterator[Drawing]:
    """The drawings, grouped by digit."""
    rng = np.random.default_rng(seed)
    for number in range(10 * PER_DIGIT):
        digit = number % 10
        yield Drawing(np.asarray(boxy(digit, rng)), digit, f"boxy {number}", {"digit": str(digit)})


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--model", help="weights (default: the bundled ones)")
    parser.add_argument("--seed", type=int, default=0, help="other drawings")
    options = parser.parse_args()
    reader = Recognizer.from_pretrained(options.model)
    answers = {str(digit): Counter() for digit in range(10)}
    likeliest = 0
    for drawing in boxy_digits(options.seed):
        reading = reader.read(drawing.image)
        answers[drawing.groups["digit"]][answer(reading)] += 1
        likeliest += int(np.argmax(reading.probabilities)) == drawing.label
    for digit, counts in answers.items():
        print(f"{digit}: {counts[digit] / counts.total():.0%} of {counts.total()}; {others(counts, digit)}")
    right = sum(counts[digit] for digit, counts in answers.items())
    total = sum(counts.total() for counts in answers.values())
    print(
        f"all: {right / total:.1%} of {total} answered right; the likeliest digit is right in {likeliest / total:.1%}"
    )


if __name__ == "__main__":
    main()
