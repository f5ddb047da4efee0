"""The process that decodes strangers' images: files come in by standard input, their ink goes out by standard output.

`lenet.image.decoder` starts it. It imports Pillow and NumPy, no more, and then gives up what it does not need: it can
open no file and no connection, start no program, and take only so much memory and time. On Linux, the process with the
imports forks another one that decodes; if an image ends that one, the next is there within milliseconds. What comes
back is numbers, or a sentence, in a fixed form.

A request is its length, whether the image may take long, and so many bytes. The answer is one letter with two numbers,
and what they announce: INK and its height and width, REFUSED and the length of a sentence, LATER for an image that may
not take long but would, or why the process has ended and the signal that ended it, if known.
"""

import contextlib
import gc
import io
import mmap
import os
import signal
import struct
import sys
import time
from io import FileIO

import numpy as np

# Opening an image must not import anything, since that would open files.
from PIL import (
    AvifImagePlugin,
    BmpImagePlugin,  # noqa: F401
    GifImagePlugin,  # noqa: F401
    Image,
    JpegImagePlugin,  # noqa: F401
    PngImagePlugin,  # noqa: F401
    PpmImagePlugin,  # noqa: F401
    TiffImagePlugin,  # noqa: F401
    WebPImagePlugin,  # noqa: F401
)

from lenet.image.file import MAX_SECONDS, load_image, register_heif
from lenet.image.formats.pixels import check_size
from lenet.image.preprocess import extract_ink

try:
    import resource
except ImportError:  # on Windows: the deadline, which the other side holds, and the checks of sizes have to do
    resource = None

MEMORY = 1_300_000_000  # bytes of address space; 50 million pixels take 1.0 GB as a WebP, 0.8 GB in other formats
# An image that may not take long is put off, LATER, if it has more pixels or takes more seconds of processor time.
QUICK_PIXELS = 16_000_000  # as many as most photos have; these take 0.3 seconds
QUICK_SECONDS = 1.0
# After so many, so many seconds of processor time, or so much memory, a process is replaced: whatever an image has left
# does not stay.
IMAGES = 1_000
LIFE = 60.0
PEAK = 250_000  # kB; a photo of 12 million pixels takes about 110,000
FORKS = sys.platform == "linux"  # macOS's own libraries, which NumPy uses, do not work in a forked process

REQUEST = struct.Struct("<I?")
ANSWER = struct.Struct("<cII")
READY = b"+"  # before the first answer
INK, REFUSED, LATER, SLOW, LARGE, CRASHED = b"i", b"r", b"w", b"s", b"l", b"c"
STOPPED = 7  # exit code after the end of standard input
WAITS, READS, DECODES, WRITES = range(4)  # what a process does, which the one that has forked it can see


def main(seconds: float = MAX_SECONDS, memory: int = MEMORY) -> None:
    """Answer requests until standard input ends, each in so many seconds and with so much address space in bytes."""
    requests, answers = FileIO(0), FileIO(1, "w")
    _warm_up()
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)  # libraries write warnings about images
    _give_up(memory)
    state = mmap.mmap(-1, 1)  # shared with the processes that are forked
    answers.write(READY)
    if not FORKS:
        while _serve_one(requests, answers, seconds, state):
            pass
        return
    gc.freeze()
    while True:
        child = os.fork()
        if not child:
            _give_up_more(seconds)
            code = STOPPED
            try:
                code = _serve(requests, answers, seconds, state)
            except BaseException:
                code = 1
            finally:
                os._exit(code)
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        if code == STOPPED or state[0] in (READS, WRITES):  # in the middle of a message: the other side starts anew
            return
        if state[0] == DECODES:
            answers.write(ANSWER.pack(cause_of_end(code), max(0, -code), 0))
            state[0] = WAITS


def _serve(requests: FileIO, answers: FileIO, seconds: float, state: mmap.mmap) -> int:
    """Answer requests until this process has lived long enough, or none follows. Returns the exit code."""
    for _ in range(IMAGES):
        if not _serve_one(requests, answers, seconds, state):
            return STOPPED
        if time.process_time() > LIFE or (resource and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss > PEAK):
            break
    return 0


