"""The project's own rules: which way imports go, how large files are, and how things are worded."""

import ast
import re
import subprocess
import sys

from tests.browser import ROOT

SOURCES = [ROOT / "app.py", *(path for part in ("lenet", "train") for path in sorted((ROOT / part).rglob("*.py")))]
PROSE = [
    *(path for part in ("lenet", "train", "tests", "benchmarks", "docs") for path in sorted((ROOT / part).rglob("*"))),
    *(ROOT / name for name in ("app.py", "README.md", "CHANGELOG.md", "Makefile", "install.sh")),
]
# Phrases that the documentation of PyTorch would word differently.
TICS = (
    r"what is no\b|that is none\b|cannot be had|is no type of|load whole|\bmend(s|ed)?\b|\banew\b|\bthe foot\b|told by"
)


def imports(folder: str) -> set[str]:
    """Top-level packages that the Python files in a folder import."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: relative import"
                found.add(node.module.split(".")[0])
    return found


def test_imports_go_one_way():
    """app -> lenet <- train: the package imports neither of its users, and only the page imports gradio."""
    assert imports("lenet").isdisjoint({"train", "app", "tests", "torchvision", "matplotlib"})
    assert imports("train").isdisjoint({"app", "gradio", "tests"})
    for path in (ROOT / "lenet").rglob("*.py"):
        if path.parent.name != "page":
            assert not re.search(r"^\s*(import|from) gradio", path.read_text(), re.MULTILINE), path.name


def test_importing_the_package_imports_nothing_slow():
    """A download can start before PyTorch is imported, and a script that reads digits needs no web server."""
    slow = ("torch", "numpy", "PIL", "gradio", "huggingface_hub", "torchvision", "matplotlib")
    for module in ("lenet", "lenet.weights.fetch", "lenet.page.__main__"):
        code = f"import sys, {module}; print([m for m in {slow} if m in sys.modules])"
        done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]", module


def test_files_are_small():
    """One idea per file: none above 220 lines, and the room for weights at most 450 in all."""
    lines = {path: len(path.read_text().splitlines()) for path in SOURCES}
    assert {str(path): count for path, count in lines.items() if count > 220} == {}
    assert sum(count for path, count in lines.items() if path.parent == ROOT / "lenet/weights") <= 450


def test_the_language_is_plain():
    """No file uses the phrases of TICS."""
    found = []
    for path in PROSE:
        if (
            path.name != "test_layout.py"
            and path.suffix in (".py", ".js", ".css", ".html", ".md", ".jinja", ".sh", "")
            and path.is_file()
        ):
            found += [f"{path.name}: {match[0]}" for match in re.finditer(TICS, path.read_text(), re.IGNORECASE)]
    assert found == []
