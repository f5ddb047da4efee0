"""What Pillow gets to see of a file: its pixels, after their sizes, and nothing else."""

import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from PIL import ExifTags, Image

from harness.drawings import encoded
from harness.image_files import (
    EXIF,
    PARTS,
    join_jpeg,
    join_png,
    split_gif,
    split_jpeg,
    split_png,
    split_tiff,
    tiled,
    valid,
)
from harness.images import LONG, large_tile, many_tags, tag_twice, tiff
from harness.images import SMALL as ONE
from lenet.image.file import load_image
from lenet.image.formats import READERS, format_of

SHORT = 3
END = len(encoded(ONE, "TIFF", compression="tiff_lzw"))


def claimed(format: str, width: int, height: int) -> bytes:
    """A small file whose header claims this size."""
    content = bytearray(encoded(ONE, format, **({"lossless": True} if format == "WEBP" else {})))
    if format == "PNG":
        parts = split_png(bytes(content))
        parts[0][4:12] = struct.pack(">II", width, height)
        return join_png(parts)
    if format == "JPEG":
        parts = split_jpeg(bytes(content))
        next(p for p in parts if p[:2] == b"\xff\xc0")[3:7] = struct.pack(">HH", height, width)
        return join_jpeg(parts)
    if format == "GIF":
        content[6:10] = struct.pack("<HH", width, height)
    if format == "WEBP":
        canvas = b"VP8X\x0a\0\0\0\0\0\0\0" + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
        content[12:12] = canvas
        content[4:8] = struct.pack("<I", len(content) - 8)
    return bytes(content)


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "a tag twice": (tag_twice, "unusual TIFF image: the same tag twice"),
    "a tag twice, BigTIFF": (lambda: tag_twice(big=True), "unusual TIFF image: the same tag twice"),
    "600 tags": (lambda: tiff(*((50_000 + i, 3, 1, 0) for i in range(600))), "unusual TIFF image: more than 512 tags"),
    "one tile of 40,000 x 40,000": (
        large_tile,
        "unusual TIFF image: a tile or strip of 40000 x 40000 pixels with 8 bits",
    ),
    "a tile of 19,000 x 2,600 pixels of 16 samples": (
        lambda: tiff((322, LONG, 1, 19_000), (323, LONG, 1, 2_600), (277, SHORT, 1, 16)),
        "unusual TIFF image: 16 samples per pixel",
    ),
    "a palette of 16 million": (
        lambda: tiff((320, SHORT, 8_000_000, 8), content=bytes(16_000_000)),
        "unusual TIFF image: 8,000,000 values of tag 320",
    ),
    "9,000 strips for 40 rows": (
        lambda: tiff((273, SHORT, 9_000, 8), content=bytes(18_000)),
        r"unusual TIFF image: more than \d+ tiles or strips of 48 x \d+ pixels",
    ),
    "strips that overlap": (
        lambda: tiff((273, LONG, 40, END), (279, LONG, 40, END), (278, SHORT, 1, 1), content=b"\0\1\0\0" * 40),
        "unusual TIFF image: its tiles or strips overlap",
    ),
    "90 scans of 49 million pixels": (
        lambda: scans(7_000, 90),
        r"unusual JPEG image: \d+ scans of 7000 x 7000 pixels",
    ),
    "90 scans of 49 million pixels in a TIFF": (
        lambda: jpeg_in_tiff(scans(7_000, 90)),
        r"unusual TIFF image: \d+ scans of 49000000 pixels",
    ),
    "60,000 segments": (
        lambda: join_jpeg([bytearray(b"\xff\xfe")] * 60_000 + split_jpeg(encoded(ONE, "JPEG"))),
        "unusual JPEG image: more than 50,000 segments",
    ),
    "60,000 comments": (
        lambda: b"".join([*split_gif(encoded(ONE, "GIF"))[:2], b"\x21\xfe\1a\0" * 60_000]),
        "unusual GIF image: more than 50,000 blocks before its pixels",
    ),
    "text": (lambda: b"P2\n2000 2000\n255\n" + b"0 " * 4_000_000, "unusual PPM image: more than 4 MB of text"),
    "a header without end": (lambda: b"P6\n#" + b"a" * 5_000, "unusual PPM image: its header has more than 4,096"),
    "run-length encoding": (
        lambda: b"BM" + bytes(12) + struct.pack("<IiiHHI", 40, 9, 9, 1, 8, 1) + bytes(1_000_000),
        "unusual BMP image: more than 1 MB of run-length encoding",
    ),
    "60,000 boxes": (
        lambda: b"\0\0\0\x0cftypavif" + b"\0\0\0\x08free" * 60_000,
        "unusual AVIF image: more than 50,000",
    ),
    **{
        f"{format} of 7,100 x 7,100": (
            lambda format=format: claimed(format, 7_100, 7_100),
            "image too large: 7100 x 7100 pixels",
        )
        for format in ("PNG", "GIF", "WEBP")
    },
    "JPEG of 15,000 x 15,000": (lambda: claimed("JPEG", 15_000, 15_000), "image too large: 15000 x 15000 pixels"),
    "WebP of 16 million x 16 million": (
        lambda: claimed("WEBP", 2**24, 2**24),
        "image too large: 16777216 x 16777216 pixels",
    ),
}


