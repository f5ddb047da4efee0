"""Files of a repository, at one commit, within limits of time and size; every file is checked against its hash.

The functions wait for the network: run them in a thread, and wait for it no longer than `patience()`. What is
downloaded after that is in the Hub's cache next time.
"""

import contextlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from lenet.files import one_line, write_whole
from lenet.hub.client import COMMIT, guarded_client
from lenet.hub.errors import HubError, explain
from lenet.hub.files import check_size, download, is_intact

# Seconds that a download may take from its start: the page may be delayed by five at most. Importing PyTorch and Gradio
# takes about as long, so usually nobody waits.
PATIENCE = 4.0
LONGEST = 600.0  # seconds after which a download is abandoned altogether
LISTING = 2_000_000  # bytes; the listing of a repository is a response, too
PICKLES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"}


def patience() -> float:
    """The deadline in seconds: LENET_PATIENCE if that is a number, for slow networks."""
    with contextlib.suppress(ValueError):
        return min(max(0.0, float(os.environ.get("LENET_PATIENCE", PATIENCE))), 600)
    return PATIENCE


def fetch_snapshot(repository: str, revision: str | None, limits: Mapping[str, int], required: Sequence[str]) -> Path:
    """The folder in the cache with the files that `limits` names, downloaded if necessary.

    `limits` are the largest sizes in bytes; of these files, those that are `required` must be there. Raises HubError
    and whatever the client raises.
    """
    from huggingface_hub import HfApi, constants

    if constants.HF_HUB_OFFLINE or COMMIT.fullmatch(revision or ""):
        if here := cached_snapshot(repository, revision, limits, required):
            return here
        if constants.HF_HUB_OFFLINE:
            raise HubError("HF_HUB_OFFLINE is set and there is no complete copy in the cache", unavailable=True)
    with guarded_client(LONGEST, max(LISTING, *limits.values())):
        info = HfApi().model_info(repository, revision=revision, files_metadata=True)
        commit = info.sha or ""
        if not COMMIT.fullmatch(commit):
            raise HubError("the Hub's response names no commit")
        # One by one, since an executor's threads would keep the process from exiting.
        files = [download(repository, sibling, commit) for sibling in _wanted(info.siblings or [], limits, required)]
        return files[0].parent


def cached_snapshot(
    repository: str, revision: str | None, limits: Mapping[str, int], required: Sequence[str]
) -> Path | None:
    """The folder in the cache that `remember` has recorded for the revision, if it is complete and undamaged."""
    from huggingface_hub import try_to_load_from_cache

    found = {name: try_to_load_from_cache(repository, name, revision=revision) for name in limits}
    files = {name: Path(path) for name, path in found.items() if isinstance(path, str)}
    if set(required) <= files.keys() and all(is_intact(file, limits[name]) for name, file in files.items()):
        return files[required[0]].parent
    return None


def remember(snapshot: Path, revision: str | None) -> None:
    """Record in the cache, as the client does, which commit a branch or tag points to. Raises OSError."""
    if revision != snapshot.name:
        ref = snapshot.parents[1] / "refs" / (revision or "main")
        ref.parent.mkdir(parents=True, exist_ok=True)
        write_whole(ref, snapshot.name.encode())


def fetch_file(repository: str, commit: str, name: str, limit: int) -> Path | None:
    """A file of at most `limit` bytes, in the cache, or None if the repository does not have it. Raises HubError."""
    try:
        return _fetch_file(repository, commit, name, limit)
    except Exception as raised:  # the client, its transports and its threads raise what they like
        error = explain(raised, revision=commit)
        problem = f"cannot load {name} of {repository}@{commit[:7]} from the Hub: {one_line(error).rstrip('.')}"
        raise HubError(problem, error.unavailable) from raised


def _fetch_file(repository: str, commit: str, name: str, limit: int) -> Path | None:
    from huggingface_hub import HfApi, constants

    if constants.HF_HUB_OFFLINE:
        raise HubError("HF_HUB_OFFLINE is set and the file is not in the cache", unavailable=True)
    if not COMMIT.fullmatch(commit):
        raise HubError("the commit of the weights is not known")
    with guarded_client(LONGEST, max(LISTING, limit)):
        info = HfApi().model_info(repository, revision=commit, files_metadata=True)
        found = [sibling for sibling in info.siblings or [] if sibling.rfilename == name]
        if not found:
            return None
        check_size(found[0], limit)
        return download(repository, found[0], commit)


def _wanted(siblings: list, limits: Mapping[str, int], required: Sequence[str]) -> list:
    """The files to download. Raises HubError if one is missing or too large, or if the repository looks hostile."""
    names = [sibling.rfilename for sibling in siblings]
    for name in names:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name:
            raise HubError(f"it contains a file outside of its folder: {name[:80]!r}")
    wanted = {sibling.rfilename: sibling for sibling in siblings if sibling.rfilename in limits}
    if missing := [name for name in required if name not in wanted]:
        pickles = [name for name in names if PurePosixPath(name).suffix in PICKLES]
        weights = missing[0].endswith(".safetensors")
        hint = f" (pickles such as {pickles[0][:80]} are not loaded)" if weights and pickles else ""
        raise HubError(f"it has no {missing[0]}{hint}")
    for name, sibling in wanted.items():
        check_size(sibling, limits[name])
    return list(wanted.values())
