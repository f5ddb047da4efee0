"""Strangers' images, decoded in processes of their own: `Decoder().ink(content)`.

A process that an image ends, or that does not end by itself, is replaced, and the image is refused with a sentence. The
processes import neither PyTorch nor Gradio nor the caller's main module, and end when this one does, in whatever way.
What they send is read as numbers and text, never unpickled.

Measured against pebble's pool: it runs the main module again in each process, which imports PyTorch and Gradio, and
unpickles what the process sends.
"""

import atexit
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections import Counter
from collections.abc import Iterator, Sequence
from io import FileIO
from pathlib import Path
from typing import cast

import numpy as np

try:
    import fcntl
except ImportError:  # on Windows
    fcntl = None

from lenet.image.decode import WORKING_SIDE
from lenet.image.decoder_process import (
    ANSWER,
    CRASHED,
    INK,
    LARGE,
    LATER,
    MEMORY,
    READY,
    REFUSED,
    REQUEST,
    SLOW,
    cause_of_end,
)
from lenet.image.file import MAX_SECONDS

MAX_BYTES = 20_000_000  # of a file
WAITING = 8  # images that may wait for each process
LONG_WAITING = 4  # images that take long and may wait for their turn
# At least and at most: each may take a gigabyte, and a container sees all cores of the machine that it is on.
WORKERS = 2, 4
START = 30.0  # seconds that a process may take to start; half a second is usual
PIPE = 1_048_576  # bytes, the most that Linux allows: an answer should fit, or the two sides take turns to pass it on
GRACE = 2.0  # seconds after which a process that has not ended by itself is ended
MAX_SENTENCE = 500  # bytes

SENTENCES = {
    SLOW: "reading the image takes more than {:g} s",
    LARGE: "reading the image takes too much memory",
    CRASHED: "damaged image",
}
# Isolated, and without the site module: nothing of the environment or of the folder has a say in what is imported.
COMMAND = """
import json, sys
sys.path, limits = json.loads(sys.argv[1])
from lenet.image.decoder_process import main
main(*limits)
"""
# No token, no proxy. One thread for linear algebra: the images are small, and several processes work side by side.
KEPT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TEMP", "LANG")
THREADS = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# In bytes: glibc keeps so much for the next image. Otherwise it asks the system for each array anew, a third of the
# time that a drawing takes.
MALLOC = {"MALLOC_TRIM_THRESHOLD_": "64000000", "MALLOC_MMAP_THRESHOLD_": "32000000"}


class BusyError(RuntimeError):
    """Too many images wait already."""


class Decoder:
    """Processes that decode images, as many as there are cores, but two to four. Safe to call from several threads.

    An image that takes long, or will by its size, is put off until no other one is being read: there is always a
    process for the others, and only one that takes much memory.

    `close` ends them; so does the end of a `with` block, and that of this process. A process that is forked from this
    one, as ZeroGPU does, needs a decoder of its own: with this one, each could get the other's answers.

    An image may take so many `seconds`, and so many bytes of `memory` (on Linux: address space).

    ended: how many processes images have ended, by the name of the signal.
    """

    def __init__(self, workers: int | None = None, seconds: float = MAX_SECONDS, memory: int = MEMORY):
        self.ended: Counter[str] = Counter()
        self.workers = [_Worker(self.ended, seconds, memory) for _ in range(workers or default_workers())]
        self._idle = _Line(self.workers, WAITING * len(self.workers), seconds)
        self._long = _Line(self.workers[:1], LONG_WAITING, seconds)  # whoever has its turn waits for any process
        self._closed = threading.Event()
        self._forked = False
        threading.Thread(target=self._watch, name="decoder", daemon=True).start()
        atexit.register(self.close)
        _decoders.add(self)

    @property
    def calls(self) -> int:
        """How many calls of `ink` to have at once: enough that one is left for each process if the others take long."""
        return 1 + LONG_WAITING + len(self.workers)

    def ink(self, content: bytes) -> np.ndarray:
        """The ink in an image file: what `lenet.image.preprocess.extract_ink` returns for it.

        Raises ValueError with one sentence if it cannot be read, and BusyError if too many others wait.
        """
        if self._forked:
            raise RuntimeError("a process that has been forked needs a decoder of its own")
        if len(content) > MAX_BYTES:
            raise ValueError(f"file too large: the limit is {MAX_BYTES // 1_000_000} MB")
        with self._idle.one() as worker:
            ink = worker.ink(content, long=False)
        if ink is None:
            with self._long.one(), self._idle.one() as worker:
                ink = worker.ink(content, long=True)
        if ink is None:
            raise RuntimeError("an image that may take long has been put off")
        return ink

    def _watch(self) -> None:
        """End processes that are past their deadline. On Linux and macOS the system does that first."""
        while not self._closed.wait(GRACE / 4):
            for worker in self.workers:
                if time.monotonic() > worker.deadline:
                    worker.kill()

    def close(self) -> None:
        """End the processes. What they are decoding is refused."""
        self._closed.set()
        atexit.unregister(self.close)
        for worker in self.workers:
            worker.close()

    def leave_to_parent(self) -> None:
        """In a process that has just been forked: give up the pipes, so that the others end with the parent."""
        self._forked = True
        atexit.unregister(self.close)
        for worker in self.workers:
            worker.requests.close()
            worker.answers.close()

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def default_workers() -> int:
    least, most = WORKERS
    return max(least, min(most, os.cpu_count() or 1))


_decoders: weakref.WeakSet[Decoder] = weakref.WeakSet()


