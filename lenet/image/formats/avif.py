"""AVIF and HEIF, which have the same structure: the file without the EXIF data, which would be parsed on opening.

They do not count: AVIF has properties of its own for turned and mirrored images, of which Pillow makes an orientation.
"""

from lenet.image.formats.pixels import MAX_PARTS, Pixels

KIND = b"Exif"  # of an item, in a list of items


def without_exif(content: bytes) -> Pixels:
    """Everything but the pixels has the items of this kind renamed to one that nobody knows.

    Raises ValueError if there are many parts.
    """
    result = bytearray(content)
    at = 0
    for _ in range(MAX_PARTS):
        if at + 8 > len(content):
            return Pixels(result)
        length, kind = int.from_bytes(content[at : at + 4], "big"), content[at + 4 : at + 8]
        if length == 1:
            length = int.from_bytes(content[at + 8 : at + 16], "big")
        end = min(len(content), at + length) if length >= 8 else len(content)  # 0: up to the end
        if kind != b"mdat":
            result[at:end] = content[at:end].replace(KIND, b"none")
        at = end
    raise ValueError(f"unusual AVIF image: more than {MAX_PARTS:,} boxes")
