"""Checkpoints: the state of a training run after an epoch, written atomically."""

import io
from pathlib import Path

import torch

from train.errors import CommandError
from train.hashed_file import DamagedFileError, read_hashed, write_hashed

CHECKPOINT = "checkpoint.pt"


class CheckpointError(CommandError):
    """A run cannot be resumed from its checkpoint; the message says why."""


def save_checkpoint(folder: Path, state: dict) -> None:
    """Save `state`: tensors, numbers, strings, lists and dicts. Raises OSError if the checkpoint cannot be written."""
    content = io.BytesIO()
    torch.save(state, content)
    write_hashed(folder / CHECKPOINT, content.getvalue())  # because torch.load does not detect most flipped bits


def load_checkpoint(folder: Path, device: torch.device) -> dict | None:
    """The last saved state, None if there is none. Raises CheckpointError if it is damaged."""
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    try:
        content = read_hashed(path)
    except DamagedFileError as error:
        raise CheckpointError(f"{error}; delete it to start from the beginning") from error
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
