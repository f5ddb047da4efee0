"""Load the extra files: from the folder of the weights, or from their commit on the Hub."""

import threading
from concurrent.futures import Future

from lenet.background import in_background
from lenet.extras.check import check
from lenet.extras.files import EXTRAS
from lenet.files import read_limited
from lenet.hub.fetch import fetch_file
from lenet.hub.files import is_intact
from lenet.weights.model import Weights


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
    folder, limit = weights.folder, EXTRAS[name]
    file = folder / name if folder else None
    if file and folder and weights.repository and not (file.is_file() and is_intact(file, limit)):
        file = fetch_file(weights.repository, folder.name, name, limit)  # of the commit that the weights are from
    if file is None or not file.is_file():
        raise NoSuchFileError(f"These weights have no {name}.")
    try:
        content = read_limited(file, limit)
    except OSError as error:
        raise ValueError(f"{name} cannot be read: {error.strerror}") from error
    except ValueError as error:
        raise ValueError(f"{name} is too large: {error}") from error
    check(name, content, weights)
    return content
