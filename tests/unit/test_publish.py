"""python -m train publish, with the real client and a fake Hub: the round trip, what is committed, and the options."""

# ruff: noqa: F811  (fixtures that are imported, and requested by their names)

import json
import shutil
from pathlib import Path

import pytest
from huggingface_hub import constants
from safetensors.torch import load, save

from lenet.extras.files import EXTRAS
from lenet.weights.model import bundled
from tests.fixtures.publishing import DRAWN, FILES, REPO, as_dry_run, failure, files_of, hub, publish, run, writes  # noqa: F401
from tests.matches import matched

# The client's own way to send a file is deprecated in the library that it uses.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


@pytest.fixture
def another(run, tmp_path) -> Path:
    """A run of the same network with other weights."""
    folder = shutil.copytree(run, tmp_path / "another")
    tensors = load((folder / "model.safetensors").read_bytes())
    tensors["output.bias"] += 0.01
    (folder / "model.safetensors").write_bytes(save(tensors))
    return folder


def test_one_commit_contains_everything(hub, capsys, mnist_error):
    """The files of the run unchanged, the model card, which the Hub has validated, two plots and a picture."""
    assert publish(bundled(), "--private") == 0
    repository = hub.repositories["model", REPO]
    assert repository.private
    messages = [commit["message"] for commit in repository.commits]
    assert messages == ["initial commit", f"LeNet-5, textbook: MNIST test error {mnist_error}"]
    files = files_of(hub)
    assert files.keys() == FILES | DRAWN
    for name in FILES - {"README.md", "preview.png"}:
        assert files[name] == (bundled() / name).read_bytes()
    for name in DRAWN:
        assert files[name].startswith(b"\x89PNG")
    assert ("POST", "/api/validate-yaml") in hub.requests
    printed = capsys.readouterr()
    assert printed.err == ""
    assert "   247,552  model.safetensors" in printed.out
    assert f"{hub.url}/{REPO} is at {repository.head['sha'][:7]}" in printed.out
    assert "has no misread.png: `python -m train evaluate" in printed.out


def test_files_for_the_page_of_another_run_are_removed(hub, run, tmp_path):
    """A run without them replaces one that has them; its card does not list them any more."""
    assert publish(run) == 0
    assert b"`neighbors.safetensors` (about" in files_of(hub)["README.md"]
    bare = shutil.copytree(run, tmp_path / "bare", ignore=shutil.ignore_patterns(*EXTRAS))
    assert publish(bare) == 0
    assert files_of(hub).keys() == (FILES | DRAWN) - set(EXTRAS)
    assert b"neighbors.safetensors" not in files_of(hub)["README.md"]


@pytest.mark.parametrize("name", EXTRAS)
def test_a_damaged_file_for_the_page_is_not_published(hub, run, tmp_path, failure, name):
    """One line names it and says what to do; nothing is requested, and nothing is left in the staging folder."""
    folder = shutil.copytree(run, tmp_path / "damaged")
    (folder / name).write_bytes((folder / name).read_bytes()[:-2])
    message = failure(folder=folder)
    assert f"{folder}: {name} is damaged or of another network: " in message
    assert ("`python -m train evaluate" in message) == (name != "snapshots.safetensors")
    assert hub.requests == []
    assert not Path("build/publish/someone--lenet-5").exists()


def test_only_changes_are_committed(hub, run, another, tmp_path, capsys):
    """An unchanged run makes no commit; another one replaces files and old plots, and keeps a person's own files."""
    assert publish(run) == 0
    repository = hub.repositories["model", REPO]
    hub.put(REPO, {"misread.png": b"of the old run", "notes.txt": b"a person's own"})
    with_plot = shutil.copytree(run, tmp_path / "with-plot")
    (with_plot / "misread.png").write_bytes(b"of the old run")
    assert publish(with_plot) == 0
    assert len(repository.commits) == 4  # the card has changed: it shows the plot
    hub.requests.clear()
    capsys.readouterr()
    assert publish(with_plot) == 0
    assert "nothing has changed, no commit made" in capsys.readouterr().out
    assert writes(hub) == []
    assert publish(another) == 0
    assert len(repository.commits) == 5
    assert files_of(hub).keys() == FILES | DRAWN | {"notes.txt"}
    assert files_of(hub)["model.safetensors"] == (another / "model.safetensors").read_bytes()


def test_a_full_run_is_not_overwritten_by_a_dry_run_or_another_network(hub, run, tmp_path, failure):
    """One line says why."""
    assert publish(run) == 0
    before = files_of(hub)
    hub.requests.clear()
    said = failure(folder=as_dry_run(run, tmp_path / "dry"))
    assert "holds the weights of a full run, which a dry run must not overwrite: publish to another" in said
    other = shutil.copytree(bundled("tutorial"), tmp_path / "tutorial")
    for name in DRAWN:
        (other / name).touch()
    advice = "publish to another repository, such as someone/lenet-5-tutorial, or use --force"
    assert f"holds the network textbook: {advice}" in failure(folder=other)
    assert writes(hub) == []
    assert files_of(hub) == before


def test_a_dry_run_is_overwritten_by_any_run(hub, run, tmp_path):
    """By another dry run, and by a full run."""
    assert publish(as_dry_run(run, tmp_path / "dry")) == 0
    assert publish(as_dry_run(run, tmp_path / "dry", seed=7)) == 0
    assert b"**A dry run**" in files_of(hub)["README.md"]
    assert publish(run) == 0
    assert b"dry" not in files_of(hub)["README.md"].split(b"---")[1]


