"""Publishing never overwrites what somebody else, or a longer training, has made; with the Hub's real client."""

import json

import pytest

from lenet.weights.model import bundled
from tests.fixtures.publishing import REPO, as_dry_run, failure, files_of, hub, publish, run, writes  # noqa: F401
from train.__main__ import main

# ruff: noqa: F811

# The client's own way to send a file is deprecated in the library that it uses.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

OURS = {name: (bundled() / name).read_bytes() for name in ("config.json", "metrics.json", "model.safetensors")}


def config(**changes) -> bytes:
    return json.dumps({**json.loads(OURS["config.json"]), **changes}).encode()


HELD = {
    "another network": ({**OURS, "config.json": config(variant="original")}, "the network original"),
    "another network, whose card has no tags": (
        {**OURS, "config.json": config(variant="original"), "README.md": b"# mine\n"},
        "the network original",
    ),
    "weights without a configuration": (
        {"model.safetensors": b"0" * 99},
        "something that is not a LeNet-5 of this project (model.safetensors)",
    ),
    "weights of another framework": (
        {"pytorch_model.bin": b"0" * 99, "README.md": b"---\ntags: [lenet-5-textbook]\n---\n"},
        "something that is not a LeNet-5 of this project (pytorch_model.bin)",
    ),
    "weights in a folder": ({"onnx/model.onnx": b"0"}, "something that is not a LeNet-5"),
    "somebody's configuration": ({"config.json": b'{"model_type": "bert"}'}, "something that is not a LeNet-5"),
    "a damaged configuration": ({**OURS, "config.json": b"{"}, "something that is not a LeNet-5"),
    "a configuration that is a list": ({**OURS, "config.json": b"[]"}, "something that is not a LeNet-5"),
}


@pytest.mark.parametrize("name", HELD)
def test_what_is_not_the_same_network_is_kept(hub, run, failure, name):
    """One line says what is there and what to do, and nothing is uploaded."""
    files, what = HELD[name]
    hub.put(REPO, files)
    before = files_of(hub)
    message = failure()
    assert f"{REPO} holds {what}" in message
    assert "publish to another repository, such as someone/lenet-5-textbook, or use --force" in message
    assert files_of(hub) == before
    assert writes(hub) == []


def test_force_says_what_is_there_and_overwrites_it(hub, run, capsys):
    """The commit that keeps it is named."""
    hub.put(REPO, {"pytorch_model.bin": b"0" * 99})
    before = hub.repositories["model", REPO].head["sha"]
    assert publish(run, "--force") == 0
    assert (
        f"--force: overwriting {REPO}, which holds something that is not a LeNet-5 of this project "
        f"(pytorch_model.bin); its commit {before} keeps that"
    ) in capsys.readouterr().out
    assert files_of(hub)["model.safetensors"] == OURS["model.safetensors"]


@pytest.mark.parametrize("metrics", [OURS["metrics.json"], b"{", b"{}", None])
def test_a_dry_run_overwrites_dry_runs_only(hub, run, tmp_path, failure, metrics):
    """Not weights of which it is not known that they are from one."""
    files = {**OURS, "metrics.json": metrics}
    hub.put(REPO, {name: content for name, content in files.items() if content is not None})
    message = failure(folder=as_dry_run(run, tmp_path / "dry"))
    assert f"{REPO} holds the weights of a full run, which a dry run must not overwrite" in message
    assert writes(hub) == []


@pytest.mark.parametrize("files", [{}, {"README.md": b"# to come\n"}, {".gitattributes": b""}])
def test_an_empty_repository_is_filled(hub, run, files):
    """As the Hub's website makes one, perhaps with a card."""
    hub.put(REPO, files)
    assert publish(run) == 0
    assert files_of(hub)["model.safetensors"] == OURS["model.safetensors"]


@pytest.mark.parametrize("static", [[], ["--static"]])
def test_a_space_that_is_something_else_is_kept(hub, error_of, capsys, static):
    """Publishing the page would delete its files; with --force it does."""
    hub.put("someone/lenet-5", OURS)
    hub.put("someone/draw", {"app.py": b"print(1)", "notes.txt": b"mine"}, kind="space")
    space = hub.repositories["space", "someone/draw"]
    message = error_of("publish-space", "--space", "someone/draw", *static)
    assert "someone/draw holds something other than this page (app.py, notes.txt): publish to another" in message
    assert space.files["notes.txt"] == b"mine"
    assert main(["publish-space", "--space", "someone/draw", "--force", *static]) == 0
    assert "notes.txt" not in space.files
    assert "--force: overwriting someone/draw, which holds" in capsys.readouterr().out
