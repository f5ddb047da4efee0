"""Weights from wherever they are to come from, in the end always some: `begin(...)` now, `Fetch.load()` when needed.

The fetching is done by a process of its own (`lenet.weights.fetch`), which goes on while the caller imports PyTorch,
and is killed at the deadline. What it fetched is loaded and checked first, and only then moved into the Hub client's
cache.
"""

import atexit
import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from lenet.weights.cache import LONGEST, cached, folder_of, keep, make_stage, remember
from lenet.weights.files import one_line
from lenet.weights.source import COMMIT, Source, find_source
from lenet.weights.trouble import NO_FOLDER

if TYPE_CHECKING:
    from lenet.weights.loaded import Weights

# Seconds that a fetch may take from its start. The page may come up five seconds late at most; importing PyTorch and
# Gradio takes longer than this, so that mostly nobody waits.
PATIENCE = 4.0
MODEL_HELP = (
    "weights to read with: a folder, or a repository on the Hub, USER/NAME or USER/NAME@REVISION "
    "(default: LENET_MODEL, else the bundled ones)"
)
ROOT = Path(__file__).resolve().parents[2]


class Fetch:
    """Weights on their way. PyTorch is not imported until `load` is called."""

    def __init__(self, source: Source):
        self.source = source
        self.stage: Path | None = None
        self.process: subprocess.Popen | None = None
        self.deadline = time.monotonic() + patience()
        self.here: Path | None = None  # a snapshot that answers without the Hub being asked
        if source.repository is None:
            return
        offline = _is_offline()
        if offline or (source.revision and COMMIT.fullmatch(source.revision)):
            self.here = cached(source.repository, source.revision)
        if not self.here and not offline:
            self.stage = make_stage()
            self.process = _start(self.stage, source)
            atexit.register(self.close)  # who begins may end before he loads

    def load(self) -> "Weights":
        """The weights, at the deadline at the latest.

        Raises ValueError, one line, where a source that somebody named cannot be had; where nobody named it, what is in
        the cache answers, or what is bundled. For a named one the cache answers where only the Hub is away.
        """
        from lenet.weights.loaded import from_folder  # late: PyTorch

        if self.source.repository is None:
            return from_folder(self.source.folder)
        try:
            commit, trouble, away = self._result()
            if commit:
                try:
                    return self._checked(commit)
                except ValueError as error:
                    trouble = str(error)
        finally:
            self.close()
        return _instead(self.source, trouble, away)

    def close(self) -> None:
        """End the process, if it still runs, and clear away what was not moved into the cache."""
        atexit.unregister(self.close)
        if self.process:
            self.process.kill()
            self.process.communicate()
        if self.stage:
            shutil.rmtree(self.stage, ignore_errors=True)

    def _result(self) -> tuple[str | None, str, bool]:
        """The commit, or what went wrong and whether the Hub is merely away."""
        if self.here:
            return self.here.name, "", False
        if self.process is None:
            return None, "HF_HUB_OFFLINE keeps from the Hub, and no whole copy lies in the cache", True
        late = False
        try:
            said, _ = self.process.communicate(timeout=max(0.0, self.deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            late = True
            self.process.kill()
            said, _ = self.process.communicate()
        answer = json.loads(said.splitlines()[-1]) if said.endswith("}\n") else {}
        match answer:
            case {"commit": commit}:
                return commit, "", False
            case {"away": trouble}:
                return None, trouble, True
            case {"refused": trouble}:
                return None, trouble, False
        warning = f" ({answer['warning']})" if answer else ""
        if late:
            return None, _late() + warning, True
        return None, f"the fetch broke off with exit code {self.process.returncode}{warning}", False

    def _checked(self, commit: str) -> "Weights":
        """The weights of the snapshot, wherever it lies; from the stage it then moves into the cache."""
        from lenet.weights.loaded import from_snapshot

        repository = self.source.repository
        found = self.here or cached(repository, commit)
        new = None if found else folder_of(repository, self.stage) / "snapshots" / commit
        weights = from_snapshot(found or new, repository)
        with suppress(OSError):  # a cache that cannot be written: they are loaded all the same
            if new:
                keep(self.stage, repository, commit)
            remember(repository, self.source.revision, commit)
        return weights


def begin(source: str | Path | None = None, revision: str | None = None) -> Fetch:
    """Start to fetch: before PyTorch is imported, it costs no time. Raises ValueError for what cannot be a source."""
    return Fetch(find_source(source, revision))


def patience() -> float:
    """Seconds: LENET_PATIENCE where it is a number, for a slow network."""
    with suppress(ValueError):
        return min(max(0.0, float(os.environ.get("LENET_PATIENCE", PATIENCE))), LONGEST)
    return PATIENCE


def _late() -> str:
    return f"the Hub did not deliver within {patience():g} s"


def _is_offline() -> bool:
    from huggingface_hub import constants  # late, with its settings from the environment

    return constants.HF_HUB_OFFLINE


def _start(stage: Path, source: Source) -> subprocess.Popen:
    """The process that fetches; -P keeps what lies in the current folder from being imported."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",  # one plain download, which the limit on a file's size holds for
    }
    command = [sys.executable, "-P", "-m", "lenet.weights.fetch", str(stage), source.repository, source.revision or ""]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _instead(source: Source, trouble: str, away: bool) -> "Weights":
    """The weights that answer where the source does not. Raises ValueError where there may be none."""
    from lenet.weights.loaded import from_folder, from_snapshot

    if not source.named:
        trouble = trouble.replace(NO_FOLDER, "")
    problem = f"{source} cannot be had: {one_line(trouble).rstrip('.')}"
    found = cached(source.repository, source.revision)
    if found and (away or not source.named):
        try:
            weights = from_snapshot(found, source.repository)
            return replace(weights, notice=f"{problem}. The copy of an earlier fetch answers, {weights.origin}.")
        except ValueError:
            pass  # what lies there is no better
    if source.named:
        raise ValueError(problem + ("; LENET_PATIENCE=30 waits 30 s" if trouble == _late() else ""))
    return replace(from_folder(None), notice=f"{problem}. The bundled weights answer.")
