"""Ctrl+C during slow imports."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def exit_on_interrupt() -> Iterator[None]:
    """Within the block, Ctrl+C ends the process at once, silently and with exit code 130.

    A KeyboardInterrupt does not end imports reliably: PyTorch ignores one that occurs while it imports NumPy, and one
    within the import system may leave it locked, so that the process hangs.
    """
    before = signal.getsignal(signal.SIGINT)
    if before is signal.default_int_handler:  # neither ignored, as by nohup, nor handled by someone else
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
