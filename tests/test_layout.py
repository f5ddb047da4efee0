"""The project's own rules: which way its parts import, and that the README tells the truth."""

import ast
import re
import subprocess
import sys

import pytest

from tests.browser import ROOT


def imports(folder: str) -> set[str]:
    """Top-level packages that the Python files under a folder import."""
    found = set()
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                found |= {alias.name.split(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: relative import"
                found.add(node.module.split(".")[0])
    return found


def test_arrows_point_one_way():
    """app -> lenet <- train: the package knows neither of its users, and only the page knows gradio."""
    assert imports("lenet").isdisjoint({"train", "app", "tests", "torchvision", "matplotlib"})
    assert imports("train").isdisjoint({"app", "gradio", "tests"})
    for path in (ROOT / "lenet").glob("*.py"):
        assert "gradio" not in path.read_text(), path.name


def test_importing_the_reader_imports_neither_gradio_nor_torchvision():
    """Reading digits in a script costs no web server and no data sets."""
    code = "import sys, lenet; print([m for m in ('gradio', 'torchvision', 'matplotlib') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("command", [["app.py"], ["-m", "lenet"], ["-m", "train"]], ids=lambda c: c[-1])
def test_every_flag_stands_in_the_readme(command):
    """What --help lists, the README names."""
    done = subprocess.run([sys.executable, *command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True)
    flags = set(re.findall(r"--[a-z][a-z-]+", done.stdout)) - {"--help"}
    assert flags
    assert {flag for flag in flags if f"`{flag}" not in README and f" {flag}" not in README} == set()


def test_every_make_target_of_the_readme_exists():
    """And `make help` lists it."""
    done = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    targets = set(re.findall(r"(?:^|`)make ([a-z]+)", README, re.MULTILINE))
    assert targets >= {"run", "test", "train", "lint", "bench", "help"}
    for target in targets:
        assert f"make {target}" in done.stdout


def test_every_file_that_the_readme_names_exists():
    """Links and pictures lead somewhere."""
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_the_readmes_figures_are_measured():
    """The errors in the README are the ones that training wrote."""
    import json

    for path in (ROOT / "lenet/pretrained").glob("*/metrics.json"):
        metrics = json.loads(path.read_text())
        assert f"{metrics['test']['error']:.2%}".replace("%", " %") in README
