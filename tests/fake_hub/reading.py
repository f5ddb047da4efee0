"""The fixture `hub` for tests that download: a fake Hub, for this process and those that it starts."""

from pathlib import Path

import pytest
from huggingface_hub import constants

from tests.fake_hub.server import Hub

UNSET = ("HF_TOKEN", "LENET_MODEL", "LENET_PATIENCE", "SPACE_ID", "SPACE_AUTHOR_NAME")


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """The client's cache is in `hub.home`, which does not exist yet."""
    with Hub() as hub:
        hub.home = tmp_path / "home"
        for name, value in hub.environment(hub.home).items():
            monkeypatch.setenv(name, value)
        for name in UNSET:
            monkeypatch.delenv(name, raising=False)
        # The client in this process read these from the environment when it was imported.
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(hub.home / "hub"))
        monkeypatch.setattr(constants, "ENDPOINT", hub.url)
        template = hub.url + "/{repo_id}/resolve/{revision}/{filename}"
        monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", template)
        yield hub


@pytest.fixture
def on_a_space(hub, monkeypatch):
    """Make this process look like a Space that the owner of the repository has."""
    monkeypatch.setenv("SPACE_ID", "someone/space")
    monkeypatch.setenv("SPACE_AUTHOR_NAME", "someone")


def files_below(folder: Path) -> dict[str, bytes]:
    """Relative path and content of every file below a folder; symbolic links are followed."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
