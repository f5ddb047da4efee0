"""Weights from the Hub: one snapshot, cached where possible, and the fallbacks when the Hub is unavailable."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import torch
from huggingface_hub import constants, hf_hub_download

from lenet import Recognizer
from lenet.weights import hub as weights_hub
from lenet.weights.files import CONFIG, METRICS, WEIGHTS
from lenet.weights.hub import begin, cached
from lenet.weights.model import bundled
from lenet.weights.source import Source, find_source
from tests.browser import ROOT
from tests.conftest import EXAMPLES, draw
from tests.fake_hub.faults import BOMB, GOOD, OTHER, REPOSITORY, arrange, cut, of_weights, without
from tests.fake_hub.reading import files_below, hub, on_a_space  # noqa: F401

# ruff: noqa: F811

ORIGINAL = {name: (bundled("original") / name).read_bytes() for name in (CONFIG, METRICS, WEIGHTS)}


def test_what_is_fetched_is_what_was_put(hub, reader):
    """Another's weights are bit-equal, read the same, and say where they come from."""
    sha = hub.put(REPOSITORY, {**GOOD, "README.md": b"# card"})
    fetched = Recognizer.from_pretrained(REPOSITORY)
    for name, tensor in reader.weights.model.state_dict().items():
        assert torch.equal(fetched.weights.model.state_dict()[name], tensor)
    picture = draw(EXAMPLES[3]["strokes"])
    assert fetched.read(picture).probabilities == reader.read(picture).probabilities
    assert fetched.weights.metrics == reader.weights.metrics
    assert fetched.weights.origin == f"{REPOSITORY}@{sha[:7]}"
    assert fetched.weights.url == f"{hub.url}/{REPOSITORY}/tree/{sha}"
    assert fetched.weights.notice is None


def test_only_three_files_are_asked_for(hub):
    """A pickle beside the weights is never downloaded, nor is anything else."""
    hub.put(REPOSITORY, {**GOOD, "pytorch_model.bin": BOMB, "README.md": b"# card", "more/config.json": b"{}"})
    Recognizer.from_pretrained(REPOSITORY)
    asked = {path.split("/")[-1] for method, path in hub.requests if "/resolve/" in path}
    assert asked == {CONFIG, METRICS, WEIGHTS}
    assert not any("/more/" in path for method, path in hub.requests)


def test_a_commit_in_between_does_not_mix_revisions(hub):
    """Files pushed while the fetch goes on belong to another commit, and are not taken."""
    sha = hub.put(REPOSITORY, GOOD)

    def push_after_the_listing(request, name):
        if name == "file" and len(hub.repositories["model", REPOSITORY].commits) == 1:
            hub.put(REPOSITORY, ORIGINAL)
        return False

    hub.fault = push_after_the_listing
    fetched = Recognizer.from_pretrained(REPOSITORY)
    assert (fetched.weights.origin, fetched.weights.model.variant) == (f"{REPOSITORY}@{sha[:7]}", "textbook")
    hub.fault = None
    assert Recognizer.from_pretrained(REPOSITORY).weights.model.variant == "original"


@pytest.mark.parametrize("given", [(f"{REPOSITORY}@v1", None), (REPOSITORY, "v1")], ids=["at", "argument"])
def test_a_tag_is_a_revision(hub, given):
    """USER/NAME@v1 and revision="v1" both fetch the tagged commit, not the newest."""
    sha = hub.put(REPOSITORY, GOOD, tag="v1")
    hub.put(REPOSITORY, ORIGINAL)
    assert Recognizer.from_pretrained(*given).weights.origin == f"{REPOSITORY}@{sha[:7]}"


def test_a_cached_commit_needs_no_hub(hub):
    """A full commit that is in the cache is used at once, without one request."""
    sha = hub.put(REPOSITORY, GOOD)
    Recognizer.from_pretrained(REPOSITORY)
    hub.requests.clear()
    again = Recognizer.from_pretrained(REPOSITORY, revision=sha)
    assert hub.requests == []
    assert (again.weights.origin, again.weights.notice) == (f"{REPOSITORY}@{sha[:7]}", None)


def test_a_cached_snapshot_is_not_fetched_again(hub):
    """Where the newest commit is in the cache, only its name is asked for."""
    hub.put(REPOSITORY, GOOD)
    Recognizer.from_pretrained(REPOSITORY)
    hub.requests.clear()
    assert Recognizer.from_pretrained(REPOSITORY).weights.notice is None
    assert [path for method, path in hub.requests] == [f"/api/models/{REPOSITORY}"]


