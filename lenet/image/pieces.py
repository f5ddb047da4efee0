"""Pieces of a row of digits, from left to right: the separate parts of the ink, cut where two digits may touch.

A digit can consist of several pieces, but a piece should not belong to two digits. LeCun et al. 1998 cut words in the
same way (section IV, "heuristic over-segmentation"), and leave it to the network which pieces belong together.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from lenet.image.specks import connected_components, enlarge, reduce

ROWS = 40  # the ink is examined on a grid with 40 to 79 cells from top to bottom, or one cell per pixel
OVERLAP = 0.5  # parts with this share of the narrower one's columns in common belong to one digit: 5 and its bar
MOST = 40  # more parts, or pieces of them, than this are not digits
MAIN = 0.7  # share of the largest component from which such parts are cut: a 5 and its bar, but no per cent sign
# As shares of the height:
NARROW = 0.5  # width up to which a part is not cut
NEAR = 0.1  # smallest distance between two cuts; those at the ends of a part are twice as far away
THICK = 0.45  # most ink in the column of a cut


@dataclass(frozen=True)
class Piece:
    """`ink`, shape (H, W), starts at the column `left` of the row. `cut`: whether it was cut off from the previous."""

    ink: np.ndarray
    left: int
    cut: bool

    @property
    def right(self) -> int:
        return self.left + self.ink.shape[1]


def find_pieces(ink: np.ndarray, threshold: float) -> list[Piece]:
    """The pieces of the ink, shape (H, W), which is cropped; none if there are too many for a row of digits.

    Pixels up to `threshold` count as paper.
    """
    pieces = []
    wide = ink.shape[1] >= len(ink)  # as are two digits that touch, but few letters
    for part, main in _parts(ink, threshold):
        columns = np.flatnonzero((part > threshold).any(0))
        left, right = int(columns[0]), int(columns[-1]) + 1
        cuts = _cuts(part[:, left:right]) if wide and main >= MAIN else []
        edges = [left, *(left + x for x in cuts), right]
        pieces += [Piece(part[:, a:b], a, a > left) for a, b in pairwise(edges)]
        if len(pieces) > MOST:
            return []
    return pieces


def join(pieces: list[Piece]) -> np.ndarray:
    """The ink of neighboring pieces, shape (H, W)."""
    left, right = min(piece.left for piece in pieces), max(piece.right for piece in pieces)
    ink = np.zeros((len(pieces[0].ink), right - left), np.float32)
    for piece in pieces:
        at = ink[:, piece.left - left : piece.right - left]
        np.maximum(at, piece.ink, out=at)
    return ink


def _parts(ink: np.ndarray, threshold: float) -> list[tuple[np.ndarray, float]]:
    """The ink of each connected component, or of those above each other, in the order of their centers.

    With it comes the share of the largest of the components.
    """
    step = max(1, len(ink) // ROWS)
    components = connected_components(reduce(ink, step) > threshold)
    labels, sizes = np.unique(components[components > 0], return_counts=True)
    size = dict(zip(labels, sizes.tolist(), strict=True))
    if len(labels) > MOST:
        return []
    groups = []
    for label in labels:
        columns = np.flatnonzero((components == label).any(0))
        groups.append(([label], int(columns[0]), int(columns[-1]) + 1))
    groups = sorted(_merge(groups), key=lambda group: group[1] + group[2])
    parts = []
    for labels, _, _ in groups:
        # The faint border of a stroke is not part of its component, but next to it.
        cells = _grow(np.isin(components, labels)) & (np.isin(components, labels) | (components == 0))
        part = np.where(enlarge(cells, step, ink.shape), ink, np.float32(0))
        parts.append((part, max(size[label] for label in labels) / sum(size[label] for label in labels)))
    return parts


def _grow(cells: np.ndarray) -> np.ndarray:
    """The cells and their neighbors: above, below, beside and diagonal."""
    padded = np.pad(cells, 1)
    rows = padded[:-2] | padded[1:-1] | padded[2:]
    return rows[:, :-2] | rows[:, 1:-1] | rows[:, 2:]


def _merge(groups: list[tuple[list, int, int]]) -> list[tuple[list, int, int]]:
    """Components, given as (labels, left, right), with those that are above each other joined, the widest first."""
    merged = []
    for labels, left, right in sorted(groups, key=lambda group: (group[1] - group[2], group[1])):
        shared = [min(right, other[2]) - max(left, other[1]) for other in merged]
        if not shared or max(shared) < OVERLAP * (right - left):
            merged.append((labels, left, right))
            continue
        best = shared.index(max(shared))
        others, first, last = merged[best]
        merged[best] = (others + labels, min(left, first), max(right, last))
    return merged


def _cuts(part: np.ndarray) -> list[int]:
    """The columns in which a part may be cut: those with less ink than all others nearby, the thinnest first."""
    height, width = part.shape
    if width <= NARROW * height:
        return []
    amount = part.sum(0)
    near = max(1, round(NEAR * height))
    chosen = []
    for x in np.argsort(amount, kind="stable"):
        nearby = amount[max(0, x - near) : x + near + 1]
        far = all(abs(x - other) > near for other in chosen)
        if far and 2 * near <= x <= width - 2 * near and amount[x] <= min(THICK * height, nearby.min()):
            chosen.append(int(x))
    return sorted(chosen)
