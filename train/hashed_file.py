"""Files that start with the SHA-256 of the rest, so that any damage is detected when they are read."""

import hashlib
from pathlib import Path

from lenet.files import write_whole

DIGEST_SIZE = 32  # bytes


class DamagedFileError(Exception):
    """The hash of a file is not that of its content; the message names the file."""


def write_hashed(path: Path, content: bytes) -> None:
    """Write a file atomically. Raises OSError, with the name of the file, if it cannot be written."""
    try:
        write_whole(path, hashlib.sha256(content).digest() + content)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def read_hashed(path: Path) -> bytes:
    """The content of a file that `write_hashed` has written. Raises DamagedFileError or OSError."""
    file = path.read_bytes()
    digest, content = file[:DIGEST_SIZE], file[DIGEST_SIZE:]
    if hashlib.sha256(content).digest() != digest:
        raise DamagedFileError(f"{path} is damaged: its hash does not match")
    return content
