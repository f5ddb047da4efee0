"""Uploaded images, which Gradio keeps: here, in a folder of this process, until shortly after they have been read."""

import atexit
import contextlib
import os
import shutil
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from lenet.page.in_flight import InFlight

MAX_AGE = 600  # seconds; of files that were never read, or whose upload was broken off
KEPT = 60  # seconds, of files that have been read: Gradio keeps one file if two visitors upload the same image
MAX_TOTAL = 200_000_000  # bytes, with those of uploads that are under way
PREFIX = "lenet-uploads-"
YOUNG = 60  # seconds; a folder that is younger may not have been locked yet


@dataclass
class _Use:
    """How many pages of this process use a folder, and the lock that says that the process lives."""

    pages: int
    lock: int | None


_in_use: dict[Path, _Use] = {}


class Uploads:
    """The folder that Gradio writes uploads to. It is removed when the process ends.

    If the process is killed, the next one that starts with the same parent folder removes it, within two minutes. Pages
    of one process share it, since Gradio looks it up in a variable of the process.
    """

    def __init__(self):
        parent = Path(os.environ.get("GRADIO_TEMP_DIR") or tempfile.gettempdir()).resolve()
        if parent in _in_use:
            self.folder = parent
            _in_use[parent].pages += 1
        else:
            parent.mkdir(parents=True, exist_ok=True)
            remove_stale(parent)
            self.folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent)).resolve()
            _in_use[self.folder] = _Use(1, _lock(self.folder))
            os.environ["GRADIO_TEMP_DIR"] = str(self.folder)  # Gradio reads it
        self.under_way = InFlight(MAX_TOTAL // 2)
        self._swept = 0.0
        atexit.register(self.close)

    def start(self) -> None:
        """Sweep every KEPT seconds, in the background, besides before uploads.

        A server that is started again at once after it was killed finds the folder of the other one too young.
        """

        def sweep() -> None:
            while True:
                time.sleep(KEPT)
                self.sweep()
                remove_stale(self.folder.parent)

        threading.Thread(target=sweep, name="uploads", daemon=True).start()

    def sweep_before_upload(self) -> None:
        """Sweep, but at most once a second: looking at every file takes as long as reading a drawing."""
        if time.monotonic() - self._swept > 1:
            self._swept = time.monotonic()
            self.sweep()

    def sweep(self, now: float | None = None) -> None:
        """Remove files that are older than MAX_AGE, and the oldest ones if all take more than MAX_TOTAL.

        A file that is removed while it is written takes space until its upload ends, so what is under way counts, too.
        """
        now = time.time() if now is None else now
        files = []
        for path in self.folder.rglob("*"):
            with contextlib.suppress(OSError):  # removed meanwhile
                if path.is_file():
                    status = path.stat()
                    files.append((status.st_mtime, status.st_size, path))
        total = 0
        for modified, size, path in sorted(files, reverse=True):
            total += size
            if now - modified > MAX_AGE or total > MAX_TOTAL - self.under_way.held:
                self.remove(path)

    def remove(self, path: str | Path) -> None:
        """Remove a file and, if it is empty then, its folder. Ignores files elsewhere, and those that are gone."""
        path = Path(path)
        if not path.resolve().is_relative_to(self.folder):
            return
        with contextlib.suppress(OSError):
            path.unlink()
            if path.parent != self.folder:
                path.parent.rmdir()

    def release(self, path: str | Path, now: float | None = None) -> None:
        """Have a file that was read removed after KEPT seconds, unless it is uploaded again. Ignores others."""
        now = time.time() if now is None else now
        if Path(path).resolve().is_relative_to(self.folder):
            with contextlib.suppress(OSError):
                os.utime(path, (now, now - MAX_AGE + KEPT))

    def count(self) -> int:
        """The number of files that are kept, whether they have been read or not."""
        return sum(path.is_file() for path in self.folder.rglob("*"))

    def close(self) -> None:
        """Remove the folder, unless another page of this process uses it."""
        atexit.unregister(self.close)
        use = _in_use.get(self.folder)
        if use is None:
            return
        use.pages -= 1
        if not use.pages:
            del _in_use[self.folder]
            shutil.rmtree(self.folder, ignore_errors=True)
            if use.lock is not None:
                os.close(use.lock)


def remove_stale(parent: Path) -> None:
    """Remove the folders in `parent` of processes that have ended without doing so."""
    for folder in parent.glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):  # removed meanwhile, or another user's
            if folder.is_dir() and not folder.is_symlink() and time.time() - folder.stat().st_mtime > YOUNG:
                lock = _lock(folder)
                if lock is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    os.close(lock)


def _lock(folder: Path) -> int | None:
    """A file descriptor that holds a lock on the folder until the process ends; None if another process has it.

    Also None on Windows, which has no such locks: there, folders of killed processes stay.
    """
    try:
        import fcntl
    except ImportError:
        return None
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock
