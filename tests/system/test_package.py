"""The wheel: what is in it, and that it works by itself, outside of the repository."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx
import pytest

from harness import ROOT
from harness.drawings import EXAMPLES, draw
from harness.servers import free_port
from harness.services import wait_for
from lenet import __version__
from tests.processes import run_elsewhere

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


def test_the_wheel_contains_the_package_and_nothing_else(wheel):
    """Every tracked file below lenet/, the license and the commands; neither train nor tests; at most 7 MB."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        commands = archive.read(f"lenet-{__version__}.dist-info/entry_points.txt").decode()
    own = {name for name in names if not name.startswith(f"lenet-{__version__}.dist-info/")}
    assert own == {name for name in TRACKED if name.startswith("lenet/") and (ROOT / name).exists()}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "lenet = lenet.__main__:main" in commands
    assert "lenet-page = lenet.page.__main__:main" in commands
    assert wheel.stat().st_size <= 7_000_000


READ = """
import lenet
print(lenet.__file__)
print(lenet.Recognizer.from_pretrained().read("digit.png").digit)
"""
# Among what is not needed to read an image is the Hub's client, whose import would delay every reader.
NOT_NEEDED = ("gradio", "huggingface_hub", "torchvision", "matplotlib", "train")


def test_an_installed_package_reads_images_and_serves_the_page(wheel, fork, tmp_path):
    """From another folder: in three lines of Python, as `python -m lenet`, and as `python -m lenet.page`."""
    site = tmp_path / "site"
    subprocess.run([*PIP, "install", "--no-deps", "--target", site, wheel], check=True, capture_output=True)
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "digit.png")
    (tmp_path / "read.py").write_text(READ)
    reading = fork(run_elsewhere, tmp_path, site, NOT_NEEDED, ("read.py",), ("lenet", "digit.png"))
    port = free_port()
    serving = fork(run_elsewhere, tmp_path, site, ("train",), ("lenet.page", "--port", str(port)))
    assert reading.wait() == 0, reading.errors
    file, digit, line = reading.printed.splitlines()
    assert Path(file).is_relative_to(site)
    assert digit == "7"
    assert line.startswith("digit.png: 7  (7 ")
    wait_for(url := f"http://127.0.0.1:{port}", serving, 60)
    assert "LeNet-5" in httpx.get(url).text
    serving.kill()
