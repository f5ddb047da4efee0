"""Upload a folder to the Hub in one commit, after checking the token; every failure is reported in one line."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lenet.background import in_background
from lenet.hub.client import guarded_client
from lenet.hub.errors import TOKENS, HubError, explain
from lenet.hub.files import has_hash, listed_hash

REQUEST_TIMEOUT = 15  # seconds
UPLOAD_TIMEOUT = 90  # seconds for a whole upload, which normally takes a few, however slowly the Hub responds
MAX_RESPONSE = 10_000_000  # bytes
BINARY = (".safetensors", ".onnx", ".png")
ZERO_GPU = "zero-a10g"  # it has kept its first GPU's name


@dataclass(frozen=True)
class Published:
    """The result of an upload: the repository's URL, its commit, and the files that changed, if any."""

    url: str
    sha: str
    changed: tuple[str, ...]


def check_may_write(repo_id: str) -> None:
    """Raise HubError if the token is known not to have write access to the repository. Changes nothing."""
    _with_timeout(lambda: _check_token(repo_id), REQUEST_TIMEOUT)


def look_up(repo_id: str, kind: str = "model") -> Any:
    """The Hub's ModelInfo or SpaceInfo of a repository, or None if it does not exist. Raises HubError."""
    return _with_timeout(lambda: _info(repo_id, kind), 2 * REQUEST_TIMEOUT)


@dataclass(frozen=True)
class Upload:
    """The files of `folder` for a repository, whose other files are kept, except those left over from earlier uploads.

    sdk: "gradio" or "static" for a Space. A new one with Gradio is on ZeroGPU, the only hardware on which a free
        account may create one; an existing Space keeps its hardware.
    private: whether a repository that does not exist is created as a private one.
    tag: a name for the commit.
    stale: recognizes files that are left over by their path.
    check: called with the Hub's ModelInfo or SpaceInfo of an existing repository; raises HubError if it must not be
        overwritten.
    """

    folder: Path
    repo_id: str
    message: str
    kind: str = "model"
    sdk: str | None = None
    private: bool = False
    tag: str | None = None
    stale: Callable[[str], bool] = lambda path: False
    check: Callable[[Any], None] = lambda info: None


def upload(what: Upload) -> Published:
    """Make the repository, which is created if it is missing, contain the files: in one commit, or none if it does.

    Raises HubError; then either nothing was uploaded, or the message says what was.
    """
    done: list[str] = []  # what an upload that fails from here on has already changed, in words
    return _with_timeout(lambda: _upload(what, done), UPLOAD_TIMEOUT, done)


def _upload(what: Upload, done: list[str]) -> Published:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, SpaceHardware
    from huggingface_hub.errors import HfHubHTTPError

    repo_id, kind, tag = what.repo_id, what.kind, what.tag
    paths = [path for path in sorted(what.folder.rglob("*")) if path.is_file()]
    files = {path.relative_to(what.folder).as_posix(): path for path in paths}
    api = _check_token(repo_id)
    info = _info(repo_id, kind)
    if info is not None:
        what.check(info)
    there = {} if info is None else {sibling.rfilename: sibling for sibling in info.siblings or []}
    changed = [name for name, path in files.items() if not _same(path.read_bytes(), there.get(name))]
    deleted = [name for name in there if name not in files and what.stale(name)]
    if info is not None and what.private and not info.private:
        raise HubError(f"{repo_id} exists and is public: --private applies only to a new repository, see its settings")
    sha = info.sha if info is not None else None
    tagged = _tagged(api, repo_id, kind, tag) if info is not None and tag else None
    if tagged and (changed or deleted or tagged != sha):
        raise HubError(f"{repo_id} already has a tag {tag}, on a different commit ({tagged[:7]}): choose another name")

    url = api.endpoint + ("/spaces/" if kind == "space" else "/") + repo_id
    if info is None:
        hardware = SpaceHardware(ZERO_GPU) if what.sdk == "gradio" else None
        api.create_repo(
            repo_id, repo_type=kind, private=what.private or None, space_sdk=what.sdk, space_hardware=hardware
        )
        done.append(f"{url} was created but is still empty: publish again")
    if changed or deleted:
        added = [CommitOperationAdd(name, files[name]) for name in changed]
        for operation in added:
            if operation.path_in_repo.endswith(BINARY):
                # Uploaded first, one by one: for several at once the client starts threads that outlive any timeout.
                api.preupload_lfs_files(repo_id, [operation], repo_type=kind)
        operations = [*added, *map(CommitOperationDelete, deleted)]
        done.append(f"check {url} for whether the commit arrived; it is safe to publish again")
        try:
            # With its parent, so that it is never mixed with a commit that somebody else makes in the meantime.
            commit = api.create_commit(
                repo_id, operations, commit_message=what.message, repo_type=kind, parent_commit=sha
            )
        except (HfHubHTTPError, ValueError) as error:  # ValueError: invalid front matter of the card
            response = getattr(error, "response", None)
            if response is None or response.status_code < 500:
                done.pop()  # a definite no
            raise
        sha = commit.oid
        done[:] = [f"the files were published in {sha[:7]}, without the tag"]
    if tag and not tagged:
        api.create_tag(repo_id, tag=tag, revision=sha, repo_type=kind)
    return Published(url, str(sha), (*changed, *deleted))


