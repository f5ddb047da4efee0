"""PNG: the header, palette, transparency and pixels of the default image, and the frames of an animation if wanted."""

import zlib

from lenet.image.formats.pixels import MAX_PARTS, Pixels, check_size, damaged
from lenet.image.orientation import exif_orientation

SIGNATURE = b"\x89PNG\r\n\x1a\n"
FRAME = b"fcTL"
ANIMATION = (b"acTL", FRAME, b"fdAT")
END = b"\0\0\0\0IEND\xaeB`\x82"


def first_frame(content: bytes, frames: int = 1) -> Pixels:
    """Without any other chunk; or with that and the first `frames` of the animation.

    Raises ValueError if the header is damaged, the image large or the chunks many.
    """
    view = memoryview(content)
    if content[8:16] != b"\0\0\0\rIHDR" or zlib.crc32(view[12:29]) != int.from_bytes(view[29:33], "big"):
        raise damaged()
    check_size(int.from_bytes(view[16:20], "big"), int.from_bytes(view[20:24], "big"))
    kept: list[bytes | memoryview] = [view[:33]]
    found: dict[bytes, memoryview] = {}
    at, pixels, last, begun = 33, False, b"IHDR", 0
    for _ in range(MAX_PARTS):
        kind = content[at + 4 : at + 8]
        end = at + 12 + int.from_bytes(view[at : at + 4], "big")
        if len(kind) < 4 or kind == b"IEND":
            break
        if kind == b"IDAT" and (last == b"IDAT" or not pixels):
            kept.append(view[at:end])
            pixels = True
        elif kind in (b"PLTE", b"tRNS") and not pixels and kind not in found:
            kept.append(view[at:end])
            found[kind] = view[at:end]
        elif frames > 1 and kind in ANIMATION:
            begun += kind == FRAME
            if begun > frames:
                break
            kept.append(view[at:end])
        elif kind == b"eXIf":
            found.setdefault(kind, view[at + 8 : end - 4])
        at, last = end, kind
    else:
        raise ValueError(f"unusual PNG image: more than {MAX_PARTS:,} chunks")
    return Pixels(b"".join([*kept, END]), exif_orientation(found.get(b"eXIf", b"")))
