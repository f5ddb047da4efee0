"""python -m train publish through a real client to a Hub on the loopback: the round trip, and all that goes wrong."""

# ruff: noqa: F811  (a fixture that is imported and then asked for by its name)

import json
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest
from huggingface_hub import constants
from safetensors.torch import load, load_file, save

from lenet.weights.model import bundled
from tests.browser import ROOT
from tests.conftest import ERROR, EXAMPLES, draw
from tests.fake_hub.publishing import hub  # noqa: F401
from tests.fake_hub.repository import Wrong
from tests.fake_hub.server import Hub, Request
from train.__main__ import main
from train.publish import hub as upload

# The client's own way to send a file is deprecated in the library under it.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")

FILES = {"README.md", "config.json", "metrics.json", "model.safetensors"}
DRAWN = {"curves.png", "confusion.png"}  # from the figures, where a run has them not


def files_of(hub: Hub, repo_id: str = "someone/lenet-5", kind: str = "model") -> dict[str, bytes]:
    return {name: data for name, data in hub.repositories[kind, repo_id].files.items() if name != ".gitattributes"}


def writes(hub: Hub) -> list[tuple[str, str]]:
    """Requests that change something on the Hub."""
    return [
        r for r in hub.requests if r[0] in ("POST", "PUT") and not r[1].endswith(("validate-yaml", "preupload/main"))
    ]


def in_a_process(hub: Hub, home: Path, *arguments, token: str | None = None) -> subprocess.CompletedProcess:
    environment = {**hub.environment(home, token), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *map(str, arguments)], cwd=home, capture_output=True, text=True, env=environment, timeout=120
    )


@pytest.fixture
def another(tmp_path) -> Path:
    """A run of the same network as the bundled one, with other weights."""
    folder = shutil.copytree(bundled(), tmp_path / "another")
    tensors = load((folder / "model.safetensors").read_bytes())
    tensors["output.bias"] += 0.01
    (folder / "model.safetensors").write_bytes(save(tensors))
    return folder


def dry_run(folder: Path, **figures) -> Path:
    """The bundled weights as if a dry run had made them."""
    shutil.copytree(bundled(), folder, dirs_exist_ok=True)
    metrics = json.loads((folder / "metrics.json").read_text())
    (folder / "metrics.json").write_text(json.dumps({**metrics, "dry_run": True, **figures}))
    return folder


READ = """
import json, sys
from PIL import Image
from safetensors.torch import save
from lenet import Recognizer
reader = Recognizer.from_pretrained(sys.argv[1])
open("again.safetensors", "wb").write(save(reader.weights.model.state_dict()))
reading = reader.read(Image.open(sys.argv[2]))
print(json.dumps([reading.digit, reading.reason, reading.probabilities]))
"""


def test_the_round_trip(small_data, tmp_path):
    """Trained, published and read again, each in a process of its own: the same weights bit for bit, and answers."""
    from lenet import Recognizer

    draw(EXAMPLES[3]["strokes"]).save(tmp_path / "3.png")
    run = tmp_path / "run"
    dry = ("--data-dir", small_data, "--output", run, "--validation-size", 50, "--no-strokes", "--dry-run")
    with Hub() as hub:
        done = in_a_process(hub, tmp_path, "-m", "train", *dry, "--push-to-hub", "someone/lenet-5", token=hub.token)
        assert (done.returncode, done.stderr) == (0, "")
        assert "published: README.md, config.json, confusion.png, 6 more; http" in done.stdout
        commits = hub.repositories["model", "someone/lenet-5"].commits
        assert len(commits) == 2  # the Hub's own first one, and ours
        pictures = {"curves.png", "confusion.png", "misread.png", "reliability.png", "rejections.png"}
        assert files_of(hub).keys() == FILES | pictures
        assert b"**A dry run**" in files_of(hub)["README.md"]
        assert b"](misread.png)" in files_of(hub)["README.md"]

        publish = ("-m", "train", "publish", run, "--repo", "someone/lenet-5", "--revision-tag", "v1")
        again = in_a_process(hub, tmp_path, *publish, token=hub.token)
        assert (again.returncode, again.stderr) == (0, "")
        assert "nothing has changed, no commit made" in again.stdout
        assert len(commits) == 2
        assert hub.repositories["model", "someone/lenet-5"].tags == {"v1": commits[1]["sha"]}

        stranger = tmp_path / "stranger"
        stranger.mkdir()
        read = in_a_process(hub, stranger, "-c", READ, "someone/lenet-5", tmp_path / "3.png")
        assert (read.returncode, read.stderr) == (0, "")
    ours, theirs = load_file(run / "model.safetensors"), load_file(stranger / "again.safetensors")
    assert ours.keys() == theirs.keys()
    assert all(ours[name].numpy().tobytes() == theirs[name].numpy().tobytes() for name in ours)
    reading = Recognizer.from_pretrained(run).read(draw(EXAMPLES[3]["strokes"]))
    digit, reason, probabilities = json.loads(read.stdout)
    assert (digit, reason, probabilities) == (reading.digit, reading.reason, list(reading.probabilities))


