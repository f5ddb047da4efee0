"""The ink in a photo: paper under any light, also ruled, on a table or partly in shadow.

The background is a morphological closing, a standard method for uneven light: it fills whatever is darker than its
surroundings and narrow, and keeps edges of light and shadow. What is darker than this background is ink, except for
ruled lines and for what reaches in from the border, such as the edge of a table.
"""

import numpy as np
from PIL import Image

from lenet.image.specks import connected_components

SIDE = 256  # shapes are examined in an image reduced to this longer side
THIN_STROKE = 0.06  # width at which strokes, but not the paper in their loops, count as thin; share of the shorter side
WIDEST = 0.2  # strokes are narrower than this share of the shorter side
NOISE = (2.5, 4.0)  # ink differs from the background by more than so many standard deviations of the grain
SOFT = 0.35  # between these two, where the darkest parts are this many times darker
MIN_CONTRAST = 0.06
CLEAR = 0.35  # what belongs to the digit reaches this share of the digit's contrast
THIN = 0.035  # thickness of a ruled line, as a share of the shorter side
LINE = 0.5  # ruled lines are straight over this share of the image's side
FILLED = 0.93  # and at least so much of this length is dark
CENTRAL = 0.4  # distance from the middle, as a share of the side, at which a component counts less
NEAR = 0.3  # parts of a digit are at most this far from its main part, as a share of that part's side
STRAY = 0.03  # and at least this share of its weight
SLOPES = np.tan(np.radians(np.arange(-6, 6.1, 0.4)))


def find_ink_in_photo(gray: np.ndarray) -> np.ndarray:
    """Amount of ink per pixel, in [0, 1], shape (H, W); all zeros if there is none. The ink is dark, or light as chalk.

    `gray` is the brightness, float32 in [0, 1], shape (H, W), at least 64 each.
    """
    small = _blur(_reduced(gray))
    dark = _is_ink_dark(small)
    light, small = (gray, small) if dark else (1 - gray, 1 - small)
    background = _closing(small, round(WIDEST * min(small.shape)))
    depth = 1 - small / np.maximum(background, 0.02)
    middle = float(np.median(depth))
    grain = 1.4826 * float(np.median(np.abs(depth - middle)))
    low, high = (factor * grain for factor in NOISE)
    floor = middle + float(np.clip(SOFT * (np.quantile(depth, 0.99) - middle), low, max(high, MIN_CONTRAST / 2)))
    mask, full = digit_mask(depth, floor)
    if full < max(MIN_CONTRAST, middle + 1.5 * high):
        return np.zeros_like(gray)
    mask, background = (_enlarged(values, gray.shape) for values in (mask.astype(np.float32), background))
    ink = (1 - light / np.maximum(background, 0.02) - floor) / (full - floor)
    return (np.clip(ink, 0, 1) * (mask > 0.25)).astype(np.float32)


def _is_ink_dark(small: np.ndarray) -> bool:
    """Whether more of what is thin, in the middle of the image, is darker than its surroundings rather than lighter."""
    size = round(THIN_STROKE * min(small.shape))
    top, left = (round(0.15 * side) for side in small.shape)
    middle = slice(top, small.shape[0] - top), slice(left, small.shape[1] - left)
    darker, lighter = _closing(small, size) - small, small + _closing(1 - small, size) - 1
    return bool(np.square(darker[middle]).sum() > np.square(lighter[middle]).sum())


def digit_mask(depth: np.ndarray, floor: float) -> tuple[np.ndarray, float]:
    """Where the digit is, booleans, and how dark it is, from the depth of the ink; both have shape (H, W)."""
    ink = depth > floor
    thick = max(3, round(THIN * min(ink.shape)))
    lines = ruled_lines(ink) & ~_opening(ink, thick)
    if lines.any():
        lines &= depth < 1.5 * np.median(depth[lines])  # where a stroke crosses, it is darker
    candidates = _digit_parts(depth * (ink & ~lines))
    if not candidates.any():
        return candidates, 0.0
    full = float(np.quantile(depth[candidates], 0.9))
    clear = (depth > max(floor, CLEAR * full)) & candidates
    parts = _digit_parts(depth * clear)
    near = _spread(parts, 2)  # the soft edges of the strokes, and the gaps that lines have left
    return near & ink, full


def ruled_lines(ink: np.ndarray) -> np.ndarray:
    """Straight, nearly level or upright lines of at least LINE of the side that reach the border: booleans, (H, W)."""
    return _level_lines(ink, True) | _level_lines(ink.T, True).T


def straight_lines(ink: np.ndarray) -> np.ndarray:
    """Those that do not reach the border, too."""
    return _level_lines(ink, False) | _level_lines(ink.T, False).T


