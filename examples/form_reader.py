"""Read the digits in the boxes of a form, and print them as CSV.

Boxes side by side are a field, rows of them lines of CSV. An empty box is nothing, a digit that cannot be read "?".
"""

import argparse
import csv
import sys

import numpy as np

from examples.sheet import digit, find_boxes, open_photo
from lenet import Recognizer


def tilt(boxes: np.ndarray) -> float:
    """By how many pixels the rows of boxes fall or rise per pixel."""
    right, down = (places - places[:, None] for places in boxes[:, 4:].T)
    side = np.median(boxes[:, 2] - boxes[:, 0])
    neighbors = (right > 0) & (right < 2 * side) & (abs(down) < side / 2)
    return np.median(down[neighbors] / right[neighbors]) if neighbors.any() else 0.0


def in_fields(boxes: np.ndarray) -> list[list[np.ndarray]]:
    """The boxes row by row and field by field."""
    side, height = np.median(boxes[:, 2] - boxes[:, 0]), boxes[:, 5] - tilt(boxes) * boxes[:, 4]
    order = np.argsort(height)
    rows = np.split(boxes[order], np.flatnonzero(np.diff(height[order]) > side / 2) + 1)
    rows = [row[np.argsort(row[:, 4])] for row in rows]
    return [np.split(row, np.flatnonzero(np.diff(row[:, 4]) > 1.5 * side) + 1) for row in rows]


def gaps(photo: np.ndarray, boxes: np.ndarray) -> list[tuple[int, int]]:
    """Where there is no box beside another, although lines go on above and below: the outline has a gap. x and y."""
    side = int(np.median(boxes[:, 2] - boxes[:, 0]))
    found = []
    for left, top, right, bottom, x, y in boxes.tolist():
        for step in (-side, side):
            if np.abs(boxes[:, 4:] - (x + step, y)).max(1).min() < side / 2:
                continue
            columns = slice(max(0, left + step + side // 8), max(0, right + step - side // 8))
            lines = (photo[max(0, edge - side // 6) : edge + side // 6, columns] < 255 for edge in (top, bottom))
            if all(line.size and line.any(0).mean() > 0.6 for line in lines):
                found.append((x + step, y))
    return found


def read_form(path: str, reader: Recognizer) -> list[list[str]]:
    """The fields of each row.

    Raises ValueError if there are no boxes, or if one was missed, and OSError if there is no such photo.
    """
    photo = open_photo(path)
    boxes = find_boxes(photo)
    if missed := gaps(photo, boxes):
        across, down = (round(100 * place / size) for place, size in zip(missed[0], photo.shape[::-1], strict=True))
        raise ValueError(
            f"a box has a gap in its outline, {across} % of the photo's width from the left and {down} % of its height "
            "from the top: close the gap, or its row would have one digit less"
        )
    rows, edge = in_fields(boxes), 3 + int(abs(tilt(boxes)) * (boxes[0, 2] - boxes[0, 0]))  # with parts of the outline
    cells = (photo[y + edge : v - edge, x + edge : u - edge] for row in rows for box in row for x, y, u, v, *_ in box)
    digits = map(digit, reader.read_many(cells))
    return [["".join(next(digits) for _ in field) for field in row] for row in rows]


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("photo", help="a photo or scan of a sheet with square boxes")
    parser.add_argument("--model", help="other weights, as for Recognizer.from_pretrained")
    options = parser.parse_args(arguments)
    try:
        rows = read_form(options.photo, Recognizer.from_pretrained(options.model))
    except (OSError, ValueError) as error:
        parser.error(str(error))
    csv.writer(sys.stdout, lineterminator="\n").writerows(rows)


if __name__ == "__main__":
    main()
