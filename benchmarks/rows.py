"""Several digits side by side, read as a number: `python -m benchmarks.rows --data-dir data`.

1,000 rows of two to five MNIST test digits, and as many of the pen digits of `sketches/digits.json`
(docs/training.md), for each gap between the digits. Digits are cut to their columns; the gap is in pixels where a
digit's longer side is 20. Prints how many rows were read exactly, how many were rejected, and how many misread.
"""

import argparse
import functools
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from lenet import NETWORKS, Recognizer
from lenet.image.preprocess import CROP_THRESHOLD, DIGIT_SIDE
from lenet.weights.model import bundled
from train.data.evaluation_set import BRUSHES
from train.data.mnist import load_mnist
from train.data.strokes import PenDrawing, Strokes, draw_page

GAPS = (2, 4, 6, 8, 12)
ROWS = 1_000
LENGTHS = (2, 3, 4, 5)  # digits per row, in turns
SIDE = 60  # pixels: longer side of a pen digit's strokes
BRUSH_SCALE = SIDE / 168  # as on the pad of 280 pixels, where a digit is 0.6 times as large

Row = tuple[np.ndarray, str]  # dark ink on white, uint8, and the number


def join(digits: list[np.ndarray], gap: int) -> np.ndarray:
    """Digits of equal height, light ink on black, cut to their columns and placed `gap` pixels apart, as dark ink.

    With a negative gap they overlap.
    """
    cut = []
    for ink in digits:
        columns = np.flatnonzero((ink > CROP_THRESHOLD * 255).any(0))
        cut.append(ink[:, columns[0] : columns[-1] + 1])
    margin, height = 4, cut[0].shape[0]
    page = np.zeros((height + 2 * margin, 2 * margin + sum(ink.shape[1] + abs(gap) for ink in cut)), np.uint8)
    left = margin
    for ink in cut:
        at = page[margin : margin + height, left : left + ink.shape[1]]
        np.maximum(at, ink, out=at)
        left += ink.shape[1] + gap
    return 255 - page[:, : left - gap + margin]


def mnist_rows(images: np.ndarray, labels: np.ndarray, gap: int, count: int = ROWS) -> list[Row]:
    """Rows of MNIST digits, images of shape (N, 32, 32)."""
    rng = np.random.default_rng(0)
    chosen = [rng.choice(len(images), LENGTHS[i % len(LENGTHS)]) for i in range(count)]
    return [(join(list(images[row]), gap), "".join(str(labels[i]) for i in row)) for row in chosen]


def pen_rows(digits: list[Strokes], labels: list[int], gap: int, count: int = ROWS) -> list[Row]:
    """Rows of pen digits, each row with one of three brushes."""
    rng = np.random.default_rng(0)
    rows = []
    for i in range(count):
        brush = BRUSHES[i % len(BRUSHES)] * BRUSH_SCALE
        chosen = [int(j) for j in rng.choice(len(digits), LENGTHS[i % len(LENGTHS)])]
        drawn = [draw_digit(tuple(map(tuple, map(np.ravel, digits[j]))), brush) for j in chosen]
        rows.append((join(drawn, round(gap * (SIDE + brush) / DIGIT_SIDE)), "".join(str(labels[j]) for j in chosen)))
    return rows


@functools.cache
def draw_digit(strokes: tuple[tuple[float, ...], ...], brush: float) -> np.ndarray:
    """Light ink on black. The strokes are flat, (x, y, x, y, ...): drawing is slow, so each digit is drawn once."""
    side = round(SIDE + brush) + 8
    points = [np.reshape(stroke, (-1, 2)) for stroke in strokes]
    return 255 - draw_page(PenDrawing(points, brush, SIDE, (side / 2, side / 2), side))


def measure(reader: Recognizer, rows: list[Row]) -> tuple[float, float, float]:
    """Fractions of the rows that are read exactly, rejected, and misread."""
    numbers = [reader.read(image).number for image, _ in rows]
    exact = sum(number == label for number, (_, label) in zip(numbers, rows, strict=True))
    rejected = sum(number is None for number in numbers)
    return exact / len(rows), rejected / len(rows), 1 - (exact + rejected) / len(rows)


def report(reader: Recognizer, title: str, make: Callable[[int], list[Row]]) -> None:
    print(f"\n| {title}: gap | exact | rejected | misread |\n|---|---|---|---|")
    for gap in GAPS:
        exact, rejected, misread = measure(reader, make(gap))
        print(f"| {gap} px | {exact:.1%} | {rejected:.1%} | {misread:.1%} |", flush=True)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rows", description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--data-dir", type=Path, default=Path("data"), help="folder with MNIST/ and sketches/")
    parser.add_argument("--variant", choices=NETWORKS, default="textbook", help="which network (default: textbook)")
    parser.add_argument("--rows", type=int, default=ROWS, help=f"rows per gap (default: {ROWS:,})")
    options = parser.parse_args()
    began = time.perf_counter()
    reader = Recognizer.from_pretrained(bundled(options.variant))
    test = load_mnist(options.data_dir, train=False)
    images, labels = test.images[:, 0].numpy(), test.labels.numpy()
    report(reader, "MNIST test digits", lambda gap: mnist_rows(images, labels, gap, options.rows))
    items = json.loads((options.data_dir / "sketches" / "digits.json").read_text())["items"]
    strokes = [[np.array(stroke, float) for stroke in item["strokes"]] for item in items]
    names = [item["label"] for item in items]
    report(reader, "pen digits of other writers", lambda gap: pen_rows(strokes, names, gap, options.rows))
    print(f"\n{options.variant}, {options.rows:,} rows per gap, {time.perf_counter() - began:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
