"""JPEG: the segments that the decoder needs, without EXIF data, color profiles, comments and previews.

Without them, Pillow does not look for more images either (MPO, as some phones write it).
"""

from lenet.image.formats.pixels import MAX_PARTS, MAX_REDUCED, Pixels, check_size, check_work, damaged
from lenet.image.orientation import PREFIX, exif_orientation

SCAN = b"\xff\xda"
SIZES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}  # markers of the segment with the image's size
TABLES = {0xC4, 0xCC, 0xDB, 0xDD}
JFIF, EXIF, ADOBE = 0xE0, 0xE1, 0xEE  # the first and the last tell the decoder which colors these are
ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a segment


def frame(content: bytes) -> Pixels:
    """Raises ValueError if the header is damaged, the image large, or the scans too many."""
    view = memoryview(content)
    kept: list[bytes | memoryview] = [view[:2]]
    size, orientation, at = None, 1, 2
    for _ in range(MAX_PARTS):
        at = content.find(b"\xff", at)
        if at < 0 or at + 2 > len(content):
            raise damaged()
        marker = content[at + 1]
        if marker in (0x00, 0xFF) or marker in ALONE:
            at += 1 if marker == 0xFF else 2
            continue
        end = at + 2 + int.from_bytes(view[at + 2 : at + 4], "big")
        if marker == 0xDA:
            break
        if marker in SIZES:
            if size is not None or end > len(content) or end < at + 10:
                raise damaged()
            size = int.from_bytes(view[at + 7 : at + 9], "big"), int.from_bytes(view[at + 5 : at + 7], "big")
            check_size(*size, most=MAX_REDUCED)
        if marker in SIZES or marker in TABLES or marker in (JFIF, ADOBE):
            kept.append(view[at:end])
        elif marker == EXIF and orientation == 1 and content[at + 4 : at + 10] == PREFIX:
            orientation = exif_orientation(view[at + 4 : end])
        at = end
    else:
        raise ValueError(f"unusual JPEG image: more than {MAX_PARTS:,} segments")
    if size is None:
        raise damaged()
    # Within the data of a scan, FF is followed by 00 or D0 to D7: this counts scans, and those of images that follow.
    check_work("JPEG", *size, content.count(SCAN, at))
    return Pixels(b"".join([*kept, view[at:]]), orientation)
