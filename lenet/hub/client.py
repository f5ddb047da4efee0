"""The Hub's client, made safe for small requests to a server that is not trusted.

The client builds file names from the headers ETag and X-Repo-Commit without checking them: a hostile server could make
it write outside of its cache. These checks apply only to the thread that asks for them, not to other users of the
client in the same process.
"""

import logging
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from lenet.hub.errors import HubError

COMMIT = re.compile(r"[0-9a-f]{40}")
_limits = threading.local()  # .end, .size: of the block that this thread is in
_factory: Callable[[], Any] | None = None  # what makes clients with these checks, once it is installed


@contextmanager
def guarded_client(seconds: float, size: int) -> Iterator[None]:
    """Within the block, in this thread, check the client's requests and silence its log.

    A request raises HubError if a header leads outside of the cache, if the response declares more than `size` bytes,
    and after `seconds`.
    """
    _install()
    _limits.end, _limits.size = time.monotonic() + seconds, size
    try:
        yield
    finally:
        del _limits.end, _limits.size


def _install() -> None:
    from huggingface_hub.utils import _http  # the factory in use has no public getter

    global _factory
    make = _http._GLOBAL_CLIENT_FACTORY
    if make is _factory:
        return

    def make_guarded():
        client = make()
        hooks, ours = client.event_hooks, {"request": _check_time, "response": _check_headers}
        client.event_hooks = {kind: [*hooks[kind], check] for kind, check in ours.items()}
        return client

    _factory = make_guarded
    _http.set_client_factory(make_guarded)
    for handler in logging.getLogger("huggingface_hub").handlers:
        handler.addFilter(lambda record: not hasattr(_limits, "end"))


def _check_time(request) -> None:
    if hasattr(_limits, "end") and time.monotonic() > _limits.end:
        raise HubError("the time limit has passed")


def _check_headers(response) -> None:
    if not hasattr(_limits, "end"):
        return
    etag = response.headers.get("X-Linked-Etag") or response.headers.get("ETag") or ""
    if ".." in etag or "\\" in etag or etag.removeprefix("W/").strip('"').startswith("/"):
        raise HubError("the Hub sent an ETag that leads outside of the cache")
    if not COMMIT.fullmatch(response.headers.get("X-Repo-Commit", "0" * 40)):
        raise HubError("the Hub sent an invalid commit hash")
    if int(response.headers.get("Content-Length", 0)) > _limits.size:
        raise HubError(f"a response of more than {_limits.size:,} bytes")
