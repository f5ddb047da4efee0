"""Image files that take much time or memory to read, as a stranger may upload them."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from harness.drawings import EXAMPLES, draw, encoded
from harness.image_files import join_tiff, split_tiff

ONE = draw(EXAMPLES[1]["strokes"])
SMALL = ONE.resize((48, 40))
LONG = 4  # a type of TIFF, as it is in EXIF data


def chunk(kind: bytes, data: bytes) -> bytes:
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def with_chunks(*chunks: bytes) -> bytes:
    """A PNG with more chunks after its first one, the header."""
    content = encoded(ONE)
    return content[:33] + b"".join(chunks) + content[33:]


def with_scans(count: int) -> bytes:
    """A progressive JPEG, 4,000 x 4,000 pixels, whose last scan is repeated."""
    content = encoded(Image.new("L", (4_000, 4_000), 255), "JPEG", progressive=True)
    last = content.rindex(b"\xff\xda")
    return content[:last] + content[last:-2] * count + content[-2:]


def exif_of_shared_bytes(entries: int, size: int) -> bytes:
    """EXIF data whose entries all point at the same bytes, which each of them would be a copy of."""
    start = 8 + 2 + 12 * entries + 4
    directory = b"".join(struct.pack(">HHII", 0x8000 + i, 1, size, start) for i in range(entries))
    return b"MM\0*\0\0\0\x08" + struct.pack(">H", entries) + directory + bytes(4 + size)


def exif_as_text(exif: bytes) -> bytes:
    """A chunk of a PNG with EXIF data as ImageMagick writes them: compressed text of hexadecimal digits."""
    text = f"\nexif\n{len(exif) + 6:8}\n{(b'Exif' + bytes(2) + exif).hex()}\n"
    return chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text.encode(), 9))


def tiff(
    *entries: tuple[int, int, int, int], content: bytes = b"", drop: tuple[int, ...] = (), big: bool = False
) -> bytes:
    """A TIFF of a drawing with more entries (tag, type, count, value), without some, and with more bytes."""
    *old, file = split_tiff(encoded(SMALL, "TIFF", compression="tiff_lzw", big_tiff=big))
    tags = {tag for tag, *_ in entries} | {*drop}
    kept = [entry for entry in old if int.from_bytes(entry[:2], "little") not in tags]
    form = "<HHQQ" if big else "<HHII"
    return join_tiff([*kept, *(bytearray(struct.pack(form, *entry)) for entry in entries), file + content])


def tag_twice(big: bool = False) -> bytes:
    """A TIFF with the same tag twice."""
    *entries, file = split_tiff(encoded(SMALL, "TIFF", big_tiff=big))
    return join_tiff([*entries, entries[3], file])


def large_tile() -> bytes:
    """A TIFF with one tile of 40,000 x 40,000 pixels."""
    return tiff((322, LONG, 1, 40_000), (323, LONG, 1, 40_000), (324, LONG, 1, 8), (325, LONG, 1, 9))


def many_tags() -> bytes:
    """A TIFF of 16 MB, to all of which 120 tags point."""
    return tiff(*((60_000 + i, 1, 16_000_000, 8) for i in range(120)), content=bytes(16_000_000))


def large_png() -> bytes:
    """7,000 x 7,000 pixels of 16 bits, red, green, blue and opacity, in 0.4 MB."""
    rows = zlib.compress(bytes((1 + 8 * 7_000) * 7_000), 9)
    header = struct.pack(">IIBBBBB", 7_000, 7_000, 16, 6, 0, 0, 0)
    return encoded(ONE)[:8] + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def large_floats() -> bytes:
    """A TIFF of 49 million pixels of 32 bits in 1.4 MB."""
    file = io.BytesIO()
    Image.fromarray(np.zeros((7_000, 7_000), np.float32)).save(file, "TIFF", compression="tiff_lzw")
    return file.getvalue()


def large_webp(side: int) -> bytes:
    """A square with a line on it, with opacity, in the format that takes the most memory for a pixel."""
    image = Image.new("RGBA", (side, side), "white")
    image.paste("black", (side * 3 // 7, side * 2 // 7, side // 2, side * 5 // 7))
    return encoded(image, "WEBP", lossless=True, method=0, quality=0)