def _level_lines(ink: np.ndarray, from_border: bool) -> np.ndarray:
    height, width = ink.shape
    length = round(LINE * width)
    found = np.zeros_like(ink)
    columns = np.arange(width)
    rows = np.arange(height)[:, None]
    for slope in SLOPES:
        sheared = (rows + np.rint(slope * (columns - width / 2)).astype(int)) % height
        straight = ink[sheared, columns]
        sums = np.cumsum(np.pad(straight, ((0, 0), (1, 0))), 1, dtype=np.int32)
        dense = sums[:, length:] - sums[:, :-length] >= FILLED * length
        if not dense.any():
            continue
        covered = np.zeros((height, width + 1), np.int32)
        covered[:, :-length] += dense
        covered[:, length:] -= dense
        covered = np.cumsum(covered, 1)[:, :width] > 0
        if from_border:
            edge = max(2, width // 40)
            covered &= np.any(covered[:, :edge], 1, keepdims=True) | np.any(covered[:, -edge:], 1, keepdims=True)
        found[sheared, columns] |= covered & straight
    return found


def _digit_parts(depth: np.ndarray) -> np.ndarray:
    """The darkest component in the middle, and those near it: booleans, (H, W).

    A component at the border counts only if there is nothing else, and if it reaches into the middle. `depth`, shape
    (H, W), is 0 where there is no ink.
    """
    labels = connected_components(depth > 0)
    names, numbers = np.unique(labels, return_inverse=True)
    numbers = numbers.reshape(labels.shape)

    def within(part: np.ndarray) -> np.ndarray:
        """For each component, whether any of it is in this part of the image."""
        return np.bincount(numbers[part], minlength=len(names)) > 0

    rows, columns = (np.arange(side) for side in depth.shape)
    away = np.hypot(rows[:, None] / len(rows) - 0.5, columns / len(columns) - 0.5)
    weights = np.bincount(numbers.ravel(), depth.ravel(), len(names))
    central = np.bincount(numbers.ravel(), (depth * np.exp(-((away / CENTRAL) ** 2))).ravel(), len(names))
    weights[names == 0] = 0
    border = np.ones(depth.shape, bool)
    border[2:-2, 2:-2] = False
    inner = weights * ~within(border)
    weights = inner if inner.max() > STRAY * weights.max() else weights * within(away < CENTRAL / 2)
    if not weights.any():
        return np.zeros(depth.shape, bool)
    main = int((central * (weights > 0)).argmax())
    reach = round(NEAR * max(np.ptp(np.argwhere(numbers == main), 0)))
    near = _spread(numbers == main, reach)
    return (within(near) & (weights > STRAY * weights[main]))[numbers]


def _reduced(values: np.ndarray) -> np.ndarray:
    factor = -(-max(values.shape) // SIDE)
    return values if factor == 1 else np.asarray(Image.fromarray(values).reduce(factor))


def _enlarged(values: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    factor = -(-max(shape) // SIDE)
    if factor == 1:
        return values
    size = values.shape[1] * factor, values.shape[0] * factor
    return np.asarray(Image.fromarray(values).resize(size, Image.Resampling.BILINEAR))[: shape[0], : shape[1]]


def _blur(values: np.ndarray) -> np.ndarray:
    """Smooth with the 3x3 binomial kernel; beyond the border, the outermost values are repeated."""
    for axis in (0, 1):
        padded = np.pad(values, [(1, 1) if axis == a else (0, 0) for a in (0, 1)], "edge")
        low, mid, high = (np.take(padded, np.arange(k, k + values.shape[axis]), axis) for k in (0, 1, 2))
        values = (low + 2 * mid + high) / 4
    return values


def _closing(values: np.ndarray, size: int) -> np.ndarray:
    """Grayscale closing with a square of about `size` pixels per side."""
    half = max(1, size // 2)
    padded = np.pad(values, 2 * half, "edge")  # once for both, so that a slope stays one at the border
    return _window(_window(padded, half, np.maximum), half, np.minimum)


def _opening(mask: np.ndarray, size: int) -> np.ndarray:
    return ~_closing(~mask, size)


def _spread(mask: np.ndarray, reach: int) -> np.ndarray:
    """The mask and everything within `reach` pixels, horizontally and vertically."""
    return _window(np.pad(mask, reach), reach, np.maximum)


def _window(values: np.ndarray, half: int, extreme: np.ufunc) -> np.ndarray:
    """The extreme over a square of 2 `half` + 1 pixels per side; `half` less on each side. In O(log half) passes."""
    wanted = 2 * half + 1
    for axis in (0, 1):
        reach = 1
        while reach < wanted:
            step = min(reach, wanted - reach)
            count = values.shape[axis] - step
            first, second = (np.take(values, np.arange(start, start + count), axis) for start in (0, step))
            values = extreme(first, second)
            reach += step
    return values
