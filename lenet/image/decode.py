"""Decoding and validation of images: every drawing, upload and file passes through here before preprocessing."""

import numpy as np
from PIL import Image

from lenet.image.formats.pixels import MAX_PIXELS, MAX_SIDE, check_size
from lenet.image.orientation import exif_orientation, upright

WORKING_SIDE = 1_024  # larger images are reduced to at most this side length; no digit needs more

EXPECTED = (
    "expected a PIL image, or a uint8 numpy array of shape (height, width), (height, width, 3) for RGB "
    f"or (height, width, 4) for RGBA, with at most {MAX_PIXELS // 1_000_000} million pixels and {MAX_SIDE:,} per side"
)


def gray_and_opacity(image: Image.Image | np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Brightness, float32 in [0, 1], shape (H, W), and opacity in the same form, or None if the image is opaque.

    H and W are at most 1,024. Fully transparent margins are cropped. Raises ValueError, with a message that says what
    is expected, if `image` is not a supported image.
    """
    pil = _to_pil(image)
    try:
        pil = pil.convert("LA" if _has_opacity(image) else "L")
    except ValueError as error:
        raise ValueError(f"unsupported image mode: {pil.mode}; {EXPECTED}") from error
    if pil.mode == "LA" and pil.getchannel("A").getextrema()[0] == 255:
        pil = pil.convert("L")
    elif pil.mode == "LA" and (drawn := pil.getchannel("A").getbbox()):
        pil = pil.crop(drawn)  # usually a small part of the drawing area
    factor = -(-max(pil.size) // WORKING_SIDE)
    if factor > 1:
        pil = pil.convert("La").reduce(factor).convert("LA") if pil.mode == "LA" else pil.reduce(factor)
    bands = [np.asarray(band, np.float32) / 255 for band in pil.split()]
    return bands[0], bands[1] if len(bands) == 2 else None


def _has_opacity(image: Image.Image | np.ndarray) -> bool:
    if isinstance(image, np.ndarray):
        return image.ndim == 3 and image.shape[2] == 4
    return image.has_transparency_data


def _to_pil(image: Image.Image | np.ndarray) -> Image.Image:
    if isinstance(image, np.ndarray):
        _check_array(image)
        height, width = image.shape[:2]
    elif isinstance(image, Image.Image):
        width, height = image.size
    else:
        raise ValueError(f"unsupported image type: {type(image).__name__}; {EXPECTED}")
    check_size(width, height)
    if isinstance(image, np.ndarray):
        return Image.fromarray(np.ascontiguousarray(image))
    # A phone notes the rotation of its photos in the EXIF data only. Pillow turns a TIFF itself, and files that were
    # opened by `lenet.image.file` have none left. What an image of the caller needs to be loaded is up to Pillow.
    image.load()
    exif = image.info.get("exif")
    image = upright(image, exif_orientation(exif) if isinstance(exif, bytes) else 1)
    return _rescaled(image) if image.mode[0] in "IF" else image


def _check_array(array: np.ndarray) -> None:
    if array.dtype != np.uint8:
        nan = array.dtype.kind == "f" and np.isnan(array).any()
        raise ValueError(f"unsupported array dtype: {array.dtype}{', with NaN values' if nan else ''}; {EXPECTED}")
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))):
        raise ValueError(f"unsupported array shape: {array.shape}; {EXPECTED}")


def _rescaled(image: Image.Image) -> Image.Image:
    """An image with 16 or 32 bits per pixel (modes I and F) as 8 bits. White has no fixed value there, so the image's
    own range is mapped to 0 to 255."""
    factor = -(-max(image.size) // WORKING_SIDE)
    values = np.asarray(image.convert("F").reduce(factor))  # reduced first: copies in float64 would take much memory
    if not np.isfinite(values).all():
        raise ValueError(f"the image contains NaN or infinity; {EXPECTED}")
    low, high = float(values.min()), float(values.max())
    return Image.fromarray(((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8))
