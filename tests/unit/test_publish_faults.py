"""python -m train publish when the Hub or the network fails: one line that says what was published, and what to do."""

# ruff: noqa: F811  (fixtures that are imported, and requested by their names)

import socket
import time
from collections.abc import Callable

import pytest
from huggingface_hub import close_session, constants

from harness.fake_hub.faults import black_hole
from harness.fake_hub.repository import HttpError
from harness.fake_hub.server import Request
from lenet.hub import upload
from tests.fixtures.publishing import DRAWN, FILES, REPO, failure, files_of, hub, publish, run, slow_drip  # noqa: F401

# The client's own way to send a file is deprecated in the library that it uses.
pytestmark = pytest.mark.filterwarnings("ignore:Use 'content=:DeprecationWarning")


def failing_with(status: int) -> Callable[[Request], None]:
    def respond(request: Request) -> None:
        raise HttpError(status, "broken")

    return respond


@pytest.mark.parametrize(
    ("step", "status", "expected"),
    [
        ("whoami", 500, "HTTP 500: the Hub returned an error"),
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
def test_an_error_at_any_step_leaves_no_partial_commit(hub, failure, monkeypatch, step, status, expected):
    """The message also says if an empty repository was created, or if only the tag is missing."""
    monkeypatch.setattr(Request, step, failing_with(status))
    message = failure("--revision-tag", "v1")
    assert expected in message
    if step in ("whoami", "create"):
        assert hub.repositories == {}
        assert "was created" not in message
        return
    repository = hub.repositories["model", REPO]
    assert repository.tags == {}
    if step == "tag":
        assert f"published in {repository.head['sha'][:7]}, without the tag" in message
        assert files_of(hub).keys() == FILES | DRAWN
    else:
        assert files_of(hub) == {}
        assert "was created but is still empty: publish again" in message
        assert "whether the commit arrived" not in message


@pytest.mark.usefixtures("impatient")
def test_a_busy_hub_is_tried_again(hub, run, monkeypatch, capsys):
    """The client retries after one 503 for a file, and nothing is reported."""
    put_object, requests = Request.put_object, []

    def busy_once(request: Request) -> None:
        requests.append(request.path)
        if len(requests) == 1:
            raise HttpError(503, "busy")
        put_object(request)

    monkeypatch.setattr(Request, "put_object", busy_once)
    assert publish(run) == 0
    assert len(requests) == 7  # weights, two files for the page, two plots and a picture, the first of them twice
    assert capsys.readouterr().err == ""


def test_a_lost_response_to_the_commit_is_reported_as_uncertain(hub, run, failure, monkeypatch):
    """The message says where to look; the commit did arrive here, and publishing again makes no second one."""
    commit = Request.commit

    def commit_without_response(request: Request) -> None:
        monkeypatch.setattr(request, "send_json", lambda *_: None)
        commit(request)
        request.close_connection = True

    monkeypatch.setattr(Request, "commit", commit_without_response)
    assert f"check {hub.url}/{REPO} for whether the commit arrived" in failure()
    monkeypatch.setattr(Request, "commit", commit)
    assert publish(run) == 0
    assert len(hub.repositories["model", REPO].commits) == 2


def test_a_commit_by_someone_else_is_not_overwritten(hub, run, failure, monkeypatch):
    """One between our listing and our commit: ours is rejected, and succeeds at the next attempt."""
    hub.put(REPO, {"notes.txt": b"first"})
    preupload = Request.preupload

    def preupload_after_another_commit(request: Request) -> None:
        hub.put(REPO, {"notes.txt": b"second"})
        preupload(request)

    monkeypatch.setattr(Request, "preupload", preupload_after_another_commit)
    assert "changed in the meantime" in failure()
    assert files_of(hub) == {"notes.txt": b"second"}
    monkeypatch.setattr(Request, "preupload", preupload)
    assert publish(run) == 0
    assert files_of(hub).keys() == FILES | DRAWN | {"notes.txt"}


@pytest.fixture
def new_client():
    """Afterwards: the client of this process has the timeout, too."""
    yield
    close_session()


@pytest.mark.usefixtures("new_client")
@pytest.mark.parametrize(
    ("timeout", "seconds", "respond", "expected"),
    [
        ("REQUEST_TIMEOUT", 0.2, lambda request: black_hole(request, "whoami"), "cannot connect to http"),
        ("UPLOAD_TIMEOUT", 0.4, slow_drip, "no response within 0.4 s"),
    ],
    ids=["black hole", "slow drip"],
)
def test_a_hub_that_does_not_respond_is_abandoned(hub, failure, monkeypatch, timeout, seconds, respond, expected):
    """Whether it sends nothing, or one byte at a time."""
    monkeypatch.setattr(upload, timeout, seconds)
    monkeypatch.setattr(Request, "whoami", respond)
    began = time.monotonic()
    message = failure()
    assert time.monotonic() - began < 4
    assert expected in message


def test_a_failed_connection_is_reported(hub, failure, monkeypatch):
    """With the address."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        monkeypatch.setenv("HF_ENDPOINT", url)
        assert f"cannot connect to {url}" in failure()


def test_offline_mode_publishes_nothing(hub, failure, monkeypatch):
    """The message names the variable."""
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)  # the client reads its variable only at import
    assert "HF_HUB_OFFLINE is set" in failure()
    assert hub.requests == []


def test_an_unexpected_response_is_reported(hub, failure):
    """Such as JSON that is not what the Hub sends."""
    hub.fault = lambda request, name: request.send_json({}) or True
    assert f"train: unexpected response from {hub.url}: it has no 'id'; set HF_ENDPOINT to a Hub" in failure()


def test_a_token_is_never_printed(hub, failure, monkeypatch):
    """Not even one with characters that cannot be sent."""
    for token in ("hf_secret\x01part", "hf_secret_é", "hf_secret part"):
        monkeypatch.setenv("HF_TOKEN", token)
        assert "secret" not in failure()
