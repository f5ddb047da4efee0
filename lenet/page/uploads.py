"""Uploaded images, which Gradio keeps: here, in a folder of this process, until shortly after they have been read."""

import atexit
import contextlib
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

MAX_AGE = 600  # seconds; of files that were never read, or whose upload was broken off
KEPT = 60  # seconds, of files that have been read: Gradio keeps one file if two visitors upload the same image
MAX_TOTAL = 200_000_000  # bytes


class Uploads:
    """The folder that Gradio writes uploads to. It is removed when the process ends."""

    def __init__(self):
        parent = os.environ.get("GRADIO_TEMP_DIR") or None
        if parent:
            Path(parent).mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="lenet-uploads-", dir=parent)).resolve()
        os.environ["GRADIO_TEMP_DIR"] = str(self.folder)  # Gradio reads it when the page is launched
        self._swept = 0.0
        atexit.register(self.close)

    def start(self) -> None:
        """Sweep every KEPT seconds, in the background, besides before uploads."""

        def sweep() -> None:
            while True:
                time.sleep(KEPT)
                self.sweep()

        threading.Thread(target=sweep, name="uploads", daemon=True).start()

    def sweep_before_upload(self) -> None:
        """Sweep, but at most once a second: looking at every file takes as long as reading a drawing."""
        if time.monotonic() - self._swept > 1:
            self._swept = time.monotonic()
            self.sweep()

    def sweep(self, now: float | None = None) -> None:
        """Remove files that are older than MAX_AGE, and the oldest ones if they take more than MAX_TOTAL."""
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
            if now - modified > MAX_AGE or total > MAX_TOTAL:
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
        """Remove the folder with all uploads; called when the process ends."""
        shutil.rmtree(self.folder, ignore_errors=True)
