"""Which way imports go."""

import ast
import graphlib
import re
from functools import cache
from pathlib import Path

import pytest

from harness import ROOT

# The rooms of the library, each of which imports only those before it. A room is a folder, or a module of `lenet/`.
ROOMS = (
    *("files", "background", "batches", "interrupt", "command", "image", "rejection", "networks", "row"),
    *("hub", "weights", "extras", "push", "recognizer", "page", "notebook", "__init__", "__main__"),
)


def modules(package: str) -> dict[str, Path]:
    """The files of a package by the names of their modules."""
    paths = {path.relative_to(ROOT).with_suffix("").as_posix(): path for path in (ROOT / package).rglob("*.py")}
    return {name.removesuffix("/__init__").replace("/", "."): path for name, path in paths.items()}


MODULES = modules("lenet") | modules("train")


@cache
def imports(path: Path) -> set[str]:
    """What a file imports, also within functions and for annotations: modules of the project, or top-level packages."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else node.module for name in names}
    return {name if name in MODULES else name.split(".")[0] for name in found}


def test_imports_go_one_way():
    """app -> lenet <- train: the package imports neither of its users, and only the page imports gradio."""
    for name, path in MODULES.items():
        packages = {imported.split(".")[0] for imported in imports(path)}
        foreign = {"app", "harness", "tests", "benchmarks"}
        foreign |= {"train", "torchvision", "matplotlib"} if name.startswith("lenet") else {"gradio"}
        foreign |= set() if name.startswith("lenet.page") else {"gradio", "starlette"}
        assert packages.isdisjoint(foreign), name


def test_every_arrow_between_rooms_points_down():
    """A room of the library imports only the rooms that ROOMS lists before it."""
    assert {name.split(".")[1] for name in MODULES if name.startswith("lenet.")} == set(ROOMS) - {"__init__"}
    upward = []
    for name, path in modules("lenet").items():
        room = name.split(".")[1] if "." in name else "__init__"
        for imported in imports(path):
            if imported.startswith("lenet.") and ROOMS.index(imported.split(".")[1]) > ROOMS.index(room):
                upward.append(f"{name} -> {imported}")
    assert upward == []


def test_no_modules_import_each_other():
    """Neither in the library nor in the training, whatever an import stands in."""
    graph = {name: imports(path) & MODULES.keys() for name, path in MODULES.items()}
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


def test_tests_and_benchmarks_do_not_import_each_other():
    """What they share is in harness/, which imports neither of them."""
    foreign = {"tests": {"benchmarks"}, "benchmarks": {"tests"}, "harness": {"app", "benchmarks", "tests", "train"}}
    for folder, others in foreign.items():
        for path in (ROOT / folder).rglob("*.py"):
            assert {name.split(".")[0] for name in imports(path)}.isdisjoint(others), path


def test_the_arrows_between_the_browsers_rooms_point_down():
    """A folder of modules imports only itself, what is before it, and the modules for the document and the server."""
    static = ROOT / "lenet/page/static"
    rooms = ["network", "pad", "show", "figure", "explore", "article"]
    below = {"theme.js", "dom.js", "server.js"}
    upward = []
    for path in static.rglob("*.js"):
        name = path.relative_to(static)
        room = rooms.index(name.parts[0]) if name.parts[0] in rooms else len(rooms)
        for target in re.findall(r'^(?:import .*|} )from "([^"]+)";$', path.read_text(), re.MULTILINE):
            imported = (path.parent / target).resolve().relative_to(static.resolve())
            allowed = set(rooms[: room + 1]) | (below if room else set())
            if room < len(rooms) and imported.parts[0] not in allowed:
                upward.append(f"{name} -> {imported}")
    assert upward == []
