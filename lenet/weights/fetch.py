"""Weights from any source, with a deadline: `begin(source)` starts a download, `load()` returns weights, or a fallback.

The download runs in a daemon thread while the caller imports PyTorch. A snapshot counts as current only once its files
have been checked and loaded, so a bad commit never replaces a good cached one. A download that misses the deadline
continues in the background, and is in the Hub's cache at the next start.
"""

import contextlib
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lenet.background import in_background
from lenet.files import one_line
from lenet.hub.errors import HubError, explain
from lenet.hub.fetch import cached_snapshot, fetch_snapshot, patience, remember
from lenet.weights.files import CONFIG, LIMITS, WEIGHTS
from lenet.weights.source import PRETRAINED, Source, find_source

if TYPE_CHECKING:
    from lenet.weights.model import Weights

MODEL_HELP = (
    "weights to use: textbook, tutorial or original, a folder, a file that the page has saved, or USER/NAME[@REVISION] "
    "on the Hugging Face Hub "
    "(default: LENET_MODEL if set, else textbook)"
)
REQUIRED = (WEIGHTS, CONFIG)


class Fetch:
    """A pending load of weights. PyTorch is not imported until `load` is called."""

    def __init__(self, source: Source):
        self.source = source
        self.deadline = time.monotonic() + patience()
        self.snapshot = None
        if repository := source.repository:
            self.snapshot = in_background(lambda: fetch_snapshot(repository, source.revision, LIMITS, REQUIRED))

    def load(self) -> "Weights":
        """The weights, no later than the deadline.

        Raises ValueError, one line, if a named source cannot be loaded. If the Hub is merely unavailable, or the source
        is not named, falls back to the cached copy; if it is not named, finally to the bundled weights.
        """
        from lenet.weights.model import bundled, load_weights  # late: imports PyTorch

        repository = self.source.repository
        if self.snapshot is None or repository is None:
            folder = self.source.folder or bundled()
            return load_weights(folder, "bundled" if folder.parent == PRETRAINED else None)
        try:
            folder = self.snapshot.result(max(0.0, self.deadline - time.monotonic()))
            weights = _load(folder, repository)
            with contextlib.suppress(OSError):  # a read-only cache
                remember(folder, self.source.revision)
            return weights
        except TimeoutError:
            error = HubError(f"no complete response within {patience():g} s (set LENET_PATIENCE to wait longer)", True)
        except Exception as raised:  # the client, its transports and its threads raise what they like
            error = explain(raised, revision=self.source.revision)
        problem = f"cannot load {self.source} from the Hub: {one_line(error).rstrip('.')}"
        if (error.unavailable or not self.source.named) and (copy := cached(self.source)):
            with contextlib.suppress(HubError):
                weights = _load(copy, repository)
                return replace(weights, notice=f"{problem}. Using the cached copy {weights.origin}.")
        if self.source.named:
            folder = Path(repository)
            hint = f". There is no folder {folder} either" if folder.parent.is_dir() else ""  # perhaps a mistyped path
            raise ValueError(problem + hint)
        return replace(load_weights(bundled(), "bundled"), notice=f"{problem}. Using the bundled weights.")


def begin(source: str | Path | None = None, revision: str | None = None) -> Fetch:
    """Start loading `source`, best before importing PyTorch. Raises ValueError for an invalid source."""
    return Fetch(find_source(source, revision))


def cached(source: Source) -> Path | None:
    """The snapshot in the Hub's cache that was last loaded for `source`, if it is there, complete and undamaged."""
    if source.repository is None:
        return None
    return cached_snapshot(source.repository, source.revision, LIMITS, REQUIRED)


def _load(folder: Path, repository: str) -> "Weights":
    """Raises HubError with a message about the repository rather than about paths of the cache."""
    from huggingface_hub import constants

    from lenet.weights.model import load_weights

    url = f"{constants.ENDPOINT}/{repository}/tree/{folder.name}"
    try:
        return replace(load_weights(folder, f"{repository}@{folder.name[:7]}", url), repository=repository)
    except ValueError as error:
        raise HubError(str(error).replace(f"{folder}{os.sep}", "its ")) from error
