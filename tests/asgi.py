"""Call an ASGI app in this process."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor


def run_apart(coroutine: Coroutine):
    """The result of a coroutine, in a thread of its own: in this one, Playwright may be running a loop."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()