def publish(*more, run: Path | None = None, repo: str = "someone/lenet-5") -> int:
    return main(["publish", str(run or bundled()), "--repo", repo, *map(str, more)])


def test_one_commit_holds_all_of_it(hub, capsys):
    """Files as they lie in the run, the card and drawn figures beside them, in one commit with the card's own check."""
    assert publish("--private") == 0
    repository = hub.repositories["model", "someone/lenet-5"]
    assert repository.private
    assert [c["message"] for c in repository.commits] == [
        "initial commit",
        f"LeNet-5, textbook: MNIST test error {ERROR}",
    ]
    files = files_of(hub)
    assert files.keys() == FILES | DRAWN
    for name in FILES - {"README.md"}:
        assert files[name] == (bundled() / name).read_bytes()
    assert ("POST", "/api/validate-yaml") in hub.requests
    said = capsys.readouterr()
    assert said.err == ""
    assert "   247,552  model.safetensors" in said.out
    assert f"{hub.url}/someone/lenet-5 is at {repository.head['sha'][:7]}" in said.out
    assert "has no misread.png: `python -m train evaluate" in said.out


def test_a_second_publish_makes_no_commit_and_a_new_run_makes_one(hub, tmp_path, capsys, another):
    """Unchanged: nothing is written. Changed: what differs goes, what is of the old run goes away, the rest stays."""
    assert publish() == 0
    repository = hub.repositories["model", "someone/lenet-5"]
    hub.put("someone/lenet-5", {"misread.png": b"of the old run", "notes.txt": b"a person's own"})
    hub.requests.clear()
    run = shutil.copytree(bundled(), tmp_path / "run")
    (run / "misread.png").write_bytes(b"of the old run")
    assert publish(run=run) == 0
    assert len(repository.commits) == 4  # the card shows the picture now
    hub.requests.clear()
    assert publish(run=run) == 0
    assert "nothing has changed, no commit made" in capsys.readouterr().out
    assert writes(hub) == []
    assert publish(run=another) == 0
    assert len(repository.commits) == 5
    assert files_of(hub).keys() == FILES | DRAWN | {"notes.txt"}
    assert files_of(hub)["model.safetensors"] == (another / "model.safetensors").read_bytes()


