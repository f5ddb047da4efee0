"""The fake Hub responds to the real client as the Hub does: what the other tests rely on."""

from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import HfApi, constants, errors

from harness.fake_hub.faults import replacing_weights
from harness.fake_hub.server import Hub

# The client's own way to send a file is deprecated in the library that it uses.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")
CARD = b"---\nlicense: mit\ntags: [digits]\n---\n# Card\n"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    monkeypatch.setattr(constants, "HF_HUB_DISABLE_XET", True)  # the client reads its variable only at import
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
    with Hub() as hub:
        yield hub


@pytest.fixture
def api(hub) -> HfApi:
    """The real client, with a token that has write access."""
    return HfApi(hub.url, hub.token)


@pytest.fixture
def upload(api, tmp_path) -> Callable[..., str]:
    """Upload files, given as {path: content}, to someone/x, and return the hash of the commit."""

    def call(files: dict[str, bytes], **options) -> str:
        for name, content in files.items():
            path = tmp_path / "folder" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        options = {"repo_id": "someone/x", "folder_path": tmp_path / "folder", **options}
        return api.upload_folder(commit_message="a test", **options).oid

    return call


def test_an_upload_is_one_commit(hub, api, upload):
    """Text is sent with the commit, weights and images through LFS."""
    files = {"config.json": b"{}", "model.safetensors": bytes(5_000), "a/misread.png": b"\x89PNG", "README.md": CARD}
    api.create_repo("someone/x")
    sha = upload(files)
    repository = hub.repositories["model", "someone/x"]
    assert [commit["message"] for commit in repository.commits] == ["initial commit", "a test"]
    assert repository.head["sha"] == sha
    assert {name: repository.files[name] for name in files} == files
    assert sorted(hub.objects.values()) == sorted([files["model.safetensors"], files["a/misread.png"]])


def test_an_unchanged_upload_makes_no_commit(hub, api, upload):
    """The client skips files that the server has, and makes no commit if none is left."""
    api.create_repo("someone/x")
    first = upload({"config.json": b"{}", "model.safetensors": b"1234"})
    assert upload({}) == first
    assert len(hub.repositories["model", "someone/x"].commits) == 2
    assert upload({"config.json": b"{ }"}) != first


def test_a_repository_is_listed_and_downloaded(hub, api):
    """At a tag, with sizes and hashes; folders are listed, too."""
    old = hub.put("someone/x", {"a/b.txt": b"old", "model.safetensors": b"12"}, tag="v1")
    hub.put("someone/x", {"a/b.txt": b"new"})
    info = api.model_info("someone/x", revision="v1", files_metadata=True)
    assert info.sha == old
    assert {s.rfilename: s.size for s in info.siblings} == {"a/b.txt": 3, "model.safetensors": 2}
    assert (Path(api.snapshot_download("someone/x", revision="v1")) / "a/b.txt").read_text() == "old"
    tree = [entry.path for entry in api.list_repo_tree("someone/x", recursive=True)]
    assert tree == ["a", "a/b.txt", "model.safetensors"]
    assert [entry.path for entry in api.list_repo_tree("someone/x")] == ["a", "model.safetensors"]
    assert [tag.target_commit for tag in api.list_repo_refs("someone/x").tags] == [old]


@pytest.mark.usefixtures("impatient")
def test_an_interrupted_download_is_resumed(hub, api, monkeypatch):
    """The client requests the rest, starting at the last complete chunk."""
    chunk = 1_000_000
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", chunk)
    content = bytes(range(256)) * 5_000
    hub.put("someone/x", {"model.safetensors": content})
    ranges = []

    def truncate_once(request, name):
        if name == "file" and request.command == "GET":
            ranges.append(request.headers.get("Range"))
        return len(ranges) == 1 and replacing_weights(send_most)(request, name)

    def send_most(request, path, content, sha):
        request.send_file(path, content[: chunk + 100_000], sha, claim=content, size=len(content))
        request.close_connection = True

    hub.fault = truncate_once
    assert Path(api.hf_hub_download("someone/x", "model.safetensors")).read_bytes() == content
    assert ranges == [None, f"bytes={chunk}-"]


def test_a_space_and_a_model_may_have_the_same_name(hub, api, upload):
    """They are two repositories; the card of a Space needs its sdk."""
    hub.put("someone/x", {"app.py": b"model"})
    api.create_repo("someone/x", repo_type="space", space_sdk="gradio")
    upload({"README.md": b"---\nsdk: gradio\n---\n"}, repo_type="space")
    assert api.space_info("someone/x").sdk == "gradio"
    assert hub.repositories["space", "someone/x"].files["README.md"].startswith(b"---\nsdk")
    assert set(hub.repositories["model", "someone/x"].files) == {"app.py"}


def test_an_invalid_card_is_rejected(hub, api, upload):
    """Before anything is uploaded."""
    api.create_repo("someone/x")
    for front_matter in (
        b"license: [mit",
        b"- a list",
        b"tags: digits",
        b"model-index: [{name: x, results: [{task: {type: t}}]}]",
    ):
        with pytest.raises(ValueError, match=r"^Invalid metadata in README\.md"):
            upload({"README.md": b"---\n%s\n---\n" % front_matter})
    assert len(hub.repositories["model", "someone/x"].commits) == 1


def test_writing_requires_a_token_with_write_access(hub):
    """A read-only token, another user's namespace, an invalid token and no token are rejected."""
    for token, repository, status in (
        (hub.read_only_token, "someone/x", 403),
        (hub.token, "another/x", 403),
        ("hf_wrong", "someone/x", 401),
        (False, "someone/x", 401),
    ):
        with pytest.raises(errors.HfHubHTTPError) as error:
            HfApi(hub.url, token).create_repo(repository)
        assert error.value.response.status_code == status, (token, repository)
    assert hub.repositories == {}


def test_a_private_repository_is_hidden_from_others(hub, api):
    """Without a token it appears not to exist; its owner can read it."""
    hub.put("someone/x", {"config.json": b"{}"}, private=True)
    with pytest.raises(errors.RepositoryNotFoundError):
        HfApi(hub.url, token=False).model_info("someone/x")
    assert api.model_info("someone/x").private


def test_a_commit_on_an_old_parent_is_rejected(hub, upload):
    """A client that names the parent commit learns that there is a newer one."""
    old = hub.put("someone/x", {"a": b"1"})
    hub.put("someone/x", {"a": b"2"})
    with pytest.raises(errors.HfHubHTTPError) as error:
        upload({"b": b"3"}, parent_commit=old)
    assert error.value.response.status_code == 412
