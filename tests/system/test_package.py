"""The wheel: what is in it, and that it works by itself, outside of the repository."""

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from harness import ROOT
from harness.drawings import EXAMPLES, draw
from harness.servers import free_port, running
from lenet import __version__

TRACKED = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel, built from a copy of the tracked files: a build writes into the folder that it is started in."""
    source, folder = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for name in TRACKED:
        if (
            name.split("/")[0] in ("lenet", "train", "pyproject.toml", "README.md", "LICENSE")
            and (ROOT / name).exists()
        ):
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    build = [*PIP, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, source]
    subprocess.run(build, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> dict[str, str]:
    """The environment of a process that finds the installed wheel, and not the repository."""
    site = tmp_path_factory.mktemp("site")
    subprocess.run([*PIP, "install", "--no-deps", "--target", site, wheel], check=True, capture_output=True)
    return {**os.environ, "PYTHONPATH": str(site)}


def test_the_wheel_contains_the_package_and_nothing_else(wheel):
    """Every tracked file below lenet/, the license and the commands; neither train nor tests; at most 5 MB."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        commands = archive.read(f"lenet-{__version__}.dist-info/entry_points.txt").decode()
    own = {name for name in names if not name.startswith(f"lenet-{__version__}.dist-info/")}
    assert own == {name for name in TRACKED if name.startswith("lenet/") and (ROOT / name).exists()}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "lenet = lenet.__main__:main" in commands
    assert "lenet-page = lenet.page.__main__:main" in commands
    assert wheel.stat().st_size <= 5_000_000


def test_an_installed_package_reads_an_image(installed, tmp_path):
    """From an empty folder: in three lines of Python, and as `python -m lenet`."""
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "digit.png")
    code = (
        "import lenet, runpy; print(lenet.__file__); print(lenet.Recognizer.from_pretrained().read('digit.png').digit);"
        "runpy.run_module('lenet', run_name='__main__', alter_sys=True)"  # as by -m, and PyTorch is imported once
    )
    command = [sys.executable, "-c", code, "digit.png"]
    done = subprocess.run(command, cwd=tmp_path, env=installed, capture_output=True, text=True, check=True)
    file, digit, line = done.stdout.splitlines()
    assert Path(file).is_relative_to(installed["PYTHONPATH"])
    assert digit == "7"
    assert line.startswith("digit.png: 7  (7 ")


def test_an_installed_package_serves_the_page(installed, tmp_path):
    """`python -m lenet.page`, with the files of the browser's side."""
    port = free_port()
    command = [sys.executable, "-m", "lenet.page", "--port", str(port)]
    with running(command, port, cwd=tmp_path, env=installed) as url:
        page = httpx.get(url).text
        assert "LeNet-5" in page
