"""Image files that take much time to read, as a stranger may upload them."""

import struct
import zlib

from PIL import Image

from harness.drawings import EXAMPLES, draw, encoded

ONE = draw(EXAMPLES[1]["strokes"])


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