@pytest.mark.parametrize("push", [False, True], ids=["publish", "push-to-hub"])
def test_a_dry_run_never_replaces_a_whole_one(hub, small_data, tmp_path, refused, push):
    """Nor one network another: what people read with stays, and a line says why; before the training where it can."""
    assert publish() == 0
    before = files_of(hub)
    hub.requests.clear()
    if push:
        options = ("--data-dir", small_data, "--output", tmp_path / "run", "--push-to-hub", "someone/lenet-5")
        said = [refused(*options, "--dry-run"), refused(*options, "--variant", "tutorial")]
    else:
        runs = (dry_run(tmp_path / "dry"), bundled("tutorial"))
        said = [refused("publish", folder, "--repo", "someone/lenet-5") for folder in runs]
    assert "holds the weights of a full run: a dry run must not overwrite them" in said[0]
    assert (
        "holds the network textbook: publish tutorial to another repository, such as someone/lenet-5-tutorial"
        in said[1]
    )
    assert all(text.count("\n") == 1 for text in said)
    assert writes(hub) == []
    assert files_of(hub) == before
    assert not (tmp_path / "run").exists()


def test_a_whole_run_replaces_a_dry_one(hub, tmp_path):
    """And another dry run does, too: that is what trying is."""
    assert publish(run=dry_run(tmp_path / "dry")) == 0
    assert publish(run=dry_run(tmp_path / "dry", seed=7)) == 0
    assert b"**A dry run**" in files_of(hub)["README.md"]
    assert publish() == 0
    assert b"dry" not in files_of(hub)["README.md"].split(b"---")[1]


def test_who_is_offline_on_purpose_publishes_nothing(hub, refused, monkeypatch):
    """HF_HUB_OFFLINE is named; so is an answer that is none of the Hub's."""
    hub.fault = lambda request, name: request.send_json({}) or True
    said = refused("publish", bundled(), "--repo", "someone/lenet-5")
    assert "train: unexpected response from the Hub (KeyError: 'id')" in said
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert "HF_HUB_OFFLINE is set" in refused("publish", bundled(), "--repo", "someone/lenet-5")


def test_what_goes_with_a_push_needs_one(refused):
    """--private alone would train for a quarter of an hour and publish nothing."""
    for flag in (["--private"], ["--revision-tag", "v1"], ["--code", "https://example.org"]):
        assert "require --push-to-hub" in refused(*flag)


def test_a_tag_names_the_commit_and_never_moves(hub, refused, another):
    """v1 is of these files for ever: with others it is refused before anything is written."""
    assert publish("--revision-tag", "v1") == 0
    assert publish("--revision-tag", "v1") == 0
    repository = hub.repositories["model", "someone/lenet-5"]
    assert repository.tags == {"v1": repository.head["sha"]}
    hub.requests.clear()
    said = refused("publish", another, "--repo", "someone/lenet-5", "--revision-tag", "v1")
    assert "already has a tag v1, on a different commit" in said
    assert writes(hub) == []
    assert publish("--revision-tag", "v2", run=another) == 0
    assert repository.tags["v2"] == repository.head["sha"] != repository.tags["v1"]


