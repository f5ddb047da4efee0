"""Unpack a file from a zip archive, from a .Z file of Unix compress, or from a .Z file in a zip archive."""

import io
import warnings
import zipfile
from pathlib import PurePosixPath

from uncompresspy import LZWFile


class ArchiveError(Exception):
    """The archive is damaged or does not contain the file; the message says why."""


def unpack(archive: bytes, name: str, limit: int) -> bytes:
    """The file `name`, of at most `limit` bytes.

    It is a .Z file's content, or the member `name` or `name`.Z of a zip archive, in any of its folders. Raises
    ArchiveError.
    """
    if archive.startswith(b"PK"):
        member, archive = _find(archive, name, limit)
        if member == name:
            return archive
    if not archive.startswith(b"\x1f\x9d"):
        raise ArchiveError(f"neither a zip nor a .Z archive, it starts with {archive[:15]!r}")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # of uncompresspy: truncated data, unknown flags
            content = LZWFile(io.BytesIO(archive)).read(limit + 1)
    except (ValueError, RuntimeWarning) as error:
        raise ArchiveError(f"damaged .Z file ({error})") from error
    return _limited(content, limit)


def _find(archive: bytes, name: str, limit: int) -> tuple[str, bytes]:
    """The member `name` or `name`.Z of a zip archive: its name without folders, and its content."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as members:
            for member in members.infolist():
                if (base := PurePosixPath(member.filename).name) in (name, f"{name}.Z"):
                    with members.open(member) as file:
                        return base, _limited(file.read(limit + 1), limit)
    except ArchiveError:
        raise
    except Exception as error:  # zipfile raises many types for a damaged archive, those of its codecs among them
        raise ArchiveError(f"damaged zip archive ({error})") from error
    raise ArchiveError(f"zip archive without {name} or {name}.Z")


def _limited(content: bytes, limit: int) -> bytes:
    if len(content) > limit:
        raise ArchiveError(f"it unpacks to more than {limit:,} bytes")
    return content
