"""Work on many items in threads, in batches and in order, while what has been done is used."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")


def in_batches(
    items: Iterable[Item], work: Callable[[Item], Done], batch_size: int, workers: int
) -> Iterator[list[Done]]:
    """`work(item)` for each item, in lists of `batch_size`; the last one may be shorter.

    As many threads as `workers` are at most that many batches, and one, ahead of the caller: the items are asked for as
    they are needed, in the caller's thread, and memory stays the same however many there are.
    """
    source, ahead, stopped = iter(items), deque(), threading.Event()

    def work_on(batch: list[Item]) -> list[Done]:
        return [work(item) for item in batch if not stopped.is_set()]

    pool = ThreadPoolExecutor(workers)
    try:
        while True:
            while len(ahead) <= workers and (batch := list(islice(source, batch_size))):
                ahead.append(pool.submit(work_on, batch))
            if not ahead:
                return
            yield ahead.popleft().result()
    finally:  # also where the caller wants no more, or Ctrl+C ends it
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)
