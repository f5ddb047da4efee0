"""Snapshots: the averaged weights at about 16 steps of a training run, for a page that shows how it learned."""

import json
from collections.abc import Callable
from pathlib import Path

from safetensors.torch import save
from torch import Tensor

from lenet.extras.files import SNAPSHOTS
from lenet.files import write_whole
from lenet.networks.base import Network

COUNT = 16


def snapshot_steps(total: int, count: int = COUNT) -> list[int]:
    """0, 1, and so on to `total`, evenly spaced on a logarithmic scale: the network learns most in its first steps."""
    return sorted({0, *(round(total ** (i / (count - 2))) for i in range(count - 1))})


def half(model: Network) -> dict[str, Tensor]:
    """A copy of the weights in half precision."""
    return {name: value.detach().cpu().half().contiguous() for name, value in model.state_dict().items()}


def write_snapshots(
    folder: Path, model: Network, snapshots: dict[int, dict], error_of: Callable[[Network], float]
) -> None:
    """Write snapshots.safetensors: tensors STEP.LAYER.NAME in half precision; steps and errors are its metadata.

    `error_of` measures a network on the validation digits; it is called with `model`, which is of the same kind, and
    has the weights that are written. Its own are restored in the end.
    """
    final = {name: value.clone() for name, value in model.state_dict().items()}
    errors = []
    for weights in snapshots.values():
        model.load_state_dict({name: value.float() for name, value in weights.items()})
        errors.append(error_of(model))
    model.load_state_dict(final)
    tensors = {f"{step}.{name}": value for step, weights in snapshots.items() for name, value in weights.items()}
    metadata = {"steps": json.dumps(list(snapshots)), "validation_errors": json.dumps(errors)}
    write_whole(folder / SNAPSHOTS, save(tensors, metadata))
