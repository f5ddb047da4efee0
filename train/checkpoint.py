"""The state of a training between two epochs, on disk: a kill at any moment leaves the last one whole."""

import io
import pickle
from pathlib import Path

import torch

from lenet.weights import write_whole

CHECKPOINT = "checkpoint.pt"


class CheckpointError(Exception):
    """A checkpoint cannot be gone on from; the message says why."""


def save_checkpoint(folder: Path, state: dict) -> None:
    """Write `state`, made of tensors, numbers, strings, lists and dicts. Raises OSError where it cannot be written."""
    content = io.BytesIO()
    torch.save(state, content)
    write_whole(folder / CHECKPOINT, content.getvalue())


def load_checkpoint(folder: Path, device: torch.device) -> dict | None:
    """The state that was saved last, or None where there is none. Raises CheckpointError where it is damaged."""
    path = folder / CHECKPOINT
    if not path.exists():
        return None
    try:
        return torch.load(path, map_location=device, weights_only=True)
    except (OSError, RuntimeError, pickle.UnpicklingError, EOFError, ValueError, KeyError) as error:
        reason = str(error).splitlines()[0]
        raise CheckpointError(f"{path} is damaged ({reason}); delete it to begin anew") from error