def _check_token(repo_id: str):
    """The client, if its token has write access to the owner of the repository."""
    from huggingface_hub import get_session, get_token

    get_session().timeout = REQUEST_TIMEOUT  # the client has no default
    if get_token() is None:
        raise HubError(f"no token: set HF_TOKEN or run `hf auth login`, with a token that has write access ({TOKENS})")
    api = _client()
    who = api.whoami()
    owner = repo_id.split("/")[0]
    if who.get("auth", {}).get("accessToken", {}).get("role") == "read":
        raise HubError(f"the token of {who['name']} is read-only: create one with write access at {TOKENS}")
    owners = [who["name"], *(organization["name"] for organization in who.get("orgs", []))]
    if owner.lower() not in [name.lower() for name in owners]:
        raise HubError(f"the token belongs to {who['name']}, who cannot write to {owner}: use {who['name']}/...")
    return api


def _info(repo_id: str, kind: str) -> Any:
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        return _client().repo_info(repo_id, repo_type=kind, files_metadata=True)
    except RepositoryNotFoundError:
        return None


def _client():
    from huggingface_hub import HfApi

    return HfApi(endpoint=endpoint())


def endpoint() -> str:
    """The Hub's address, as it is set now: the client's own default is the value at its import."""
    from huggingface_hub import constants

    return os.environ.get("HF_ENDPOINT") or constants.ENDPOINT


def _tagged(api, repo_id: str, kind: str, tag: str) -> str | None:
    """The commit that a tag points to, or None if there is no such tag."""
    refs = api.list_repo_refs(repo_id, repo_type=kind)
    return next((ref.target_commit for ref in refs.tags if ref.name == tag), None)


def _same(content: bytes, sibling) -> bool:
    """Whether the Hub's copy of a file has this content, by its hash."""
    return sibling is not None and has_hash(content, listed_hash(sibling))


def _with_timeout(call: Callable[[], Any], seconds: float, done: Sequence[str] = ()) -> Any:
    """What the call returns. Raises HubError for anything it raises and after `seconds`, ending with `done`.

    After that the call sends no further request: an upload that was reported as failed does not complete later.
    """
    from huggingface_hub.utils import disable_progress_bars

    def guarded() -> Any:
        with guarded_client(seconds, MAX_RESPONSE):
            return call()

    disable_progress_bars()
    result = in_background(guarded)
    try:
        return result.result(seconds)
    except Exception as error:  # the client, its transports and its threads raise what they like
        late = f"no response within {seconds:g} s: try again later"
        reason = str(explain(error, publishing=True)) if result.done() else late
    raise HubError("; ".join([reason, *done]))