def test_a_dry_run_needs_no_hub(tmp_path):
    """It stages and shows, without token or network, and says where."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        environment = {"HF_ENDPOINT": f"http://127.0.0.1:{nobody.getsockname()[1]}", "HF_HOME": str(tmp_path)}
        command = [sys.executable, "-m", "train", "publish", bundled(), "--repo", "someone/lenet-5", "--dry-run"]
        done = subprocess.run(
            command, cwd=tmp_path, capture_output=True, text=True, env={**environment, "PYTHONPATH": str(ROOT)}
        )
    assert (done.returncode, done.stderr) == (0, "")
    folder = tmp_path / re.search(r"nothing was published; the files are in (.*)", done.stdout)[1]
    assert {path.name for path in folder.iterdir()} == FILES | DRAWN
    assert (folder / "model.safetensors").read_bytes() == (bundled() / "model.safetensors").read_bytes()


def test_without_a_token_it_says_how_to_get_one(tmp_path):
    """In a process without any: one line, exit code 2, no request that writes."""
    with Hub() as hub:
        done = in_a_process(hub, tmp_path, "-m", "train", "publish", bundled(), "--repo", "someone/lenet-5")
        assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
        assert "set HF_TOKEN or run `hf auth login`" in done.stderr
        assert hub.repositories == {}
        assert hub.requests == []


@pytest.mark.parametrize(
    ("token", "repo", "said"),
    [
        ("hf_nobodys", "someone/lenet-5", "HTTP 401: the token is invalid or has expired"),
        (Hub.read_only_token, "someone/lenet-5", "is read-only: create one with write access"),
        (Hub.token, "another/lenet-5", "the token belongs to someone, who cannot write to another"),
    ],
)
@pytest.mark.parametrize("training", [False, True])
def test_who_may_not_write_learns_it_at_once(hub, tmp_path, refused, monkeypatch, token, repo, said, training):
    """One line, before anything is trained or written, here or there."""
    monkeypatch.setenv("HF_TOKEN", token)
    out = tmp_path / "run"
    command = ("--output", out, "--push-to-hub", repo) if training else ("publish", bundled(), "--repo", repo)
    line = refused(*command)
    assert said in line
    assert len(line.splitlines()) == 1
    assert hub.repositories == {}
    assert writes(hub) == []
    assert not out.exists()


def test_a_run_that_cannot_be_published_in_the_end_is_kept(hub, small_data, tmp_path, refused, monkeypatch):
    """Trained, but the Hub takes it not: the run is whole, and the line names the command that publishes it."""
    commit = Request.commit
    monkeypatch.setattr(Request, "commit", broken(403))
    out = tmp_path / "run"
    dry = ("--data-dir", small_data, "--output", out, "--validation-size", 50, "--no-strokes", "--dry-run")
    line = refused(*dry, "--push-to-hub", "someone/lenet-5").splitlines()[-1]
    again = re.search(r"the run is in .*; publish it with `python -m train (.*)`", line)[1].split()
    assert files_of(hub) == {}
    monkeypatch.setattr(Request, "commit", commit)
    assert main(again) == 0
    assert files_of(hub)["model.safetensors"] == (out / "model.safetensors").read_bytes()


def test_a_private_wish_is_not_ignored(hub, refused):
    """--private on a repository that is public publishes nothing."""
    hub.put("someone/lenet-5", {"notes.txt": b""})
    assert "exists and is public" in refused("publish", bundled(), "--repo", "someone/lenet-5", "--private")
    assert writes(hub) == []


def test_no_network_is_told_in_one_line(hub, refused, monkeypatch):
    """A refused connection: the address and what to look at."""
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{nobody.getsockname()[1]}"
        monkeypatch.setenv("HF_ENDPOINT", url)
        said = refused("publish", bundled(), "--repo", "someone/lenet-5")
    assert f"cannot connect to {url}" in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("way", ["black hole", "drip"])
def test_a_hub_that_says_nothing_is_left(refused, monkeypatch, tmp_path, way):
    """Whether no answer comes or one byte by one, there is an end to waiting."""
    monkeypatch.setattr(upload, "REQUEST_TIMEOUT", 1.5)
    monkeypatch.setattr(upload, "UPLOAD_TIMEOUT", 3)
    monkeypatch.setenv("HF_TOKEN", "hf_any")
    monkeypatch.chdir(tmp_path)
    if way == "drip":
        monkeypatch.setattr(Request, "whoami", lambda self: drip(self))
    with Hub() as hub, socket.socket() as hole:
        hole.bind(("127.0.0.1", 0))
        hole.listen()
        monkeypatch.setenv("HF_ENDPOINT", hub.url if way == "drip" else f"http://127.0.0.1:{hole.getsockname()[1]}")
        began = time.monotonic()
        said = refused("publish", bundled(), "--repo", "someone/lenet-5")
        assert time.monotonic() - began < 6
        hub.closing.set()
    assert "cannot connect to" in said or "no response within 3 s" in said
    assert len(said.splitlines()) == 1


def test_a_hub_that_stops_in_the_middle_is_left_by_the_whole_process(tmp_path, monkeypatch):
    """While files are on their way, too: at the deadline the process ends, and says what is left there."""
    monkeypatch.setattr(Request, "put_object", lambda self: drip(self))
    run = shutil.copytree(bundled(), tmp_path / "run")
    code = "import sys; from train.publish import hub; from train.__main__ import main; hub.UPLOAD_TIMEOUT = 2; "
    arguments = ["publish", str(run), "--repo", "someone/lenet-5"]
    with Hub() as hub:
        done = in_a_process(hub, tmp_path, "-c", f"{code}sys.exit(main({arguments}))", token=hub.token)
        assert not hub.closing.is_set()
        assert files_of(hub) == {}
        hub.closing.set()
    assert done.returncode == 2
    assert done.stderr == (
        f"train: no response within 2 s: try again later; {hub.url}/someone/lenet-5 was created but is still empty: "
        "publish again\n"
    )


def test_an_answer_that_is_lost_is_called_uncertain(hub, refused, monkeypatch):
    """The commit arrived, its answer did not: it says where to look, and to publish again makes no second one."""
    commit = Request.commit

    def silent(request: Request) -> None:
        monkeypatch.setattr(request, "send_json", lambda *_: None)
        commit(request)
        request.close_connection = True

    monkeypatch.setattr(Request, "commit", silent)
    line = refused("publish", bundled(), "--repo", "someone/lenet-5")
    assert f"check {hub.url}/someone/lenet-5 for whether the commit arrived" in line
    monkeypatch.setattr(Request, "commit", commit)
    assert publish() == 0
    assert len(hub.repositories["model", "someone/lenet-5"].commits) == 2


@pytest.mark.parametrize("token", ["hf_secret\x01part", "hf_secret_é", "hf_secret part"])
def test_a_token_is_never_printed(hub, refused, monkeypatch, token):
    """Not even one that cannot be sent."""
    monkeypatch.setenv("HF_TOKEN", token)
    line = refused("publish", bundled(), "--repo", "someone/lenet-5")
    assert "secret" not in line
    assert len(line.splitlines()) == 1


def test_what_someone_else_commits_meanwhile_is_not_mixed_in(hub, refused, monkeypatch):
    """Between our look at what is there and our commit comes another's: ours is refused, and goes at the next try."""
    hub.put("someone/lenet-5", {"notes.txt": b"first"})
    preupload = Request.preupload

    def late(request: Request) -> None:
        hub.put("someone/lenet-5", {"notes.txt": b"second"})
        preupload(request)

    monkeypatch.setattr(Request, "preupload", late)
    assert "changed in the meantime" in refused("publish", bundled(), "--repo", "someone/lenet-5")
    assert files_of(hub) == {"notes.txt": b"second"}
    monkeypatch.setattr(Request, "preupload", preupload)
    assert publish() == 0
    assert files_of(hub).keys() == FILES | DRAWN | {"notes.txt"}


