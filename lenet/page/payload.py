"""Requests and responses between browser and server: a drawing in, the reading out.

A drawing is a PNG of the simplest form, which is checked before anything is decoded: 8 bits, one channel, not
interlaced, and no chunks but the three that every PNG has. So no decoder sees metadata, palettes or animations.
"""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from lenet.recognizer import Reading

MAX_BYTES = 100_000  # of the PNG; a drawing takes about 4 kB, noise of that size 79 kB
MAX_CHUNKS = 20  # an image has up to 12 if they are as small as libpng makes them
MAX_SIDE = 280  # pixels, of the pad

SIGNATURE = b"\x89PNG\r\n\x1a\n"
EXPECTED = (
    "expected a PNG with 8 bits, one channel, not interlaced, of the chunks IHDR, IDAT and IEND only, with at most "
    f"{MAX_SIDE} pixels per side"
)


def decode(data: bytes) -> Image.Image:
    """The image in a PNG of this form, mode L. Raises ValueError for anything else."""
    size = _checked_size(data)
    try:
        image = Image.open(io.BytesIO(data), formats=("PNG",))
        image.load()
    except Exception as error:  # of many types
        raise ValueError("damaged PNG image") from error
    if (image.mode, image.size) != ("L", size):
        raise ValueError(EXPECTED)
    return image


def strokes_on_nothing(opacity: Image.Image) -> np.ndarray:
    """A drawing whose opacity is given, mode L, as the array that the reader takes: uint8, shape (H, W, 4)."""
    array = np.zeros((opacity.height, opacity.width, 4), np.uint8)
    array[..., 3] = np.asarray(opacity)
    return array


def _checked_size(data: bytes) -> tuple[int, int]:
    """Width and height of a PNG that has the expected form; nothing is decoded."""
    if not data.startswith(SIGNATURE):
        raise ValueError(f"not a PNG image; {EXPECTED}")
    names, header, start = [], b"", len(SIGNATURE)
    while start < len(data) and len(names) < MAX_CHUNKS:
        length, name = struct.unpack_from(">I4s", data.ljust(start + 8, b"\0"), start)
        content, checksum = data[start + 8 : start + 8 + length], data[start + 8 + length : start + 12 + length]
        if len(checksum) < 4 or int.from_bytes(checksum, "big") != zlib.crc32(name + content):
            raise ValueError("damaged PNG image")
        header = content if name == b"IHDR" else header
        names.append(name)
        start += 12 + length
    parts = len(names) - 2  # encoders divide a large image
    if names != [b"IHDR", *[b"IDAT"] * parts, b"IEND"] or start != len(data) or len(header) != 13:
        raise ValueError(EXPECTED)
    width, height, *form = struct.unpack(">IIBBBBB", header)
    if not (1 <= width <= MAX_SIDE and 1 <= height <= MAX_SIDE):
        raise ValueError(f"image too large: {width} x {height} pixels; {EXPECTED}")
    if form != [8, 0, 0, 0, 0]:  # bits, gray, zlib, filters for each row, not interlaced
        raise ValueError(EXPECTED)
    return width, height


def pack(reading: Reading) -> dict:
    """The reading as a dict for JSON: digit, reason, the ten probabilities, and the digits of a row."""
    return {
        "digit": reading.digit,
        "reason": reading.reason,
        "probabilities": list(reading.probabilities),
        "digits": reading.digits,
    }
