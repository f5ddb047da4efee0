"""The Space: what is staged, and how it starts with its owner's weights."""
# ruff: noqa: F811  (a fixture that is imported, and requested by its name)

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from harness import ROOT
from harness.browser import Visitor
from harness.drawings import EXAMPLES
from harness.fake_hub.server import Hub
from harness.servers import free_port, running
from lenet.weights.model import bundled
from tests.fixtures.publishing import hub  # noqa: F401
from train.publish.space import stage_space

# The client's own way to send a file is deprecated in the library that it uses.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

MODEL_FILES = {name: (bundled() / name).read_bytes() for name in ("config.json", "model.safetensors", "metrics.json")}
# Not on the Space's machine, or, like `spaces`, there for ZeroGPU only.
MISSING = ("torchvision", "matplotlib", "pytest", "playwright", "train", "tests", "spaces")


@pytest.fixture
def staged(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path / stage_space("someone/lenet-5")


def test_only_what_the_page_needs_is_staged(staged):
    """The app, the package with all of its files, requirements and a card; no caches, no training code."""
    assert {path.name for path in staged.iterdir()} == {
        *("README.md", "LICENSE", "app.py", "lenet", "requirements.txt")
    }
    tracked = subprocess.run(["git", "ls-files", "lenet"], cwd=ROOT, capture_output=True, text=True).stdout.split()
    there = {path.relative_to(staged).as_posix() for path in (staged / "lenet").rglob("*") if path.is_file()}
    assert there >= set(tracked)
    assert not [name for name in there if "__pycache__" in name or name.endswith((".pyc", ".part", ".png"))]
    for name in ("app.py", "lenet/recognizer.py", "lenet/pretrained/textbook/model.safetensors"):
        assert (staged / name).read_bytes() == (ROOT / name).read_bytes()


def test_the_staged_space_uses_its_owners_weights(staged, chromium, tmp_path):
    """In another folder, without the packages for training: a drawn digit is read by AUTHOR/lenet-5 on the Hub."""
    home = shutil.copytree(staged, tmp_path / "elsewhere")
    port = free_port()
    with Hub() as hub:
        sha = hub.put("someone/lenet-5", MODEL_FILES)
        environment = {
            **hub.environment(tmp_path / "home"),
            "PYTHONPATH": str(block_imports(tmp_path / "hook", MISSING)),
            "LENET_PATIENCE": "60",  # so that the downloaded weights are used on a busy machine, too
            "SPACE_ID": "someone/draw",
            "SPACE_AUTHOR_NAME": "someone",
            "GRADIO_SERVER_PORT": str(port),
        }
        attempts = "\n".join(f"try: import {name}\nexcept ImportError as error: print(error)" for name in MISSING)
        done = subprocess.run(
            [sys.executable, "-c", attempts], cwd=home, env=environment, capture_output=True, text=True
        )
        assert done.stdout.splitlines() == [f"{name}: not on the Space" for name in MISSING]
        with running([sys.executable, "app.py"], port, cwd=home, env=environment) as url:
            visitor = Visitor(chromium.new_page(), url)
            assert f"someone/lenet-5@{sha[:7]}" in visitor.page.locator("footer.weights").inner_text()
            for digit in (3, 7):
                visitor.draw([stroke[::5] for stroke in EXAMPLES[digit]["strokes"]])  # a mouse event takes 15 ms
                assert visitor.digit() == str(digit)
                visitor.click("clear")
            visitor.page.close()
        assert ("HEAD", f"/someone/lenet-5/resolve/{sha}/model.safetensors") in hub.requests


def block_imports(folder: Path, names: tuple[str, ...]) -> Path:
    """A folder for PYTHONPATH that makes imports of these packages fail, as if they were not installed."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(
        "import sys\n"
        "class Blocked:\n"
        "    def find_spec(self, name, path=None, target=None):\n"
        f"        if name.split('.')[0] in {names!r}:\n"
        "            raise ModuleNotFoundError(f'{name}: not on the Space', name=name)\n"
        "sys.meta_path.insert(0, Blocked())\n"
    )
    return folder


def test_make_space_stages_the_space():
    """`make space` calls stage-space, with the model in MODEL."""
    command = ["make", "-n", "space", "MODEL=someone/lenet-5"]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True, env={**os.environ, "MAKEFLAGS": ""}
    )
    assert "python -m train stage-space --model someone/lenet-5" in done.stdout


def test_make_static_exports_the_page():
    """`make static` calls the page's own command, with the model in MODEL."""
    command = ["make", "-n", "static", "MODEL=someone/lenet-5"]
    environment = {**os.environ, "MAKEFLAGS": ""}
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, env=environment)
    assert "python -m lenet.page.export --model someone/lenet-5" in done.stdout
