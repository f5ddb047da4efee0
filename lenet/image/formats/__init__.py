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
    "HEIF": without_exif,  # built like an AVIF; pillow-heif reads it, which the extra `heic` installs
}
HEIF_BRANDS = (b"hei", b"hev", b"mif1", b"msf1")
# Those of which an animation is looked through if the first frame is blank.
ANIMATED: dict[str, Callable[[bytes, int], Pixels]] = {"PNG": png, "WEBP": webp, "GIF": gif}
# In lower case, as they are compared: not all of them are binary.
OTHERS: dict[str, tuple[bytes, ...]] = {
    "a PDF document": (b"%pdf",),
    "a PostScript file": (b"%!ps", b"\xc5\xd0\xd3\xc6"),
    "an SVG drawing": (b"<svg", b"<?xml"),
    "a web page": (b"<!doctype", b"<html"),
    "a Photoshop file": (b"8bps",),
    "a JPEG XL image": (b"\xff\n", b"\0\0\0\x0cjxl "),
    "a JPEG 2000 image": (b"\0\0\0\x0cjp  ", b"\xff\x4f\xff\x51"),
    "an icon": (b"\0\0\1\0",),
    "an archive or an office document": (b"pk\3\4",),
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
    if content[4:8] != b"ftyp":
        return None
    brands = content[8 : min(int.from_bytes(content[:4], "big"), 256)]
    return "AVIF" if b"avi" in brands else "HEIF" if any(brand in brands for brand in HEIF_BRANDS) else None


def name_of(content: bytes) -> str | None:
    """What kind of file this is, in words, if it is a well-known one that is not read here."""
    if content[4:8] == b"ftyp":
        return "a video"
    start = content[:64].lstrip().lower()
    return next((name for name, starts in OTHERS.items() if start.startswith(starts)), None)
