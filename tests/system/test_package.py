"""What is released: what is in it, and that it works by itself, outside of the repository."""

import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email import message_from_bytes
from importlib.metadata import version
from pathlib import Path

import httpx
import pytest
import torch
import uv
import yaml
from packaging.requirements import Requirement

from harness import ROOT
from harness.drawings import EXAMPLES, draw
from harness.servers import free_port
from harness.services import wait_for
from lenet import __version__
from lenet.weights.model import bundled
from tests.processes import Forked, run_elsewhere
from tests.tracked import MADE, tracked_files
from train.publish.card import model_card

TRACKED = tracked_files()
# What else is in the folder of somebody who has worked in it.
LEFT_BEHIND = (
    *(".venv/pyvenv.cfg", "build/lib/lenet/old.py", "data/mnist.gz", "dist/old.whl", "runs/one/model.safetensors"),
    *("lenet/__pycache__/row.cpython-311.pyc", "lenet/pretrained/textbook/misread.png", "lenet/old.part"),
    *("node_modules/typescript/package.json", "tests/__pycache__/matches.cpython-311.pyc", "tests/.DS_Store"),
)
BUILD = "import sys; from setuptools import build_meta; getattr(build_meta, sys.argv[1])(sys.argv[2])"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """Where the source distribution and the wheel are."""
    return tmp_path_factory.mktemp("dist")


@pytest.fixture(scope="module")
def source_distribution(tmp_path_factory, folder) -> Path:
    """Built from a copy of the project, in which something has been left behind, as `python -m build` does."""
    source = tmp_path_factory.mktemp("source")
    for name in (*TRACKED, *LEFT_BEHIND):
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        if name in LEFT_BEHIND:
            (source / name).touch()
        else:
            shutil.copyfile(ROOT / name, source / name)
    subprocess.run([sys.executable, "-c", BUILD, "build_sdist", folder], cwd=source, check=True, capture_output=True)
    return folder / f"lenet-{__version__}.tar.gz"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory, folder, source_distribution) -> Path:
    """Built from the source distribution."""
    source = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(source_distribution) as archive:
        archive.extractall(source, filter="data")
    command = [sys.executable, "-c", BUILD, "build_wheel", folder]
    subprocess.run(command, cwd=source / f"lenet-{__version__}", check=True, capture_output=True)
    return folder / f"lenet-{__version__}-py3-none-any.whl"


def test_the_source_distribution_contains_the_project_and_nothing_else(source_distribution):
    """Every tracked file that takes part in building, testing or training; nothing that was left behind."""
    with tarfile.open(source_distribution) as archive:
        names = {file.name.partition("/")[2] for file in archive if file.isfile()}
    expected = {name for name in TRACKED if not name.startswith(".ci/") and name != ".gitignore"}
    assert {name for name in names if not name.startswith(MADE)} == expected


def test_the_wheel_contains_the_package_and_nothing_else(wheel):
    """Every tracked file below lenet/, the license and the commands; neither train nor tests; at most 7 MB."""
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        commands = archive.read(f"lenet-{__version__}.dist-info/entry_points.txt").decode()
    own = {name for name in names if not name.startswith(f"lenet-{__version__}.dist-info/")}
    assert own == {name for name in TRACKED if name.startswith("lenet/")}
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert "lenet = lenet.__main__:main" in commands
    assert "lenet-page = lenet.page.__main__:main" in commands
    assert wheel.stat().st_size <= 7_000_000


