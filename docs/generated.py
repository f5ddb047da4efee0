"""The parts of the docs that are made from the code: tables of options, and the drawing of the rooms.

`make docs` writes them between the markers of cog in the pages; `make lint` checks that they are up to date.
"""

import argparse
import ast
import re
from collections.abc import Mapping
from pathlib import Path

import networkx

from lenet.page.article.figures import Figure

ROOT = Path(__file__).resolve().parent.parent


def options(*parsers: argparse.ArgumentParser) -> str:
    """A table of the options and their defaults, as Markdown, in the words of `--help`."""
    rows = ["| option | default | |", "|---|---|---|"]
    for parser in parsers:
        for action in parser._actions:
            if action.option_strings and action.dest != "help":
                rows.append("| " + " | ".join(_row(action)) + " |")
    return "\n".join(dict.fromkeys(rows))


def _row(action: argparse.Action) -> tuple[str, str, str]:
    text = " ".join((action.help or "").split()) % {"default": action.default}
    default = re.search(r" \(default: ([^()]+)\)", text)
    if default:
        return f"`{action.option_strings[-1]}`", default[1], text.replace(default[0], "")
    value = "" if action.nargs == 0 or action.default in (None, argparse.SUPPRESS) else str(action.default)
    return f"`{action.option_strings[-1]}`", value, text


def embeds(figures: Mapping[str, Figure]) -> str:
    """A table of the figures that can stand in another page, and how each can be set."""
    rows = [
        (f"`{name}`", figure.shows, "; ".join(f"`{one}`: {rule.expected}" for one, rule in figure.settings.items()))
        for name, figure in figures.items()
    ]
    head = ["| figure | shows | settings |", "|---|---|---|", "| `network` | the whole network |  |"]
    return "\n".join([*head, *(f"| {' | '.join(row)} |" for row in rows)])


def rooms() -> str:
    """Which room imports which, as a Mermaid drawing; an arrow that follows from others is left out."""
    graph = networkx.DiGraph()
    for path in [ROOT / "app.py", *(ROOT / "lenet").rglob("*.py"), *(ROOT / "train").rglob("*.py")]:
        if path.name == "__main__.py":
            continue
        room = _room(".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"))
        for node in ast.walk(ast.parse(path.read_text())):
            for imported in _imported(node):
                if imported.split(".")[0] in ("lenet", "train") and _room(imported) != room:
                    graph.add_edge(room, _room(imported))
    lines = [f"    {above} --> {below}" for above, below in sorted(networkx.transitive_reduction(graph).edges)]
    return "\n".join(["```mermaid", "flowchart TD", *lines, "```"])


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _room(module: str) -> str:
    """`lenet.hub` of `lenet.hub.client`: a folder of a package, or a module in it; `lenet` for the public names."""
    first, *rest = module.split(".")
    is_room = rest and ((ROOT / first / rest[0]).is_dir() or (ROOT / first / f"{rest[0]}.py").exists())
    return f"{first}.{rest[0]}" if is_room else first
