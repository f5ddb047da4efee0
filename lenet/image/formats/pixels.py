"""The result of looking through an image file, and the limits that all formats share."""

from dataclasses import dataclass

MAX_PIXELS = 50_000_000
MAX_REDUCED = 200_000_000  # pixels of an image that is decoded at a reduced size, as a JPEG can be
MAX_SIDE = 20_000  # pixels
MAX_PARTS = 50_000  # of a file; the largest image allowed has about 20,000 as a PNG with chunks as small as libpng's
MAX_SCANS = 100  # of a progressive JPEG, which usually has about ten; each is decoded into the whole image
MAX_WORK = 20 * MAX_PIXELS  # pixels times scans


@dataclass(frozen=True)
class Pixels:
    """A file reduced to what its pixels need, and the orientation that it names, 1 to 8 as in EXIF data."""

    content: bytes | bytearray
    orientation: int = 1


def check_size(width: int, height: int, most: int = MAX_PIXELS) -> None:
    """Raise ValueError if an image of this size has no pixels or too many.

    No pixel takes more than four bytes in Pillow, so this limits the memory as well: 200 MB.
    """
    if not width or not height:
        raise ValueError(f"empty image: {width} x {height} pixels")
    if width * height > most or max(width, height) > MAX_SIDE:
        raise ValueError(
            f"image too large: {width} x {height} pixels; the limits are {most // 1_000_000} million pixels and "
            f"{MAX_SIDE:,} per side"
        )


def check_work(format: str, width: int, height: int, scans: int) -> None:
    """Raise ValueError if decoding so many scans of so many pixels would take long."""
    if scans > MAX_SCANS:
        raise ValueError(f"unusual {format} image: more than {MAX_SCANS} scans")
    if width * height * scans > MAX_WORK:
        raise ValueError(f"unusual {format} image: {scans} scans of {width} x {height} pixels")


def damaged() -> ValueError:
    return ValueError("damaged image")
