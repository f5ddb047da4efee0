"""BMP: a short header and pixels. Run-length encoding has a limit, since Pillow decodes it in Python."""

from lenet.image.formats.pixels import Pixels

MAX_RUNS = 1_000_000  # bytes; these take a second and a half
RUNS = (1, 2)  # kinds of compression


def checked(content: bytes) -> Pixels:
    """The file as it is. Raises ValueError if it is long, and run-length encoded."""
    if len(content) > MAX_RUNS and int.from_bytes(content[30:34], "little") in RUNS and content[14] >= 40:
        raise ValueError(f"unusual BMP image: more than {MAX_RUNS // 1_000_000} MB of run-length encoding")
    return Pixels(content)
