"""Files and text from anywhere: written atomically, read with a size limit, and messages kept to one line."""

import json
import os
import threading
from pathlib import Path
from typing import NoReturn

LARGEST = 1e15  # of a number in a file: larger ones are not exact as a float, and none of ours comes near


def write_whole(path: Path, content: bytes) -> None:
    """Write a file atomically: at any moment, even after a power failure, `path` holds the old content or the new.

    So it does if several processes or threads write it at once: each has a temporary file of its own, which remains
    only if it is killed. Raises OSError if the file cannot be written; the old content is then kept.
    """
    part = path.with_name(f"{path.name}.{os.getpid()}-{threading.get_ident()}.part")
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


def parse_json(text: str | bytes):
    """The JSON value, whose numbers are finite and at most LARGEST; others would fail where they are used.

    Raises ValueError for such numbers, for NaN and for what is not JSON, and RecursionError for deep nesting.
    """
    return json.loads(text, parse_constant=_reject, parse_float=_small_float, parse_int=_small_int)


def parse_object(content: bytes) -> dict:
    """The JSON object. Raises ValueError for anything else, and as `parse_json` does."""
    value = parse_json(content)
    if not isinstance(value, dict):
        raise ValueError(f"expected an object, found {type(value).__name__}")
    return value


def one_line(text: object) -> str:
    """A message as one printable line of at most 300 characters; parts of it may come from untrusted files."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())[:300]


def _reject(number: str) -> NoReturn:
    raise ValueError(f"the number {number if len(number) < 30 else f'{number[:20]}...'} is not allowed")


def _small_float(text: str) -> float:
    number = float(text)
    return number if abs(number) <= LARGEST else _reject(text)


def _small_int(text: str) -> int:
    # The length first: the time to convert a number grows with its square.
    return number if len(text) < 30 and abs(number := int(text)) <= LARGEST else _reject(text)
