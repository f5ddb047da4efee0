"""Weights from the Hub: one snapshot, cached where possible, and the fallbacks when the Hub is unavailable."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from huggingface_hub import constants, hf_hub_download

from harness import ROOT
from harness.drawings import EXAMPLES, draw
from harness.fake_hub.faults import (
    BOMB,
    GOOD,
    REPOSITORY,
    WRONG_SHAPES,
    inject,
    replacing_weights,
    send_truncated,
    with_headers,
    without,
)
from harness.fake_hub.protocol import Request
from lenet import NETWORKS, Recognizer
from lenet.__main__ import main
from lenet.hub import fetch as hub_fetch
from lenet.weights.fetch import begin, cached
from lenet.weights.files import CONFIG, METRICS, WEIGHTS
from lenet.weights.model import bundled
from lenet.weights.source import Source, find_source
from tests.fixtures.reading import files_below, hub, on_a_space  # noqa: F401

# ruff: noqa: F811

ORIGINAL = {name: (bundled("original") / name).read_bytes() for name in (CONFIG, METRICS, WEIGHTS)}


def test_a_download_gives_the_weights_in_the_repository(hub, reader):
    """The tensors are equal bit for bit, readings are the same, and the origin and URL name the commit."""
    sha = hub.put(REPOSITORY, {**GOOD, "README.md": b"# card"})
    downloaded = Recognizer.from_pretrained(REPOSITORY)
    for name, tensor in reader.weights.model.state_dict().items():
        assert torch.equal(downloaded.weights.model.state_dict()[name], tensor)
    image = draw(EXAMPLES[3]["strokes"])
    assert downloaded.read(image).probabilities == reader.read(image).probabilities
    assert downloaded.weights.metrics == reader.weights.metrics
    assert downloaded.weights.origin == f"{REPOSITORY}@{sha[:7]}"
    assert downloaded.weights.url == f"{hub.url}/{REPOSITORY}/tree/{sha}"
    assert downloaded.weights.notice is None


def test_only_three_files_are_downloaded(hub):
    """Neither a pickle beside the weights nor anything else is requested."""
    hub.put(REPOSITORY, {**GOOD, "pytorch_model.bin": BOMB, "README.md": b"# card", "more/config.json": b"{}"})
    Recognizer.from_pretrained(REPOSITORY)
    downloads = {path.split("/")[-1] for method, path in hub.requests if "/resolve/" in path}
    assert downloads == {CONFIG, METRICS, WEIGHTS}
    assert not any("/more/" in path for method, path in hub.requests)


def test_a_commit_during_the_download_does_not_mix_revisions(hub):
    """Files that are pushed while others are downloaded belong to another commit, and are not used."""
    sha = hub.put(REPOSITORY, GOOD)

    def push_after_the_listing(request, name):
        if name == "file" and len(hub.repositories["model", REPOSITORY].commits) == 1:
            hub.put(REPOSITORY, ORIGINAL)
        return False

    hub.fault = push_after_the_listing
    weights = Recognizer.from_pretrained(REPOSITORY).weights
    assert (weights.origin, weights.model.variant) == (f"{REPOSITORY}@{sha[:7]}", "textbook")
    hub.fault = None
    assert Recognizer.from_pretrained(REPOSITORY).weights.model.variant == "original"


@pytest.mark.parametrize("given", [(f"{REPOSITORY}@v1", None), (REPOSITORY, "v1")], ids=["at", "argument"])
def test_a_tag_is_a_revision(hub, given):
    """USER/NAME@v1 and revision="v1" both download the tagged commit, not the newest."""
    sha = hub.put(REPOSITORY, GOOD, tag="v1")
    hub.put(REPOSITORY, ORIGINAL)
    assert Recognizer.from_pretrained(*given).weights.origin == f"{REPOSITORY}@{sha[:7]}"


def test_a_cached_commit_needs_no_hub(hub):
    """A full commit hash that is in the cache is used at once, without a request."""
    sha = hub.put(REPOSITORY, GOOD)
    Recognizer.from_pretrained(REPOSITORY)
    hub.requests.clear()
    again = Recognizer.from_pretrained(REPOSITORY, revision=sha)
    assert hub.requests == []
    assert (again.weights.origin, again.weights.notice) == (f"{REPOSITORY}@{sha[:7]}", None)


def test_a_cached_snapshot_is_not_downloaded_again(hub):
    """If the newest commit is in the cache, the only request is the one for its hash."""
    hub.put(REPOSITORY, GOOD)
    Recognizer.from_pretrained(REPOSITORY)
    hub.requests.clear()
    assert Recognizer.from_pretrained(REPOSITORY).weights.notice is None
    assert [path for method, path in hub.requests] == [f"/api/models/{REPOSITORY}"]


def cached_commit(revision: str | None = None) -> str | None:
    """The commit of the snapshot in the cache, if there is one."""
    folder = cached(Source(repository=REPOSITORY, revision=revision))
    return folder.name if folder else None


@pytest.mark.parametrize("given", [REPOSITORY, None], ids=["named", "default"])
def test_the_cached_copy_is_used_if_the_hub_is_unavailable(hub, request, given):
    """The newest snapshot in the cache, with a notice, even if the repository was named."""
    hub.put(REPOSITORY, ORIGINAL)
    Recognizer.from_pretrained(REPOSITORY)
    sha = hub.put(REPOSITORY, GOOD)
    Recognizer.from_pretrained(REPOSITORY)
    hub.stop_listening()
    request.getfixturevalue("on_a_space")
    weights = Recognizer.from_pretrained(given).weights
    assert weights.origin == f"{REPOSITORY}@{sha[:7]}"
    assert weights.notice is not None
    assert weights.notice.endswith(f". Using the cached copy {REPOSITORY}@{sha[:7]}.")


def test_a_bad_commit_does_not_replace_the_good_one_in_the_cache(hub, request):
    """By default the earlier snapshot stays in use; a named repository raises; the cache still has the good commit."""
    sha = hub.put(REPOSITORY, GOOD)
    Recognizer.from_pretrained(REPOSITORY)
    before = files_below(hub.home)
    hub.put(REPOSITORY, {WEIGHTS: WRONG_SHAPES})
    with pytest.raises(ValueError, match="has shape"):
        Recognizer.from_pretrained(REPOSITORY)
    request.getfixturevalue("on_a_space")
    weights = Recognizer.from_pretrained().weights
    assert weights.origin == f"{REPOSITORY}@{sha[:7]}"
    assert weights.notice is not None
    assert "has shape" in weights.notice
    assert cached_commit() == sha
    assert before.items() <= files_below(hub.home).items()


@pytest.mark.parametrize("name", [WEIGHTS, CONFIG])
@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:-1] + b"x"], ids=["truncated", "changed"])
def test_a_damaged_copy_is_downloaded_again(hub, monkeypatch, name, damage):
    """A cached file whose hash is wrong is never loaded, and the next download replaces it."""
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


def test_an_incomplete_snapshot_in_the_cache_is_completed(hub):
    """Another program may have downloaded a single file; that does not count as a cached snapshot."""
    sha = hub.put(REPOSITORY, GOOD)
    hf_hub_download(REPOSITORY, CONFIG)
    assert (hub.home / f"hub/models--someone--lenet-5/snapshots/{sha}/{CONFIG}").exists()
    assert cached(Source(repository=REPOSITORY)) is None
    assert Recognizer.from_pretrained(REPOSITORY).weights.notice is None
    assert cached_commit(sha) == sha


def test_the_client_finds_the_download_in_its_cache(hub):
    """Other programs on this machine need not download it again."""
    hub.put(REPOSITORY, GOOD, tag="v1")
    Recognizer.from_pretrained(f"{REPOSITORY}@v1")
    for name, content in GOOD.items():
        path = hf_hub_download(REPOSITORY, name, revision="v1", local_files_only=True, cache_dir=hub.home / "hub")
        assert Path(path).read_bytes() == content


@pytest.mark.usefixtures("impatient")
def test_an_interrupted_download_is_retried(hub):
    """A connection that breaks once in the middle of the weights delays them, but they arrive."""
    hub.put(REPOSITORY, GOOD)
    attempts = []

    def truncate_once(request, name):
        if name != "file" or request.command == "HEAD" or request.parts["path"] != WEIGHTS:
            return False
        attempts.append(name)
        return len(attempts) == 1 and replacing_weights(send_truncated)(request, name)

    hub.fault = truncate_once
    assert Recognizer.from_pretrained(REPOSITORY).weights.notice is None
    assert len(attempts) == 2


def test_a_private_repository_requires_a_token(hub, monkeypatch):
    """The token comes from HF_TOKEN; the error says whether it is missing or invalid."""
    hub.put(REPOSITORY, GOOD, private=True)
    with pytest.raises(ValueError, match="401: repository not found, or private and HF_TOKEN is not set"):
        Recognizer.from_pretrained(REPOSITORY)
    monkeypatch.setenv("HF_TOKEN", "hf_old")
    with pytest.raises(ValueError, match="401: repository not found, or private and HF_TOKEN is not valid"):
        Recognizer.from_pretrained(REPOSITORY)
    monkeypatch.setenv("HF_TOKEN", hub.read_only_token)
    assert Recognizer.from_pretrained(REPOSITORY).weights.notice is None


def test_a_repository_may_lack_metrics(hub):
    """The bundled weights have them, but they are optional."""
    hub.put(REPOSITORY, without(METRICS))
    assert Recognizer.from_pretrained(REPOSITORY).weights.metrics is None


def test_offline_mode_makes_no_requests(hub, monkeypatch):
    """HF_HUB_OFFLINE=1: the cached copy is used; without one, the error names the variable."""
    sha = hub.put(REPOSITORY, GOOD)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)  # the client reads its variable only at import
    with pytest.raises(ValueError, match="HF_HUB_OFFLINE"):
        Recognizer.from_pretrained(REPOSITORY)
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    Recognizer.from_pretrained(REPOSITORY)
    hub.requests.clear()
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    weights = Recognizer.from_pretrained(REPOSITORY).weights
    assert (weights.origin, weights.notice) == (f"{REPOSITORY}@{sha[:7]}", None)
    assert hub.requests == []


def test_a_cache_that_cannot_be_used_is_reported_by_its_path(hub, monkeypatch):
    """The message makes clear that the error is on this machine, not on the Hub."""
    hub.put(REPOSITORY, GOOD)
    hub.home.mkdir()
    (hub.home / "file").write_text("not a folder")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(hub.home / "file" / "hub"))
    with pytest.raises(ValueError, match=r"the local cache cannot be used: .*file.*: Not a directory"):
        Recognizer.from_pretrained(REPOSITORY)


def test_an_abbreviated_commit_hash_is_reported(hub):
    """The Hub's pages show abbreviated hashes, but its API does not accept them."""
    sha = hub.put(REPOSITORY, GOOD)
    with pytest.raises(ValueError, match=f"revision {sha[:7]} not found; a commit needs its full 40-character hash"):
        Recognizer.from_pretrained(REPOSITORY, sha[:7])