def test_a_tag_names_the_commit_and_never_moves(hub, run, another, failure):
    """Publishing other files with the same tag is rejected before anything is written."""
    assert publish(run, "--revision-tag", "v1") == 0
    assert publish(run, "--revision-tag", "v1") == 0
    repository = hub.repositories["model", REPO]
    assert repository.tags == {"v1": repository.head["sha"]}
    hub.requests.clear()
    assert "already has a tag v1, on a different commit" in failure("--revision-tag", "v1", folder=another)
    assert writes(hub) == []
    assert publish(another, "--revision-tag", "v2") == 0
    assert repository.tags["v2"] == repository.head["sha"] != repository.tags["v1"]


def test_private_is_rejected_for_a_public_repository(hub, failure):
    """Nothing is published there."""
    hub.put(REPO, {"notes.txt": b""})
    assert "exists and is public" in failure("--private")
    assert writes(hub) == []


@pytest.fixture
def without_token(hub, monkeypatch, tmp_path):
    monkeypatch.delenv("HF_TOKEN")
    monkeypatch.delenv("HUGGING_FACE_HUB_TOKEN", raising=False)
    monkeypatch.setattr(constants, "HF_TOKEN_PATH", str(tmp_path / "token"))


@pytest.mark.usefixtures("without_token")
def test_a_dry_run_needs_neither_token_nor_network(hub, run, capsys):
    """It writes the files to a folder and prints their names."""
    assert publish(run, "--dry-run") == 0
    assert hub.requests == []
    printed = capsys.readouterr()
    assert printed.err == ""
    folder = Path(matched(r"nothing was published; the files are in (.*)", printed.out))
    assert {path.name for path in folder.iterdir()} == FILES | DRAWN
    assert (folder / "model.safetensors").read_bytes() == (bundled() / "model.safetensors").read_bytes()


@pytest.mark.usefixtures("without_token")
def test_a_missing_token_is_reported_with_how_to_get_one(hub, failure):
    """Without a request."""
    assert "set HF_TOKEN or run `hf auth login`" in failure()
    assert hub.requests == []


def test_missing_write_access_is_reported_at_once(hub, failure, monkeypatch):
    """In one line, before anything is written."""
    monkeypatch.setenv("HF_TOKEN", "hf_nobodys")
    assert "HTTP 401: the token is invalid or has expired" in failure()
    monkeypatch.setenv("HF_TOKEN", hub.read_only_token)
    assert "is read-only: create one with write access" in failure()
    monkeypatch.setenv("HF_TOKEN", hub.token)
    assert "the token belongs to someone, who cannot write to another" in failure("--repo", "another/lenet-5")
    assert hub.repositories == {}
    assert writes(hub) == []


def test_an_incomplete_or_damaged_run_is_not_published(hub, run, tmp_path, failure):
    """No folder, no weights, damaged weights, no metrics, invalid metrics: one line, and no request."""
    folder = tmp_path / "damaged"
    assert "folder not found" in failure(folder=folder)
    staged = shutil.copytree(run, tmp_path / "build/publish/someone--lenet-5")
    assert "name the run itself" in failure(folder=staged)
    assert (staged / "model.safetensors").exists()
    shutil.rmtree(staged)
    shutil.copytree(run, folder, ignore=shutil.ignore_patterns("confusion.png"))
    metrics = json.loads((folder / "metrics.json").read_text())
    for content, expected in (
        (json.dumps({**metrics, "test": {}}), "it lacks 'confusion'; run `python -m train evaluate"),
        ("[]", "metrics.json is not valid JSON"),
        ("{", "is not valid JSON"),
    ):
        (folder / "metrics.json").write_text(content)
        assert expected in failure(folder=folder)
    (folder / "metrics.json").unlink()
    assert "has no metrics.json" in failure(folder=folder)
    (folder / "model.safetensors").write_bytes((bundled() / "model.safetensors").read_bytes()[:-100])
    assert "model.safetensors" in failure(folder=folder)
    (folder / "model.safetensors").unlink()
    assert "has no model.safetensors" in failure(folder=folder)
    assert hub.requests == []
    assert not any((tmp_path / "build/publish").glob("*"))


def test_an_invalid_repository_is_rejected(error_of):
    """The message shows the expected form."""
    for repo in ("lenet-5", "a/b/c", "some one/x", "a/..", "https://huggingface.co/a/b", "", "a/x--y"):
        assert "USER/NAME" in error_of("publish", bundled(), "--repo", repo), repo


def test_an_invalid_tag_is_rejected(error_of):
    """One that Git does not accept, or that could be mistaken for a commit or the branch."""
    for tag in ("main", "a b", "", "-x", "0123abcd" * 5, "a..b", "x.lock", "refs/heads/x"):
        assert "invalid tag" in error_of("publish", bundled(), "--repo", "a/b", f"--revision-tag={tag}"), tag


def test_an_invalid_address_of_the_code_is_rejected(error_of):
    """The model card links to it."""
    for code in ("github.com/x", "https://x.org/a b", "javascript:x", "https://x.org/)[y"):
        assert "invalid URL" in error_of("publish", bundled(), "--repo", "a/b", "--code", code), code


def test_the_card_links_the_space_that_is_named(run, tmp_path, monkeypatch):
    """By --space; an invalid name is rejected."""
    monkeypatch.chdir(tmp_path)
    assert publish(run, "--space", "someone/draw", "--dry-run") == 0
    card = next(tmp_path.rglob("README.md")).read_text()
    assert "[someone/draw](https://huggingface.co/spaces/someone/draw)" in card
