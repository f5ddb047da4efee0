"""python -m lenet.fetch STAGE REPOSITORY REVISION: fetch one snapshot of a model from the Hub into the folder STAGE.

A process of its own, which `lenet.hub` starts and kills at its deadline: against a Hub that does not answer the client
waits for minutes. Prints one line of JSON: {"commit": ...}, or {"away": ...} where the Hub is to blame and may be well
again later, or {"refused": ...}. Standard library at first, so that it starts at once.
"""

import contextlib
import errno
import hashlib
import json
import os
import re
import sys
import threading
from pathlib import Path, PurePosixPath

from lenet.cache import cached, folder_of
from lenet.files import CONFIG, LIMITS, WEIGHTS
from lenet.source import COMMIT

LIFE = 60  # seconds after which it ends by itself, if whoever started it cannot end it any more
MEMORY = 4 << 30  # bytes of address space: an answer without end must not take the machine's memory
PICKLES = {".bin", ".pt", ".pth", ".pkl", ".pickle", ".ckpt"}
TRUSTED = re.compile(r'(W/)?"?[0-9a-f]{40}([0-9a-f]{24})?"?')  # an ETag that the client makes a file's name of


class Away(Exception):  # noqa: N818
    """The Hub, or the way to it."""


class Refused(Exception):  # noqa: N818
    """What the Hub has is not what is wanted, or not to be had."""


def main(arguments: list[str]) -> int:
    stage, repository, revision = Path(arguments[0]), arguments[1], arguments[2] or None
    _limit()
    try:
        answer = {"commit": fetch(stage, repository, revision)}
    except (Away, Refused) as error:
        answer = {type(error).__name__.lower(): str(error)}
    except Exception as error:  # whatever the client raises: httpx2's errors, its own, OSError, ValueError
        answer = _explained(error, repository, revision)
    print(json.dumps(answer), flush=True)
    os._exit(0)  # the client's threads may still wait for the Hub


def fetch(stage: Path, repository: str, revision: str | None) -> str:
    """The commit whose files now lie in the stage, or lay in the cache already. Raises Away, Refused, and more."""
    from huggingface_hub import HfApi, set_client_factory, snapshot_download
    from huggingface_hub.utils import disable_progress_bars

    disable_progress_bars()
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
    content = path.read_bytes()
    if sibling.lfs is not None:
        same = hashlib.sha256(content).hexdigest() == sibling.lfs.sha256
    else:
        same = hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest() == sibling.blob_id
    if not same:
        raise Refused(f"its {sibling.rfilename} came damaged: the hash is not the one that the Hub names")


def _client():
    """The client's own way to speak HTTP, but headers that it makes paths of must be such as cannot leave a folder."""
    import httpx2

    def check(response: httpx2.Response) -> None:
        if response.request.method != "HEAD":
            return
        for name, form in (("ETag", TRUSTED), ("X-Linked-Etag", TRUSTED), ("X-Repo-Commit", COMMIT)):
            if not form.fullmatch(response.headers.get(name, "0" * 40)):
                raise Refused(f"the Hub's answer has a {name} that is none")

    # As the client makes it (huggingface_hub.utils._http), with timeouts: it is never waited for longer anyway.
    return httpx2.Client(event_hooks={"response": [check]}, follow_redirects=True, timeout=LIFE)


def _limit() -> None:
    """What no server can talk its way round: the size of a file, the memory, the time."""
    ending = threading.Timer(LIFE, os._exit, [3])
    ending.daemon = True
    ending.start()
    with contextlib.suppress(ImportError, ValueError, OSError):  # not on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (max(LIMITS.values()),) * 2)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, resource.getrlimit(resource.RLIMIT_AS)[1]))


def _explained(error: BaseException, repository: str, revision: str | None) -> dict[str, str]:
    """One line, with what to do, for what the client raised."""
    from huggingface_hub import constants
    from huggingface_hub.errors import OfflineModeIsEnabled, RevisionNotFoundError

    chain = []
    while error is not None and error not in chain:
        chain.append(error)
        error = error.__cause__ or error.__context__
    if any(isinstance(link, Refused) for link in chain):
        return {"refused": str(next(link for link in chain if isinstance(link, Refused)))}
    if any(isinstance(link, RevisionNotFoundError) for link in chain):
        return {"refused": f"it has no revision {revision}"}
    statuses = [link.response.status_code for link in chain if getattr(link, "response", None) is not None]
    if statuses:
        return status_in_words(statuses[-1])
    if any(isinstance(link, OfflineModeIsEnabled) for link in chain):
        return {"away": "HF_HUB_OFFLINE keeps from the Hub"}
    if any(type(link).__module__.startswith(("httpx", "httpcore")) for link in chain):
        return {"away": f"{constants.ENDPOINT} cannot be reached; is there a network?"}
    if any(getattr(link, "errno", None) == errno.EFBIG for link in chain):
        return {"refused": f"it sends a file of more than {max(LIMITS.values()):,} bytes"}
    text = (str(chain[0]).strip() or type(chain[0]).__name__).splitlines()[0]
    return {"refused": text[:200]}


def status_in_words(status: int) -> dict[str, str]:
    """What the Hub meant by an HTTP status that is no success."""
    match status:
        case 401:
            return {"refused": "the Hub answers 401: no such repository, or a private one, or HF_TOKEN is not valid"}
        case 403:
            return {"refused": "the Hub answers 403: HF_TOKEN may not read it; ask its owner for access"}
        case 404:
            return {"refused": "the Hub answers 404: it has no such repository, or hides it from this HF_TOKEN"}
        case 429:
            return {"away": "the Hub answers 429: asked too often; try again in some minutes"}
    return {"away": f"the Hub answers {status}: it has trouble; try again later"}


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
