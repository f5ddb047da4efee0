"""What a training step frees stays with the process, for the next step to use."""

import contextlib
import ctypes
import sys

TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3  # glibc's mallopt(3)


def keep_memory() -> None:
    """Ask glibc not to hand freed memory back to the system; elsewhere do nothing.

    A step frees what the next one needs again, and fetched anew from the system every page of it costs a fault: up to a
    quarter of the time of a step.
    """
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):  # another C library
            libc = ctypes.CDLL(None)
            libc.mallopt(MMAP_THRESHOLD, 32 << 20)  # the most it takes
            libc.mallopt(TRIM_THRESHOLD, 2**31 - 1)
