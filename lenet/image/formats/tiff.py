"""TIFF: a directory of the first image with the tags that its pixels need, each once and no longer than it should be.

The file keeps its data; the new directory is appended, and the header points to it. Pillow copies the values of all
tags of a directory, also where a hundred of them point at the same megabytes, and before version 13 duplicate tags
could make libtiff write beyond its memory (CVE-2026-112395).
"""

import struct
from dataclasses import dataclass

import numpy as np

from lenet.image.formats.jpeg import SCAN
from lenet.image.formats.pixels import MAX_PIXELS, MAX_SCANS, MAX_SIDE, MAX_WORK, Pixels, check_size, damaged
from lenet.image.orientation import ORIENTATION

MAX_TAGS = 512  # of the directory; scanners and microscopes write up to about 100
MAX_TILES = 250_000  # or strips; 50 million pixels in tiles of 16 x 16 are 200,000
MAX_SAMPLES = 8  # per pixel
MAX_TILE_BYTES = 8 * MAX_PIXELS  # of one tile or strip, decoded

WIDTH, HEIGHT, BITS, COMPRESSION = 256, 257, 258, 259
STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_BYTES, PLANES = 273, 277, 278, 279, 284
TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_BYTES = 322, 323, 324, 325
JPEG_COMPRESSIONS = (6, 7)

# The tags that stay, and how many values they may have.
ALLOWED = {
    **dict.fromkeys((WIDTH, HEIGHT, COMPRESSION, SAMPLES, ROWS_PER_STRIP, PLANES, TILE_WIDTH, TILE_HEIGHT), 1),
    **dict.fromkeys((STRIP_OFFSETS, STRIP_BYTES, TILE_OFFSETS, TILE_BYTES), MAX_TILES),
    **dict.fromkeys((BITS, 338, 339), MAX_SAMPLES),  # bits, extra samples, sample formats
    **dict.fromkeys((262, 266, 292, 293, 317, 332), 1),  # photometric, fill order, options of fax, predictor, ink set
    320: 3 * 65_536,  # palette
    347: 65_536,  # JPEG tables, in bytes
    **dict.fromkeys((512, 513, 514, 515), 1),  # the older kind of JPEG
    **dict.fromkeys((519, 520, 521), 4),
    529: 3,  # these four of YCbCr
    530: 2,
    531: 1,
    532: 6,
    50674: 2,  # LERC
}
INTEGERS = {1: "u1", 3: "u2", 4: "u4", 16: "u8"}  # dtypes of the types of numbers
OTHERS = {5: 8, 7: 1, 11: 4, 12: 8}  # bytes of other types: fractions, bytes, floats
NOT_INTEGERS = {347, 529, 532}  # tags that may have them


@dataclass(frozen=True)
class _Layout:
    """Lengths in a file: offsets of 4 bytes, or of 8 in a BigTIFF."""

    order: str  # of the bytes, "<" or ">"
    big: bool

    def unpack(self, form: str, content: bytes, at: int) -> tuple:
        form = self.order + form
        if at + struct.calcsize(form) > len(content):
            raise damaged()
        return struct.unpack_from(form, content, at)

    @property
    def offset(self) -> str:
        return "Q" if self.big else "I"

    @property
    def count(self) -> str:
        """Of the entries."""
        return "Q" if self.big else "H"


