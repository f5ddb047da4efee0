"""python -m lenet.weights.fetch STAGE REPOSITORY REVISION: fetch one snapshot of a model into STAGE.

A process of its own, which `lenet.weights.hub` starts and kills at its deadline: against a Hub that does not answer the
client waits for minutes. Prints a line of JSON: {"commit": ...}, or {"away": ...} where the Hub is to blame and may be
well again later, or {"refused": ...}; before it perhaps lines of {"warning": ...}. Never imports PyTorch, to start at
once.
"""

import contextlib
import json
import logging
import os
import re
import shutil
import sys
import threading
import time
from pathlib import Path, PurePosixPath

from lenet.weights.cache import LONGEST, cached, folder_of
from lenet.weights.files import CONFIG, LIMITS, WEIGHTS, has_hash, hash_of
from lenet.weights.source import COMMIT
from lenet.weights.trouble import Refused, in_words

MEMORY = 1 << 30  # bytes of address space: an answer without end must not take the machine's memory
PICKLES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"}


def main(arguments: list[str]) -> int:
    stage, repository, revision = Path(arguments[0]), arguments[1], arguments[2] or None
    _limit(stage)
    try:
        answer = {"commit": fetch(stage, repository, revision)}
    except Exception as error:  # whatever the client raises: httpx2's errors, its own, OSError, KeyError
        answer = in_words(error, revision)
    print(json.dumps(answer), flush=True)
    os._exit(0)  # the client's threads may still wait for the Hub


def fetch(stage: Path, repository: str, revision: str | None) -> str:
    """The commit whose files now lie in the stage, or lay in the cache already. Raises Refused and the client's own."""
    from huggingface_hub import HfApi, set_client_factory, snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
    logging.getLogger("huggingface_hub").addHandler(_Teller())
    set_client_factory(_client)
    info = HfApi().model_info(repository, revision=revision, files_metadata=True)
    if not COMMIT.fullmatch(info.sha or ""):
        raise Refused("the Hub's answer names no commit")
    wanted = _checked(info.siblings or [])
    if cached(repository, info.sha) is None:
        snapshot_download(repository, revision=info.sha, cache_dir=stage, allow_patterns=sorted(wanted))
        snapshot = folder_of(repository, stage) / "snapshots" / info.sha
        for name, sibling in wanted.items():
            _compare(snapshot / name, sibling)
    return info.sha


def _checked(siblings: list) -> dict:
    """The files that are wanted, by name. Raises Refused where they cannot be those of a model of ours."""
    names = [sibling.rfilename for sibling in siblings]
    for name in names:
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts or "\\" in name:
            raise Refused(f"it has a file whose path leads out of its folder: {name[:80]!r}")
    wanted = {sibling.rfilename: sibling for sibling in siblings if sibling.rfilename in LIMITS}
    if WEIGHTS not in wanted:
        pickles = [name for name in names if PurePosixPath(name).suffix in PICKLES]
        also = f", only {pickles[0][:80]}: a pickle can run anything when it is opened" if pickles else ""
        raise Refused(f"it has no {WEIGHTS}{also}")
    if CONFIG not in wanted:
        raise Refused(f"it has no {CONFIG}")
    for name, sibling in wanted.items():
        if sibling.size is None or sibling.size > LIMITS[name]:
            size = "of unknown size" if sibling.size is None else f"{sibling.size:,} bytes"
            raise Refused(f"its {name} is too large: {size}, at most {LIMITS[name]:,} are expected")
    return wanted


def _compare(path: Path, sibling) -> None:
    """The client compares sizes only: the content is compared here, with the hash that the listing gave."""
    if not has_hash(path.read_bytes(), hash_of(sibling)):
        raise Refused(f"its {sibling.rfilename} came damaged: the hash is not the one that the Hub names")


class _Teller(logging.Handler):
    """Says what the client warns of and then tries again: if it is ended meanwhile, that is what was the matter."""

    def emit(self, record: logging.LogRecord) -> None:
        text = re.sub(r"( from)? https?://\S+", "", record.getMessage().strip().splitlines()[0])
        text = text.removeprefix("Error while downloading").strip(": ")
        if not text.startswith("Retrying"):
            print(json.dumps({"warning": text}), flush=True)


def _client():
    """The client's own way to speak HTTP, with a look at the headers that it makes file names of."""
    import httpx2

    def check(response: httpx2.Response) -> None:
        name = response.headers.get("X-Linked-Etag") or response.headers.get("ETag") or ""
        name = name.lstrip("W/").strip('"')  # as the client does
        if ".." in name or "\\" in name or name.startswith("/"):
            raise Refused("the Hub answers with an ETag that leads out of its folder")
        if not COMMIT.fullmatch(response.headers.get("X-Repo-Commit", "0" * 40)):
            raise Refused("the Hub answers with a commit that is none")

    # As huggingface_hub makes it; whoever waits has a deadline of his own.
    return httpx2.Client(event_hooks={"response": [check]}, follow_redirects=True, timeout=LONGEST)


def _limit(stage: Path) -> None:
    """What no server can talk its way round: the size of a file, the memory, the time."""
    threading.Thread(target=_end_with, args=(os.getppid(), stage), daemon=True).start()
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (max(LIMITS.values()),) * 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _end_with(parent: int, stage: Path) -> None:
    """End when whoever started this was ended, were it by kill -9, and leave nothing."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end and os.getppid() == parent:
        time.sleep(0.2)
    shutil.rmtree(stage, ignore_errors=True)
    os._exit(3)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
