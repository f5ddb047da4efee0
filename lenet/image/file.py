"""Image files, opened with the same checks and messages for the reader, the command line and the page.

The files are strangers' uploads: Pillow is given the parts that make up the pixels, after their sizes have been
checked, and nothing else (`lenet.image.formats`).
"""

import io
import time
import warnings
from collections.abc import Callable, Collection
from pathlib import Path
from typing import BinaryIO, cast

from PIL import Image, UnidentifiedImageError

from lenet.image.formats import READERS, format_of
from lenet.image.formats.pixels import check_size
from lenet.image.orientation import exif_orientation, upright

FORMATS = tuple(READERS)
MAX_SECONDS = 10.0  # to read an image; the largest ones take two
MAX_BYTES = 500_000_000  # of a file; the largest image allowed, without compression, has 400 million


class Timed:
    """An open file that raises TimeoutError if it is read after MAX_SECONDS. Pillow reads while it decodes."""

    def __init__(self, file: BinaryIO):
        self._file, self._end = file, time.monotonic() + MAX_SECONDS

    def read(self, size: int = -1) -> bytes:
        if time.monotonic() > self._end:
            raise TimeoutError
        return self._file.read(size)

    def __getattr__(self, name: str):
        return getattr(self._file, name)


def open_image(path: str | Path) -> Image.Image:
    """The image in a file: PNG, JPEG, WebP, GIF, BMP, TIFF, PPM or AVIF.

    Raises ValueError if it is none of these, damaged or too large, and OSError if the file cannot be opened.
    """
    with open(path, "rb") as file:
        return load_image(file)


def load_image(
    file: BinaryIO, formats: Collection[str] = FORMATS, check: Callable[[int, int], None] = check_size
) -> Image.Image:
    """The image in an open file of one of the `formats`, upright. Raises ValueError, one line, if there is none.

    `check` is given width and height before the pixels are decoded, and can raise.
    """
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"file too large: the limit is {MAX_BYTES // 1_000_000} MB")
    unknown = "not an image file, or of an unsupported format" if len(formats) > 1 else f"not a {min(formats)} image"
    format = format_of(content)
    if format is None or format not in formats:
        raise ValueError(unknown)
    pixels = READERS[format](content)
    del content
    timed = cast(BinaryIO, Timed(io.BytesIO(pixels.content)))  # it passes on whatever else Pillow asks of the file
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is lower
            image = Image.open(timed, formats=(format,))
    except UnidentifiedImageError as error:
        raise ValueError(unknown) from error
    except TimeoutError as error:
        raise _too_slow() from error
    except MemoryError as error:
        raise _too_large() from error
    except Exception as error:
        raise ValueError("damaged image") from error
    check_size(*image.size)
    check(*image.size)
    try:
        image.load()
        _ = image.has_transparency_data  # fails if a palette is missing
        # Of an AVIF, Pillow itself writes EXIF data with the orientation alone.
        orientation = exif_orientation(image.info.pop("exif", b"")) if format == "AVIF" else pixels.orientation
        return upright(image, orientation)
    except TimeoutError as error:
        raise _too_slow() from error
    except MemoryError as error:
        raise _too_large() from error
    except Exception as error:  # of many types; the messages can name objects and files of the server
        raise ValueError(f"damaged {format} image") from error


def _too_slow() -> ValueError:
    return ValueError(f"reading the image takes more than {MAX_SECONDS:g} s")


def _too_large() -> ValueError:
    return ValueError("reading the image takes too much memory")
