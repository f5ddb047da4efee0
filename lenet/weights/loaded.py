"""Weights that were loaded and checked, with where they come from."""

import os
from dataclasses import dataclass
from pathlib import Path

from lenet.networks.base import Network
from lenet.rejection import Calibration
from lenet.weights.model import bundled, load_metrics, load_model


@dataclass(frozen=True)
class Weights:
    """A network that passed every check, and where it comes from.

    origin: "bundled", "folder F" or "USER/NAME@COMMIT", with the commit's first seven figures.
    page: the address of that revision on the Hub; None for what is not from there.
    notice: None, or one line that says why these are not the ones that were looked for.
    """

    model: Network
    calibration: Calibration
    metrics: dict | None
    origin: str
    page: str | None = None
    notice: str | None = None


def from_folder(folder: Path | None) -> Weights:
    origin = "bundled" if folder is None else f"folder {folder}"
    folder = bundled() if folder is None else folder
    return Weights(*load_model(folder), load_metrics(folder), origin)


def from_snapshot(folder: Path, repository: str) -> Weights:
    """Raises ValueError, whose line speaks of the repository, not of the cache's long paths."""
    from huggingface_hub import constants  # late, with its settings from the environment

    try:
        model, calibration = load_model(folder)
        metrics = load_metrics(folder)
    except ValueError as error:
        raise ValueError(str(error).replace(f"{folder}{os.sep}", "its ")) from error
    commit = folder.name
    page = f"{constants.ENDPOINT}/{repository}/tree/{commit}"
    return Weights(model, calibration, metrics, f"{repository}@{commit[:7]}", page)
