"""The Hub client's cache on this machine: what lies in it, and how a snapshot that passed every check gets in.

    models--USER--NAME/refs/main              the commit that the branch stood at
    models--USER--NAME/snapshots/COMMIT/...   the files of that commit, mostly links into blobs/

A snapshot is fetched beside it, into a folder of its own, and moved in whole: what was refused, or came only half, is
never in the cache.
"""

import contextlib
import os
import re
import shutil
import tempfile
import time
from pathlib import Path

from lenet.weights.files import CONFIG, LIMITS, WEIGHTS, has_hash, write_whole
from lenet.weights.source import COMMIT

BLOB = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
STAGE = ".lenet-"  # what the folders are called that a snapshot is fetched into
LONGEST = 600  # seconds that a fetch may be waited for, and live
FORGOTTEN = 3600  # seconds after which such a folder is nobody's: its process was killed


def cache_folder() -> Path:
    """HF_HUB_CACHE, HF_HOME and so on, as the client reads them."""
    from huggingface_hub import constants  # late, with its settings from the environment

    return Path(constants.HF_HUB_CACHE).expanduser()


def folder_of(repository: str, cache: Path | None = None) -> Path:
    return (cache or cache_folder()) / f"models--{repository.replace('/', '--')}"


def cached(repository: str, revision: str | None) -> Path | None:
    """The snapshot of `revision` (None: main) that was last fetched; None where there is none, or half or damaged."""
    folder = folder_of(repository)
    commit = revision or "main"
    if not COMMIT.fullmatch(commit):
        with contextlib.suppress(OSError, ValueError):
            commit = (folder / "refs" / commit).read_text().strip()
    snapshot = folder / "snapshots" / commit
    whole = COMMIT.fullmatch(commit) and all((snapshot / name).is_file() for name in (CONFIG, WEIGHTS))
    return snapshot if whole and all(_is_intact(snapshot / name) for name in LIMITS) else None


def _is_intact(file: Path) -> bool:
    """Whether a file holds what it was fetched with: it links to a blob, whose name is the hash of its content."""
    blob = file.resolve()
    if not BLOB.fullmatch(blob.name):  # missing, or there are no links here
        return True
    with contextlib.suppress(OSError):
        # What is too large is refused when it is loaded.
        return blob.stat().st_size > LIMITS[file.name] or has_hash(blob.read_bytes(), blob.name)
    return False


def make_stage() -> Path:
    """A new folder to fetch into, on the cache's own disk where that can be written; forgotten ones go."""
    cache = cache_folder()
    with contextlib.suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True)
        for stage in cache.glob(STAGE + "*"):
            if time.time() - stage.stat().st_mtime > FORGOTTEN:
                shutil.rmtree(stage, ignore_errors=True)
        return Path(tempfile.mkdtemp(prefix=STAGE, dir=cache))
    return Path(tempfile.mkdtemp(prefix=STAGE))


def keep(stage: Path, repository: str, commit: str) -> None:
    """Move the snapshot of `commit` from the stage into the cache. Raises OSError where that cannot be written."""
    new, kept = folder_of(repository, stage), folder_of(repository)
    for part in ("blobs", f"snapshots/{commit}"):
        (kept / part).mkdir(parents=True, exist_ok=True)
        for file in sorted((new / part).iterdir()):  # the weights come last: a snapshot counts once it has them
            os.replace(file, kept / part / file.name)  # links to ../../blobs lead there at their new place, too


def remember(repository: str, revision: str | None, commit: str) -> None:
    """Note the commit that a branch or a tag stands for. Raises OSError where the cache cannot be written."""
    if revision == commit:
        return
    ref = folder_of(repository) / "refs" / (revision or "main")
    ref.parent.mkdir(parents=True, exist_ok=True)
    write_whole(ref, commit.encode())
