"""The fixture `hub`: a Hub, and this process in a folder of its own with a token that may write there."""

import pytest
from huggingface_hub import constants

from tests.fake_hub.server import Hub


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """Where nothing else is said, the commands in this process publish to it."""
    with Hub() as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("HF_TOKEN", hub.token)
        monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # as its variable does, read at import
        monkeypatch.chdir(tmp_path)
        yield hub
