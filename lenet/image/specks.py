"""Stray specks: the tap of a finger or dirt on the paper, far from the digit, which would make the digit small.

A speck is small beside the digit and lies well away from it; the dot of an i, the flag of a 5 and the gaps of a
scratchy line do not. What is left is still all ink of the drawing that could belong to a digit.
"""

import numpy as np

CELLS = 64  # the drawing is looked at on a grid of at most so many cells a side
SMALL = 0.5  # longer side of a speck, as a share of the digit's
LIGHT = 0.25  # cells of a speck, as a share of the digit's
FAR = 0.3  # gap between them, as a share of the digit's longer side


def remove_specks(ink: np.ndarray, threshold: float) -> np.ndarray:
    """The ink, shape (H, W), with stray specks wiped out; what is not above `threshold` is paper."""
    step = -(-max(ink.shape) // CELLS)
    padded = np.pad(ink, [(0, -side % step) for side in ink.shape])
    rows, columns = (side // step for side in padded.shape)
    cells = padded.reshape(rows, step, columns, step).max((1, 3)) > threshold
    if cells.any(0).all() and cells.any(1).all():
        return ink  # no empty row or column parts anything from the digit: nearly always, and quickly seen
    parts = connected_components(cells)
    numbers, sizes = np.unique(parts[cells], return_counts=True)
    if len(numbers) < 2:
        return ink
    boxes = {number: _box(parts == number) for number in numbers}
    main = boxes[numbers[sizes.argmax()]]
    side = (main[1] - main[0]).max()
    specks = [
        number
        for number, size in zip(numbers, sizes, strict=True)
        if size <= LIGHT * sizes.max()
        and (boxes[number][1] - boxes[number][0]).max() <= SMALL * side
        and _gap(main, boxes[number]) >= FAR * side
    ]
    if not specks:
        return ink
    wiped = np.isin(parts, specks).repeat(step, 0).repeat(step, 1)
    return np.where(wiped[: ink.shape[0], : ink.shape[1]], np.float32(0), ink)


def connected_components(filled: np.ndarray) -> np.ndarray:
    """Which of the 8-connected parts each filled cell belongs to: numbers above 0, shape (H, W); 0 on paper."""
    number = np.pad(np.arange(1, filled.size + 1).reshape(filled.shape) * filled, 1)
    while True:
        before = number.copy()
        for axis in (0, 1):  # the highest of the nine around each cell
            number = np.maximum(number, np.maximum(np.roll(number, 1, axis), np.roll(number, -1, axis)))
        inner = number[1:-1, 1:-1] * filled
        # The cell that gave a number may have got a higher one itself: jump to it, so that long lines take few rounds.
        inner = np.where(filled, inner.ravel()[inner - 1], 0)
        number = np.pad(inner, 1)
        if (number == before).all():
            return inner


def _box(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first row and column of a part, and those just past its last."""
    where = np.argwhere(mask)
    return where.min(0), where.max(0) + 1


def _gap(a: tuple[np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray]) -> float:
    """Cells of paper between two boxes, 0 where they meet."""
    return float(np.hypot(*np.maximum(0, np.maximum(a[0] - b[1], b[0] - a[1]))))
