"""Preprocessing: from any drawing or image to LeNet-5's 32x32 input, the way MNIST was made.

MNIST's digits were cropped to their ink, scaled with antialiasing so that the longer side is 20 pixels, and placed with
the center of mass at the center of the frame (LeCun et al. 1998, section III.A). That center is pixel (14, 14) of
MNIST's 28x28 frame, measured over the 60,000 training images, and so pixel (16, 16) of LeNet-5's 32x32 frame. Stray
specks, which would enlarge the crop, are removed first (`lenet.image.specks`).

Whatever is drawn, uploaded or photographed goes through it, in the app and in evaluation, and so do the drawings and
non-digits that training adds to MNIST. MNIST's own digits were preprocessed by its authors, and are only padded. The
browser has a copy, `lenet/page/static/network/preprocess.js` and the modules beside it; tests compare the two.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from lenet.image.decode import gray_and_opacity
from lenet.image.frames import may_have_frame, remove_frames
from lenet.image.given import opened
from lenet.image.paper import has_border, paper_color
from lenet.image.photo import find_ink_in_photo
from lenet.image.resize import resize
from lenet.image.specks import extent, remove_specks

if TYPE_CHECKING:
    from lenet.image.given import ImageLike

SIDE = 32  # side of the network's input
DIGIT_SIDE = 20  # longer side of the digit in it
CENTER = 16  # row and column of the pixel on which the center of mass is placed
TIE = 1e-4  # pixels; a center of mass midway between two pixels must not be rounded by the last bit of a sum

MIN_CONTRAST = 0.06  # an image with less contrast is blank
CROP_THRESHOLD = 0.15  # ink below this share of the maximum does not count for the crop
FLAT = 0.5 / 255  # where more than half of the paper is this flat, the image is a drawing
NEAR = 0.25  # what differs less from the paper's brightness may be paper
MIN_PHOTO = 64  # pixels; a smaller photo has too little paper around the digit to look for its edges and lines
NOISE_FACTOR = 4.0  # ink differs from the paper by more than this many standard deviations of the paper's grain


def preprocess(image: "ImageLike") -> np.ndarray:
    """The network's input for an image: anything that `Recognizer.read` takes.

    Returns ink in [0, 1], float32, shape (32, 32); all zeros if the image is blank.

    Handles dark ink on light paper and light ink on dark paper: of the pixels darker than the paper and those lighter
    than it, the side with the greater contrast is the ink. On a transparent background, everything opaque is ink.
    Raises ValueError, with a message that says what is expected, if `image` is not a supported image, and OSError if
    the file cannot be opened.
    """
    return scale_and_center(extract_ink(image))


def extract_ink(image: "ImageLike") -> np.ndarray:
    """Amount of ink per pixel of what `preprocess` accepts, in [0, 1], float32: cropped, and without stray specks.

    Its shape is (H, W), at most 1,024 each; H is 0 if the image is blank.
    """
    gray, opacity = gray_and_opacity(opened(image))
    if opacity is None:
        return clean(remove_frames(find_ink(gray), CROP_THRESHOLD))
    return clean(find_ink_on_transparent(gray, opacity))


def extract_inks(images: np.ndarray) -> list[np.ndarray]:
    """`extract_ink` of each of many gray images of one size, uint8 of shape (N, H, W), at most 1,024 each.

    What takes one look at all of them is done at once; images that need more than that, one by one.
    """
    gray = images.astype(np.float32) / 255
    level, flat = flat_paper(gray)
    flat &= ~has_border(gray)
    ink = find_ink_on_flat_paper(gray, level)
    filled = ink > CROP_THRESHOLD
    (top, height), (left, width) = (extent(filled, axis) for axis in (1, 2))
    # Without an empty row or column in its bounding box, there is no speck far from the digit.
    clear = (filled.any(2).sum(1) == height) & (filled.any(1).sum(1) == width) & ~may_have_frame(filled)
    drawings = []
    for i, (y, x, h, w) in enumerate(np.stack([top, left, height, width], 1).tolist()):
        if not flat[i]:
            drawings.append(extract_ink(images[i]))
        elif not clear[i]:
            drawings.append(clean(remove_frames(ink[i], CROP_THRESHOLD)))
        else:
            drawings.append(ink[i, y : y + h, x : x + w])
    return drawings


def find_ink_on_transparent(gray: np.ndarray, opacity: np.ndarray) -> np.ndarray:
    """Amount of ink per pixel, in [0, 1], shape (H, W), of a drawing on a transparent background."""
    drawn = opacity.sum()
    if not drawn:
        return np.zeros_like(gray)
    # Use the background, black or white, that contrasts with the pen's color.
    paper = float((gray * opacity).sum() / drawn < 0.5)
    return find_ink(gray * opacity + paper * (1 - opacity), paper)


def find_ink(gray: np.ndarray, paper: float | None = None) -> np.ndarray:
    """Amount of ink per pixel, in [0, 1], shape (H, W), of an opaque image.

    `paper` is the brightness of the paper, if known. By default it is estimated; where it is not the same all over, the
    image is a photo. The ink in a photo is found by `find_ink_in_photo`, or in a very small one by the surface of the
    light and the grain.
    """
    level, grain = estimate_paper(gray) if paper is None else (paper, 0.0)
    if isinstance(level, float):
        return find_ink_on_flat_paper(gray[None], np.array([level]))[0]
    if min(gray.shape) >= MIN_PHOTO:
        return find_ink_in_photo(gray)
    depth = _depth(gray[None], np.asarray(level)[None])[0]
    floor = NOISE_FACTOR * grain
    # In a photo the few most extreme pixels are glare and noise.
    full = float(np.quantile(depth, max(0, 1 - 4 / depth.size)))
    if full < max(MIN_CONTRAST, 1.5 * floor):
        return np.zeros_like(gray)
    return np.clip((depth - floor) / (full - floor), 0, 1).astype(np.float32)


def find_ink_on_flat_paper(gray: np.ndarray, paper: np.ndarray) -> np.ndarray:
    """Amount of ink per pixel, in [0, 1], of images without grain, shape (N, H, W), on paper of brightness (N,)."""
    depth = _depth(gray, paper.astype(np.float32)[:, None, None])
    full = depth.max((1, 2), keepdims=True)
    blank = full.astype(np.float64) < MIN_CONTRAST
    depth /= np.where(blank, np.float32(1), full)
    depth[blank[:, 0, 0]] = 0
    return np.clip(depth, 0, 1, out=depth)


def _depth(gray: np.ndarray, level: np.ndarray) -> np.ndarray:
    """How much each pixel of each image, (N, H, W), differs from the paper, in the direction that differs the most."""
    depth = gray - level
    if depth.min(initial=0) == 0:
        return depth  # often, all pixels of all images are lighter than the paper, or all darker
    if depth.max(initial=0) == 0:
        return np.negative(depth, out=depth)
    darker, lighter = (np.square(f(depth, 0)).reshape(len(depth), -1).sum(1) for f in (np.minimum, np.maximum))
    return np.where((darker > lighter)[:, None, None], -depth, depth)


def flat_paper(gray: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The brightness of the paper of images, shape (N, H, W) to (N,), and whether it has no grain, as in a drawing."""
    level = paper_color(gray[..., None])[:, 0]
    off = np.abs(gray - level[:, None, None]).reshape(len(gray), -1)
    return level, (off < FLAT).sum(1) > 0.5 * (off < NEAR).sum(1)


