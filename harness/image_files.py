"""Valid image files of every format, and mutants of them: fields, chunks and entries changed one by one.

Unlike random bytes, a mutant is still a file of its format: lengths, counts and checksums are made to fit again, so
that it gets past the first checks and reaches the decoders. Everything follows from a seed.
"""

import functools
import random
import re
import struct
import zlib
from collections.abc import Iterator

from harness.drawings import EXAMPLES, draw, encoded

EXIF = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
NUMBERS = (0, 1, 2, 3, 4, 7, 8, 15, 16, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536)
LARGE = (2**24 - 1, 2**31 - 1, 2**31, 2**32 - 8, 2**32 - 1, 40_000, 20_001, 7_000, 1_000_000)
SIGNATURE = b"\x89PNG\r\n\x1a\n"


@functools.cache
def valid() -> list[tuple[str, bytes]]:
    """(format, content) of small drawings in all modes and compressions that Pillow writes, most with EXIF data."""
    digit = draw(EXAMPLES[4]["strokes"]).resize((48, 40))
    rgb, palette = digit.convert("RGB"), digit.convert("P")
    rgba = rgb.copy()
    rgba.putalpha(digit.point(lambda value: 255 - value))
    two = {"save_all": True, "append_images": [digit.rotate(90)]}
    return [
        *(("PNG", encoded(i, "PNG", exif=EXIF)) for i in (digit, rgb, rgba, palette, digit.convert("1"))),
        ("PNG", encoded(digit.convert("I;16"), "PNG")),
        ("PNG", encoded(palette, "PNG", transparency=3)),
        ("PNG", encoded(rgb, "PNG", **two)),
        *(("JPEG", encoded(i, "JPEG", exif=EXIF, progressive=p)) for i in (digit, rgb) for p in (False, True)),
        ("JPEG", encoded(rgb.convert("CMYK"), "JPEG", progressive=True, subsampling=0)),
        ("JPEG", encoded(rgb, "JPEG", restart_marker_blocks=2)),
        ("JPEG", encoded(rgb, "MPO", **two)),
        *(("WEBP", encoded(i, "WEBP", exif=EXIF, lossless=less)) for i in (rgb, rgba) for less in (False, True)),
        ("WEBP", encoded(rgba, "WEBP", **two)),
        ("GIF", encoded(digit, "GIF", comment=b"a" * 400)),
        ("GIF", encoded(palette, "GIF", transparency=3, **two)),
        *(("BMP", encoded(i, "BMP")) for i in (digit, rgb, rgba, digit.convert("1"))),
        *(
            ("TIFF", encoded(i, "TIFF", compression=c, big_tiff=big))
            for i in (digit, rgb, rgba)
            for c in (None, "tiff_lzw", "tiff_deflate", "packbits", "zstd")
            for big in (False, True)
            if not big or c == "tiff_lzw"
        ),
        *(("TIFF", encoded(i, "TIFF", compression="jpeg")) for i in (digit, rgb, rgb.convert("YCbCr"))),
        *(("TIFF", encoded(digit.convert("1"), "TIFF", compression=c)) for c in ("group3", "group4", None)),
        *(("TIFF", encoded(digit.convert(m), "TIFF", compression="tiff_lzw")) for m in ("F", "I", "I;16", "P", "CMYK")),
        ("TIFF", tiled()),
        *(("PPM", encoded(i, "PPM")) for i in (digit, rgb, digit.convert("1"), digit.convert("I"), digit.convert("F"))),
        ("PPM", b"P2\n# a comment\n4 3\n255\n" + b"0 9 255 7\n" * 3),
        ("AVIF", encoded(rgb, "AVIF", speed=10, exif=EXIF)),
        ("AVIF", encoded(rgba, "AVIF", speed=10)),
    ]


def tiled() -> bytes:
    """A TIFF of 48 x 40 pixels in six tiles of 16 x 32, without compression."""
    tiles = 6
    data = bytes(range(256)) * 2
    table = 8 + 2 + 10 * 12 + 4
    tags = [
        (256, 4, 1, 48),
        (257, 4, 1, 40),
        (258, 3, 1, 8),
        (259, 3, 1, 1),
        (262, 3, 1, 1),
        (277, 3, 1, 1),
        (322, 3, 1, 16),
        (323, 3, 1, 32),
        (324, 4, tiles, table),
        (325, 4, tiles, table + 4 * tiles),
    ]
    # Short numbers are in the first two bytes of the four, which are the low ones here.
    directory = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags) + bytes(4)
    offsets = [table + 8 * tiles + len(data) * i for i in range(tiles)]
    numbers = struct.pack(f"<{2 * tiles}I", *offsets, *[len(data)] * tiles)
    return b"II*\0\x08\0\0\0" + directory + numbers + data * tiles


