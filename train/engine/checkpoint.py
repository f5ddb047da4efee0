"""Checkpoints: the state of a training run after an epoch, written atomically."""

import hashlib
import io
from pathlib import Path

import torch

from lenet.files import write_whole
from train.errors import CommandError

CHECKPOINT = "checkpoint.pt"
DIGEST_SIZE = 32  # a SHA-256 precedes the content, because torch.load does not detect most flipped bits


class CheckpointError(CommandError):
    """A run cannot be resumed from its checkpoint; the message says why."""


def save_checkpoint(folder: Path, state: dict) -> None:
    """Save `state`: tensors, numbers, strings, lists and dicts. Raises OSError if the checkpoint cannot be written."""
    content = io.BytesIO()
    torch.save(state, content)
    path = folder / CHECKPOINT
    try:
        write_whole(path, hashlib.sha256(content.getvalue()).digest() + content.getvalue())
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error  # with the name of the file


def load_checkpoint(folder: Path, device: torch.device) -> dict | None:
    """The last saved state, None if there is none. Raises CheckpointError if it is damaged."""
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    file = path.read_bytes()
    digest, content = file[:DIGEST_SIZE], file[DIGEST_SIZE:]
    if hashlib.sha256(content).digest() != digest:
        raise CheckpointError(f"{path} is damaged: its hash does not match; delete it to start from the beginning")
    try:
        state = torch.load(io.BytesIO(content), map_location=device, weights_only=True)
    except Exception as error:  # of many types, for what this program has not written
        raise not_a_run(folder) from error
    if not isinstance(state, dict):
        raise not_a_run(folder)
    return state


def not_a_run(folder: Path) -> CheckpointError:
    """The error for a checkpoint that is whole, but does not hold the state of a run."""
    return CheckpointError(
        f"{folder / CHECKPOINT} is damaged: it does not hold the state of a run; delete it to start from the beginning"
    )
