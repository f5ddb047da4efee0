"""The files of a model folder: what they are called, how large they may be, how one is written, what is said of one."""

import hashlib
import os
from pathlib import Path

WEIGHTS, CONFIG, METRICS = "model.safetensors", "config.json", "metrics.json"

# Bytes. The largest network has 61,706 numbers of four bytes; what is larger than this is something else.
LIMITS = {WEIGHTS: 2_000_000, CONFIG: 10_000, METRICS: 1_000_000}


def write_whole(path: Path, content: bytes) -> None:
    """Write a file so that at any moment, a power cut included, `path` holds the old content or the new.

    Raises OSError where it cannot be written; then the old content stays, and nothing else is left.
    """
    part = path.with_name(path.name + ".part")
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:  # Ctrl+C, too
        part.unlink(missing_ok=True)
        raise


def has_hash(content: bytes, hash: str) -> bool:
    """Whether this is the hash by which the Hub names the content: SHA-256 of a large file, else Git's SHA-1."""
    if len(hash) == 64:
        return hashlib.sha256(content).hexdigest() == hash
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == hash


def hash_of(sibling) -> str:
    """The hash by which the Hub's listing names a file's content; `sibling` is huggingface_hub's RepoSibling."""
    return sibling.blob_id if sibling.lfs is None else sibling.lfs.sha256


def one_line(text: object) -> str:
    """A message as one line that a terminal can show: a stranger's file may have a part in it."""
    return " ".join("".join(c if c.isprintable() else " " for c in str(text)).split())[:300]
