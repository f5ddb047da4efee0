"""Read a sudoku from a photo, and print its nine rows. "." is an empty cell, "?" a digit that cannot be read."""

import argparse

import numpy as np
from PIL import Image

from examples.sheet import digit, find_boxes, open_photo
from lenet import Recognizer

CELL, EDGE = 40, 5  # pixels of a cell's side when the grid has been straightened, and of its edges, with lines


def between(corners: np.ndarray, down: np.ndarray, right: np.ndarray) -> np.ndarray:
    """Places in the grid, where 0 and 1 are the centers of the first and the last cell."""
    first, last = ((1 - right) * corners[row] + right * corners[row + 1] for row in (0, 2))
    return (1 - down) * first + down * last


def find_grid(boxes: np.ndarray) -> np.ndarray:
    """The centers of the cells in the four corners, row by row, as x and y: shape (4, 2)."""
    x, y = boxes[:, 4:].T
    corners = boxes[[(x + y).argmin(), (x - y).argmax(), (y - x).argmax(), (x + y).argmax()], 4:]
    cells = between(corners, *np.mgrid[:9, :9].reshape(2, 81, 1) / 8)
    distance = np.hypot(*(boxes[:, None, 4:] - cells).T).min(0)  # from each box to the next cell
    if len(boxes) < 60 or (distance > 0.3 * np.median(boxes[:, 2] - boxes[:, 0])).any():
        raise ValueError(f"found no sudoku: expected 9 x 9 cells with closed outlines, found {len(boxes)} boxes")
    return corners


def read_sudoku(path: str, reader: Recognizer) -> str:
    """The 81 cells, row by row. Raises ValueError if there is no sudoku, and OSError if there is no such photo."""
    photo = open_photo(path)
    ends = np.array([(-1, -1), (17, -1), (17, 17), (-1, 17)])[:, :, None] / 16  # of the grid, counterclockwise
    outline = between(find_grid(find_boxes(photo)), ends[:, 0], ends[:, 1]).ravel().tolist()
    size, quad, bilinear = (9 * CELL, 9 * CELL), Image.Transform.QUAD, Image.Resampling.BILINEAR
    straight = Image.fromarray(photo).transform(size, quad, outline, bilinear)
    cells = np.asarray(straight).reshape(9, CELL, 9, CELL).swapaxes(1, 2).reshape(81, CELL, CELL)
    return "".join(digit(reading, empty=".") for reading in reader.read_many(cells[:, EDGE:-EDGE, EDGE:-EDGE]))


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("photo", help="a photo or scan with one sudoku")
    parser.add_argument("--model", help="other weights, as for Recognizer.from_pretrained")
    options = parser.parse_args(arguments)
    try:
        cells = read_sudoku(options.photo, Recognizer.from_pretrained(options.model))
    except (OSError, ValueError) as error:
        parser.error(str(error))
    print("\n".join(cells[row : row + 9] for row in range(0, 81, 9)))


if __name__ == "__main__":
    main()
