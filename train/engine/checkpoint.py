"""The state of a training between two epochs, on disk: a kill at any moment leaves the last one whole."""

import hashlib
import io
from pathlib import Path

import torch

from lenet.weights.model import write_whole

CHECKPOINT = "checkpoint.pt"
DIGEST = 32  # bytes of SHA-256 before the content: torch.load takes most flipped bits without a word


class CheckpointError(Exception):
    """A checkpoint cannot be gone on from; the message says why."""


def save_checkpoint(folder: Path, state: dict) -> None:
    """Write `state`, made of tensors, numbers, strings, lists and dicts. Raises OSError where it cannot be written."""
    content = io.BytesIO()
    torch.save(state, content)
    path = folder / CHECKPOINT
    try:
        write_whole(path, hashlib.sha256(content.getvalue()).digest() + content.getvalue())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error  # a failed write does not say which file


def load_checkpoint(folder: Path, device: torch.device) -> dict | None:
    """The state that was saved last, or None where there is none. Raises CheckpointError where it is damaged."""
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    whole = path.read_bytes()
    digest, content = whole[:DIGEST], whole[DIGEST:]
    if hashlib.sha256(content).digest() != digest:
        raise CheckpointError(f"{path} is damaged: its checksum is not what was written; delete it to begin anew")
    return torch.load(io.BytesIO(content), map_location=device, weights_only=True)
