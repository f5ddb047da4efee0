"""Files and text from anywhere: written atomically, read with a size limit, and messages kept to one line."""

import json
import os
from pathlib import Path


def write_whole(path: Path, content: bytes) -> None:
    """Write a file atomically: at any moment, even after a power failure, `path` holds the old content or the new.

    Raises OSError if it cannot be written; the old content is then kept and no temporary file remains.
    """
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:  # including Ctrl+C
        part.unlink(missing_ok=True)
        raise


def read_limited(path: Path, limit: int) -> bytes:
    """The content of a file that may come from anywhere. Raises ValueError if it is larger than `limit` bytes."""
    with open(path, "rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ValueError(f"larger than {limit:,} bytes")
    return content


def parse_object(content: bytes) -> dict:
    """The JSON object. Raises ValueError for anything else and for NaN, RecursionError for deep nesting."""
    value = json.loads(content, parse_constant=_reject)
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, found {type(value).__name__}")
    return value


def one_line(text: object) -> str:
    """A message as one printable line of at most 300 characters; parts of it may come from untrusted files."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())[:300]


def _reject(constant: str) -> None:
    raise ValueError(f"{constant} is not allowed")
