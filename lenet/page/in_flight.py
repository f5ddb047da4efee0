"""Bytes of requests that have not been received completely: how many there may be of all visitors together."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


class FullError(Exception):
    """There is no room for more bytes at the moment."""


class InFlight:
    """Counts bytes that the server holds for requests under way, up to `limit` of them.

    The first `free` bytes of each request do not count: what is small is received however many others are never
    finished. The number of connections limits those.
    """

    def __init__(self, limit: int, free: int = 0):
        self.limit, self.free = limit, free
        self.held = 0

    @contextmanager
    def counting(self, expected: int = 0) -> Iterator[Callable[[int], None]]:
        """Within the block, hold `expected` bytes, or as many as the function that it is given was called with.

        Raises FullError, there or here, if that would be more than the limit.
        """
        received = mine = 0

        def hold(total: int) -> None:
            nonlocal mine
            total -= self.free
            if total > mine:
                if self.held + total - mine > self.limit:
                    raise FullError
                self.held += total - mine
                mine = total

        def add(size: int) -> None:
            nonlocal received
            received += size
            hold(received)

        hold(expected)
        try:
            yield add
        finally:
            self.held -= mine