def test_a_download_that_misses_the_deadline_is_cached_for_the_next_start(hub, monkeypatch):
    """It continues in the background, and the next reader requests only the hash of the newest commit."""
    hub.put(REPOSITORY, GOOD)
    hold = threading.Event()
    hub.fault = lambda request, name: name == "file" and not hold.wait(10)
    monkeypatch.setattr(hub_fetch, "PATIENCE", 0.2)
    fetch = begin(REPOSITORY)
    with pytest.raises(ValueError, match=r"no complete response within 0\.2 s"):
        fetch.load()
    hold.set()
    assert fetch.snapshot is not None
    fetch.snapshot.result(10)
    monkeypatch.setattr(hub_fetch, "PATIENCE", 4.0)
    hub.requests.clear()
    assert Recognizer.from_pretrained(REPOSITORY).weights.notice is None
    assert [path for method, path in hub.requests] == [f"/api/models/{REPOSITORY}"]


def test_lenet_patience_sets_the_deadline(hub, monkeypatch):
    """In seconds, for slow networks; the message names the variable."""
    inject(hub, "black hole")
    monkeypatch.setattr(hub_fetch, "LONGEST", 0.1)
    monkeypatch.setenv("LENET_PATIENCE", "0.01")
    with pytest.raises(ValueError, match=r"within 0.01 s.*LENET_PATIENCE"):
        Recognizer.from_pretrained(REPOSITORY)


