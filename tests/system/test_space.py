"""The Space: what is staged, and how it starts with its owner's weights."""
# ruff: noqa: F811  (a fixture that is imported, and requested by its name)

import os
import shutil
import subprocess
from pathlib import Path

import httpx
import pytest

from harness import ROOT
from harness.drawings import EXAMPLES, draw, encoded
from harness.fake_hub.server import Hub
from harness.servers import free_port
from harness.services import wait_for
from lenet.weights.model import bundled
from tests.fixtures.publishing import hub  # noqa: F401
from tests.processes import run_elsewhere
from tests.tracked import tracked_files
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
    there = {path.relative_to(staged).as_posix() for path in (staged / "lenet").rglob("*") if path.is_file()}
    assert there >= {name for name in tracked_files() if name.startswith("lenet/")}
    assert not [name for name in there if "__pycache__" in name or name.endswith((".pyc", ".part", ".png"))]
    for name in ("app.py", "lenet/recognizer.py", "lenet/pretrained/textbook/model.safetensors"):
        assert (staged / name).read_bytes() == (ROOT / name).read_bytes()


def test_the_staged_space_uses_its_owners_weights(staged, fork, tmp_path):
    """In another folder, without the packages for training: a drawn digit is read by AUTHOR/lenet-5 on the Hub."""
    home = shutil.copytree(staged, tmp_path / "elsewhere")
    port = free_port()
    with Hub() as hub:
        sha = hub.put("someone/lenet-5", MODEL_FILES)
        environment = {
            **hub.environment(tmp_path / "home"),
            "LENET_PATIENCE": "60",  # so that the downloaded weights are used on a busy machine, too
            "SPACE_ID": "someone/draw",
            "SPACE_AUTHOR_NAME": "someone",
            "GRADIO_SERVER_PORT": str(port),
        }
        space = fork(run_elsewhere, home, home, MISSING, ("app.py",), **environment)
        wait_for(url := f"http://127.0.0.1:{port}", space, 90)
        assert f"someone/lenet-5@{sha[:7]}" in httpx.get(f"{url}/config").text
        for digit in (3, 7):
            drawing = encoded(draw(EXAMPLES[digit]["strokes"]))
            reading = httpx.post(f"{url}/read", content=drawing, headers={"Content-Type": "image/png"})
            assert reading.json()["digit"] == digit
        space.kill()
        assert ("HEAD", f"/someone/lenet-5/resolve/{sha}/model.safetensors") in hub.requests


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