def mutants(seed: int, count: int) -> Iterator[tuple[str, bytes]]:
    """(format, content) of so many files, in the same order each time for the same seed."""
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        yield mutant(chance)


def mutant(chance: random.Random) -> tuple[str, bytes]:
    """A file with one to four changes, seldom none."""
    format, content = chance.choice(by_format()[chance.choice(sorted(by_format()))])
    split, join = PARTS[format]
    parts = split(content)
    for _ in range(chance.choice((0, 1, 1, 1, 2, 2, 3, 4))):
        change_parts(parts, chance, "<" if format in LITTLE or content[:2] == b"II" else ">")
    result = join(parts)
    if chance.random() < 0.05:
        result = result[: chance.randrange(len(result) + 1)]
    return format, result


@functools.cache
def by_format() -> dict[str, list[tuple[str, bytes]]]:
    groups: dict[str, list[tuple[str, bytes]]] = {}
    for format, content in valid():
        groups.setdefault(format, []).append((format, content))
    return groups


def change_parts(parts: list[bytearray], chance: random.Random, order: str) -> None:
    """Change one of the parts, or their number or order."""
    if not parts:
        return
    index = chance.randrange(len(parts))
    what = chance.random()
    if what < 0.55:
        change_field(parts[index], chance, order)
    elif what < 0.65:
        parts.insert(chance.randrange(len(parts) + 1), bytearray(parts[index]))
    elif what < 0.70:
        parts[index:index] = [bytearray(parts[index]) for _ in range(chance.choice((2, 10, 100, 1_000)))]
    elif what < 0.78:
        del parts[index]
    elif what < 0.86:
        other = chance.randrange(len(parts))
        parts[index], parts[other] = parts[other], parts[index]
    elif what < 0.92:
        del parts[index][chance.randrange(len(parts[index]) + 1) :]
    else:
        at = chance.randrange(len(parts[index]) + 1)
        parts[index][at:at] = parts[index][max(0, at - 16) : at] * chance.choice((1, 4, 64, 1_000))


def change_field(part: bytearray, chance: random.Random, order: str) -> None:
    """Overwrite a number of 1, 2, 4 or 8 bytes, mostly near the start, where the fields are."""
    size = chance.choice((1, 1, 2, 2, 4, 4, 8))
    if len(part) < size:
        return
    at = chance.randrange(min(len(part) - size + 1, chance.choice((16, 32, 64, len(part)))))
    before = int.from_bytes(part[at : at + size], "little" if order == "<" else "big")
    value = chance.choice(
        (
            chance.choice(NUMBERS),
            chance.choice(LARGE),
            before + chance.choice((-1, 1, 8, -8)),
            before ^ 1 << chance.randrange(8 * size),
            chance.getrandbits(8 * size),
        )
    )
    part[at : at + size] = (value % 2 ** (8 * size)).to_bytes(size, "little" if order == "<" else "big")


def split_png(content: bytes) -> list[bytearray]:
    """The kinds and data of the chunks."""
    parts, at = [], 8
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        parts.append(bytearray(content[at + 4 : at + 8 + length]))
        at += 12 + length
    return parts


def join_png(parts: list[bytearray]) -> bytes:
    return SIGNATURE + b"".join(
        struct.pack(">I", max(0, len(part) - 4)) + part + struct.pack(">I", zlib.crc32(part)) for part in parts
    )


def split_jpeg(content: bytes) -> list[bytearray]:
    """The markers with the data of their segments, without their lengths, and the data of the scans."""
    parts, at = [], 2
    while at + 4 <= len(content):
        if content[at] == 0xFF and content[at + 1] not in (0, 0xFF, *range(0xD0, 0xDA)):
            length = int.from_bytes(content[at + 2 : at + 4], "big")
            parts.append(bytearray(content[at : at + 2] + content[at + 4 : at + 2 + length]))
            at += 2 + length
            continue
        end = at + 1
        while end < len(content) and (content[end] != 0xFF or content[end + 1 : end + 2] in (b"\0", b"\xff")):
            end += 1
        parts.append(bytearray(b"\0\0" + content[at:end]))  # zeros instead of a marker: as it is
        at = end
    return parts