def drip(request: Request) -> None:
    request.send_response(200)
    request.send_header("Content-Length", "1000")
    request.end_headers()
    while not request.hub.closing.wait(0.5):
        request.wfile.write(b" ")
        request.wfile.flush()


def broken(status: int):
    def answer(request: Request) -> None:
        raise Wrong(status, "broken")

    return answer


@pytest.mark.parametrize(
    ("step", "status", "said"),
    [
        ("whoami", 500, "HTTP 500: the Hub has a problem"),
        ("whoami", 429, "too many requests"),
        ("create", 403, "the token may not do this (broken)"),
        ("validate", 400, "HTTP 400: broken"),
        ("preupload", 404, "HTTP 404"),
        ("put_object", 403, "the token may not do this"),
        ("commit", 412, "publish again"),
        ("commit", 403, "the token may not do this"),
        ("tag", 403, "the token may not do this"),
    ],
)
def test_a_hub_that_breaks_leaves_nothing_half_published(hub, refused, monkeypatch, step, status, said):
    """At whichever step: one line, no commit; that an empty repository was made, or the tag is missing, is said."""
    monkeypatch.setattr(Request, step, broken(status))
    line = refused("publish", bundled(), "--repo", "someone/lenet-5", "--revision-tag", "v1")
    assert said in line
    assert len(line.splitlines()) == 1
    if step in ("whoami", "create"):
        assert hub.repositories == {}
        assert "was created" not in line
        return
    repository = hub.repositories["model", "someone/lenet-5"]
    assert repository.tags == {}
    if step == "tag":
        assert f"published in {repository.head['sha'][:7]}, without the tag" in line
        assert files_of(hub).keys() == FILES | DRAWN
    else:
        assert files_of(hub) == {}
        assert "was created but is still empty: publish again" in line
        assert "whether the commit arrived" not in line


