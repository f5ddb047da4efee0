"""Where weights come from: a folder, a repository on the Hub, or the package itself."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
REVISION = re.compile(r"[A-Za-z0-9][\w./-]{0,255}", re.ASCII)
COMMIT = re.compile(r"[0-9a-f]{40}")
SPACE_MODEL = "lenet-5"  # the repository that a Space looks for, among those of its owner


@dataclass(frozen=True)
class Source:
    """`folder`, or `repository` and `revision` (None: its newest), or neither of them: the bundled weights.

    named: somebody asked for this one, so that it may not be quietly replaced by another.
    """

    folder: Path | None = None
    repository: str | None = None
    revision: str | None = None
    named: bool = True

    def __str__(self) -> str:
        if self.repository is None:
            return "bundled" if self.folder is None else str(self.folder)
        return self.repository + (f"@{self.revision}" if self.revision else "")


def find_source(
    given: str | Path | None = None, revision: str | None = None, environment: Mapping[str, str] = os.environ
) -> Source:
    """What `given` names: a folder, or USER/NAME or USER/NAME@REVISION on the Hub; a folder that is there comes first.

    None: what LENET_MODEL names, else on a Space the repository lenet-5 of its owner, else the bundled weights.
    Raises ValueError for what is no source, and for a revision that is none or goes with a folder.
    """
    if given is None:
        given = environment.get("LENET_MODEL") or None
    if given is None:
        source = _of_a_space(environment)
        if revision is not None:
            raise ValueError(f"revision {revision}: of what? A revision goes with a repository, USER/NAME")
        return source
    if not str(given) or "://" in str(given):
        raise ValueError(f"{str(given)!r} is no source: give a folder, or USER/NAME for a repository on the Hub")
    repository, _, its_revision = str(given).partition("@")
    if isinstance(given, Path) or Path(given).exists() or not _is_repository(repository):
        if revision is not None:
            raise ValueError(f"{given} is a folder: a revision goes with a repository, USER/NAME")
        return Source(folder=Path(given))
    if revision is None:
        revision = its_revision if "@" in str(given) else None
    elif its_revision not in ("", revision):
        raise ValueError(f"{given} names a revision, and {revision} is another: give one")
    if revision is not None and not _is_revision(revision):
        raise ValueError(f"{repository}@{revision}: a revision is a branch, a tag or a commit")
    return Source(repository=repository, revision=revision)


def _of_a_space(environment: Mapping[str, str]) -> Source:
    """On a Space `<its owner>/lenet-5`, else the bundled weights."""
    repository = f"{environment.get('SPACE_AUTHOR_NAME')}/{SPACE_MODEL}"
    on_a_space = environment.get("SPACE_ID") and environment.get("SPACE_AUTHOR_NAME")
    return Source(repository=repository if on_a_space and _is_repository(repository) else None, named=False)


def _is_repository(name: str) -> bool:
    return bool(REPOSITORY.fullmatch(name)) and not any(part in name for part in ("..", "--")) and name[-4:] != ".git"


def _is_revision(name: str) -> bool:
    return bool(REVISION.fullmatch(name)) and ".." not in name and "//" not in name and name[-1] != "/"
