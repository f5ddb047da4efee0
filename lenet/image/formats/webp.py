"""WebP: the first frame or several, with transparency; without EXIF data and color profile."""

from lenet.image.formats.pixels import MAX_PARTS, Pixels, check_size, damaged
from lenet.image.orientation import exif_orientation

CANVAS, LOSSY, LOSSLESS, FRAME = b"VP8X", b"VP8 ", b"VP8L", b"ANMF"
PROFILE_EXIF_XMP = 0x20 | 0x08 | 0x04  # flags of the canvas: these chunks follow


def first_frame(content: bytes, frames: int = 1) -> Pixels:
    """Or the first `frames` of an animation. Raises ValueError if the image is large or the chunks many.

    The size is checked first: opening the file takes eight bytes of memory for every pixel that its header claims.
    """
    view = memoryview(content)
    kept: list[bytes | memoryview] = []
    at, exif, pixels = 12, None, 0
    for _ in range(MAX_PARTS):
        kind, start = content[at : at + 4], at + 8
        if start > len(content):
            break
        length = int.from_bytes(view[at + 4 : start], "little")
        end = start + length + length % 2
        if kind == CANVAS and not kept:
            if len(content) < start + 10:
                raise damaged()
            check_size(*(1 + int.from_bytes(view[start + i : start + i + 3], "little") for i in (4, 7)))
            flags = bytes([content[start] & ~PROFILE_EXIF_XMP])
            kept += [view[at:start], flags, view[start + 1 : end]]
        elif kind in (LOSSY, LOSSLESS, FRAME) and pixels < (frames if kind == FRAME else 1):
            _check_bitstream(kind, view[start:end])
            kept.append(view[at:end])
            pixels += 1
        elif kind in (b"ANIM", b"ALPH") and not pixels:
            kept.append(view[at:end])
        elif kind == b"EXIF" and exif is None:
            exif = view[start:end]
        at = end
    else:
        raise ValueError(f"unusual WebP image: more than {MAX_PARTS:,} chunks")
    if not pixels:
        raise damaged()
    data = b"".join([b"WEBP", *kept])
    return Pixels(b"RIFF" + len(data).to_bytes(4, "little") + data, exif_orientation(exif or b""))


def _check_bitstream(kind: bytes, data: memoryview) -> None:
    """Raise ValueError if this part is damaged or too large."""
    if kind == FRAME and len(data) >= 16:
        size = tuple(1 + int.from_bytes(data[i : i + 3], "little") for i in (6, 9))
    elif kind == LOSSY and data[3:6] == b"\x9d\x01\x2a" and len(data) >= 10:
        size = tuple(int.from_bytes(data[i : i + 2], "little") & 0x3FFF for i in (6, 8))
    elif kind == LOSSLESS and data[:1] == b"\x2f" and len(data) >= 5:
        bits = int.from_bytes(data[1:5], "little")
        size = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    else:
        raise damaged()
    check_size(*size)