def test_lenet_model_names_the_source(hub, monkeypatch):
    """A repository with its revision, or a folder; an argument takes precedence."""
    hub.put(REPOSITORY, ORIGINAL, tag="v1")
    monkeypatch.setenv("LENET_MODEL", f"{REPOSITORY}@v1")
    assert Recognizer.from_pretrained().weights.model.variant == "original"
    monkeypatch.setenv("LENET_MODEL", str(bundled("tutorial")))
    assert Recognizer.from_pretrained().weights.model.variant == "tutorial"
    assert Recognizer.from_pretrained(bundled("original")).weights.model.variant == "original"


def test_the_command_line_uses_weights_from_the_hub(hub, tmp_path, capsys):
    """python -m lenet --model USER/NAME; if it cannot be loaded, one line and exit code 2."""
    hub.put(REPOSITORY, GOOD)
    image = str(tmp_path / "5.png")
    draw(EXAMPLES[5]["strokes"]).save(image)
    assert main([image, "--model", REPOSITORY]) == 0
    out, err = capsys.readouterr()
    assert (": 5 " in out, err) == (True, "")
    assert main([image, "--model", "someone/else"]) == 2
    out, err = capsys.readouterr()
    assert err.startswith("python -m lenet: cannot load someone/else from the Hub: ")
    assert (out, err.count("\n")) == ("", 1)


