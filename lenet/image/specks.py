"""Removal of stray specks, such as a tap on the pad or dirt on the paper, which would make the digit smaller.

A speck is small compared with the digit and far away from it. The dot of an i, the flag of a 5 and the pieces of a
broken line are not specks, and stay.
"""

import numpy as np

CELLS = 64  # the drawing is examined on a grid with at most this many cells per side
SMALL = 0.5  # largest longer side of a speck, as a share of the digit's
LIGHT = 0.25  # largest number of cells of a speck, as a share of the digit's
FAR = 0.3  # smallest gap between speck and digit, as a share of the digit's longer side


def remove_specks(ink: np.ndarray, threshold: float) -> np.ndarray:
    """The ink, shape (H, W), with stray specks set to 0. Pixels up to `threshold` count as paper.

    The digit is the largest connected component. If there are no specks, `ink` itself is returned.
    """
    step = -(-max(ink.shape) // CELLS)
    cells = reduce(ink, step) > threshold
    if cells.any(0).all() and cells.any(1).all():
        return ink  # no empty row or column, so no distant speck: the usual case, and fast to check
    components = connected_components(cells)
    labels, sizes = np.unique(components[cells], return_counts=True)
    if len(labels) < 2:
        return ink
    boxes = {label: _box(components == label) for label in labels}
    main = boxes[labels[sizes.argmax()]]
    side = (main[1] - main[0]).max()
    specks = [
        label
        for label, size in zip(labels, sizes, strict=True)
        if size <= LIGHT * sizes.max()
        and (boxes[label][1] - boxes[label][0]).max() <= SMALL * side
        and _gap(main, boxes[label]) >= FAR * side
    ]
    if not specks:
        return ink
    return np.where(enlarge(np.isin(components, specks), step, ink.shape), np.float32(0), ink)


def reduce(ink: np.ndarray, step: int) -> np.ndarray:
    """The largest value in each cell of step x step pixels; those beyond the border count as 0."""
    if step == 1:
        return ink
    padded = np.pad(ink, [(0, -side % step) for side in ink.shape])
    rows, columns = (side // step for side in padded.shape)
    # First over whole rows, which is several times as fast as over both axes at once.
    return padded.reshape(rows, step, -1).max(1).reshape(rows, columns, step).max(2)


def enlarge(cells: np.ndarray, step: int, shape: tuple[int, ...]) -> np.ndarray:
    """The value of its cell for each pixel of an image of this shape, (H, W)."""
    return cells.repeat(step, 0).repeat(step, 1)[: shape[0], : shape[1]]


def connected_components(filled: np.ndarray) -> np.ndarray:
    """Labels of the 8-connected components of a boolean array: positive integers, shape (H, W); 0 where not filled.

    The labels are not consecutive.
    """
    labels = np.arange(1, filled.size + 1).reshape(filled.shape) * filled
    padded = np.zeros([side + 2 for side in filled.shape], labels.dtype)
    while True:
        before = padded[1:-1, 1:-1] = labels
        # The largest label in each 3x3 neighborhood: first of three rows, then of three columns.
        rows = np.maximum(np.maximum(padded[:-2], padded[1:-1]), padded[2:])
        labels = np.maximum(np.maximum(rows[:, :-2], rows[:, 1:-1]), rows[:, 2:]) * filled
        # A label is the index of a cell, whose own label may be larger by now: follow it, so long lines converge fast.
        labels = np.where(filled, labels.ravel()[labels - 1], 0)
        if (labels == before).all():
            return labels


def connected_to(part: np.ndarray, filled: np.ndarray) -> np.ndarray:
    """What of each image, booleans of shape (N, H, W), is 8-connected to a part of it, of the same shape."""
    grown, rest = _words(part), _words(filled)
    while True:
        before = grown
        rows = grown | grown << 1 | grown >> 1
        rows[..., 1:] |= grown[..., :-1] >> 63
        rows[..., :-1] |= grown[..., 1:] << 63
        grown = rows.copy()
        grown[:, 1:] |= rows[:, :-1]
        grown[:, :-1] |= rows[:, 1:]
        grown &= rest
        if np.array_equal(grown, before):
            bits = np.unpackbits(grown.view(np.uint8), axis=2, count=filled.shape[2], bitorder="little")
            return bits.view(bool)


def _words(filled: np.ndarray) -> np.ndarray:
    """64 pixels of a row in a word, shape (N, H, words): a pixel's neighbor to the right is the next higher bit."""
    count, height, width = filled.shape
    words = np.zeros((count, height, -(-width // 64)), "<u8")
    words.view(np.uint8)[..., : -(-width // 8)] = np.packbits(filled, axis=2, bitorder="little")
    return words


def extent(filled: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Where what is true in each image, shape (N, H, W), begins along an axis, and how long it is; 0 if nothing is."""
    filled = np.logical_or.reduce(filled, 3 - axis)
    first = filled.argmax(1)
    return first, np.where(filled.any(1), filled.shape[1] - filled[:, ::-1].argmax(1) - first, 0)


def _box(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First row and column of a component, and one past its last row and column."""
    where = np.argwhere(mask)
    return where.min(0), where.max(0) + 1


def _gap(a: tuple[np.ndarray, np.ndarray], b: tuple[np.ndarray, np.ndarray]) -> float:
    """Distance between two boxes in cells, 0 if they touch or overlap."""
    return float(np.hypot(*np.maximum(0, np.maximum(a[0] - b[1], b[0] - a[1]))))