def estimate_paper(gray: np.ndarray) -> tuple[np.ndarray | float, float]:
    """Brightness of the empty paper, and the standard deviation of its grain.

    For a drawing, the brightness is a single value and the grain is 0. For a photo, it is a smooth field of shape
    (H, W): a quadratic surface, fitted repeatedly to the pixels that look like paper, with ink excluded each time. A
    surface suits light that falls off smoothly over the page and, unlike a local filter, does not hollow out thick
    strokes.
    """
    [level], [flat] = flat_paper(gray[None])
    level = float(level)
    if flat:
        return level, 0.0
    near = np.abs(gray - level) < NEAR
    stride = max(1, max(gray.shape) // 100)
    y, x = (np.linspace(-1, 1, n, dtype=np.float32) for n in gray.shape)
    terms = [lambda y, x, i=i, j=j: y[:, None] ** i * x[None, :] ** j for i, j in QUADRATIC]
    sample, kept = gray[::stride, ::stride].ravel(), near[::stride, ::stride].ravel()
    weights, grain = np.zeros(len(terms)), 0.0
    basis = np.stack([term(y[::stride], x[::stride]).ravel() for term in terms], 1)
    for _ in range(6):
        if kept.sum() < 4 * len(QUADRATIC):
            return level, 0.0
        weights, *_ = np.linalg.lstsq(basis[kept], sample[kept], rcond=None)
        off = np.abs(sample - basis @ weights)
        grain = 1.4826 * float(np.median(off[kept]))  # robust estimate of the standard deviation
        kept = off < max(3 * grain, 2 / 255)
    return sum(weight * term(y, x) for weight, term in zip(weights, terms, strict=True)), grain


QUADRATIC = ((0, 0), (0, 1), (1, 0), (0, 2), (1, 1), (2, 0))  # exponents of y and x in each term


def clean_and_center(ink: np.ndarray) -> np.ndarray:
    """The input for ink that is neither cropped nor free of specks: shape (H, W), in [0, 1], to (32, 32)."""
    return scale_and_center(clean(ink))


def scale_and_center(ink: np.ndarray) -> np.ndarray:
    """The input for cropped ink, shape (H, W), in [0, 1]: the longer side 20 pixels, the center of mass at CENTER.

    Returns float32 of shape (32, 32); all zeros if the ink has size 0.
    """
    return scale_and_center_each([ink])[0]


def scale_and_center_each(inks: Sequence[np.ndarray]) -> np.ndarray:
    """The inputs for the cropped ink of each of many images, which may differ in size: float32, shape (N, 32, 32)."""
    count = len(inks)
    digits = np.zeros((count, DIGIT_SIDE, DIGIT_SIDE), np.float32)
    sizes = np.zeros((count, 2), int)
    alike = defaultdict(list)
    for i, ink in enumerate(inks):
        if ink.size:
            alike[ink.shape].append(i)
    for shape, numbers in alike.items():
        scale = DIGIT_SIDE / max(shape)
        height, width = (max(1, round(side * scale)) for side in shape)
        digits[numbers, :height, :width] = resize(np.stack([inks[i] for i in numbers]), height, width)
        sizes[numbers] = height, width
    highest = digits.max((1, 2), keepdims=True)
    digits /= np.where(highest > 0, highest, np.float32(1))
    # Rows and columns of the centers of mass, (N, 2), weighted by the sums over columns and over rows.
    sums = np.stack([digits.sum(axis, np.float64) for axis in (2, 1)], 1)
    centers = sums @ np.arange(DIGIT_SIDE) / np.maximum(sums.sum(2), 1)
    corners = np.clip(np.rint(CENTER - centers - TIE).astype(int), 0, SIDE - sizes)
    frames = np.zeros((count, SIDE, SIDE), np.float32)
    for frame, digit, (top, left), (height, width) in zip(
        frames, digits, corners.tolist(), sizes.tolist(), strict=True
    ):
        frame[top : top + height, left : left + width] = digit[:height, :width]
    return frames


def clean(ink: np.ndarray) -> np.ndarray:
    """The ink without stray specks, cropped."""
    ink = crop(ink, CROP_THRESHOLD)
    return crop(remove_specks(ink, CROP_THRESHOLD), CROP_THRESHOLD) if ink.size else ink


def crop(ink: np.ndarray, threshold: float) -> np.ndarray:
    """The bounding box of what is above the threshold, shape (H, W); an array of size 0 if nothing is."""
    rows, columns = (np.flatnonzero((ink > threshold).any(axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1] if len(rows) else ink[:0]