def test_a_mistyped_folder_that_looks_like_a_repository_is_mentioned(hub, tmp_path, monkeypatch):
    """runs/sed0 could be on the Hub; but where there is a folder runs, the person probably means another one."""
    (tmp_path / "runs" / "seed0").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"cannot load runs/sed0 from the Hub: .+\. There is no folder runs/sed0"):
        Recognizer.from_pretrained("runs/sed0")


SPACE = {"SPACE_ID": "someone/space", "SPACE_AUTHOR_NAME": "someone"}


def test_a_source_is_a_folder_or_a_repository(monkeypatch):
    """An existing folder, else USER/NAME, else a missing folder; by default LENET_MODEL, the Space's owner, bundled."""
    monkeypatch.chdir(ROOT)
    for given, revision, environment, source in (
        (None, None, {}, Source(named=False)),
        (None, None, {"LENET_MODEL": ""}, Source(named=False)),
        (None, None, {"SPACE_AUTHOR_NAME": "someone"}, Source(named=False)),
        (None, None, SPACE, Source(repository=REPOSITORY, named=False)),
        (None, None, {**SPACE, "LENET_MODEL": "a/b@v2"}, Source(repository="a/b", revision="v2")),
        ("a/b", None, {**SPACE, "LENET_MODEL": "c/d"}, Source(repository="a/b")),
        ("a/b@v1", "v1", {}, Source(repository="a/b", revision="v1")),
        ("a/b", "refs/pr/1", {}, Source(repository="a/b", revision="refs/pr/1")),
        ("a/b/", None, {}, Source(repository="a/b")),
        ("a/b/", "v1", {}, Source(repository="a/b", revision="v1")),
        ("https://huggingface.co/a/b", None, {}, Source(repository="a/b")),
        ("https://huggingface.co/a/b/tree/main/", None, {}, Source(repository="a/b", revision="main")),
        ("hf.co/a/b", "v1", {}, Source(repository="a/b", revision="v1")),
        ("nowhere", None, {}, Source(folder=Path("nowhere"))),
        ("runs/a/b", None, {}, Source(folder=Path("runs/a/b"))),
        ("./a/b", None, {}, Source(folder=Path("./a/b"))),
        ("lenet/page", None, {}, Source(folder=Path("lenet/page"))),
        (Path("a/b"), None, {}, Source(folder=Path("a/b"))),
    ):
        assert find_source(given, revision, environment) == source, (given, revision, environment)


