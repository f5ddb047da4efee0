"""PPM, PGM, PBM: a header in text, which is limited, since Pillow reads it and its comments byte by byte."""

import re

from lenet.image.formats.pixels import Pixels

HEADER = 4_096  # bytes


def checked(content: bytes) -> Pixels:
    """The file as it is. Raises ValueError if its header, at most four words besides comments, has no end nearby."""
    words = re.sub(rb"#[^\r\n]*", b"", content[:HEADER]).split()
    if len(content) > HEADER and len(words) < (3 if content[1:2] in b"14" else 4):  # black and white has no maximum
        raise ValueError(f"unusual PPM image: its header has more than {HEADER:,} bytes")
    return Pixels(content)
