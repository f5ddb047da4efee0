"""Load the extra files: from the folder of the weights, or from their commit on the Hub."""

import threading
from concurrent.futures import Future
from pathlib import Path

from lenet.background import in_background
from lenet.extras.check import check
from lenet.extras.files import EXTRAS
from lenet.hub_client import COMMIT, guarded_client
from lenet.hub_errors import HubError, explain
from lenet.hub_files import check_size, download, is_intact
from lenet.weights.files import one_line, read_limited
from lenet.weights.hub import LONGEST
from lenet.weights.model import Weights

LARGEST_RESPONSE = max(2_000_000, *EXTRAS.values())  # bytes; the listing of a repository is one, too


class NoSuchFileError(Exception):
    """These weights do not have this file; the message is a sentence."""


class Extras:
    """The extra files of one network. Each is read when it is first asked for, and then kept."""

    def __init__(self, weights: Weights):
        self.weights = weights
        self.lock = threading.Lock()
        self.futures: dict[str, Future] = {}

    def begin(self, name: str) -> Future:
        """The content, once a thread has it: whoever asks in the meantime waits for the same thread.

        The future raises what `load_extra` does. After a failure, the next call tries again.
        """
        with self.lock:
            if name not in self.futures or self._may_change(self.futures[name]):
                self.futures[name] = in_background(lambda: load_extra(self.weights, name))
            return self.futures[name]

    def _may_change(self, future: Future) -> bool:
        error = future.exception() if future.done() else None
        final = isinstance(error, NoSuchFileError) and self.weights.repository  # a commit never changes
        return error is not None and not final


def load_extra(weights: Weights, name: str) -> bytes:
    """The content of an extra file, checked.

    Raises NoSuchFileError if the weights do not have it, HubError if it cannot be downloaded, and ValueError, one line
    that begins with its name, if it is damaged.
    """
    file = weights.folder / name if weights.folder else None
    if file is not None and weights.repository and not (file.is_file() and is_intact(file, EXTRAS[name])):
        file = _download(weights, name)
    if file is None or not file.is_file():
        raise NoSuchFileError(f"These weights have no {name}.")
    try:
        content = read_limited(file, EXTRAS[name])
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{name} is too large: {error}") from error
    check(name, content, weights)
    return content


def _download(weights: Weights, name: str) -> Path | None:
    """The file in the Hub's cache, or None if the repository does not have it. Raises HubError.

    It belongs to the commit that the weights are from, even if there is a newer one.
    """
    repository, commit = weights.repository, weights.folder.name
    try:
        return _fetch(repository, commit, name)
    except Exception as raised:  # the client, its transports and its threads raise what they like
        error = explain(raised, revision=commit)
        problem = f"cannot load {name} of {repository}@{commit[:7]} from the Hub: {one_line(error).rstrip('.')}"
        raise HubError(problem, error.unavailable) from raised


def _fetch(repository: str, commit: str, name: str) -> Path | None:
    from huggingface_hub import HfApi, constants

    if constants.HF_HUB_OFFLINE:
        raise HubError("HF_HUB_OFFLINE is set and the file is not in the cache", unavailable=True)
    if not COMMIT.fullmatch(commit):
        raise HubError("the commit of the weights is not known")
    with guarded_client(LONGEST, LARGEST_RESPONSE):
        info = HfApi().model_info(repository, revision=commit, files_metadata=True)
        found = [sibling for sibling in info.siblings or [] if sibling.rfilename == name]
        if not found:
            return None
        check_size(found[0], EXTRAS[name])
        return download(repository, found[0], commit)