@pytest.mark.parametrize("given", [REPOSITORY, None], ids=["named", "default"])
def test_an_earlier_fetch_answers_where_the_hub_is_away(hub, request, given):
    """The newest cached snapshot reads, with a notice, also for who named the repository."""
    hub.put(REPOSITORY, ORIGINAL)
    Recognizer.from_pretrained(REPOSITORY)
    sha = hub.put(REPOSITORY, GOOD)
    Recognizer.from_pretrained(REPOSITORY)
    hub.stop_listening()
    request.getfixturevalue("on_a_space")
    again = Recognizer.from_pretrained(given)
    assert again.weights.origin == f"{REPOSITORY}@{sha[:7]}"
    assert again.weights.notice.endswith(f". Using the cached copy {REPOSITORY}@{sha[:7]}.")


def test_a_bad_commit_leaves_the_good_one_in_the_cache(hub, request):
    """By default the earlier snapshot stays in use; a named repository raises an error; the cache still has the good one."""
    sha = hub.put(REPOSITORY, GOOD)
    Recognizer.from_pretrained(REPOSITORY)
    before = files_below(hub.home)
    hub.put(REPOSITORY, {WEIGHTS: OTHER})
    with pytest.raises(ValueError, match="has shape"):
        Recognizer.from_pretrained(REPOSITORY)
    request.getfixturevalue("on_a_space")
    reader = Recognizer.from_pretrained()
    assert reader.weights.origin == f"{REPOSITORY}@{sha[:7]}"
    assert "has shape" in reader.weights.notice
    assert cached(Source(repository=REPOSITORY)).name == sha
    assert before.items() <= files_below(hub.home).items()


@pytest.mark.parametrize("name", [WEIGHTS, CONFIG])
@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:-1] + b"x"], ids=["cut", "changed"])
def test_a_damaged_copy_is_fetched_again(hub, monkeypatch, name, damage):
    """A file in the cache that is not what was fetched reads nothing; the next fetch mends it."""
    sha = hub.put(REPOSITORY, GOOD)
    Recognizer.from_pretrained(REPOSITORY)
    file = cached(Source(repository=REPOSITORY, revision=sha)) / name
    for revision in (None, sha):
        file.write_bytes(damage(file.read_bytes()))
        assert cached(Source(repository=REPOSITORY, revision=revision)) is None
        assert Recognizer.from_pretrained(REPOSITORY, revision).weights.notice is None
        assert file.read_bytes() == GOOD[name]
    file.write_bytes(damage(file.read_bytes()))
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ValueError, match="no complete copy in the cache"):
        Recognizer.from_pretrained(REPOSITORY)


def test_half_a_snapshot_in_the_cache_is_completed(hub):
    """What another program fetched a single file of is not taken for whole."""
    sha = hub.put(REPOSITORY, GOOD)
    code = f"from huggingface_hub import hf_hub_download; hf_hub_download({REPOSITORY!r}, {CONFIG!r})"
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    assert (hub.home / f"hub/models--someone--lenet-5/snapshots/{sha}/{CONFIG}").exists()
    assert cached(Source(repository=REPOSITORY)) is None
    assert Recognizer.from_pretrained(REPOSITORY).weights.notice is None
    assert cached(Source(repository=REPOSITORY, revision=sha)).name == sha


def test_the_client_finds_what_was_moved_into_its_cache(hub):
    """Other programs on this machine need not fetch it again."""
    hub.put(REPOSITORY, GOOD, tag="v1")
    Recognizer.from_pretrained(f"{REPOSITORY}@v1")
    for name, content in GOOD.items():
        path = hf_hub_download(REPOSITORY, name, revision="v1", local_files_only=True, cache_dir=hub.home / "hub")
        assert Path(path).read_bytes() == content


def test_a_download_that_breaks_once_is_tried_again(hub):
    """A connection that is cut in the middle of the weights costs a second, not the weights."""
    hub.put(REPOSITORY, GOOD)
    asked = []

    def cut_once(request, name):
        if name != "file" or request.command == "HEAD" or request.parts["path"] != WEIGHTS:
            return False
        asked.append(name)
        return len(asked) == 1 and of_weights(cut)(request, name)

    hub.fault = cut_once
    assert Recognizer.from_pretrained(REPOSITORY).weights.notice is None
    assert len(asked) == 2


