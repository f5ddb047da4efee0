"""Run something slow in a daemon thread, and wait only so long for it."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any


def in_background(call: Callable[[], Any]) -> Future:
    """Start `call` in a daemon thread; `result(timeout)` of the future returns or raises what it does.

    Unlike the threads of an executor, a daemon thread never keeps the process from exiting.
    """
    future = Future()

    def run() -> None:
        try:
            future.set_result(call())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return future