def first_directory(content: bytes) -> Pixels:
    """Raises ValueError if it is damaged, has duplicate tags, or describes a large image or one in large parts."""
    layout = _Layout({b"I": "<", b"M": ">"}[content[:1]], content[2:4] in (b"+\0", b"\0+"))
    at_offset = 8 if layout.big else 4
    (directory,) = layout.unpack(layout.offset, content, at_offset)
    (count,) = layout.unpack(layout.count, content, directory)
    if count > MAX_TAGS:
        raise ValueError(f"unusual TIFF image: more than {MAX_TAGS} tags")
    entry = struct.calcsize(layout.order + "HH" + 2 * layout.offset)
    start = directory + struct.calcsize(layout.order + layout.count)
    seen: set[int] = set()
    kept: list[bytes] = []
    values: dict[int, np.ndarray] = {}
    orientation = 1
    for at in range(start, start + count * entry, entry):
        tag, kind, number, _ = layout.unpack("HH" + 2 * layout.offset, content, at)
        if tag in seen:
            raise ValueError("unusual TIFF image: the same tag twice")
        seen.add(tag)
        if not number or not (kind in INTEGERS or (kind in OTHERS and tag in NOT_INTEGERS)):
            continue
        if tag not in ALLOWED and tag != ORIENTATION:
            continue
        if number > ALLOWED.get(tag, 1):
            raise ValueError(f"unusual TIFF image: {number:,} values of tag {tag}")
        length = number * (np.dtype(INTEGERS[kind]).itemsize if kind in INTEGERS else OTHERS[kind])
        inline = struct.calcsize(layout.offset)
        where = at + entry - inline
        if length > inline:
            (where,) = layout.unpack(layout.offset, content, where)
        if where + length > len(content):
            raise damaged()
        numbers = np.frombuffer(content, layout.order + INTEGERS[kind], number, where) if kind in INTEGERS else None
        if tag == ORIENTATION:
            named = int(numbers[0]) if kind == 3 and numbers is not None else 1
            orientation = named if 1 <= named <= 8 else 1
            continue
        if numbers is not None:
            values[tag] = numbers
        kept.append(content[at : at + entry])
    _check(content, values)
    end = len(content) + len(content) % 2
    result = bytearray(content).ljust(end, b"\0")
    struct.pack_into(layout.order + layout.offset, result, at_offset, end)
    result += struct.pack(layout.order + layout.count, len(kept)) + b"".join(kept)
    result += struct.pack(layout.order + layout.offset, 0)  # no further image
    return Pixels(result, orientation)


def _check(content: bytes, values: dict[int, np.ndarray]) -> None:
    """Raise ValueError if the image, one of its parts or the work on them is too large."""

    def number(tag: int, default: int) -> int:
        return int(values[tag][0]) if len(values.get(tag, ())) else default

    width, height = number(WIDTH, 0), number(HEIGHT, 0)
    check_size(width, height)
    samples = number(SAMPLES, 1)
    if samples > MAX_SAMPLES:
        raise ValueError(f"unusual TIFF image: {samples} samples per pixel")
    bits = int(max(values.get(BITS, [1]), default=1)) * samples
    planes = samples if number(PLANES, 1) == 2 else 1
    compression = number(COMPRESSION, 1)
    for offsets, lengths, (w, h) in (
        (STRIP_OFFSETS, STRIP_BYTES, (width, min(height, number(ROWS_PER_STRIP, height)))),
        (TILE_OFFSETS, TILE_BYTES, (number(TILE_WIDTH, width), number(TILE_HEIGHT, height))),
    ):
        if not w or not h or max(w, h) > MAX_SIDE or w * h > MAX_PIXELS or w * h * bits > 8 * MAX_TILE_BYTES:
            raise ValueError(f"unusual TIFF image: a tile or strip of {w} x {h} pixels with {bits} bits")
        if offsets not in values:
            continue
        expected = -(-width // w) * -(-height // h) * planes
        if len(values[offsets]) > expected or len(values.get(lengths, ())) > expected:
            raise ValueError(f"unusual TIFF image: more than {expected:,} tiles or strips of {w} x {h} pixels")
        ends = values.get(lengths, np.zeros(0, np.uint8)).astype(float)
        if ends.sum() > 2 * len(content):
            raise ValueError("unusual TIFF image: its tiles or strips overlap")
        if compression in JPEG_COMPRESSIONS:
            _check_scans(content, values, (offsets, lengths), w * h)


def _check_scans(content: bytes, values: dict[int, np.ndarray], tags: tuple[int, int], pixels: int) -> None:
    """As for a JPEG: each of the tiles is one."""
    offsets, lengths = (values.get(tag, np.zeros(0, np.uint8)).tolist() for tag in tags)
    if len(lengths) != len(offsets):  # the data can be anywhere
        offsets, lengths = [0], [len(content)]
    scans = [content.count(SCAN, at, at + length) for at, length in zip(offsets, lengths, strict=True)]
    if max(scans, default=0) > MAX_SCANS or pixels * sum(scans) > MAX_WORK:
        raise ValueError(f"unusual TIFF image: {sum(scans)} scans of {pixels} pixels")
