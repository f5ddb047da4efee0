"""Decoding and validation of images: every drawing, upload and file passes through here before preprocessing."""

from typing import cast

import numpy as np
from PIL import Image

from lenet.image.color import in_gray
from lenet.image.given import EXPECTED
from lenet.image.orientation import exif_orientation, upright
from lenet.image.paper import on_paper, without_border

WORKING_SIDE = 1_024  # larger images are reduced to at most this side length; no digit needs more


def gray_and_opacity(image: Image.Image | np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Brightness, float32 in [0, 1], shape (H, W), and the opacity of strokes on nothing in the same form, or None.

    H and W are at most 1,024. A picture with transparent parts is given the color of its own paper there; borders of
    one color and fully transparent margins are cropped. Where ink and paper are equally bright, the brightness is that
    of the color in which they differ. `image` is one that `lenet.image.given.opened` returns. Raises ValueError, with a
    message that says what is expected, if the mode of a PIL image is not supported.
    """
    pil = _reduced(_converted(_to_pil(image)))
    values = np.asarray(pil.convert("RGB" if pil.mode in ("RGB", "RGBA") else "L"), np.float32) / 255
    values = values.reshape(*values.shape[:2], -1)
    if pil.mode in ("LA", "RGBA"):
        opacity = np.asarray(pil.getchannel("A"), np.float32) / 255
        picture = on_paper(values, opacity)
        if picture is None:
            return np.asarray(pil.convert("LA").getchannel("L"), np.float32) / 255, opacity
        values = picture
    values = without_border(values)
    return in_gray(values) if values.shape[2] == 3 else values[..., 0], None


def _converted(pil: Image.Image) -> Image.Image:
    """In mode L or RGB, or LA or RGBA if some of it is transparent; then fully transparent margins are cropped.

    Alpha that is the same everywhere says nothing, not even where it is 0: some programs write four bytes a pixel and
    leave the fourth unused.
    """
    if pil.mode == "LAB":  # Pillow converts it to RGB as if these were brightness and two colors
        raise ValueError(f"unsupported image mode: {pil.mode}; {EXPECTED}")
    gray = pil.mode in ("1", "L", "LA", "La")
    mode = ("LA" if gray else "RGBA") if pil.has_transparency_data else "L" if gray else "RGB"
    try:
        pil = pil if pil.mode == mode else pil.convert(mode)
    except (ValueError, TypeError) as error:
        note = f"transparency {pil.info['transparency']!r:.40}" if "transparency" in pil.info else f"mode: {pil.mode}"
        raise ValueError(f"unsupported image {note}; {EXPECTED}") from error
    if mode in ("L", "RGB"):
        return pil
    alpha = pil.getchannel("A")
    low, high = cast(tuple[int, int], alpha.getextrema())
    if low == high:
        return pil.convert("L" if gray else "RGB")
    return pil.crop(alpha.getbbox())  # usually a small part of the drawing area


def _reduced(pil: Image.Image) -> Image.Image:
    factor = -(-max(pil.size) // WORKING_SIDE)
    if factor == 1:
        return pil
    premultiplied = {"LA": "La", "RGBA": "RGBa"}.get(pil.mode, pil.mode)
    return (
        pil.convert(premultiplied).reduce(factor).convert(pil.mode) if premultiplied != pil.mode else pil.reduce(factor)
    )


def _to_pil(image: Image.Image | np.ndarray) -> Image.Image:
    if isinstance(image, np.ndarray):
        return Image.fromarray(image)
    # A phone notes the rotation of its photos in the EXIF data only. Pillow turns a TIFF itself, and files that were
    # opened by `lenet.image.file` have none left. What an image of the caller needs to be loaded is up to Pillow.
    image.load()
    exif = image.info.get("exif")
    image = upright(image, exif_orientation(exif) if isinstance(exif, bytes) else 1)
    return _rescaled(image) if image.mode[0] in "IF" else image


def _rescaled(image: Image.Image) -> Image.Image:
    """An image with 16 or 32 bits per pixel (modes I and F) as 8 bits. White has no fixed value there, so the image's
    own range is mapped to 0 to 255."""
    factor = -(-max(image.size) // WORKING_SIDE)
    values = np.asarray(image.convert("F").reduce(factor), np.float64)  # reduced first: it takes much memory
    if not np.isfinite(values).all():
        raise ValueError(f"the image contains NaN or infinity; {EXPECTED}")
    low, high = float(values.min()), float(values.max())
    return Image.fromarray(((values - low) * (255 / max(high - low, 1e-9))).astype(np.uint8))