def join_jpeg(parts: list[bytearray]) -> bytes:
    joined = [b"\xff\xd8"]
    for part in parts:
        data = bytes(part[2:])
        joined += [data] if part[:2] == b"\0\0" else [part[:2], (len(data) + 2 & 0xFFFF).to_bytes(2, "big"), data]
    return b"".join([*joined, b"\xff\xd9"])


def split_webp(content: bytes) -> list[bytearray]:
    parts, at = [], 12
    while at < len(content):
        length = int.from_bytes(content[at + 4 : at + 8], "little")
        parts.append(bytearray(content[at : at + 4] + content[at + 8 : at + 8 + length]))
        at += 8 + length + length % 2
    return parts


def join_webp(parts: list[bytearray]) -> bytes:
    chunks = b"WEBP" + b"".join(
        part[:4] + struct.pack("<I", max(0, len(part) - 4)) + part[4:] + b"\0" * (len(part) % 2) for part in parts
    )
    return b"RIFF" + struct.pack("<I", len(chunks)) + chunks


def split_gif(content: bytes) -> list[bytearray]:
    """The header, the palette, and the blocks."""
    at = 13 + (3 << (content[10] & 7) + 1 if content[10] & 0x80 else 0)
    parts, start = [bytearray(content[:13]), bytearray(content[13:at])], at
    while at < len(content) and content[at] != 0x3B:
        if content[at] == 0x2C:
            at += 10 + (3 << (content[at + 9] & 7) + 1 if content[at + 9] & 0x80 else 0) + 1
        else:
            at += 2
        while content[at]:
            at += 1 + content[at]
        at += 1
        parts.append(bytearray(content[start:at]))
        start = at
    return [*parts, bytearray(b";")]


def split_tiff(content: bytes) -> list[bytearray]:
    """The entries of the first directory, and last the whole file, at whose end `join_tiff` writes them again."""
    order, big = ("<" if content[:2] == b"II" else ">"), content[2:4] in (b"+\0", b"\0+")
    (at,) = struct.unpack_from(order + ("Q" if big else "I"), content, 8 if big else 4)
    (count,) = struct.unpack_from(order + ("Q" if big else "H"), content, at)
    at, size = at + (8 if big else 2), 20 if big else 12
    return [*(bytearray(content[at + size * i : at + size * (i + 1)]) for i in range(count)), bytearray(content)]


def join_tiff(parts: list[bytearray]) -> bytes:
    *entries, content = parts
    order, big = ("<" if content[:2] == b"II" else ">"), content[2:4] in (b"+\0", b"\0+")
    if len(content) < 16:
        return bytes(content)
    content = bytearray(content)
    struct.pack_into(order + ("Q" if big else "I"), content, 8 if big else 4, len(content))
    count = struct.pack(order + ("Q" if big else "H"), len(entries) & 0xFFFF)
    return bytes(content) + count + b"".join(entries) + bytes(8 if big else 4)


def split_boxes(content: bytes) -> list[bytearray]:
    """Of an AVIF."""
    parts, at = [], 0
    while at < len(content):
        length = int.from_bytes(content[at : at + 4], "big") or len(content)
        parts.append(bytearray(content[at + 4 : at + length]))
        at += length
    return parts


def join_boxes(parts: list[bytearray]) -> bytes:
    return b"".join(struct.pack(">I", len(part) + 4) + part for part in parts)


def split_words(content: bytes) -> list[bytearray]:
    """Of a PPM: the words of the header, each with the space after it, and the rest."""
    words = re.match(rb"(\S+\s)" * (3 if content[1:2] in b"14" else 4), content)
    if words is None:
        raise ValueError("not a PPM file")
    return [bytearray(part) for part in (*words.groups(), content[words.end() :])]


PARTS = {
    "PNG": (split_png, join_png),
    "JPEG": (split_jpeg, join_jpeg),
    "WEBP": (split_webp, join_webp),
    "GIF": (split_gif, b"".join),
    "BMP": (lambda content: [bytearray(content[:14]), bytearray(content[14:54]), bytearray(content[54:])], b"".join),
    "TIFF": (split_tiff, join_tiff),
    "PPM": (split_words, b"".join),
    "AVIF": (split_boxes, join_boxes),
}
LITTLE = ("WEBP", "GIF", "BMP")
