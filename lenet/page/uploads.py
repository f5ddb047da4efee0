"""Uploaded images, which Gradio keeps: here, in a folder of this process, only until they have been read."""

import atexit
import contextlib
import os
import shutil
import tempfile
import time
from pathlib import Path

MAX_AGE = 600  # seconds; of files that were never read, or whose upload was broken off
MAX_TOTAL = 200_000_000  # bytes


class Uploads:
    """The folder that Gradio writes uploads to. It is removed when the process ends."""

    def __init__(self):
        parent = os.environ.get("GRADIO_TEMP_DIR") or None
        if parent:
            Path(parent).mkdir(parents=True, exist_ok=True)
        self.folder = Path(tempfile.mkdtemp(prefix="lenet-uploads-", dir=parent)).resolve()
        os.environ["GRADIO_TEMP_DIR"] = str(self.folder)  # Gradio reads it when the page is launched
        atexit.register(self.close)

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

    def count(self) -> int:
        """How many files there are."""
        return sum(path.is_file() for path in self.folder.rglob("*"))

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)
