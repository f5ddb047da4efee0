"""For tests that publish: a fake Hub with a token that has write access, and a run that is quick to publish."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import constants

from lenet.extras.files import EXTRAS
from lenet.weights.model import bundled
from tests.fake_hub.server import Hub

REPO = "someone/lenet-5"
FILES = {"README.md", "config.json", "metrics.json", "model.safetensors", *EXTRAS}
DRAWN = {"curves.png", "confusion.png"}  # drawn from metrics.json if the run does not have them


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """Commands that run in this process publish to this Hub by default; they run in `tmp_path`."""
    with Hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_TOKEN", hub.token)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # the client reads its variable only at import
        monkeypatch.chdir(tmp_path)
        yield hub


@pytest.fixture(scope="module")
def run(tmp_path_factory) -> Path:
    """The bundled weights as a run; its plots are placeholders, since drawing them for every upload takes time."""
    folder = shutil.copytree(bundled(), tmp_path_factory.mktemp("run") / "run")
    for name in DRAWN:
        (folder / name).write_bytes(name.encode())
    return folder


@pytest.fixture
def failure(error_of, run) -> Callable[..., str]:
    """Publish a run, expect exit code 2 and one line on stderr, and return the line."""

    def call(*options: str, folder: Path = run) -> str:
        message = error_of("publish", folder, "--repo", REPO, *options)
        assert message.count("\n") == 1
        return message

    return call


def publish(run: Path, *options: str) -> int:
    """Publish a run from this process, and return the exit code."""
    from train.__main__ import main  # imported here because not all tests need torchvision

    return main(["publish", str(run), "--repo", REPO, *options])


def files_of(hub: Hub) -> dict[str, bytes]:
    """The files in the repository, without the Hub's own."""
    return {name: data for name, data in hub.repositories["model", REPO].files.items() if name != ".gitattributes"}


def writes(hub: Hub) -> list[tuple[str, str]]:
    """The requests that change something on the Hub."""
    checks = ("validate-yaml", "preupload/main")
    return [(method, path) for method, path in hub.requests if method in ("POST", "PUT") and not path.endswith(checks)]