def test_a_release_has_the_tags_version_and_whole_links(tmp_path):
    """The steps before the build refuse another version, and make links of the README that lead from PyPI to GitHub."""
    workflow = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())
    first, *_ = (step["run"] for step in workflow["jobs"]["build"]["steps"] if "__version__" in step.get("run", ""))
    second, *_ = (step["run"] for step in workflow["jobs"]["build"]["steps"] if "README.md" in step.get("run", ""))
    for name in ("README.md", "pyproject.toml", "lenet/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    environment = {**os.environ, "GITHUB_REF_NAME": f"v{__version__}", "CODE": "https://github.com/someone/lenet"}
    subprocess.run(
        ["bash", "-ec", f"{first}\n{second}"], cwd=tmp_path, env=environment, check=True, capture_output=True
    )
    other = {**environment, "GITHUB_REF_NAME": f"v{__version__}.1"}
    assert subprocess.run(["bash", "-ec", first], cwd=tmp_path, env=other, capture_output=True).returncode != 0

    before = re.findall(r"(!?)\[[^]]*\]\(([^)]+)\)", (ROOT / "README.md").read_text())
    after = re.findall(r"(!?)\[[^]]*\]\(([^)]+)\)", (tmp_path / "README.md").read_text())
    kinds = {"!": "raw", "": "blob"}
    assert [target for _, target in after] == [
        target if "://" in target else f"https://github.com/someone/lenet/{kinds[mark]}/v{__version__}/{target}"
        for mark, target in before
    ]
    urls = tomllib.loads((tmp_path / "pyproject.toml").read_text())["project"]["urls"]
    assert urls["Repository"] == "https://github.com/someone/lenet"
    assert urls["Changelog"] == f"https://github.com/someone/lenet/blob/v{__version__}/CHANGELOG.md"


def write_wheel(path: Path, files: dict[str, str]) -> None:
    """A wheel with these files for site-packages, and the three that every wheel has."""
    name, version, *_ = path.name.split("-")
    info = f"{name}-{version}.dist-info"
    files = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    files[f"{info}/RECORD"] = "".join(f"{file},,\n" for file in (*files, f"{info}/RECORD"))
    with zipfile.ZipFile(path, "w") as archive:
        for file, text in files.items():
            archive.writestr(file, text)


@pytest.fixture(scope="module")
def index(tmp_path_factory, wheel) -> str:
    """The URL of a package index with the wheel, and with the packages that it and its extra `app` require.

    Each of those has the name and version of the one that the tests use, but is empty, except for a path to the latter.
    """
    root = tmp_path_factory.mktemp("index")
    with zipfile.ZipFile(wheel) as archive:
        metadata = message_from_bytes(archive.read(f"lenet-{__version__}.dist-info/METADATA"))
    files = [wheel]
    for requirement in map(Requirement, metadata.get_all("Requires-Dist", [])):
        if requirement.marker is None or requirement.marker.evaluate({"extra": "app"}):
            name = requirement.name.replace("-", "_")
            files.append(root / f"{name}-{version(name)}-py3-none-any.whl")
            write_wheel(files[-1], {f"{name}.pth": f"{Path(torch.__file__).parents[1]}\n"})
    for file in files:
        page = root / "simple" / file.name.partition("-")[0].replace("_", "-") / "index.html"
        page.parent.mkdir(parents=True)
        page.write_text(f'<!DOCTYPE html><a href="{file.as_uri()}">{file.name}</a>')
    return (root / "simple").as_uri()


@pytest.fixture(scope="module")
def installed(tmp_path_factory, index) -> Path:
    """The site-packages of the environment that `uvx` makes, without a network, to run the page's command."""
    home = tmp_path_factory.mktemp("home")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("UV_", "PYTHON"))}
    environment |= {"UV_CACHE_DIR": str(home / "cache"), "UV_TOOL_DIR": str(home / "tools"), "HOME": str(home)}
    uvx = [uv.find_uv_bin(), "tool", "run", "--offline", "--no-config", "--python", sys.executable]
    uvx += ["--default-index", index, "--from", "lenet[app]"]

    def run(*command: str) -> str:
        done = subprocess.run([*uvx, *command], cwd=home, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout

    assert run("lenet-page", "--version") == f"lenet {__version__}\n"
    return Path(run("python", "-c", "import sysconfig; print(sysconfig.get_path('purelib'))").strip())


READ = """
import lenet
print(lenet.__file__)
print(lenet.Recognizer.from_pretrained().read("digit.png").digit)
"""
# Among what is not needed to read an image is the Hub's client, whose import would delay every reader.
NOT_NEEDED = ("gradio", "huggingface_hub", "torchvision", "matplotlib", "train")


@pytest.fixture(scope="module")
def reading(installed, fork, tmp_path_factory) -> Forked:
    """A process that reads with the installed package in a folder that contains an image, and nothing else."""
    folder = tmp_path_factory.mktemp("reading")
    draw(EXAMPLES[7]["strokes"]).save(folder / "digit.png")
    (folder / "read.py").write_text(READ)
    return fork(run_elsewhere, folder, installed, NOT_NEEDED, ("read.py",), ("lenet", "digit.png"))


@pytest.fixture(scope="module")
def page(installed, fork, tmp_path_factory) -> Iterator[str]:
    """The URL of a page that the installed command `lenet-page` serves."""
    folder = tmp_path_factory.mktemp("page")
    command = folder / "lenet-page.py"  # `run_elsewhere` takes files by this ending
    shutil.copyfile(installed.parents[2] / "bin/lenet-page", command)
    port = free_port()
    serving = fork(run_elsewhere, folder, installed, ("train",), (command.name, "--port", str(port)))
    wait_for(url := f"http://127.0.0.1:{port}", serving, 60)
    yield url
    serving.kill()


def test_an_installed_package_reads_images_and_serves_the_page(installed, reading, page):
    """From another folder: in three lines of Python, as `python -m lenet`, and by the command `lenet-page`."""
    assert reading.wait() == 0, reading.errors
    file, digit, line = reading.printed.splitlines()
    assert Path(file).is_relative_to(installed)
    assert digit == "7"
    assert line.startswith("digit.png: 7  (7 ")
    assert "LeNet-5" in httpx.get(page).text


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_page_answers_the_documented_requests(page, tmp_path):
    """Those with curl, literally, of docs/python.md and of the model card, which are to a Space there."""
    metrics, config = (json.loads((bundled() / f"{name}.json").read_text()) for name in ("metrics", "config"))
    card = model_card(metrics, config, "someone/lenet-5", space="someone/draw_a.Digit").text
    draw(EXAMPLES[7]["strokes"]).save(tmp_path / "digit.png")
    for text, address in (
        ((ROOT / "docs/python.md").read_text(), "http://127.0.0.1:7860"),
        (card, "https://someone-draw-a-digit.hf.space"),
    ):
        (script,) = (script for script in re.findall(r"```sh\n(.*?)```", text, re.DOTALL) if "curl" in script)
        assert address in script
        command = ["sh", "-ec", script.replace(address, page)]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        assert done.stdout.startswith('event: complete\ndata: [{"digit": 7, "reason": null, "top": [[7, 0.99')
