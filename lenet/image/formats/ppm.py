"""PPM, PGM, PBM: without comments, which Pillow looks for again and again, and with limits for what is text.

Pillow reads the header byte by byte and pixels that are numbers in text one by one, both in Python.
"""

import re

from lenet.image.formats.pixels import Pixels

HEADER = 4_096  # bytes
MAX_TEXT = 4_000_000  # bytes of pixels as text; these take a second
COMMENT = re.compile(rb"#[^\r\n]*")


def without_comments(content: bytes) -> Pixels:
    """Raises ValueError if the header, at most four words besides comments, has no end nearby, or if text is long."""
    words = COMMENT.sub(b"", content[:HEADER]).split()
    if len(content) > HEADER and len(words) < (3 if content[1:2] in b"14" else 4):  # black and white has no maximum
        raise ValueError(f"unusual PPM image: its header has more than {HEADER:,} bytes")
    if content[1:2] not in b"123":
        return Pixels(content)
    if len(content) > MAX_TEXT:
        raise ValueError(f"unusual PPM image: more than {MAX_TEXT // 1_000_000} MB of text")
    return Pixels(COMMENT.sub(b"", content))
