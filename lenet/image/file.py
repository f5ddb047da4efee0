"""Image files, opened with the same checks and messages for the reader, the command line and the page.

The files are strangers' uploads: what would take much time or memory is refused before it is decoded.
"""

import time
import warnings
from pathlib import Path
from typing import BinaryIO, cast

from PIL import Image, UnidentifiedImageError

from lenet.image.decode import check_size

# No others: Pillow would start Ghostscript for EPS, for example.
FORMATS = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "AVIF")
MAX_SCANS = 100  # of a progressive JPEG, which usually has about ten; each is decoded into the whole image
MAX_SECONDS = 10.0  # to read an image; the largest ones take two
MAX_CHUNKS = 50_000  # of a PNG; the largest image allowed has about 20,000 if they are as small as libpng makes them


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


def load_image(file: BinaryIO, formats: tuple[str, ...] = FORMATS) -> Image.Image:
    """The image in an open file of one of the `formats`. Raises ValueError, one line, if there is none."""
    _check_parts(file)
    timed = cast(BinaryIO, Timed(file))  # it passes on whatever else Pillow asks of the file
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is lower
            image = Image.open(timed, formats=formats)
    except UnidentifiedImageError as error:
        unknown = "not an image file, or of an unsupported format"
        raise ValueError(unknown if formats is FORMATS else f"not a {formats[0]} image") from error
    except TimeoutError as error:
        raise _too_slow() from error
    except Exception as error:
        raise ValueError("damaged image") from error
    check_size(*image.size)
    try:
        image.load()
    except TimeoutError as error:
        raise _too_slow() from error
    except Exception as error:  # of many types; the messages can name objects and files of the server
        raise ValueError(f"damaged {image.format} image") from error
    return image


def _too_slow() -> ValueError:
    return ValueError(f"reading the image takes more than {MAX_SECONDS:g} s")


def _check_parts(file: BinaryIO) -> None:
    """Raise ValueError if a JPEG has too many scans or a PNG too many chunks, each of which takes time."""
    start = file.read(8)
    if start.startswith(b"\xff\xd8"):
        # Within the data of a scan, FF is followed by 00 or D0 to D7: this counts scans, and those of a thumbnail.
        if file.read().count(b"\xff\xda") > MAX_SCANS:
            raise ValueError(f"unusual JPEG image: more than {MAX_SCANS} scans")
    elif start == b"\x89PNG\r\n\x1a\n":
        for _ in range(MAX_CHUNKS):
            length = file.read(8)[:4]
            if len(length) < 4:
                break
            file.seek(int.from_bytes(length, "big") + 4, 1)
        else:
            raise ValueError(f"unusual PNG image: more than {MAX_CHUNKS:,} chunks")
    file.seek(0)
