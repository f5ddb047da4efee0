"""A folder to the Hub in one commit: who may, what has changed, and in one line what went wrong."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lenet.weights.files import has_hash, hash_of
from train.publish.hub_error import TOKENS, HubError, in_words

STEP = 15  # seconds for an answer of the Hub
PATIENCE = 90  # seconds for all of an upload, which takes a few: nobody shall wait for a Hub that drips
BINARY = (".safetensors", ".png")


@dataclass(frozen=True)
class Published:
    """What came of an upload: where it lies, the commit, and whether there was anything to commit."""

    url: str
    sha: str
    changed: tuple[str, ...]


def check_may_write(repo_id: str) -> None:
    """Raise HubError where the Hub knows already that the token must not write to the repository; changes nothing."""
    _asking(lambda: _check_token(repo_id), STEP)


def look_up(repo_id: str, kind: str = "model"):
    """What the Hub knows of a repository (huggingface_hub's ModelInfo or SpaceInfo), None where it is not there."""
    return _asking(lambda: _info(repo_id, kind), 2 * STEP)


def upload(
    folder: Path,
    repo_id: str,
    message: str,
    stale: Callable[[str], bool],
    kind: str = "model",
    private: bool = False,
    tag: str | None = None,
    fits: Callable[[Any], None] = lambda there: None,
) -> Published:
    """Make the repository hold what the folder holds, in one commit, or in none where it does already.

    A repository that is missing is made, `private` or not. What lies in it beside is left alone, save where `stale`
    says of its path that it is of an earlier upload. `tag` names the commit. `fits` raises a HubError where what lies
    there, the Hub's ModelInfo or SpaceInfo, must not be replaced. Raises HubError; then nothing of the folder is in
    the repository, or the message says what is.
    """
    left: list[str] = []  # what an upload that fails from here on has done already, in words
    files = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return _asking(lambda: _upload(files, repo_id, message, stale, kind, private, tag, fits, left), PATIENCE, left)


def _upload(files, repo_id, message, stale, kind, private, tag, fits, left: list[str]) -> Published:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete
    from huggingface_hub.errors import HfHubHTTPError

    api = _check_token(repo_id)
    info = _info(repo_id, kind)
    if info is not None:
        fits(info)
    there = {} if info is None else {sibling.rfilename: sibling for sibling in info.siblings or []}
    changed = [name for name, path in files.items() if not _same(path.read_bytes(), there.get(name))]
    gone = [name for name in there if name not in files and stale(name)]
    if info is not None and private and not info.private:
        raise HubError(f"{repo_id} is there and public: --private makes only a new one so; see its settings")
    tagged = _tagged(api, repo_id, kind, tag) if info is not None and tag else None
    if tagged and (changed or gone or tagged != info.sha):
        raise HubError(f"{repo_id} has a tag {tag} already, of other files ({tagged[:7]}): take another name")

    url = api.endpoint + ("/spaces/" if kind == "space" else "/") + repo_id
    sha = info.sha if info is not None else None
    if info is None:
        sdk = {"space_sdk": "gradio"} if kind == "space" else {}
        api.create_repo(repo_id, repo_type=kind, private=private or None, **sdk)
        left.append(f"{url} was made, and is empty yet: publish again")
    if changed or gone:
        added = [CommitOperationAdd(name, files[name]) for name in changed]
        for one in added:
            if one.path_in_repo.endswith(BINARY):
                # Sent ahead, one by one: several at once the client sends by threads that outlive any deadline.
                api.preupload_lfs_files(repo_id, [one], repo_type=kind)
        operations = [*added, *map(CommitOperationDelete, gone)]
        left.append(f"whether the commit arrived, {url} shows; to publish again does no harm")
        try:
            # With its parent: what someone else commits in the meantime is not mixed with this.
            commit = api.create_commit(repo_id, operations, commit_message=message, repo_type=kind, parent_commit=sha)
        except (HfHubHTTPError, ValueError) as no:  # ValueError: of the card's front matter
            if getattr(no, "response", None) is None or no.response.status_code < 500:
                left.pop()  # a plain no
            raise
        sha = commit.oid
        left[:] = [f"the files are published in {sha[:7]}, without the tag"]
    if tag and not tagged:
        api.create_tag(repo_id, tag=tag, revision=sha, repo_type=kind)
    return Published(url, sha, (*changed, *gone))


def _check_token(repo_id: str):
    """The client, once the token is known to be one that may write for the repository's owner."""
    from huggingface_hub import get_session, get_token

    get_session().timeout = STEP  # the client's own is none
    if get_token() is None:
        raise HubError(f"no token: set HF_TOKEN, or run `hf auth login`, with one that may write ({TOKENS})")
    api = _client()
    who = api.whoami()
    owner = repo_id.split("/")[0]
    if who.get("auth", {}).get("accessToken", {}).get("role") == "read":
        raise HubError(f"the token of {who['name']} may only read: make one that may write ({TOKENS})")
    owners = [who["name"], *(organisation["name"] for organisation in who.get("orgs", []))]
    if owner.lower() not in [name.lower() for name in owners]:
        raise HubError(f"the token is of {who['name']}, who has no right to write to {owner}: take {who['name']}/...")
    return api


def _info(repo_id: str, kind: str):
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        return _client().repo_info(repo_id, repo_type=kind, files_metadata=True)
    except RepositoryNotFoundError:
        return None


def _client():
    from huggingface_hub import HfApi, constants

    # Asked for here and now: the client's own default is what was set when it was imported.
    return HfApi(endpoint=os.environ.get("HF_ENDPOINT") or constants.ENDPOINT)


def _tagged(api, repo_id: str, kind: str, tag: str) -> str | None:
    """The commit that a tag names, None where there is no such tag."""
    refs = api.list_repo_refs(repo_id, repo_type=kind)
    return next((ref.target_commit for ref in refs.tags if ref.name == tag), None)


def _same(content: bytes, sibling) -> bool:
    """Whether the Hub holds this content, told by its hash: the Hub's own for large files, else Git's."""
    return sibling is not None and has_hash(content, hash_of(sibling))


def _asking(call: Callable[[], Any], seconds: float, left: Sequence[str] = ()) -> Any:
    """What the call returns, or a HubError: of whatever it raises, and when the time is up."""
    from huggingface_hub.utils import disable_progress_bars, logging

    logging.set_verbosity_error()  # it would tell of every try; one line at the end says it
    disable_progress_bars()
    answer = Future()

    def ask() -> None:
        try:
            answer.set_result(call())
        except BaseException as error:
            answer.set_exception(error)

    threading.Thread(target=ask, daemon=True).start()
    try:
        return answer.result(seconds)
    except HubError as error:
        reason = str(error)
    except Exception as error:  # the client, its transports and its own thread raise what they like
        reason = (
            in_words(error, _client().endpoint)
            if answer.done()
            else f"the Hub took more than {seconds:.0f} s: try again later"
        )
    raise HubError("; ".join([reason, *left]))
