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
from collections import Counter
from pathlib import Path

import numpy as np

from lenet.image.decode import WORKING_SIDE
from lenet.image.decoder_process import (
    ACCEPTED,
    ANSWER,
    CRASHED,
    INK,
    LARGE,
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


class BusyError(RuntimeError):
    """Too many images wait already."""


class Decoder:
    """Processes that decode images, as many as there are cores, but at least two. Safe to call from several threads.

    `close` ends them; so does the end of a `with` block, and that of this process. A process that was forked from this
    one needs a decoder of its own.

    An image may take so many `seconds`, and so many bytes of `memory` (on Linux: address space).

    ended: how many processes images have ended, by the name of the signal.
    """

    def __init__(self, workers: int | None = None, seconds: float = MAX_SECONDS, memory: int = MEMORY):
        self.ended: Counter[str] = Counter()
        self.workers = [_Worker(self.ended, seconds, memory) for _ in range(workers or max(2, os.cpu_count() or 1))]
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()
        for worker in reversed(self.workers):
            self._idle.put(worker)
        self._lock = threading.Lock()
        self._waiting = 0
        self._seconds = seconds
        self._closed = threading.Event()
        threading.Thread(target=self._watch, name="decoder", daemon=True).start()
        atexit.register(self.close)

    def ink(self, content: bytes) -> np.ndarray:
        """The ink in an image file: what `lenet.image.preprocess.ink_of` returns for it.

        Raises ValueError with one sentence if it cannot be read, and BusyError if too many others wait.
        """
        if len(content) > MAX_BYTES:
            raise ValueError(f"file too large: the limit is {MAX_BYTES // 1_000_000} MB")
        worker = self._take()
        try:
            return worker.ink(content)
        finally:
            self._idle.put(worker)

    def _take(self) -> "_Worker":
        with contextlib.suppress(queue.Empty):
            return self._idle.get_nowait()
        with self._lock:
            if self._waiting >= WAITING * len(self.workers):
                raise BusyError("the server is busy")
            self._waiting += 1
        try:
            return self._idle.get(timeout=self._seconds)
        except queue.Empty:
            raise BusyError("the server is busy") from None
        finally:
            with self._lock:
                self._waiting -= 1

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

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


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
            env={**{name: os.environ[name] for name in KEPT if name in os.environ}, **THREADS},
            start_new_session=True,  # Ctrl+C is for this process
        )
        self.ready = False

    def ink(self, content: bytes) -> np.ndarray:
        try:
            if not self._accepted(content):  # ended since the last image, of which this one knows nothing
                self._restart()
                if not self._accepted(content):
                    self._restart()
                    raise RuntimeError("the process that decodes images does not start")
            # The process itself keeps to its limit; this is in case it no longer does.
            self.deadline = time.monotonic() + self.seconds + GRACE
            return self._answer()
        finally:
            self.deadline = float("inf")

    def _accepted(self, content: bytes) -> bool:
        """Send a file. Whether the process has received it whole."""
        self.deadline = time.monotonic() + self.seconds + GRACE
        try:
            if not self.ready:
                self.ready = self._read(1) == READY
            if not self.ready:
                return False
            for part in (REQUEST.pack(len(content)), content):
                view = memoryview(part)
                while view:
                    view = view[self.process.stdin.write(view) :]
            return self._read(1) == ACCEPTED
        except (OSError, ValueError):  # closed by the other side, or by this one
            return False

    def _answer(self) -> np.ndarray:
        head = self._read(ANSWER.size)
        kind, height, width = ANSWER.unpack(head) if len(head) == ANSWER.size else (b"", 0, 0)
        if kind == INK and max(height, width) <= WORKING_SIDE:
            content = self._read(4 * height * width)
            ink = np.frombuffer(content, "<f4") if len(content) == 4 * height * width else None
            if ink is not None and (not ink.size or (ink.min() >= 0 and ink.max() <= 1)):
                return ink.reshape(height, width)
        elif kind == REFUSED and height <= MAX_SENTENCE:
            raise ValueError(self._read(height).decode(errors="replace"))
        elif kind in SENTENCES:
            self.ended[_name(height)] += 1
            raise ValueError(SENTENCES[kind].format(self.seconds))
        # It has ended, or sent something that it does not send.
        slow = time.monotonic() > self.deadline
        code = self._restart()
        self.ended["deadline" if slow else _name(-code)] += 1
        raise ValueError(SENTENCES[SLOW if slow else cause_of_end(code)].format(self.seconds))

    def _read(self, size: int) -> bytearray:
        """So many bytes, or fewer if the process ends before."""
        content = bytearray(size)
        view, at = memoryview(content), 0
        with contextlib.suppress(OSError, ValueError):
            while at < size and (count := self.process.stdout.readinto(view[at:])):
                at += count
        return content[:at]

    def _restart(self) -> int:
        """The exit code of the process that is replaced."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(0.1)  # it may be about to end by itself, with a code that says why
        self.kill()
        code = self.process.wait()
        self.process.stdin.close()
        self.process.stdout.close()
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
        self.process.stdin.close()
        self.process.stdout.close()


def _name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return "without a signal"
