"""GIF: the first frame or several, without comments and application data, which Pillow would put together slowly."""

from lenet.image.formats.pixels import MAX_PARTS, Pixels, check_size, damaged

EXTENSION, GRAPHIC_CONTROL, IMAGE = 0x21, 0xF9, 0x2C


def first_frame(content: bytes, frames: int = 1) -> Pixels:
    """Or more `frames`, up to that number. Raises ValueError if there is none, if one is large or the blocks are many.

    What follows a single frame stays: it ends where its pixels are complete, and nothing looks further.
    """
    if len(content) < 13:
        raise damaged()
    width, height = _number(content, 6), _number(content, 8)
    at = 13 + _palette(content[10])
    kept = [content[:at]]
    found = 0
    extension = False  # whether `at` is within one, which is a sequence of blocks, each with its length
    for _ in range(MAX_PARTS):
        kind = content[at : at + 2]
        if len(kind) < 2:
            break
        if extension:
            extension = kind[0] > 0
            at += 1 + kind[0]
        elif kind[0] == IMAGE:
            if len(content) < at + 10:
                raise damaged()
            left, top = _number(content, at + 1), _number(content, at + 3)
            frame = _number(content, at + 5), _number(content, at + 7)
            check_size(*frame)
            check_size(max(width, left + frame[0]), max(height, top + frame[1]))
            if frames == 1:
                return Pixels(b"".join([*kept, content[at:]]))
            end = _end_of_frame(content, at)
            kept.append(content[at:end])
            at, found = end, found + 1
            if found == frames:
                break
        elif kind[0] == EXTENSION:
            if kind[1] == GRAPHIC_CONTROL and content[at + 2 : at + 3] == b"\4" and content[at + 7 : at + 8] == b"\0":
                kept.append(content[at : at + 8])
            extension = True
            at += 2
        else:
            at += 1  # as Pillow does
    else:
        raise ValueError(f"unusual GIF image: more than {MAX_PARTS:,} blocks before its pixels")
    if not found:
        raise damaged()
    return Pixels(b"".join([*kept, b";"]))


def _end_of_frame(content: bytes, at: int) -> int:
    """Past the frame that starts at `at`: ten bytes, a palette, one byte, and blocks, the last of which is empty."""
    at += 11 + _palette(content[at + 9])
    while at < len(content) and content[at]:
        at += 1 + content[at]
    return at + 1


def _number(content: bytes, at: int) -> int:
    return int.from_bytes(content[at : at + 2], "little")


def _palette(flags: int) -> int:
    """Bytes of the palette that the flags announce."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0
