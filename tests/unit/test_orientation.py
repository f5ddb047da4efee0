"""How a camera was held: read from EXIF data of any kind of file, which Pillow never gets to see."""

import io
import random
import struct

import numpy as np
import pytest
from PIL import Image, TiffImagePlugin

from harness.drawings import encoded
from lenet.image.file import load_image
from lenet.image.orientation import exif_orientation
from lenet.image.preprocess import extract_ink

# What the EXIF standard says about each: where the first row and the first column of the file belong.
TURNED = {
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.T,
    6: lambda a: np.rot90(a, -1),
    7: lambda a: a[::-1, ::-1].T,
    8: lambda a: np.rot90(a),
}


def exif(*entries: tuple[int, int, int, int], order: str = ">", directory: int = 8) -> bytes:
    """EXIF data with these entries: tag, type, count and a short value."""
    start = b"MM\0*" if order == ">" else b"II*\0"
    content = b"".join(struct.pack(order + "HHIHH", *entry, 0) for entry in entries)
    return start + struct.pack(order + "IH", directory, len(entries)) + content + bytes(4)


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "TIFF", "AVIF"])
@pytest.mark.parametrize("orientation", TURNED)
def test_an_image_is_turned_as_its_file_says(format, orientation):
    """Each of the eight orientations, in each format that has them."""
    pixels = np.full((48, 32), 250, np.uint8)
    pixels[8:16, 4:12], pixels[16:40, 4:12] = 20, 120  # different in each of the four corners
    image = Image.fromarray(pixels)
    options = {"quality": 100, **({"lossless": True} if format == "WEBP" else {})} if format != "TIFF" else {}
    if format == "TIFF":
        directory = TiffImagePlugin.ImageFileDirectory_v2()
        directory[0x0112] = orientation
        options["tiffinfo"] = directory
    elif format == "AVIF":
        options |= {"exif": b"Exif\0\0" + exif((0x0112, 3, 1, orientation)), "subsampling": "4:4:4"}
    else:
        prefix = b"" if format == "PNG" else b"Exif\0\0"
        options["exif"] = prefix + exif((0x0112, 3, 1, orientation))
    read = np.asarray(load_image(io.BytesIO(encoded(image, format, **options))).convert("L"), int)
    expected = TURNED[orientation](pixels.astype(int))
    assert read.shape == expected.shape
    assert abs(read - expected).max() < 30


def test_an_opened_image_is_turned_too():
    """One that the caller opened with Pillow, and gives to the reader."""
    pixels = np.full((60, 40), 255, np.uint8)
    pixels[10:50, 10:14] = 0
    for format in ("PNG", "JPEG", "WEBP", "TIFF"):
        turned = Image.Exif()
        turned[0x0112] = 6
        content = encoded(Image.fromarray(pixels), format, exif=turned)
        with Image.open(io.BytesIO(content)) as image:
            ink = extract_ink(image)
        np.testing.assert_array_equal(ink, extract_ink(load_image(io.BytesIO(content))))
        assert ink.shape[1] > 2 * ink.shape[0]


@pytest.mark.parametrize("order", ["<", ">"])
def test_one_entry_counts(order):
    """Of any bytes before and after it, also with the prefix of a JPEG."""
    content = exif((0x010F, 2, 9, 7), (0x0112, 3, 1, 6), (0x0131, 2, 9, 7), order=order)
    assert exif_orientation(content) == 6
    assert exif_orientation(b"Exif\0\0" + content) == 6


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Exif\0\0",
        b"MM\0*",
        b"XX\0*" + exif((0x0112, 3, 1, 6))[4:],
        exif((0x0112, 3, 1, 6))[:-9],
        exif((0x0112, 3, 1, 0)),
        exif((0x0112, 3, 1, 9)),
        exif((0x0112, 4, 1, 6)),
        exif((0x0112, 3, 2, 6)),
        exif((0x0112, 3, 1, 6), (0x0112, 3, 1, 6)),
        exif((0x0112, 3, 1, 6), directory=2**32 - 1),
        exif(*[(0x8000 + i, 1, 500_000, 0) for i in range(201)], (0x0112, 3, 1, 6)),
        b"Exif\0\0" * 60_000 + exif((0x0112, 3, 1, 6)),
    ],
    ids=lambda content: f"{len(content)} bytes",
)
def test_what_is_odd_is_no_orientation(content):
    """Cut off, of another type, twice, beyond the end, or with more entries than any camera writes."""
    assert exif_orientation(content) == 1


def test_any_bytes_give_an_orientation():
    """The reader never fails: 20,000 damaged ones."""
    chance = random.Random(0)
    content = exif((0x010F, 2, 9, 7), (0x0112, 3, 1, 6), (0x0131, 2, 9, 7))
    for _ in range(20_000):
        damaged = bytearray(content[: chance.randrange(len(content) + 1)])
        for _ in range(chance.randrange(4)):
            if damaged:
                damaged[chance.randrange(len(damaged))] = chance.choice((0, 1, 0x7F, 0x80, 0xFF))
        assert 1 <= exif_orientation(bytes(damaged)) <= 8
