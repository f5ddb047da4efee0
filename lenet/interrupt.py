"""Ctrl+C during slow imports."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from threading import current_thread, main_thread


@contextmanager
def exit_on_interrupt() -> Iterator[None]:
    """Within the block, Ctrl+C ends the process at once, silently and with exit code 130.

    A KeyboardInterrupt does not end imports reliably: PyTorch ignores one that occurs while it imports NumPy, and one
    within the import system may leave it locked, so that the process hangs.
    """
    # Neither ignored, as by nohup, nor handled by someone else, such as a notebook; only the main thread has handlers.
    ours = signal.getsignal(signal.SIGINT) is signal.default_int_handler and current_thread() is main_thread()
    if ours:
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))
    try:
        yield
    finally:
        if ours:
            signal.signal(signal.SIGINT, signal.default_int_handler)