def cause_of_end(code: int) -> bytes:
    """The answer for an image that has ended the process, from the exit code, negative for a signal."""
    if code == -getattr(signal, "SIGPROF", 0):
        return LATER
    if code in (-getattr(signal, "SIGALRM", 0), -getattr(signal, "SIGXCPU", 0)):
        return SLOW
    return LARGE if code == -getattr(signal, "SIGKILL", 0) else CRASHED  # the system ends what takes too much memory


def _warm_up() -> None:
    """Have everything imported that is imported on first use, and later no threads, which the system limits, too."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    register_heif()
    grain = np.arange(96 * 96) * 7_919 % 97 // 10  # numpy.random would take a twelfth of the start to import
    gray = (150 + grain).astype(np.uint8).reshape(96, 96)
    gray[30:60, 45:50] = 20
    file = io.BytesIO()
    Image.fromarray(gray).save(file, "PNG")
    extract_ink(load_image(io.BytesIO(file.getvalue())))
    with contextlib.suppress(ValueError):
        load_image(io.BytesIO(file.getvalue()[:60]))


def _give_up(memory: int) -> None:
    """Limits by the system, as far as it has them."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # Linux, out of memory, ends this process rather than the server
    if hasattr(os, "nice"):
        os.nice(5)  # who draws meanwhile comes first
    if resource is None:
        return
    for name, limit in (("AS", memory), ("FSIZE", 0), ("CORE", 0), ("NOFILE", 3)):
        with contextlib.suppress(ValueError, OSError):  # macOS does not have all of them
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))


def _give_up_more(seconds: float) -> None:
    """For a process that forks no other: no processes or threads, and processor time for one image beyond its life."""
    if resource is None:
        return
    for name, limit in (("NPROC", 0), ("CPU", int(LIFE + seconds) + 1)):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), (limit, limit))


def _limit_time(seconds: float, long: bool = True) -> None:
    """Have the system end this process after so many seconds; 0: no more."""
    if resource is None:
        return
    signal.setitimer(signal.ITIMER_REAL, seconds)
    signal.setitimer(signal.ITIMER_PROF, QUICK_SECONDS if seconds and not long else 0)


def _serve_one(requests: FileIO, answers: FileIO, seconds: float, state: mmap.mmap) -> bool:
    """Answer a request. False after the last one."""
    head = _read(requests, REQUEST.size)
    if len(head) < REQUEST.size:
        return False
    state[0] = READS
    size, long = REQUEST.unpack(head)
    content = _read(requests, size)
    if len(content) < size:
        return False
    state[0] = DECODES
    _limit_time(seconds, long)
    try:
        ink = extract_ink(load_image(io.BytesIO(content), check=check_size if long else _check_quick))
        answer = ANSWER.pack(INK, *ink.shape) + np.ascontiguousarray(ink, "<f4").tobytes()
    except _LongError:
        answer = ANSWER.pack(LATER, 0, 0)
    except MemoryError:
        answer = ANSWER.pack(LARGE, 0, 0)
    except ValueError as error:
        sentence = str(error).encode()
        answer = ANSWER.pack(REFUSED, len(sentence), 0) + sentence
    _limit_time(0)
    state[0] = WRITES
    _write(answers, answer)
    state[0] = WAITS
    return True


class _LongError(Exception):
    """The image may take long."""


def _check_quick(width: int, height: int) -> None:
    if width * height > QUICK_PIXELS:
        raise _LongError


def _read(file: FileIO, size: int) -> bytearray:
    """So many bytes, or fewer at the end of the file."""
    content = bytearray(size)
    view, at = memoryview(content), 0
    while at < size and (count := file.readinto(view[at:])):
        at += count
    return content[:at]


def _write(file: FileIO, content: bytes) -> None:
    view = memoryview(content)
    while view:
        view = view[file.write(view) :]
