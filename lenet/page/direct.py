"""Requests without the proxies that the environment names: those of Gradio to the page that it has just started."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from httpx import _client

NAME = "get_environment_proxies"  # of the function, which is private


@contextmanager
def without_proxies() -> Iterator[None]:
    """Within the block, in this thread, clients of httpx use no proxy.

    Gradio makes some when it is imported, which fails if the environment names a SOCKS proxy, for which httpx needs a
    package that is not installed; and it asks the page whether it is up, which a proxy does not know. huggingface_hub
    has clients of another package, and uses the proxies.
    """
    thread, proxies = threading.get_ident(), getattr(_client, NAME)

    def none_here() -> dict[str, str | None]:
        return {} if threading.get_ident() == thread else proxies()

    setattr(_client, NAME, none_here)
    try:
        yield
    finally:
        setattr(_client, NAME, proxies)
