"""What of an image file Pillow gets to see: the parts that make up the pixels of its first frame, after their sizes.

Everything else that strangers can put into a file, such as EXIF data, text, color profiles, previews and more frames,
is left out before the file is opened, so nothing can parse it. One module a format; each walks the file once.
"""

from collections.abc import Callable

from lenet.image.formats.avif import without_exif
from lenet.image.formats.bmp import checked as bmp
from lenet.image.formats.gif import first_frame as gif
from lenet.image.formats.jpeg import frame as jpeg
from lenet.image.formats.pixels import Pixels
from lenet.image.formats.png import first_frame as png
from lenet.image.formats.ppm import without_comments as ppm
from lenet.image.formats.tiff import first_directory as tiff
from lenet.image.formats.webp import first_frame as webp

# No others: Pillow would start Ghostscript for EPS, for example.
READERS: dict[str, Callable[[bytes], Pixels]] = {
    "PNG": png,
    "JPEG": jpeg,
    "WEBP": webp,
    "GIF": gif,
    "BMP": bmp,
    "TIFF": tiff,
    "PPM": ppm,
    "AVIF": without_exif,
}


def format_of(content: bytes) -> str | None:
    """The format of a file, a key of READERS, by its first bytes."""
    for format, starts in {
        "PNG": b"\x89PNG\r\n\x1a\n",
        "JPEG": b"\xff\xd8\xff",
        "GIF": (b"GIF87a", b"GIF89a"),
        "BMP": b"BM",
        "TIFF": (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+"),
        "PPM": tuple(b"P" + kind for kind in (b"1", b"2", b"3", b"4", b"5", b"6", b"f", b"F")),
    }.items():
        if content.startswith(starts):
            return format
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "WEBP"
    return "AVIF" if content[4:8] == b"ftyp" else None
