"""Antialiased scaling with a triangle filter, as Pillow's BILINEAR: a matrix product for each direction.

Pillow recomputes the filter weights for every image, which makes it several times slower on small images.
"""

from functools import lru_cache

import numpy as np


def resize(images: np.ndarray, height: int, width: int) -> np.ndarray:
    """The images, float32 of shape (N, H, W), with another height and width, float32."""
    # Sums in double precision: their order, which differs from one library to another, hardly shows in the result.
    narrow = (images.astype(np.float64) @ _weights(images.shape[2], width).T).astype(np.float32)
    return (_weights(images.shape[1], height) @ narrow.astype(np.float64)).astype(np.float32)


@lru_cache(512)
def _weights(size: int, new_size: int) -> np.ndarray:
    """How much each pixel contributes to each new pixel: shape (new_size, size), the sum of a row is 1."""
    scale = size / new_size
    centers = (np.arange(new_size) + 0.5) * scale
    # When shrinking, the filter is wider, so that every pixel contributes.
    distances = np.abs(np.arange(size) + 0.5 - centers[:, None]) / max(scale, 1)
    weights = np.maximum(0, 1 - distances)
    return weights / weights.sum(1, keepdims=True)
