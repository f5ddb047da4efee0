"""Work on many items in threads, in batches and in order, while what has been done is used."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, takewhile
from typing import TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")


def in_batches(
    items: Iterable[Item], work: Callable[[Iterator[Item]], list[Done]], batch_size: int, workers: int
) -> Iterator[list[Done]]:
    """`work(batch)` of each batch of `batch_size` items; the last one may be smaller.

    As many threads as `workers` are at most that many batches, and one, ahead of the caller: the items are asked for as
    they are needed, in the caller's thread, and memory stays the same however many there are. Where the caller wants no
    more, or Ctrl+C ends it, a batch that is being worked on ends after the current item.
    """
    source, ahead, stopped = iter(items), deque(), threading.Event()
    pool = ThreadPoolExecutor(workers)
    try:
        while True:
            while len(ahead) <= workers and (batch := list(islice(source, batch_size))):
                ahead.append(pool.submit(work, takewhile(lambda _: not stopped.is_set(), batch)))
            if not ahead:
                return
            yield ahead.popleft().result()
    finally:
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)