def test_a_private_repository_wants_a_token(hub, monkeypatch):
    """Without one it is not to be had; the token comes from HF_TOKEN."""
    hub.put(REPOSITORY, GOOD, private=True)
    with pytest.raises(ValueError, match="401: repository not found, or private and HF_TOKEN is not set"):
        Recognizer.from_pretrained(REPOSITORY)
    monkeypatch.setenv("HF_TOKEN", "hf_old")
    with pytest.raises(ValueError, match="401: repository not found, or private and HF_TOKEN is not valid"):
        Recognizer.from_pretrained(REPOSITORY)
    monkeypatch.setenv("HF_TOKEN", hub.read_only_token)
    assert Recognizer.from_pretrained(REPOSITORY).weights.notice is None


def test_a_repository_without_metrics_is_read(hub):
    """They are known of ours, not needed."""
    hub.put(REPOSITORY, without(METRICS))
    assert Recognizer.from_pretrained(REPOSITORY).weights.metrics is None


def test_who_is_offline_on_purpose_asks_nothing(hub, monkeypatch):
    """HF_HUB_OFFLINE=1: the cache answers, and where it is empty, a line says why."""
    sha = hub.put(REPOSITORY, GOOD)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)  # what the client read from the variable
    with pytest.raises(ValueError, match="HF_HUB_OFFLINE"):
        Recognizer.from_pretrained(REPOSITORY)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    Recognizer.from_pretrained(REPOSITORY)
    hub.requests.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    offline = Recognizer.from_pretrained(REPOSITORY)
    assert (offline.weights.origin, offline.weights.notice) == (f"{REPOSITORY}@{sha[:7]}", None)
    assert hub.requests == []


def test_a_cache_that_cannot_be_used_is_reported_by_its_path(hub, monkeypatch):
    """The error is this machine's, not the Hub's, and the line says so."""
    hub.put(REPOSITORY, GOOD)
    hub.home.mkdir()
    (hub.home / "file").write_text("not a folder")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(hub.home / "file" / "hub"))
    with pytest.raises(ValueError, match=r"the local cache cannot be used: .*file.*: Not a directory"):
        Recognizer.from_pretrained(REPOSITORY)


def test_a_short_commit_is_told(hub):
    """The Hub takes none, though the page shows one."""
    sha = hub.put(REPOSITORY, GOOD)
    with pytest.raises(ValueError, match=f"revision {sha[:7]} not found; a commit needs its full 40-character hash"):
        Recognizer.from_pretrained(REPOSITORY, sha[:7])


def test_the_process_exits_while_a_download_hangs(hub):
    """A download that never ends does not keep the interpreter alive, nor does it print anything."""
    arrange(hub, "black hole")
    code = f"from lenet.weights.hub import begin; import time; begin({REPOSITORY!r}); time.sleep(1)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=5)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_late_download_is_there_at_the_next_start(hub, monkeypatch):
    """It misses the deadline, continues in the background, and the next reader needs only the listing."""
    hub.put(REPOSITORY, GOOD)
    hold = threading.Event()
    hub.fault = lambda request, name: name == "file" and not hold.wait(10)
    monkeypatch.setattr(weights_hub, "PATIENCE", 0.3)
    fetch = begin(REPOSITORY)
    with pytest.raises(ValueError, match=r"no response within 0\.3 s"):
        fetch.load()
    hold.set()
    fetch.snapshot.result(10)
    monkeypatch.setattr(weights_hub, "PATIENCE", 4.0)
    hub.requests.clear()
    assert Recognizer.from_pretrained(REPOSITORY).weights.notice is None
    assert [path for method, path in hub.requests] == [f"/api/models/{REPOSITORY}"]


def test_a_slow_network_may_be_given_more_time(hub, monkeypatch):
    """LENET_PATIENCE is the deadline in seconds, and the message names it."""
    arrange(hub, "black hole")
    monkeypatch.setattr(weights_hub, "LONGEST", 0.1)
    monkeypatch.setenv("LENET_PATIENCE", "0.01")
    with pytest.raises(ValueError, match=r"within 0.01 s.*LENET_PATIENCE"):
        Recognizer.from_pretrained(REPOSITORY)