def test_a_hub_in_trouble_is_asked_again(hub, monkeypatch, capsys):
    """One 503 to a file on its way is overcome by the client's own second try, and nobody hears of it."""
    take, asked = Request.put_object, []

    def once(request: Request) -> None:
        asked.append(request.path)
        if len(asked) == 1:
            raise Wrong(503, "busy")
        take(request)

    monkeypatch.setattr(Request, "put_object", once)
    assert publish() == 0
    assert len(asked) == 4  # weights and two pictures, one of them twice
    assert capsys.readouterr().err == ""


def test_what_is_no_run_is_not_published(hub, tmp_path, refused):
    """No folder, no weights, damaged weights, no figures, wrong figures: one line, and the Hub is not asked."""
    run = tmp_path / "run"

    def told(text: str) -> None:
        said = refused("publish", run, "--repo", "someone/lenet-5")
        assert text in said
        assert len(said.splitlines()) == 1

    told("folder not found")
    staged = shutil.copytree(bundled(), tmp_path / "build/publish/someone--lenet-5")
    assert "name the run itself" in refused("publish", staged, "--repo", "someone/lenet-5")
    assert (staged / "model.safetensors").exists()
    shutil.rmtree(staged)
    shutil.copytree(bundled(), run)
    metrics = json.loads((run / "metrics.json").read_text())
    (run / "metrics.json").write_text(json.dumps({**metrics, "test": {}}))
    told("it lacks 'confusion'; run `python -m train evaluate")
    (run / "metrics.json").write_text("[]")
    told("metrics.json is not valid JSON")
    (run / "metrics.json").write_text("{")
    told("is not valid JSON")
    (run / "metrics.json").unlink()
    told("has no metrics.json")
    (run / "model.safetensors").write_bytes((bundled() / "model.safetensors").read_bytes()[:-100])
    told("model.safetensors")
    (run / "model.safetensors").unlink()
    told("has no model.safetensors")
    assert hub.requests == []
    assert not any((tmp_path / "build/publish").glob("*"))


@pytest.mark.parametrize("repo", ["lenet-5", "a/b/c", "some one/x", "a/..", "https://huggingface.co/a/b", "", "a/x--y"])
def test_a_bad_name_is_told(refused, repo):
    """Of a repository, with what it would look like."""
    assert "USER/NAME" in refused("publish", bundled(), "--repo", repo)
    assert "USER/NAME" in refused("--push-to-hub", repo)


@pytest.mark.parametrize("tag", ["main", "a b", "", "-x", "0123abcd" * 5, "a..b", "x.lock", "refs/heads/x"])
def test_a_bad_tag_is_told(refused, tag):
    """What Git would not take, or would mistake for a commit or the branch."""
    assert "invalid tag" in refused("publish", bundled(), "--repo", "a/b", f"--revision-tag={tag}")


def test_a_bad_address_is_told(refused):
    """The card links to it."""
    for code in ("github.com/x", "https://x.org/a b", "javascript:x", "https://x.org/)[y"):
        assert "invalid URL" in refused("publish", bundled(), "--repo", "a/b", "--code", code)


def test_several_seeds_are_no_one_run(refused):
    """Which of them to publish is for a person to say."""
    assert "--push-to-hub publishes a single run" in refused("--seeds", 2, "--push-to-hub", "someone/lenet-5")
