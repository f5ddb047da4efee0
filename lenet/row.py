"""Several digits side by side: the pieces of the ink are joined into the most probable row of digits.

Each candidate, one piece or several neighbors, is placed and read like any digit. Of all ways to divide the pieces into
candidates, the one with the highest product of probabilities wins, found by dynamic programming: the Viterbi path
through the segmentation graph of LeCun et al. 1998, section IV.
"""

import math

import numpy as np

from lenet.image.pieces import Piece, find_pieces, join
from lenet.image.preprocess import CROP_THRESHOLD, clean, scale_and_center
from lenet.networks.base import Network
from lenet.rejection import Calibration

WIDEST = 1.5  # width of a digit over the height of the row
CUT = math.exp(-1)  # probability of a cut through ink
# The row is not read if a digit in it has a lower probability; a part of a letter may look like a digit, too.
LEAST, LEAST_CUT = 0.03, 0.9  # of digits that are apart, and of a row in which digits touch
# Nor if a digit is shorter, as a share of the row's height, as are the circles of a per cent sign. Parts of letters
# are most often taken for a 1, which people write as tall as the others, and strokes of one letter for several.
SHORTEST, SHORTEST_ONE, SHORTEST_ONE_CUT, SHORTEST_ONES = 0.4, 0.6, 0.8, 0.9  # the third where digits touch


def read_row(model: Network, calibration: Calibration, ink: np.ndarray) -> tuple[tuple[int, float], ...] | None:
    """The digits of a row with their probabilities, from left to right, two or more; None if it cannot be read.

    `ink` is cropped, in [0, 1], float32, shape (H, W), and has been rejected as a single digit.
    """
    pieces = find_pieces(ink, CROP_THRESHOLD)
    if len(pieces) < 2:
        return None
    spans = _spans(pieces, WIDEST * len(ink))
    parts = [clean(join(pieces[first:last])) for first, last in spans]
    inputs = np.stack([scale_and_center(part) for part in parts])
    scores = model.compute(inputs[:, None])["output"]
    certainty = log_certainty(scores, calibration)
    path, least = _best_path(pieces, spans, certainty), LEAST_CUT
    if not any(pieces[spans[i][0]].cut for i in path):
        least = LEAST
    elif certainty[path].min() < math.log(LEAST_CUT):  # perhaps no digits touch
        certainty = np.where([_ends_at_cut(pieces, span) for span in spans], -np.inf, certainty)
        path, least = _best_path(pieces, spans, certainty), LEAST
    if certainty[path].min() < math.log(least):
        return None
    digits = tuple((int(p.argmax()), float(p.max())) for p in calibration.probabilities(scores[path]))
    of_one = SHORTEST_ONE if least == LEAST else SHORTEST_ONE_CUT
    if all(digit == 1 for digit, _ in digits):
        of_one = SHORTEST_ONES
    heights = [len(parts[i]) / len(ink) for i in path]
    tall = all(h >= (of_one if digit == 1 else SHORTEST) for h, (digit, _) in zip(heights, digits, strict=True))
    return digits if tall else None


def log_certainty(scores: np.ndarray, calibration: Calibration) -> np.ndarray:
    """Log-probability of the most probable digit, shape (..., 10) to (...), where "not a digit" is an eleventh class.

    The score of that class is such that it is more probable than all digits together where the calibration rejects.
    """
    other = np.full_like(scores[..., :1], -np.inf if calibration.max_energy is None else -calibration.max_energy)
    z = np.concatenate([scores, other], -1).astype(np.float64) / calibration.temperature
    return z[..., :10].max(-1) - np.logaddexp.reduce(z, -1)


def _spans(pieces: list[Piece], widest: float) -> list[tuple[int, int]]:
    """The candidates, (first piece, one past the last), in the order of their last pieces; not the whole drawing."""
    return [
        (first, last)
        for last in range(1, len(pieces) + 1)
        for first in range(last)
        if last == first + 1 or pieces[last - 1].right - pieces[first].left <= widest
        if (first, last) != (0, len(pieces))
    ]


def _ends_at_cut(pieces: list[Piece], span: tuple[int, int]) -> bool:
    """Whether the candidate touches the next or the previous one."""
    return any(pieces[i].cut for i in span if i < len(pieces))


def _best_path(pieces: list[Piece], spans: list[tuple[int, int]], certainty: np.ndarray) -> list[int]:
    """The indices of the candidates that together hold each piece once, and whose certainty is the highest."""
    best = {0: (0.0, [])}  # for the first n pieces: the certainty, and the candidates
    for i, (first, last) in enumerate(spans):
        total, path = best[first]
        total += certainty[i] + (math.log(CUT) if pieces[first].cut else 0.0)
        if last not in best or total > best[last][0]:
            best[last] = (total, [*path, i])
    return best[len(pieces)][1]
