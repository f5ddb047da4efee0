"""Memory allocation: keep memory that a training step frees, for the next step to reuse."""

import contextlib
import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # glibc's mallopt(3)


def keep_freed_memory() -> None:
    """Tell glibc not to return freed memory to the system; has no effect with other C libraries.

    Each step needs the memory that the previous one freed, and every page that has been returned to the system costs a
    page fault, up to a quarter of a step's time in total.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            libc = ctypes.CDLL(None)
            libc.mallopt(MMAP_THRESHOLD, 32 << 20)  # the maximum
            libc.mallopt(TRIM_THRESHOLD, 2**31 - 1)
