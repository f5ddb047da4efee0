"""The fixture `hub`: a Hub that this process and those that it starts talk to, with an empty cache."""

from pathlib import Path

import pytest
from huggingface_hub import constants

from tests.fake_hub.server import Hub

SILENT = ("HF_TOKEN", "LENET_MODEL", "LENET_PATIENCE", "SPACE_ID", "SPACE_AUTHOR_NAME")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """`hub.home` is where the cache lies."""
    with Hub() as hub:
        hub.home = tmp_path / "home"
        for name, value in hub.environment(hub.home).items():
            monkeypatch.setenv(name, value)
        for name in SILENT:
            monkeypatch.delenv(name, raising=False)
        # What this process's own client read from its environment when it was imported.
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(hub.home / "hub"))
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield hub


@pytest.fixture
def on_a_space(hub, monkeypatch):
    """As if this ran on a Space of the repository's owner."""
    monkeypatch.setenv("SPACE_ID", "someone/space")
    monkeypatch.setenv("SPACE_AUTHOR_NAME", "someone")


def files_below(folder: Path) -> dict[str, bytes]:
    """Name and content of every file below a folder, links followed."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
