"""Archives for tests: zip files, the .Z format of Unix compress, and a .Z bomb."""

import io
import itertools
import zipfile
from collections.abc import Iterable


def compress(content: bytes, clear_every: int | None = None) -> bytes:
    """`content` in the format of Unix compress: LZW with codes of 9 to 16 bits, in block mode.

    The table is cleared after every `clear_every` codes, as compress does if the compression ratio falls.
    """
    return _packed(_codes(content, clear_every))


def bomb(codes: int) -> bytes:
    """A .Z file of so many codes, each of which stands for one byte more than the previous one."""
    return _packed(itertools.chain([0], range(257, 256 + codes)))


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


def _codes(content: bytes, clear_every: int | None) -> Iterable[int]:
    single = {bytes([byte]): byte for byte in range(256)}
    table, word, count = dict(single), b"", 0
    for byte in content:
        longer = word + bytes([byte])
        if longer in table:
            word = longer
            continue
        yield table[word]
        count += 1
        if clear_every and count % clear_every == 0:
            yield 256
            table = dict(single)
        elif len(table) < 65535:
            table[longer] = len(table) + 1  # 256 is the code to clear the table
        word = longer[-1:]
    if word:
        yield table[word]


def _packed(codes: Iterable[int]) -> bytes:
    """The codes as bits, the lowest first: 256 codes of 9 bits, 512 of 10 and so on, until the table is cleared."""
    out, bits, length, width, written = bytearray(b"\x1f\x9d\x90"), 0, 0, 9, 0
    for code in codes:
        bits |= code << length
        length += width
        written += 1
        if code == 256:
            length += -written % 8 * width  # codes are written in groups of eight, and the rest of this group is unused
            width, written = 9, 0
        elif written == 1 << (width - 1) and width < 16:
            width, written = width + 1, 0
        if length % 8 == 0:
            out += bits.to_bytes(length // 8, "little")
            bits = length = 0
    return bytes(out + bits.to_bytes((length + 7) // 8, "little"))
