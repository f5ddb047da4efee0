"""What counts as a picture: the one gate that sketches, uploads and files pass before they become ink."""

import numpy as np
from PIL import Image, ImageOps

MAX_PIXELS = 50_000_000
WORKING_SIDE = 1_024  # larger pictures are averaged down to this: no digit needs more

ACCEPTED = (
    "accepted is a PIL image, or a numpy array of uint8 with shape (height, width), (height, width, 3) for RGB "
    f"or (height, width, 4) for RGBA, of at most {MAX_PIXELS // 1_000_000} million pixels"
)


def gray_and_opacity(picture: Image.Image | np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Brightness, float32 in [0, 1], shape (H, W), and opacity in the same form, or None where all is opaque.

    H and W are at most 1,024; what is transparent around the drawing is cut off. Raises ValueError, saying what is
    accepted, for what is no such picture.
    """
    image = _as_image(picture)
    try:
        image = image.convert("LA" if _has_opacity(picture) else "L")
    except ValueError as error:
        raise ValueError(f"the picture's colours, mode {image.mode}, cannot be read; {ACCEPTED}") from error
    if image.mode == "LA" and image.getextrema()[1][0] == 255:
        image = image.convert("L")
    elif image.mode == "LA" and (drawn := image.getchannel("A").getbbox()):
        image = image.crop(drawn)  # mostly a small part of a pad: the rest costs time at every move of the pen
    factor = -(-max(image.size) // WORKING_SIDE)
    if factor > 1:
        image = image.convert("La").reduce(factor).convert("LA") if image.mode == "LA" else image.reduce(factor)
    bands = [np.asarray(band, np.float32) / 255 for band in image.split()]
    return bands[0], bands[1] if len(bands) == 2 else None


def _has_opacity(picture: Image.Image | np.ndarray) -> bool:
    if isinstance(picture, np.ndarray):
        return picture.ndim == 3 and picture.shape[2] == 4
    return picture.has_transparency_data


def _as_image(picture: Image.Image | np.ndarray) -> Image.Image:
    if isinstance(picture, np.ndarray):
        _check_array(picture)
        height, width = picture.shape[:2]
    elif isinstance(picture, Image.Image):
        width, height = picture.size
    else:
        raise ValueError(f"{type(picture).__name__} is no type of picture; {ACCEPTED}")
    if not width or not height:
        raise ValueError(f"the picture is empty: {width} x {height} pixels; {ACCEPTED}")
    if width * height > MAX_PIXELS:
        raise ValueError(
            f"the picture is too large: {width} x {height} = {width * height / 1e6:.1f} million pixels; {ACCEPTED}"
        )
    if isinstance(picture, np.ndarray):
        return Image.fromarray(np.ascontiguousarray(picture))
    # A phone's photo lies on its side until its orientation tag is heeded.
    image = ImageOps.exif_transpose(picture)
    return _spread(image) if image.mode[0] in "IF" else image


def _check_array(array: np.ndarray) -> None:
    if array.dtype != np.uint8:
        nan = array.dtype.kind == "f" and np.isnan(array).any()
        raise ValueError(f"the array holds {array.dtype}{', with NaN among it' if nan else ''}; {ACCEPTED}")
    if not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))):
        raise ValueError(f"the array has the shape {array.shape}; {ACCEPTED}")


def _spread(image: Image.Image) -> Image.Image:
    """A picture of 16 or 32 bits a pixel (modes I and F): no fixed white, so its own range becomes 0 to 255."""
    values = np.asarray(image).astype(np.float64)
    if not np.isfinite(values).all():
        raise ValueError(f"the picture holds NaN or infinity; {ACCEPTED}")
    low, high = values.min(), values.max()
    return Image.fromarray(((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8))
