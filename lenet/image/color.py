"""The brightness of a color image, or, where ink and paper are equally bright, the color in which they differ."""

import numpy as np

from lenet.image.paper import paper_color

SIDE = 256  # pixels; the colors are looked at in so many rows and columns, evenly spaced
INK = 0.99  # quantile from which a pixel's distance from the paper counts as that of ink
LEAST = 0.06  # distance from the paper from which there is ink at all
DULL = 0.4  # the brightness tells ink from paper if it differs by this share of the color's distance
LUMA = np.array((0.299, 0.587, 0.114), np.float32)  # ITU-R BT.601, as Pillow


def in_gray(rgb: np.ndarray) -> np.ndarray:
    """Shape (H, W, 3) to (H, W), float32 in [0, 1]: the luma, or 1 for paper and less for what differs in color."""
    luma = rgb @ LUMA
    step = -(-max(rgb.shape) // SIDE)
    sample = rgb[::step, ::step]
    paper = paper_color(sample[None])[0].astype(np.float32)
    off = (sample - paper).reshape(-1, 3)
    distance = np.sqrt(np.square(off).mean(1))
    ink = distance >= max(LEAST, float(np.quantile(distance, INK)))
    if not ink.any() or np.abs(off[ink] @ LUMA).mean() >= DULL * distance[ink].mean():
        return luma
    axis = off[ink].mean(0)
    axis /= np.sqrt(np.square(axis).sum())
    return 1 - np.clip((rgb - paper) @ axis / np.sqrt(np.float32(3)), 0, 1)
