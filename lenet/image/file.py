"""Image files, opened with the same checks and messages for the reader, the command line and the page.

The files are strangers' uploads: Pillow is given the parts that make up the pixels, after their sizes have been
checked, and nothing else (`lenet.image.formats`).
"""

import contextlib
import io
import time
import warnings
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from PIL import Image, ImageChops, ImageStat, UnidentifiedImageError
from PIL.JpegImagePlugin import JpegImageFile

from lenet.image.formats import ANIMATED, READERS, format_of, name_of
from lenet.image.formats.pixels import check_size
from lenet.image.orientation import exif_orientation, upright

FORMATS = tuple(READERS)
MAX_SECONDS = 10.0  # to read an image; the largest ones take two
LARGE = 16_000_000  # pixels; a JPEG with more is decoded at a half, a quarter or an eighth of its size
MAX_FRAMES, FRAME_PIXELS = 32, 200_000_000  # of an animation: frames, and their pixels in total
ALIKE = 8  # levels by which the pixels of a blank frame may differ
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
    """The image in a file: PNG, JPEG, WebP, GIF, BMP, TIFF, PPM or AVIF; also HEIC, with the package's extra `heic`.

    Raises ValueError if it is none of these, damaged or too large, and OSError if the file cannot be opened.
    """
    with open(path, "rb") as file:
        return load_image(file)


def load_image(
    file: BinaryIO, formats: Collection[str] = FORMATS, check: Callable[[int, int], None] = check_size
) -> Image.Image:
    """The image in an open file of one of the `formats`, upright. Raises ValueError, one line, if there is none.

    `check` is given width and height before the pixels are decoded, and can raise. A large JPEG is decoded at a reduced
    size. Of an animation, this is the first frame, or if that is blank, the one that differs most from it.
    """
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ValueError(f"file too large: the limit is {MAX_BYTES // 1_000_000} MB")
    format = format_of(content)
    if format is None or format not in formats:
        raise _unknown(content, formats)
    if format == "HEIF" and not register_heif():
        raise ValueError("HEIC images need pillow-heif (pip install pillow-heif); or save the image as JPEG or PNG")
    pixels = READERS[format](content)
    image = _open(pixels.content, format)
    check_size(*image.size)
    check(*image.size)
    with _decoding(format):
        image.load()
        _ = image.has_transparency_data  # fails if a palette is missing
    if format in ANIMATED and _is_blank(image):
        image = _most_drawn(image, content, format)
    with _decoding(format):
        # Of an AVIF, Pillow itself writes EXIF data with the orientation alone.
        orientation = exif_orientation(image.info.pop("exif", b"")) if format == "AVIF" else pixels.orientation
        return upright(image, orientation)


def register_heif() -> bool:
    """Have Pillow read HEIC, if pillow-heif is installed. Returns whether it is."""
    try:
        import pillow_heif
    except ImportError:
        return False
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    return True


def _open(content: bytes | bytearray, format: str) -> Image.Image:
    """The image, not decoded yet; a JPEG such that it is decoded at a reduced size if it is large."""
    timed = cast(BinaryIO, Timed(io.BytesIO(content)))  # it passes on whatever else Pillow asks of the file
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # the limit here is lower
            # Opened directly, a JPEG may have more pixels than Pillow's own limit: it is reduced before it is decoded.
            image = JpegImageFile(timed) if format == "JPEG" else Image.open(timed, formats=(format,))
        factor = next((k for k in (1, 2, 4) if image.width * image.height <= k * k * LARGE), 8)
        if format == "JPEG" and factor > 1:
            image.draft(None, (image.width // factor, image.height // factor))
        return image
    except UnidentifiedImageError as error:
        raise _unknown(b"", (format,)) from error
    except TimeoutError as error:
        raise _too_slow() from error
    except MemoryError as error:
        raise _too_large() from error
    except Exception as error:
        raise ValueError("damaged image") from error


@contextlib.contextmanager
def _decoding(format: str) -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise _too_slow() from error
    except MemoryError as error:
        raise _too_large() from error
    except Exception as error:  # of many types; the messages can name objects and files of the server
        raise ValueError(f"damaged {format} image") from error


def _is_blank(image: Image.Image) -> bool:
    """Whether all pixels have the same color, give or take what compression does to it, or all are transparent."""
    ranges = [cast(tuple[int, int], band.getextrema()) for band in image.convert("RGBA").split()]
    return ranges[3][1] == 0 or all(high - low <= ALIKE for low, high in ranges)


def _most_drawn(first: Image.Image, content: bytes, format: str) -> Image.Image:
    """The frame of an animation that differs most from the first, blank one; the first if there is no other."""
    frames = min(MAX_FRAMES, FRAME_PIXELS // (first.width * first.height))
    if frames < 2:
        return first
    try:
        animation = _open(ANIMATED[format](content, frames).content, format)
        blank, best, most = first.convert("RGBA"), first, 0.0
        for number in range(1, min(frames, getattr(animation, "n_frames", 1))):
            animation.seek(number)
            frame = animation.convert("RGBA")
            difference = sum(ImageStat.Stat(ImageChops.difference(frame, blank)).sum)
            if difference > most and not _is_blank(frame):
                best, most = frame, difference
        return best
    except TimeoutError as error:
        raise _too_slow() from error
    except Exception:  # the other frames are damaged: the first one is not
        return first


def _unknown(content: bytes, formats: Collection[str]) -> ValueError:
    if len(formats) == 1:
        return ValueError(f"not a {min(formats)} image")
    name = name_of(content)
    what = f"this is {name}, which is not read" if name else "not an image file, or of an unsupported format"
    return ValueError(f"{what}; accepted are {', '.join(formats)}")


def _too_slow() -> ValueError:
    return ValueError(f"reading the image takes more than {MAX_SECONDS:g} s")


def _too_large() -> ValueError:
    return ValueError("reading the image takes too much memory")