def _leave_all_to_parent() -> None:
    for decoder in _decoders:
        decoder.leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_leave_all_to_parent)


class _Line:
    """Some processes, of which each caller gets one as soon as one is free."""

    def __init__(self, workers: Sequence["_Worker"], most: int, seconds: float):
        """Up to `most` callers wait, each for so many seconds."""
        self._free: queue.LifoQueue[_Worker] = queue.LifoQueue()
        for worker in workers:
            self._free.put(worker)
        self._most, self._seconds = most, seconds
        self._waiting, self._lock = 0, threading.Lock()

    @contextlib.contextmanager
    def one(self) -> Iterator["_Worker"]:
        """Raises BusyError if none is free in time, or too many wait already."""
        worker = self._take()
        try:
            yield worker
        finally:
            self._free.put(worker)

    def _take(self) -> "_Worker":
        with contextlib.suppress(queue.Empty):
            return self._free.get_nowait()
        with self._lock:
            if self._waiting >= self._most:
                raise BusyError("the server is busy")
            self._waiting += 1
        try:
            return self._free.get(timeout=self._seconds)
        except queue.Empty:
            raise BusyError("the server is busy") from None
        finally:
            with self._lock:
                self._waiting -= 1


class _Worker:
    """One process, which is started again when it ends. For one thread at a time, except `kill` and `close`."""

    def __init__(self, ended: Counter[str], seconds: float, memory: int):
        self.ended, self.seconds, self.memory = ended, seconds, memory
        self.deadline = float("inf")
        self._closed = False
        self._start()

    def _start(self) -> None:
        path = [*dict.fromkeys(os.path.abspath(entry) for entry in (*sys.path, Path(__file__).parents[2]))]
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", COMMAND, json.dumps([path, [self.seconds, self.memory]])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env={**{name: os.environ[name] for name in KEPT if name in os.environ}, **THREADS, **MALLOC},
            start_new_session=True,  # Ctrl+C is for this process
        )
        self.ready = False
        self.requests, self.answers = cast(FileIO, self.process.stdin), cast(FileIO, self.process.stdout)
        if fcntl and hasattr(fcntl, "F_SETPIPE_SZ"):  # Linux
            with contextlib.suppress(OSError):
                fcntl.fcntl(self.answers, fcntl.F_SETPIPE_SZ, PIPE)

    def ink(self, content: bytes, long: bool) -> np.ndarray | None:
        """None if the image takes long, and may not."""
        for again in (False, True):
            try:
                return self._ask(content, long)
            except EOFError:  # it has ended, perhaps before this image, or sent something that it does not send
                slow, ready = time.monotonic() > self.deadline, self.ready
                code = self._restart()
                if cause_of_end(code) == LATER and not long:
                    return None
                if not again and not slow:
                    continue
                if not ready:
                    raise RuntimeError("the process that decodes images does not start") from None
                self.ended["deadline" if slow else _name(-code)] += 1
                raise self._refusal(SLOW if slow else cause_of_end(code)) from None
            finally:
                self.deadline = float("inf")
        raise AssertionError("unreachable")

    def _ask(self, content: bytes, long: bool) -> np.ndarray | None:
        """The ink in a file, or None. Raises ValueError with the process's sentence, and EOFError if it has ended."""
        if not self.ready:
            self.deadline = time.monotonic() + START
            self.ready = self._read(1) == READY
        # The process itself keeps to its limit; this is in case it no longer does.
        self.deadline = time.monotonic() + self.seconds + GRACE
        self._send(REQUEST.pack(len(content), long) + content)
        kind, height, width = ANSWER.unpack(self._read(ANSWER.size))
        if kind == INK and max(height, width) <= WORKING_SIDE:
            ink = np.frombuffer(self._read(4 * height * width), "<f4").reshape(height, width)
            if not ink.size or (ink.min() >= 0 and ink.max() <= 1):
                return ink
        elif kind == REFUSED and height <= MAX_SENTENCE:
            raise ValueError(self._read(height).decode(errors="replace"))
        elif kind == LATER and not long:
            return None
        elif kind in SENTENCES:
            self.ended[_name(height)] += 1
            raise self._refusal(kind)
        raise EOFError

    def _refusal(self, kind: bytes) -> ValueError:
        return ValueError(SENTENCES.get(kind, SENTENCES[CRASHED]).format(self.seconds))

    def _send(self, content: bytes) -> None:
        view = memoryview(content)
        try:
            while view:
                view = view[self.requests.write(view) :]
        except (OSError, ValueError):  # closed by the other side, or by this one
            raise EOFError from None

    def _read(self, size: int) -> bytearray:
        """So many bytes. Raises EOFError if there are fewer."""
        content = bytearray(size)
        view = memoryview(content)
        with contextlib.suppress(OSError, ValueError):  # closed by this side
            while view and (count := self.answers.readinto(view)):
                view = view[count:]
        if view:
            raise EOFError
        return content

    def _restart(self) -> int:
        """The exit code of the process that is replaced."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.1)  # it may be about to end by itself, with a code that says why
        self.kill()
        code = self.process.wait()
        self.requests.close()
        self.answers.close()
        if not self._closed:
            self._start()
        return code

    def kill(self) -> None:
        """End the process and those that it has forked."""
        if self.process.poll() is None:
            with contextlib.suppress(OSError):
                if hasattr(os, "killpg"):
                    os.killpg(self.process.pid, signal.SIGKILL)
                else:
                    self.process.kill()

    def close(self) -> None:
        self._closed = True
        self.kill()
        self.process.wait()
        self.requests.close()
        self.answers.close()


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "without a signal"