def test_lenet_model_names_a_source(hub, monkeypatch):
    """A repository with its revision, or a folder; an argument goes before it."""
    hub.put(REPOSITORY, ORIGINAL, tag="v1")
    monkeypatch.setenv("LENET_MODEL", f"{REPOSITORY}@v1")
    assert Recognizer.from_pretrained().weights.model.variant == "original"
    monkeypatch.setenv("LENET_MODEL", str(bundled("tutorial")))
    assert Recognizer.from_pretrained().weights.model.variant == "tutorial"
    assert Recognizer.from_pretrained(bundled("original")).weights.model.variant == "original"


def test_the_command_line_reads_with_weights_of_the_hub(hub, tmp_path):
    """python -m lenet --model USER/NAME; what cannot be had is one line, exit code 2."""
    hub.put(REPOSITORY, GOOD)
    draw(EXAMPLES[5]["strokes"]).save(tmp_path / "5.png")
    command = [sys.executable, "-m", "lenet", str(tmp_path / "5.png"), "--model"]
    done = subprocess.run([*command, REPOSITORY], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert ": 5 " in done.stdout
    done = subprocess.run([*command, "someone/else"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("python -m lenet: cannot load someone/else from the Hub: ")
    assert done.stderr.count("\n") == 1


SPACE = {"SPACE_ID": "someone/space", "SPACE_AUTHOR_NAME": "someone"}


@pytest.mark.parametrize(
    ("given", "revision", "environment", "source"),
    [
        (None, None, {}, Source(named=False)),
        (None, None, {"LENET_MODEL": ""}, Source(named=False)),
        (None, None, {"SPACE_AUTHOR_NAME": "someone"}, Source(named=False)),
        (None, None, SPACE, Source(repository=REPOSITORY, named=False)),
        (None, None, {**SPACE, "LENET_MODEL": "a/b@v2"}, Source(repository="a/b", revision="v2")),
        ("a/b", None, {**SPACE, "LENET_MODEL": "c/d"}, Source(repository="a/b")),
        ("a/b@v1", "v1", {}, Source(repository="a/b", revision="v1")),
        ("a/b", "refs/pr/1", {}, Source(repository="a/b", revision="refs/pr/1")),
        ("nowhere", None, {}, Source(folder=Path("nowhere"))),
        ("runs/a/b", None, {}, Source(folder=Path("runs/a/b"))),
        ("./a/b", None, {}, Source(folder=Path("./a/b"))),
        ("lenet/page", None, {}, Source(folder=Path("lenet/page"))),
        (Path("a/b"), None, {}, Source(folder=Path("a/b"))),
    ],
)
def test_what_a_source_means(monkeypatch, given, revision, environment, source):
    """A folder that is there, else USER/NAME, else a missing folder; by default LENET_MODEL, the Space, ours."""
    monkeypatch.chdir(ROOT)
    assert find_source(given, revision, environment) == source


@pytest.mark.parametrize(
    ("given", "revision", "message"),
    [
        ("a/b@", None, "invalid revision in a/b@: "),
        ("a/b@../../x", None, "invalid revision"),
        ("a/b", "/etc", "invalid revision"),
        ("a/b@v1", "v2", "contradict each other"),
        ("", None, "invalid source ''"),
        ("https://huggingface.co/a/b", None, "invalid source .* expected a folder or a repository USER/NAME"),
        ("lenet", "v1", "is a folder"),
        (None, "v1", "revision v1 needs a repository"),
    ],
)
def test_a_revision_that_is_none_is_refused(monkeypatch, given, revision, message):
    """With a line that says what one is, before anything is asked of the Hub."""
    monkeypatch.chdir(ROOT)
    with pytest.raises(ValueError, match=message):
        find_source(given, revision, {})


def test_a_fetch_begins_before_pytorch_is_imported():
    """Neither `import lenet` nor `lenet.weights.hub` loads what takes seconds."""
    heavy = ("torch", "numpy", "gradio", "huggingface_hub", "PIL", "torchvision")
    code = f"import sys, lenet, lenet.weights.hub; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_reader_does_not_import_the_client():
    """Who reads with the bundled weights does not pay for the Hub's client."""
    code = "import sys, lenet; lenet.Recognizer.from_pretrained(); print('huggingface_hub' in sys.modules)"
    environment = {name: value for name, value in os.environ.items() if name not in ("LENET_MODEL", "SPACE_ID")}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "False"
