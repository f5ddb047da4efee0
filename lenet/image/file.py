"""Image files, opened with the same checks and messages for the reader, the command line and the page."""

import warnings
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from lenet.image.decode import MAX_PIXELS


def open_image(path: str | Path) -> Image.Image:
    """The image in a file of any format that Pillow reads.

    Raises ValueError if it is not an image, damaged or of more than 50 million pixels, and OSError if the file cannot
    be opened.
    """
    with open(path, "rb") as file:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is lower
                image = Image.open(file)
            width, height = image.size
            if width * height > MAX_PIXELS:
                raise ValueError(
                    f"image too large: {width} x {height} pixels, the limit is {MAX_PIXELS // 1_000_000} million pixels"
                )
            image.load()
        except UnidentifiedImageError as error:
            raise ValueError("not an image file, or of an unsupported format") from error
        except (OSError, SyntaxError, EOFError, Image.DecompressionBombError) as error:
            raise ValueError(f"damaged image: {error}") from error
    return image
