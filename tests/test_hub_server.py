"""The Hub of the tests, asked by the real client in another process: what the other tests rely on."""

import json
import subprocess
import sys

import pytest

from tests.fake_hub.faults import of_weights
from tests.fake_hub.server import Hub

SETUP = """
import json
from pathlib import Path
from huggingface_hub import HfApi, errors, hf_hub_download, snapshot_download
api, here = HfApi(), Path.cwd()
"""


@pytest.fixture
def hub():
    with Hub() as hub:
        yield hub


@pytest.fixture
def client(hub, tmp_path):
    """Run lines of the real client with the hub's token, or another one; what they print as JSON."""
    (tmp_path / "home").mkdir()

    def run(code: str, token: str | None = Hub.token):
        done = subprocess.run(
            [sys.executable, "-c", f"{SETUP}\n{code}"],
            cwd=tmp_path,
            env=hub.environment(tmp_path / "home", token),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    run.folder = tmp_path / "folder"
    run.folder.mkdir()
    return run


CARD = b"---\nlicense: mit\ntags: [digits]\n---\n# Card\n"
UPLOAD = """
api.create_repo("someone/x", exist_ok=True)
commit = api.upload_folder(repo_id="someone/x", folder_path=here / "folder", commit_message="of a test")
print(json.dumps(commit.oid))
"""


def test_what_is_uploaded_is_there(hub, client):
    """Text goes with the commit, weights and pictures by LFS; one commit, with its message."""
    files = {"config.json": b"{}", "model.safetensors": bytes(5_000), "a/misread.png": b"\x89PNG", "README.md": CARD}
    for name, content in files.items():
        (client.folder / name).parent.mkdir(exist_ok=True)
        (client.folder / name).write_bytes(content)
    sha = client(UPLOAD)
    repository = hub.repositories["model", "someone/x"]
    assert [commit["message"] for commit in repository.commits] == ["initial commit", "of a test"]
    assert repository.head["sha"] == sha
    assert {name: repository.files[name] for name in files} == files
    assert sorted(hub.objects.values()) == sorted([files["model.safetensors"], files["a/misread.png"]])


def test_an_unchanged_upload_makes_no_commit(hub, client):
    """The client leaves out what the server says it has, and then sends none."""
    (client.folder / "config.json").write_bytes(b"{}")
    (client.folder / "model.safetensors").write_bytes(b"1234")
    first = client(UPLOAD)
    assert client(UPLOAD) == first
    assert len(hub.repositories["model", "someone/x"].commits) == 2
    (client.folder / "config.json").write_bytes(b"{ }")
    assert client(UPLOAD) != first


def test_what_was_put_is_listed_and_fetched(hub, client):
    """At a tag, with sizes and hashes; folders are listed, too."""
    old = hub.put("someone/x", {"a/b.txt": b"old", "model.safetensors": b"12"}, tag="v1")
    hub.put("someone/x", {"a/b.txt": b"new"})
    told = client("""
info = api.model_info("someone/x", revision="v1", files_metadata=True)
folder = Path(snapshot_download("someone/x", revision="v1"))
print(json.dumps([
    info.sha, {s.rfilename: s.size for s in info.siblings}, (folder / "a/b.txt").read_text(),
    [entry.path for entry in api.list_repo_tree("someone/x", recursive=True)],
    [entry.path for entry in api.list_repo_tree("someone/x")],
    [tag.target_commit for tag in api.list_repo_refs("someone/x").tags],
]))
""")
    sizes = {"a/b.txt": 3, "model.safetensors": 2}
    assert told == [old, sizes, "old", ["a", "a/b.txt", "model.safetensors"], ["a", "model.safetensors"], [old]]


def test_a_cut_download_is_resumed(hub, client):
    """The client asks for the rest, from the last whole piece of 10 MB."""
    content = bytes(range(256)) * 50_000
    hub.put("someone/x", {"model.safetensors": content})
    asked = []

    def cut_once(request, name):
        if name == "file" and request.command == "GET":
            asked.append(request.headers.get("Range"))
        return len(asked) == 1 and of_weights(cut_late)(request, name)

    def cut_late(request, path, content, sha):
        request.send_file(path, content[:11_000_000], sha, claim=content, size=len(content))
        request.close_connection = True

    hub.fault = cut_once
    path = client('print(json.dumps(hf_hub_download("someone/x", "model.safetensors")))')
    with open(path, "rb") as file:
        assert file.read() == content
    assert asked == [None, f"bytes={10 * 1024 * 1024}-"]


def test_a_space_is_another_kind(hub, client):
    """A Space and a model of one name are two repositories; a Space's card needs its sdk."""
    hub.put("someone/x", {"app.py": b"model"})
    (client.folder / "README.md").write_bytes(b"---\nsdk: gradio\n---\n")
    client("""
api.create_repo("someone/x", repo_type="space", space_sdk="gradio")
api.upload_folder(repo_id="someone/x", repo_type="space", folder_path=here / "folder")
print(json.dumps(api.space_info("someone/x").sdk))
""")
    assert hub.repositories["space", "someone/x"].files["README.md"].startswith(b"---\nsdk")
    assert set(hub.repositories["model", "someone/x"].files) == {"app.py"}


@pytest.mark.parametrize(
    "card",
    [
        b"---\nlicense: [mit\n---\n",
        b"---\n- a list\n---\n",
        b"---\ntags: digits\n---\n",
        b"---\nmodel-index: [{name: x, results: [{task: {type: t}}]}]\n---\n",
    ],
)
def test_a_bad_card_is_refused(hub, client, card):
    """Before anything is uploaded."""
    (client.folder / "README.md").write_bytes(card)
    told = client("""
api.create_repo("someone/x")
try: api.upload_folder(repo_id="someone/x", folder_path=here / "folder")
except ValueError as error: print(json.dumps(str(error)))
""")
    assert told.startswith("Invalid metadata in README.md")
    assert len(hub.repositories["model", "someone/x"].commits) == 1


@pytest.mark.parametrize(
    ("token", "repository", "status"),
    [
        (Hub.read_only_token, "someone/x", 403),
        (Hub.token, "another/x", 403),
        ("hf_wrong", "someone/x", 401),
        (None, "someone/x", 401),
    ],
)
def test_who_may_not_write_does_not(hub, client, token, repository, status):
    """A token that only reads, another's name, a wrong token, none."""
    code = f"""
try: api.create_repo({repository!r})
except errors.HfHubHTTPError as error: print(json.dumps(error.response.status_code))
"""
    assert client(code, token) == status
    assert hub.repositories == {}


def test_a_private_repository_is_hidden(hub, client):
    """Whoever has no token is told that there is none; its owner reads it."""
    hub.put("someone/x", {"config.json": b"{}"}, private=True)
    code = """
try: print(json.dumps(api.model_info("someone/x").private))
except errors.RepositoryNotFoundError as error: print(json.dumps("not found"))
"""
    assert client(code, None) == "not found"
    assert client(code) is True


def test_a_commit_on_an_old_parent_is_refused(hub, client):
    """Who names the parent commit is told that another came between."""
    old = hub.put("someone/x", {"a": b"1"})
    hub.put("someone/x", {"a": b"2"})
    (client.folder / "b").write_bytes(b"3")
    code = f"""
try: api.upload_folder(repo_id="someone/x", folder_path=here / "folder", parent_commit={old!r})
except errors.HfHubHTTPError as error: print(json.dumps(error.response.status_code))
"""
    assert client(code) == 412
