"""Weights from any source, with a deadline: `begin(source)` starts a download, `load()` returns weights, or a fallback.

The download runs in a daemon thread while the caller imports PyTorch. A snapshot counts as current only once its files
have been checked and loaded, so a bad commit never replaces a good cached one. A download that misses the deadline
continues in the background, and is in the Hub's cache at the next start.
"""

import contextlib
import os
import time
from dataclasses import replace
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from lenet.background import in_background
from lenet.hub_client import COMMIT, guarded_client
from lenet.hub_errors import HubError, explain
from lenet.hub_files import check_size, download, is_intact
from lenet.weights.files import CONFIG, LIMITS, WEIGHTS, one_line, write_whole
from lenet.weights.source import PRETRAINED, Source, find_source

if TYPE_CHECKING:
    from lenet.weights.model import Weights

# Seconds that a download may take from its start: the page may be delayed by five at most. Importing PyTorch and Gradio
# takes about as long, so usually nobody waits.
PATIENCE = 4.0
MODEL_HELP = (
    "weights to use: textbook, tutorial or original, a folder, or USER/NAME[@REVISION] on the Hugging Face Hub "
    "(default: LENET_MODEL if set, else textbook)"
)
PICKLES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"}
LONGEST = 600.0  # seconds after which a download is abandoned altogether


class Fetch:
    """A pending load of weights. PyTorch is not imported until `load` is called."""

    def __init__(self, source: Source):
        self.source = source
        self.deadline = time.monotonic() + patience()
        self.snapshot = in_background(lambda: _snapshot(source)) if source.repository else None

    def load(self) -> "Weights":
        """The weights, no later than the deadline.

        Raises ValueError, one line, if a named source cannot be loaded. If the Hub is merely unavailable, or the source
        is not named, falls back to the cached copy; if it is not named, finally to the bundled weights.
        """
        from lenet.weights.model import bundled, load_weights  # late: imports PyTorch

        if self.snapshot is None:
            folder = self.source.folder or bundled()
            return load_weights(folder, "bundled" if folder.parent == PRETRAINED else None)
        try:
            folder = self.snapshot.result(max(0.0, self.deadline - time.monotonic()))
            weights = _load(folder, self.source.repository)
            with contextlib.suppress(OSError):  # a read-only cache
                _remember(folder, self.source.revision)
            return weights
        except TimeoutError:
            error = HubError(f"no response within {patience():g} s (set LENET_PATIENCE to wait longer)", True)
        except Exception as raised:  # the client, its transports and its threads raise what they like
            error = explain(raised, revision=self.source.revision)
        problem = f"cannot load {self.source} from the Hub: {one_line(error).rstrip('.')}"
        if (error.unavailable or not self.source.named) and (copy := cached(self.source)):
            with contextlib.suppress(HubError):
                weights = _load(copy, self.source.repository)
                return replace(weights, notice=f"{problem}. Using the cached copy {weights.origin}.")
        if self.source.named:
            folder = Path(self.source.repository)
            hint = f". There is no folder {folder} either" if folder.parent.is_dir() else ""  # perhaps a mistyped path
            raise ValueError(problem + hint)
        return replace(load_weights(bundled(), "bundled"), notice=f"{problem}. Using the bundled weights.")


def begin(source: str | Path | None = None, revision: str | None = None) -> Fetch:
    """Start loading `source`, best before importing PyTorch. Raises ValueError for an invalid source."""
    return Fetch(find_source(source, revision))


def patience() -> float:
    """The deadline in seconds: LENET_PATIENCE if that is a number, for slow networks."""
    with contextlib.suppress(ValueError):
        return min(max(0.0, float(os.environ.get("LENET_PATIENCE", PATIENCE))), 600)
    return PATIENCE


def cached(source: Source) -> Path | None:
    """The snapshot in the Hub's cache that was last loaded for `source`, if it is there, complete and undamaged."""
    from huggingface_hub import try_to_load_from_cache

    found = {name: try_to_load_from_cache(source.repository, name, revision=source.revision) for name in LIMITS}
    files = {name: Path(path) for name, path in found.items() if isinstance(path, str)}
    if {CONFIG, WEIGHTS} <= files.keys() and all(is_intact(file, LIMITS[name]) for name, file in files.items()):
        return files[WEIGHTS].parent
    return None


def _load(folder: Path, repository: str) -> "Weights":
    """Raises HubError with a message about the repository rather than about paths of the cache."""
    from huggingface_hub import constants

    from lenet.weights.model import load_weights

    url = f"{constants.ENDPOINT}/{repository}/tree/{folder.name}"
    try:
        return replace(load_weights(folder, f"{repository}@{folder.name[:7]}", url), repository=repository)
    except ValueError as error:
        raise HubError(str(error).replace(f"{folder}{os.sep}", "its ")) from error


def _remember(snapshot: Path, revision: str | None) -> None:
    """Record in the cache, as the client does, which commit a branch or tag points to."""
    if revision != snapshot.name:
        ref = snapshot.parents[1] / "refs" / (revision or "main")
        ref.parent.mkdir(parents=True, exist_ok=True)
        write_whole(ref, snapshot.name.encode())


def _snapshot(source: Source) -> Path:
    """The folder of the snapshot, downloaded if necessary. Raises HubError and whatever the client raises."""
    from huggingface_hub import constants

    if constants.HF_HUB_OFFLINE or COMMIT.fullmatch(source.revision or ""):
        if here := cached(source):
            return here
        if constants.HF_HUB_OFFLINE:
            raise HubError("HF_HUB_OFFLINE is set and there is no complete copy in the cache", unavailable=True)
    with guarded_client(LONGEST, max(LIMITS.values())):
        return _download(source)


def _download(source: Source) -> Path:
    from huggingface_hub import HfApi

    api = HfApi()
    info = api.model_info(source.repository, revision=source.revision, files_metadata=True)
    if not COMMIT.fullmatch(info.sha or ""):
        raise HubError("the Hub's response names no commit")
    # One by one, since an executor's threads would keep the process from exiting.
    files = [download(source.repository, sibling, info.sha) for sibling in _wanted(info.siblings or [])]
    return files[0].parent


def _wanted(siblings: list) -> list:
    """The files to download. Raises HubError if the repository cannot hold a model of this project."""
    names = [sibling.rfilename for sibling in siblings]
    for name in names:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name:
            raise HubError(f"it contains a file outside of its folder: {name[:80]!r}")
    wanted = {sibling.rfilename: sibling for sibling in siblings if sibling.rfilename in LIMITS}
    if WEIGHTS not in wanted:
        pickles = [name for name in names if PurePosixPath(name).suffix in PICKLES]
        hint = f" (pickles such as {pickles[0][:80]} are not loaded)" if pickles else ""
        raise HubError(f"it has no {WEIGHTS}{hint}")
    if CONFIG not in wanted:
        raise HubError(f"it has no {CONFIG}")
    for name, sibling in wanted.items():
        check_size(sibling, LIMITS[name])
    return list(wanted.values())
