"""What names weights: a folder, a file, a repository on the Hub, or nothing for the ones bundled with the package."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}", re.ASCII)
ADDRESS = re.compile(r"(https?://)?(www\.)?(huggingface\.co|hf\.co)/")  # of a repository's page
REVISION = re.compile(r"[A-Za-z0-9][\w./-]{0,255}", re.ASCII)
PRETRAINED = Path(__file__).parents[1] / "pretrained"  # the bundled weights, one folder for each network
SPACE_MODEL = "lenet-5"  # the repository that a Space loads from its owner's account


@dataclass(frozen=True)
class Source:
    """`folder`, or `repository` with `revision` (None: the default branch), or neither: the bundled weights.

    folder: it may be a file instead, which the page has saved.
    named: the user asked for this source, so it must not be replaced silently by another.
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
    """Interpret `given`: a folder or file, the name of a bundled network, or USER/NAME[@REVISION] on the Hub.

    The address of a repository's page, with or without /tree/REVISION, stands for the repository.

    An existing one takes precedence. None stands for the source in LENET_MODEL, else on a Space for the repository
    lenet-5 of its owner, else for the bundled weights. Raises ValueError for an invalid source or revision.
    """
    if given is None:
        given = environment.get("LENET_MODEL") or None
    elif not isinstance(given, str | os.PathLike):
        raise ValueError(f"invalid source {given!r}: expected a folder, a file, or a repository USER/NAME on the Hub")
    if given is None:
        if revision is not None:
            raise ValueError(f"revision {revision} needs a repository USER/NAME")
        return _default(environment)
    if isinstance(given, str) and (address := ADDRESS.match(given)) and not Path(given).exists():
        name, _, path = given[address.end() :].strip("/").partition("/tree/")
        given = f"{name}@{path}" if path else name
        if not _is_repository(name):
            raise ValueError(f"invalid source: {given!r} is not a repository USER/NAME with weights on the Hub")
    if not str(given) or "://" in str(given):
        raise ValueError(f"invalid source {str(given)!r}: expected a folder or a repository USER/NAME on the Hub")
    repository, _, its_revision = str(given).partition("@")
    repository = repository.removesuffix("/")  # as a shell completes the name of a folder
    if isinstance(given, Path) or Path(given).exists() or not _is_repository(repository):
        if revision is not None:
            raise ValueError(f"{given} is a folder: only a repository USER/NAME has revisions")
        is_bundled = not Path(given).exists() and str(given) in os.listdir(PRETRAINED)
        return Source(folder=PRETRAINED / given if is_bundled else Path(given))
    if revision is None:
        revision = its_revision if "@" in str(given) else None
    elif its_revision not in ("", revision):
        raise ValueError(f"{given} and revision {revision} contradict each other")
    if revision is not None and not _is_revision(revision):
        raise ValueError(f"invalid revision in {repository}@{revision}: expected a branch, a tag or a commit hash")
    return Source(repository=repository, revision=revision)


def _default(environment: Mapping[str, str]) -> Source:
    repository = f"{environment.get('SPACE_AUTHOR_NAME')}/{SPACE_MODEL}"
    on_a_space = environment.get("SPACE_ID") and environment.get("SPACE_AUTHOR_NAME")
    return Source(repository=repository if on_a_space and _is_repository(repository) else None, named=False)


def _is_repository(name: str) -> bool:
    return bool(REPOSITORY.fullmatch(name)) and not any(part in name for part in ("..", "--")) and name[-4:] != ".git"


def _is_revision(name: str) -> bool:
    return bool(REVISION.fullmatch(name)) and ".." not in name and "//" not in name and name[-1] != "/"
