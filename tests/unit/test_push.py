"""Recognizer.push_to_hub, with the Hub's real client."""

import re

import pytest

from harness.drawings import EXAMPLES, draw
from harness.fake_hub.repository import errors_in_card
from lenet import Recognizer
from lenet.hub.errors import HubError
from lenet.push import OUTDATED
from tests.fixtures.publishing import REPO, files_of, hub  # noqa: F401
from train.publish.model import ONNX, PLOTS, PREVIEW

# ruff: noqa: F811

# The client's own way to send a file is deprecated in the library that it uses.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def test_what_is_pushed_is_loaded_again(hub, tmp_path, reader):
    """The same readings, from the files of the repository; its card is valid, and a second push changes nothing."""
    address = reader.push_to_hub(REPO)
    assert re.fullmatch(rf"{hub.url}/{REPO}/tree/[0-9a-f]{{40}}", address)
    files = files_of(hub)
    assert set(files) == {"README.md", "config.json", "metrics.json", "model.safetensors"}
    assert errors_in_card(files["README.md"].decode(), "model") == ([], [])
    folder = tmp_path / "copy"
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_bytes(content)
    image = draw(EXAMPLES[3]["strokes"])
    assert Recognizer.from_pretrained(folder).read(image) == reader.read(image)
    assert reader.push_to_hub(REPO) == address


def test_another_network_is_not_overwritten(hub, reader):
    """Of the same one, what belonged to the weights before is deleted."""
    Recognizer.from_pretrained("original").push_to_hub(REPO)
    before = files_of(hub)
    with pytest.raises(HubError, match=rf"^{REPO} holds the network original: .* such as {REPO}-textbook$"):
        reader.push_to_hub(REPO)
    assert files_of(hub) == before
    assert {*PLOTS, ONNX, PREVIEW} <= set(OUTDATED)
