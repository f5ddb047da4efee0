"""Any sketch or picture to the 32x32 ink that LeNet-5 reads, made the way MNIST was made.

MNIST's digits were cropped to their ink, scaled so that the longer side is 20 pixels, anti-aliased, and placed with
their centre of mass at the centre of the frame (LeCun et al. 1998, section III.A). The centre is MNIST's own: pixel
(14, 14) of its 28x28 frame, measured over the 60,000 training images, which is pixel (16, 16) of LeNet-5's 32x32.
Stray specks, which would make the crop too large, are wiped out first (`lenet.image.specks`).

This is the only place where a picture becomes ink. The app, the training's evaluation and the tests all call it.
"""

import numpy as np
from PIL import Image

from lenet.image.decode import gray_and_opacity
from lenet.image.specks import remove_specks

SIDE = 32  # of the frame that the network sees
DIGIT = 20  # longer side of the digit in it
CENTRE = 16  # row and column of the pixel that takes the centre of mass

FAINT = 0.06  # contrast below which a picture holds no ink
EDGE = 0.15  # ink below this share of the darkest does not stretch the crop
NOISE = 4.0  # ink stands out from the paper by this many standard deviations of its grain


def preprocess(picture: Image.Image | np.ndarray) -> np.ndarray:
    """Ink in [0, 1], float32, shape (32, 32); all zero where the picture is blank.

    Dark on light or light on dark is told by which side stands out more from the paper. On a transparent
    background what is opaque is ink. Raises ValueError, saying what is accepted, for what is not a picture.
    """
    gray, opacity = gray_and_opacity(picture)
    return place(find_ink(gray) if opacity is None else find_ink_on_glass(gray, opacity))


def find_ink_on_glass(gray: np.ndarray, opacity: np.ndarray) -> np.ndarray:
    """How much ink lies on each pixel of a drawing with a transparent background, in [0, 1], shape (H, W)."""
    drawn = opacity.sum()
    if not drawn:
        return np.zeros_like(gray)
    # Lay it on the paper that it stands out from, whichever colour the pen had.
    paper = np.float32((gray * opacity).sum() / drawn < 0.5)
    return find_ink(gray * opacity + paper * (1 - opacity), paper)


def find_ink(gray: np.ndarray, paper: float | None = None) -> np.ndarray:
    """How much ink lies on each pixel of an opaque picture, in [0, 1], shape (H, W).

    `paper` is the brightness of the paper where it is known; else it is found, uneven light and grain included.
    """
    paper, grain = paper_of(gray) if paper is None else (paper, 0.0)
    depth = gray - paper
    if np.square(np.minimum(depth, 0)).sum() > np.square(np.maximum(depth, 0)).sum():
        depth = -depth
    floor = NOISE * grain
    # In a photo the brightest few pixels are glints and grain.
    full = float(np.quantile(depth, max(0, 1 - 4 / depth.size)) if grain else depth.max())
    if full < max(FAINT, 1.5 * floor):
        return np.zeros_like(gray)
    return np.clip((depth - floor) / (full - floor), 0, 1).astype(np.float32)


def paper_of(gray: np.ndarray) -> tuple[np.ndarray | float, float]:
    """Brightness of the empty paper, and the standard deviation of its grain.

    The brightness is one value for a drawn page, where the grain is 0, and a smooth field for a photo: a quadratic
    surface, fitted to what looks like paper anew each time that ink has been put aside. Light falls off smoothly over
    a page, and unlike a local filter a surface does not hollow out thick strokes.
    """
    level = _level(gray)
    off = np.abs(gray - level)
    near = off < 0.25
    if np.mean(off[near] < 1.5 / 255) > 0.5:
        return level, 0.0
    stride = max(1, max(gray.shape) // 100)
    y, x = (np.linspace(-1, 1, n, dtype=np.float32) for n in gray.shape)
    terms = [lambda y, x, i=i, j=j: y[:, None] ** i * x[None, :] ** j for i, j in QUADRATIC]
    sample, kept = gray[::stride, ::stride].ravel(), near[::stride, ::stride].ravel()
    basis = np.stack([term(y[::stride], x[::stride]).ravel() for term in terms], 1)
    for _ in range(6):
        if kept.sum() < 4 * len(QUADRATIC):
            return level, 0.0
        weights, *_ = np.linalg.lstsq(basis[kept], sample[kept], rcond=None)
        off = np.abs(sample - basis @ weights)
        grain = 1.4826 * float(np.median(off[kept]))  # the standard deviation, robustly
        kept = off < max(3 * grain, 2 / 255)
    return sum(weight * term(y, x) for weight, term in zip(weights, terms, strict=True)), grain


def _level(gray: np.ndarray) -> float:
    """A first guess at the paper: of the four corners' values the one nearest to the middle value of the edge.

    The corners, because in a picture cut close around a thick digit most of the edge is ink.
    """
    h, w = (max(1, side // 20) for side in gray.shape)
    corners = [np.median(part) for part in (gray[:h, :w], gray[:h, -w:], gray[-h:, :w], gray[-h:, -w:])]
    edge = np.median(np.concatenate([gray[0], gray[-1], gray[:, 0], gray[:, -1]]))
    return float(min(corners, key=lambda corner: abs(corner - edge)))


QUADRATIC = ((0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0))


def place(ink: np.ndarray) -> np.ndarray:
    """Crop to the ink, scale its longer side to 20 pixels, centre its mass: shape (H, W) to (32, 32)."""
    frame = np.zeros((SIDE, SIDE), np.float32)
    ink = _cropped(ink)
    if not ink.size:
        return frame
    ink = _cropped(remove_specks(ink, EDGE))
    scale = DIGIT / max(ink.shape)
    height, width = (max(1, round(side * scale)) for side in ink.shape)
    # Pillow widens the filter's support when it shrinks, so that every pixel of the drawing counts.
    image = Image.fromarray(ink).resize((width, height), Image.Resampling.BILINEAR)
    digit = np.clip(np.asarray(image), 0, 1)
    digit = digit / digit.max()
    mass = digit.sum()
    for_row = (digit.sum(1) @ np.arange(height)) / mass
    for_column = (digit.sum(0) @ np.arange(width)) / mass
    top = min(max(0, round(CENTRE - for_row)), SIDE - height)
    left = min(max(0, round(CENTRE - for_column)), SIDE - width)
    frame[top : top + height, left : left + width] = digit
    return frame


def _cropped(ink: np.ndarray) -> np.ndarray:
    """The part of the picture that the ink fills; empty where there is none."""
    rows, columns = (np.flatnonzero((ink > EDGE).any(axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else ink[:0]
