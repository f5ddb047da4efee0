"""Work on batches of items in threads, in order, while what has been done is used."""

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice, takewhile
from typing import TypeVar

Item = TypeVar("Item")
Done = TypeVar("Done")


def in_threads(
    batches: Iterable[list[Item]], work: Callable[[Iterator[Item]], list[Done]], workers: int
) -> Iterator[list[Done]]:
    """`work(batch)` of each batch, in order.

    As many threads as `workers` are at most that many batches, and one, ahead of the caller: batches are asked for as
    they are needed, in the caller's thread, and memory stays the same however many there are. Where the caller wants no
    more, or Ctrl+C ends it, a batch that is being worked on ends after the current item. An exception of `batches` is
    raised after the last batch before it.
    """
    source, ahead, stopped, failure = iter(batches), deque(), threading.Event(), None
    pool = ThreadPoolExecutor(workers)
    try:
        while True:
            try:
                for batch in islice(source, 1 + workers - len(ahead)):
                    ahead.append(pool.submit(work, takewhile(lambda _: not stopped.is_set(), batch)))
            except Exception as error:
                failure, source = error, iter(())
            if ahead:
                yield ahead.popleft().result()
            elif failure:
                raise failure
            else:
                return
    finally:
        stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)
