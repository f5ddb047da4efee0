"""The pages of the docs' site: `python -m docs.pages FOLDER` writes them, and `make site` builds it.

The same Markdown is read on GitHub and on the site, where README.md is the first page, and what is not a page, such as
code, is missing. So links are changed on the way: one to a page leads to that page of the site, and is called by its
title instead of its file name; one to any other file leads to the repository, whose address is in REPOSITORY. A drawing
in Mermaid, which GitHub renders, is a list of its arrows on the site: to render it there, the visitor's browser would
load a program from somebody else.
"""

import os
import posixpath
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
REPOSITORY = "https://github.com/USER/lenet"  # unless the variable says otherwise
FROM_THE_ROOT = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
FENCED = re.compile(r"^(```.*?^```$)", re.MULTILINE | re.DOTALL)
DRAWING = re.compile(r"```mermaid\n.*?\n(.*)```", re.DOTALL)
LINK = re.compile(r"\[([^]]*)\]\(([^)\s#:]+)(#[^)\s]*)?\)")  # a relative one, or a picture: text, file, anchor


def site_files() -> dict[str, Path]:
    """The pages, pictures and styles of the site by their names there."""
    kinds = (".md", ".css", ".webp", ".png")
    files = {path.name: path for path in sorted((ROOT / "docs").iterdir()) if path.suffix in kinds}
    return files | {name: ROOT / path for path, name in FROM_THE_ROOT.items()}


def page(path: Path, repository: str = REPOSITORY) -> str:
    """The Markdown of a page, with the links of the site. What is between fences stays as it is."""
    names = {file.relative_to(ROOT).as_posix(): name for name, file in site_files().items()}

    def link(match: re.Match) -> str:
        text, file, anchor = match[1], match[2], match[3] or ""
        target = posixpath.normpath((path.parent.relative_to(ROOT) / file).as_posix())
        if target not in names:
            return f"[{text}]({repository}/blob/main/{target}{anchor})"
        if text.endswith(".md"):
            text = (ROOT / target).read_text().partition("\n")[0].removeprefix("# ")
        return f"[{text}]({names[target]}{anchor})"

    parts = FENCED.split(path.read_text())
    return "".join(_arrows(part) if part.startswith("```") else LINK.sub(link, part) for part in parts)


def _arrows(fenced: str) -> str:
    """A drawing as a list of its arrows, those from one place in one line; anything else as it is."""
    if not (drawing := DRAWING.fullmatch(fenced)):
        return fenced
    arrows: dict[str, list[str]] = {}
    for line in drawing[1].splitlines():
        start, _, end = line.strip().partition(" --> ")
        arrows.setdefault(start, []).append(end)
    width = max(map(len, arrows))
    return "\n".join(["```text", *(f"{start:{width}} → {', '.join(ends)}" for start, ends in arrows.items()), "```"])


def write(folder: Path, repository: str = REPOSITORY) -> None:
    """Write all pages, pictures and styles into a folder, which is emptied before."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, path in site_files().items():
        if path.suffix == ".md":
            (folder / name).write_text(page(path, repository))
        else:
            shutil.copy(path, folder)


if __name__ == "__main__":
    write(Path(sys.argv[1]), os.environ.get("REPOSITORY") or REPOSITORY)
