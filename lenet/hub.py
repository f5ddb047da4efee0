"""Weights from wherever they are to come from, in the end always some: `begin(...)` now, `Fetch.load()` when needed.

The fetching is done by a process of its own (`lenet.fetch`), which goes on while the caller imports PyTorch, and is
killed at the deadline. What it fetched is loaded and checked first, and only then moved into the Hub client's cache.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lenet.cache import cached, folder_of, keep, make_stage, remember
from lenet.source import COMMIT, Source, find_source

if TYPE_CHECKING:
    from lenet.abstain import Calibration
    from lenet.networks.network import Network

# Seconds that a fetch may take from its start. The page may come up five seconds late at most; importing PyTorch and
# Gradio takes longer than this, so that mostly nobody waits.
PATIENCE = 4.0
MODEL_HELP = (
    "weights to read with: a folder, or a repository on the Hub, USER/NAME or USER/NAME@REVISION "
    "(default: LENET_MODEL, else the bundled ones)"
)
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Weights:
    """A network that passed every check, and where it comes from.

    origin: "bundled", "folder F" or "USER/NAME@COMMIT", with the commit's first seven figures.
    page: the address of that revision on the Hub; None for what is not from there.
    notice: None, or one line that says why these are not the ones that were looked for.
    """

    model: "Network"
    calibration: "Calibration"
    metrics: dict | None
    origin: str
    page: str | None = None
    notice: str | None = None


class Fetch:
    """Weights on their way. Standard library only, until `load` is called."""

    def __init__(self, source: Source):
        self.source = source
        self.stage: Path | None = None
        self.process: subprocess.Popen | None = None
        self.deadline = time.monotonic() + patience()
        pinned = source.revision and COMMIT.fullmatch(source.revision)
        if source.repository and not (pinned and cached(source.repository, source.revision)):
            self.stage = make_stage()
            self.process = _start(self.stage, source)

    def load(self) -> Weights:
        """The weights, at the deadline at the latest.

        Raises ValueError, one line, where a source that somebody named cannot be had; where nobody named it, what is in
        the cache answers, or what is bundled. For a named one the cache answers where only the Hub is away.
        """
        if self.source.repository is None:
            return _from_folder(self.source.folder)
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
        if self.process:
            self.process.kill()
            self.process.communicate()
        if self.stage:
            shutil.rmtree(self.stage, ignore_errors=True)

    def _result(self) -> tuple[str | None, str, bool]:
        """The commit, or what went wrong and whether the Hub is merely away."""
        if self.process is None:
            return self.source.revision, "", False
        try:
            said, _ = self.process.communicate(timeout=max(0.0, self.deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            more = "LENET_PATIENCE=30 waits 30 s"
            return None, f"the Hub did not deliver within {patience():g} s; {more}", True
        try:
            answer = json.loads(said)
        except ValueError:
            return None, f"the fetch broke off with exit code {self.process.returncode}", False
        trouble = answer.get("away") or answer.get("refused") or ""
        return answer.get("commit"), trouble, "away" in answer

    def _checked(self, commit: str) -> Weights:
        """The weights of the snapshot, wherever it lies; from the stage it then moves into the cache."""
        repository = self.source.repository
        found = cached(repository, commit)
        new = None if found else folder_of(repository, self.stage) / "snapshots" / commit
        weights = _from_snapshot(found or new, repository)
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
        return max(0.0, float(os.environ.get("LENET_PATIENCE", PATIENCE)))
    return PATIENCE


def _start(stage: Path, source: Source) -> subprocess.Popen:
    """The process that fetches; -P keeps what lies in the current folder from being imported."""
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")])),
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",  # one plain download, which the limit on a file's size holds for
    }
    command = [sys.executable, "-P", "-m", "lenet.fetch", str(stage), source.repository, source.revision or ""]
    return subprocess.Popen(
        command, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )


def _instead(source: Source, trouble: str, away: bool) -> Weights:
    """The weights that answer where the source does not. Raises ValueError where there may be none."""
    problem = f"{source} cannot be had: {trouble}"
    found = cached(source.repository, source.revision)
    if found and (away or not source.named):
        try:
            weights = _from_snapshot(found, source.repository)
            return replace(weights, notice=f"{problem}. The copy of an earlier fetch answers, {weights.origin}.")
        except ValueError:
            found = None
    if source.named:
        here = "" if found or "/" not in source.repository else f" (and there is no folder {source.repository} here)"
        raise ValueError(problem + here)
    return replace(_from_folder(None), notice=f"{problem}. The bundled weights answer.")


def _from_folder(folder: Path | None) -> Weights:
    from lenet.weights import bundled, load_metrics, load_model

    origin = "bundled" if folder is None else f"folder {folder}"
    folder = bundled() if folder is None else folder
    return Weights(*load_model(folder), load_metrics(folder), origin)


def _from_snapshot(folder: Path, repository: str) -> Weights:
    """Raises ValueError, whose line speaks of the repository, not of the cache's long paths."""
    from huggingface_hub import constants

    from lenet.weights import load_metrics, load_model

    try:
        model, calibration = load_model(folder)
        metrics = load_metrics(folder)
    except ValueError as error:
        raise ValueError(str(error).replace(f"{folder}{os.sep}", "its ")) from error
    commit = folder.name
    page = f"{constants.ENDPOINT}/{repository}/tree/{commit}"
    return Weights(model, calibration, metrics, f"{repository}@{commit[:7]}", page)