def test_the_name_of_a_network_means_its_bundled_weights(monkeypatch, tmp_path):
    """textbook, tutorial and original, unless there is a folder of that name."""
    monkeypatch.chdir(tmp_path)
    for variant in NETWORKS:
        weights = Recognizer.from_pretrained(variant).weights
        assert (weights.model.variant, weights.origin) == (variant, "bundled")
    (tmp_path / "original").mkdir()
    with pytest.raises(ValueError, match=r"original has no config\.json"):
        Recognizer.from_pretrained("original")


def test_an_invalid_source_or_revision_is_reported(monkeypatch):
    """The message says what was expected; the Hub is not contacted."""
    monkeypatch.chdir(ROOT)
    cases: list[tuple[Any, str | None, str]] = [
        ("a/b@", None, "invalid revision in a/b@: "),
        ("a/b@../../x", None, "invalid revision"),
        ("a/b", "/etc", "invalid revision"),
        ("a/b@v1", "v2", "contradict each other"),
        ("", None, "invalid source ''"),
        (5, None, "invalid source 5: expected a folder, a file, or a repository USER/NAME on the Hub"),
        ("https://example.com/a/b", None, "invalid source .* expected a folder or a repository USER/NAME"),
        ("https://huggingface.co/spaces/a/b", None, "'spaces/a/b' is not a repository USER/NAME with weights"),
        ("https://huggingface.co/a/b/tree/../x", None, "invalid revision"),
        ("lenet", "v1", "is a folder"),
        (None, "v1", "revision v1 needs a repository"),
    ]
    for given, revision, message in cases:
        with pytest.raises(ValueError, match=message):
            find_source(given, revision, {})


@pytest.mark.parametrize("token", ["\u201chf_secret\u201d", '"hf_secret"', "hf_secret hf_secret", "hf_s\u00e9cret"])
def test_a_token_with_other_characters_is_reported(hub, monkeypatch, token):
    """Such as the quotation marks of a word processor; the message does not contain the token."""
    hub.put(REPOSITORY, GOOD)
    monkeypatch.setenv("HF_TOKEN", token)
    with pytest.raises(ValueError, match="HF_TOKEN has characters that no token has, such as quotation marks") as error:
        Recognizer.from_pretrained(REPOSITORY)
    assert "cret" not in str(error.value)


def test_a_socks_proxy_without_its_package_is_reported(hub, monkeypatch):
    """The client itself reports an error of an import."""
    from huggingface_hub import close_session

    hub.put(REPOSITORY, GOOD)
    with monkeypatch.context() as context:
        context.setenv("ALL_PROXY", "socks5://127.0.0.1:9")
        close_session()
        with pytest.raises(ValueError, match="names a SOCKS proxy, which needs another package: pip install socksio"):
            Recognizer.from_pretrained(REPOSITORY)
    close_session()


def listing_without(key: str) -> Callable:
    """Leave a key out of the listing, and of its files."""

    def respond(request: Request, name: str) -> bool:
        if name == "info":
            repository = request.repository()
            info = repository.info(request.commit_of(repository), blobs=True)
            for entry in (info, *info["siblings"]):
                entry.pop(key, None)
            request.send_json(info)
        return name == "info"

    return respond


@pytest.mark.parametrize(
    ("respond", "message"),
    [
        (listing_without("sha"), "the Hub's response names no commit"),
        (listing_without("size"), r"the Hub's listing has no size of its config\.json"),
        (with_headers(ETag='"0"'), "does not send the commit and the hash of a file"),
    ],
)
def test_a_mirror_that_leaves_something_out_is_reported(hub, respond, message):
    """In one line that says what is missing."""
    hub.put(REPOSITORY, GOOD)
    hub.fault = respond
    with pytest.raises(ValueError, match=message):
        Recognizer.from_pretrained(REPOSITORY)
