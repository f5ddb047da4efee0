"""How a camera was held, from EXIF data: the one number of it that matters here, read without trust.

The data are a stranger's. Pillow's own reader copies whatever thousands of entries point at, or takes time that grows
with the square of the size; this one looks at two bytes of each entry of the first directory, and at nothing else.
"""

import struct

from PIL import Image

ORIENTATION, SHORT = 0x0112, 3
MAX_ENTRIES = 200  # of the directory; cameras write about a dozen
PREFIX = b"Exif\0\0"

_TO_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def exif_orientation(exif: bytes | memoryview) -> int:
    """The orientation, 1 to 8, that EXIF data name, with or without the prefix of a JPEG; 1 if anything is odd."""
    start = len(PREFIX) if bytes(exif[: len(PREFIX)]) == PREFIX else 0
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(bytes(exif[start : start + 4]))
    if order is None or len(exif) < start + 8:
        return 1
    directory = start + struct.unpack_from(order + "I", exif, start + 4)[0]
    if len(exif) < directory + 2:
        return 1
    (entries,) = struct.unpack_from(order + "H", exif, directory)
    if entries > MAX_ENTRIES or len(exif) < directory + 2 + 12 * entries:
        return 1
    found = []
    for entry in range(directory + 2, directory + 2 + 12 * entries, 12):
        tag, kind, count, value = struct.unpack_from(order + "HHIH", exif, entry)
        if tag == ORIENTATION:
            found.append(value if (kind, count) == (SHORT, 1) else 0)
    return found[0] if len(found) == 1 and 1 <= found[0] <= 8 else 1


def upright(image: Image.Image, orientation: int) -> Image.Image:
    """The image turned and mirrored as the orientation, 1 to 8, says."""
    return image if orientation == 1 else image.transpose(_TO_UPRIGHT[orientation])
