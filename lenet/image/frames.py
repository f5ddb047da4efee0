"""Removal of frames and of lines along the border, such as a form's box or the cell of a grid, which are not ink.

They are separate from the digit, consist of long straight lines, and leave the middle of the image to the digit.
"""

import numpy as np

from lenet.image.photo import straight_lines
from lenet.image.specks import connected_components, connected_to, enlarge, extent, reduce

CELLS = 128  # the image is examined on a grid with at most this many cells per side
# As shares of the image's width or height:
SPAN = 0.6  # a frame extends over at least this much in both directions
LENGTH = 0.8  # a line along the border is at least this long
THICK = 0.05  # and at most this thick, or else touches the border all along
BAND = 0.15  # and at most this far away from the border
MIDDLE = 0.3  # a frame leaves a square of this size in the middle empty
DIGIT = 0.2  # what is inside is at least this tall or wide
STRAIGHT = 0.6  # so much of a frame consists of straight lines


def remove_frames(ink: np.ndarray, threshold: float) -> np.ndarray:
    """The ink, shape (H, W), with frames and lines along the border set to 0. Pixels up to `threshold` count as paper.

    If there are none, or nothing else, `ink` itself is returned.
    """
    step = -(-max(ink.shape) // CELLS)
    cells = reduce(ink, step) > threshold
    if not may_have_frame(cells[None])[0]:
        return ink  # the usual case, and fast to check
    components = connected_components(cells)
    labels = np.unique(components[cells])
    if len(labels) == 1:
        return ink
    long = [label for label in labels if _is_long(components == label)]
    frames = [label for label in long if _is_frame(components == label)]
    removed = np.isin(components, frames)
    rest = np.argwhere(cells & ~removed)
    if not frames or not len(rest) or (np.ptp(rest, 0) + 1).max() < DIGIT * min(cells.shape):
        return ink
    return np.where(enlarge(removed, step, ink.shape), np.float32(0), ink)


def may_have_frame(cells: np.ndarray) -> np.ndarray:
    """Whether there may be a frame or a line along the border in each image, booleans of shape (N, H, W) to (N,).

    Not if nothing is as large, nor if all that is as large is connected to the middle of the image.
    """
    may = _is_large(cells)
    top, left = (max(1, round((1 - MIDDLE) / 2 * side)) for side in cells.shape[1:])  # without the border
    large = cells[may]
    middle = np.zeros_like(large)
    inner = np.s_[:, top : middle.shape[1] - top, left : middle.shape[2] - left]
    middle[inner] = large[inner]
    may[may] = _is_large(large & ~connected_to(middle, large))
    return may


def _is_large(cells: np.ndarray) -> np.ndarray:
    """Whether what is in each image, booleans of shape (N, H, W), is as large as a frame or as long as a line: (N,)."""
    height, width = (extent(cells, axis)[1] for axis in (1, 2))
    rows, columns = cells.shape[1:]
    frame = (height >= SPAN * rows) & (width >= SPAN * columns)
    return frame | (height >= LENGTH * rows) | (width >= LENGTH * columns)


def _is_long(cells: np.ndarray) -> bool:
    height, width = (np.ptp(np.flatnonzero(cells.any(axis))) + 1 for axis in (1, 0))
    return bool(height >= SPAN * cells.shape[0] or width >= SPAN * cells.shape[1])


def _is_frame(cells: np.ndarray) -> bool:
    """Whether a component, booleans on the grid, is a frame or a line along the border."""
    if _is_line(cells) or _is_line(cells.T):
        return True
    rows, columns = (np.flatnonzero(cells.any(axis)) for axis in (1, 0))
    height, width = cells.shape
    if np.ptp(rows) + 1 < SPAN * height or np.ptp(columns) + 1 < SPAN * width:
        return False
    top, left = (round((1 - MIDDLE) / 2 * side) for side in cells.shape)
    if cells[top : height - top, left : width - left].any():
        return False
    return bool(straight_lines(cells)[cells].mean() >= STRAIGHT)


def _is_line(cells: np.ndarray) -> bool:
    """Whether the component is a line from left to right, along the top or the bottom."""
    height, width = cells.shape
    rows, columns = (np.flatnonzero(cells.any(axis)) for axis in (1, 0))
    if np.ptp(columns) + 1 < LENGTH * width or (rows[-1] >= BAND * height and rows[0] < (1 - BAND) * height):
        return False
    flush = max(cells[0].mean(), cells[-1].mean()) >= 0.9
    return bool(flush or cells.sum(0).max() <= max(2, THICK * min(cells.shape)))
