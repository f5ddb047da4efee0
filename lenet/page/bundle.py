"""The page's modules as one, so that a browser with six connections does not load them in many rounds.

The sources are plain modules that run as they are, and only what they use is understood here: named imports, namespace
imports, and exported functions, classes and constants. Each module becomes a function scope of its own. Comments are
left out, types among them, empty lines and indentation: they are for developers, who read the sources. In strings of
several lines there may only be HTML, in which indentation does not count. A bundle that is loaded later takes from the
page's the modules that are there already.
"""

import posixpath
import re

IMPORT = re.compile(r'^import (?:\{([^}]+)\}|\* as (\w+)) from "(\.[^"]+)";\n', re.MULTILINE)
COMMENTS = re.compile(r"^ *(?:/\*\*.*?\*/ *|//[^\n]*)?\n|(?<=[;,{}]) // [^\n\"'`]*$", re.MULTILINE | re.DOTALL)
INDENTATION = re.compile(r"^ +", re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:async )?(?:function\*?|class|const) (\w+))", re.MULTILINE)


def bundle(files: dict[str, str], entry: str) -> str:
    """One module with the exports of `entry`, from sources by path. Raises ValueError for what is not understood."""
    return _bundle(files, entry, set())[0]


def bundles(files: dict[str, str], page: str, entries: dict[str, str]) -> dict[str, str]:
    """The bundle `page`, and those that are loaded later, which take from it what is there. `entries` are by name."""
    there = imported(files, entries[page])
    texts, taken = {}, set[str]()
    for name in [name for name in entries if name != page]:
        text, own = _bundle(files, entries[name], there)
        head = f'import {{ modules }} from "./{page}";\nconst {{ {_scopes(own)} }} = modules;\n' if own else ""
        texts[name] = head + text
        taken |= own
    return {page: bundle(files, entries[page]) + f"export const modules = {{ {_scopes(taken)} }};\n", **texts}


def _bundle(files: dict[str, str], entry: str, there: set[str]) -> tuple[str, set[str]]:
    """A bundle without the modules that are `there`, and which of those it takes."""
    taken: set[str] = set()
    done: dict[str, str] = {}

    def add(path: str, importers: tuple[str, ...]) -> None:
        if path in importers:
            raise ValueError("modules import each other: " + " -> ".join([*importers, path]))
        if path in done:
            return
        if path in there:
            taken.add(path)
            return
        if path not in files:
            raise ValueError(f"{importers[-1] if importers else 'the page'} imports {path}, which does not exist")

        def bind(match: re.Match) -> str:
            names, namespace, target = match.groups()
            target = _target(path, target)
            add(target, (*importers, path))
            return f"const {namespace or '{' + names.replace(' as ', ': ') + '}'} = {_identifier(target)};\n"

        body = IMPORT.sub(bind, without_comments(files[path]))
        exports = EXPORT.findall(body)
        body = EXPORT.sub("", body)
        if left := re.search(r"^(?:import|export)\b.*", body, re.MULTILINE):
            raise ValueError(f"{path}: cannot bundle {left[0]!r}")
        body = INDENTATION.sub("", body)
        done[path] = (
            f"// {path}\nconst {_identifier(path)} = (() => {{\n{body}\nreturn {{ {', '.join(exports)} }};\n}})();\n"
        )

    add(entry, ())
    exports = EXPORT.findall(files[entry])
    return "".join(done.values()) + f"export const {{ {', '.join(exports)} }} = {_identifier(entry)};\n", taken


def without_comments(text: str) -> str:
    """A module without its comments and empty lines."""
    return COMMENTS.sub("", text)


def imported(files: dict[str, str], entry: str) -> set[str]:
    """The paths of a module and of all modules that it needs."""
    found, waiting = set(), [entry]
    while waiting:
        path = waiting.pop()
        if path not in found:
            found.add(path)
            waiting += [_target(path, target) for _, _, target in IMPORT.findall(files[path])]
    return found


def _target(path: str, target: str) -> str:
    return posixpath.normpath(posixpath.join(posixpath.dirname(path), target))


def _scopes(paths: set[str]) -> str:
    return ", ".join(sorted(map(_identifier, paths)))


def _identifier(path: str) -> str:
    return "module_" + re.sub(r"\W", "_", path.removesuffix(".js"))