@cache
def scans(side: int, count: int) -> bytes:
    """A progressive JPEG whose last scan is repeated."""
    content = encoded(Image.new("L", (side, side), 255), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + count * content[last:-2] + content[-2:]


def jpeg_in_tiff(content: bytes) -> bytes:
    """As its only strip."""
    side, length = (LONG, 1, 7_000), len(content)
    entries = [
        (256, *side),
        (257, *side),
        (278, *side),
        (259, SHORT, 1, 7),
        (273, LONG, 1, END),
        (279, LONG, 1, length),
    ]
    return tiff(*entries, content=content)


@pytest.mark.parametrize("name", HOSTILE)
def test_what_would_take_time_or_memory_is_refused_by_its_header(name):
    """In one line."""
    make, expected = HOSTILE[name]
    content = make()
    format = format_of(content)
    assert format is not None
    with pytest.raises(ValueError, match=f"^{expected}"):
        READERS[format](content)


def test_tags_that_the_pixels_do_not_need_are_left_out():
    """Where Pillow would copy 16 MB for each of 120 tags, the image is read as without them."""
    content = many_tags()
    tracemalloc.start()
    pixels = READERS["TIFF"](content)
    assert tracemalloc.get_traced_memory()[1] < 3 * len(content)
    tracemalloc.stop()
    assert len(split_tiff(bytes(pixels.content))) < 15
    read = load_image(io.BytesIO(content))
    np.testing.assert_array_equal(np.asarray(read), np.asarray(ONE))


@pytest.mark.parametrize("big", [False, True])
def test_orders_and_kinds_of_tiff_are_read(big):
    """Big-endian and little-endian, with 4 and 8 bytes for offsets, in strips and in tiles."""
    np.testing.assert_array_equal(np.asarray(load_image(io.BytesIO(tiff(big=big)))), np.asarray(ONE))
    assert np.asarray(load_image(io.BytesIO(tiled()))).shape == (40, 48)


def test_a_big_endian_tiff_is_read():
    """Made by hand: 48 x 40 bytes after a directory."""
    shorts, longs = {258: 8, 259: 1, 262: 1}, {256: 48, 257: 40, 273: 98, 279: 1_920}
    entries = [(tag, SHORT, 1, value << 16) for tag, value in shorts.items()]
    entries += [(tag, LONG, 1, value) for tag, value in longs.items()]
    directory = struct.pack(">H", 7) + b"".join(struct.pack(">HHII", *entry) for entry in sorted(entries)) + bytes(4)
    content = b"MM\0*\0\0\0\x08" + directory + ONE.tobytes()
    np.testing.assert_array_equal(np.asarray(load_image(io.BytesIO(content))), np.asarray(ONE))


def test_pillow_parses_no_exif_data(monkeypatch):
    """Of any format, mode and compression: neither when a file is opened nor when it is loaded."""

    def parsed(*_arguments: object) -> None:
        raise AssertionError("EXIF data have been parsed")

    files = valid()
    monkeypatch.setattr(Image.Exif, "load", parsed)
    for format, content in files:
        with monkeypatch.context() as patch:
            if format != "TIFF":  # see the next test
                patch.setattr(Image.Exif, "load_from_fp", parsed)
            assert load_image(io.BytesIO(content)).width in (40, 48, 4)  # turned, if the orientation has been read


def test_a_tiff_has_no_directory_but_one_of_its_own():
    """Pillow reads the directory itself as EXIF data: what it finds are the tags of the pixels."""
    pointing = {ExifTags.IFD.Exif: 8, ExifTags.IFD.GPSInfo: 8, 700: 8}
    content = tiff(*((tag, LONG, 1, at) for tag, at in pointing.items()))
    image = load_image(io.BytesIO(content))
    assert not pointing.keys() & dict(image.getexif()).keys()


@pytest.mark.parametrize("format", ["PNG", "JPEG", "WEBP", "GIF"])
def test_only_the_first_of_several_frames_is_left(format):
    """Of an animation, and of the several images that some phones write as one JPEG."""
    frames = {"save_all": True, "append_images": [ONE.rotate(90), ONE.rotate(180)]}
    content = encoded(ONE.convert("RGB"), "MPO" if format == "JPEG" else format, **frames)
    image = load_image(io.BytesIO(content))
    assert getattr(image, "n_frames", 1) == 1 or format == "GIF"
    assert np.abs(np.asarray(image.convert("L"), int) - np.asarray(ONE, int)).mean() < 3


def test_text_and_data_besides_the_pixels_are_left_out():
    """Also compressed text that would take gigabytes."""
    header, *rest = split_png(encoded(ONE))
    bomb = b"zTXtRaw profile type exif\0\0" + zlib.compress(bytes(30_000_000))
    content = join_png([header, bytearray(bomb), bytearray(b"iTXt" + bytes(50)), bytearray(b"iCCP" + bomb[4:]), *rest])
    pixels = bytes(READERS["PNG"](content).content)
    assert [bytes(part[:4]) for part in split_png(pixels)] == [b"IHDR", *(bytes(part[:4]) for part in rest)]
    with_exif = encoded(ONE, "JPEG", exif=EXIF, comment=b"a comment", icc_profile=b"a profile")
    assert not [word for word in (b"Exif", b"comment", b"profile") if word in READERS["JPEG"](with_exif).content]


def test_parts_are_put_together_as_they_were():
    """The mutants start from files that are valid."""
    for format, content in valid():
        split, join = PARTS[format]
        read = load_image(io.BytesIO(join(split(content))))
        np.testing.assert_array_equal(np.asarray(read), np.asarray(load_image(io.BytesIO(content))))
