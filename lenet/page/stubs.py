"""The import of Gradio without the stubs for editors that it writes, each time, for its own components."""

import inspect
import threading
from collections.abc import Iterator
from contextlib import contextmanager

NAME = "getfile"  # of the function of `inspect` by which it asks for the file of a class


@contextmanager
def without_stubs() -> Iterator[None]:
    """Within the block, in this thread, Gradio writes no stubs, for which it parses its source: half of its import.

    It writes none for a class without a file, and so asks for the file of each.
    """
    thread, getfile = threading.get_ident(), getattr(inspect, NAME)

    def none_here(of):
        if threading.get_ident() == thread and isinstance(of, type) and of.__module__.startswith("gradio."):
            raise OSError("no stubs for editors")
        return getfile(of)

    setattr(inspect, NAME, none_here)
    try:
        yield
    finally:
        setattr(inspect, NAME, getfile)
