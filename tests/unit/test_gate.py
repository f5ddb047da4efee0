"""What the server refuses: unknown routes, long bodies, names and addresses, and requests of other sites' pages."""

import contextlib
import os
import select
import socket
import time
from types import SimpleNamespace
from typing import ClassVar
from unittest.mock import AsyncMock

import httpx
import pytest
from gradio_client import Client, handle_file
from starlette.responses import JSONResponse
from starlette.types import Message

from harness.drawings import EXAMPLES, draw, encoded
from harness.servers import page_in_this_process
from lenet.page.gate import JSON_LIMIT, UPLOAD_LIMIT, Gate
from lenet.page.headers import FRAME_ANCESTORS, content_security_policy
from lenet.page.uploads import KEPT, MAX_AGE, Uploads
from tests.asgi import run_apart

JSON = {"Content-Type": "application/json"}
FORM = b'--x\r\nContent-Disposition: form-data; name="files"; %s\r\n\r\nabc\r\n--x--\r\n'
FOREIGN = {"Origin": "https://elsewhere.example"}


@pytest.fixture(scope="module")
def uploads(tmp_path_factory):
    """Where the app of this module keeps its uploads."""
    return tmp_path_factory.mktemp("uploads")


@pytest.fixture(scope="module")
def server(uploads, reader):
    """The URL of a page that has not been called before."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADIO_TEMP_DIR", str(uploads))
        yield page_in_this_process(reader)


@pytest.fixture
def own_uploads(tmp_path, monkeypatch):
    """Those of a gate that is not the server's."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path))
    uploads = Uploads()
    yield uploads
    uploads.close()


@pytest.fixture(scope="module")
def stroke():
    """A drawing of a 7, as the page sends it."""
    return encoded(draw(EXAMPLES[7]["strokes"]))


@pytest.fixture(autouse=True)
def stroke_is_answered(server, stroke):
    """Whatever a test does, a stroke is read right after it."""
    yield
    response = httpx.post(f"{server}/read", content=stroke, headers={"Content-Type": "image/png"}, timeout=5)
    assert response.json()["digit"] == 7


@pytest.mark.parametrize(
    "path",
    [
        "gradio_api/file=/etc/passwd",
        "gradio_api/file/etc/passwd",
        "gradio_api/proxy=http://127.0.0.1:1/",
        "gradio_api/run-history/records",
        "gradio_api/vibe-code",
        "gradio_api/profiling/summary",
        "gradio_api/stream/a/1/2/playlist.m3u8",
        "gradio_api/runs",
        "monitoring",
        "login_check",
        "docs",
        "openapi.json",
        "static-x/../../app.py",
        "unknown",
    ],
)
def test_only_routes_that_the_page_needs_are_served(server, path):
    """404 for the rest of Gradio's, and of FastAPI's."""
    assert httpx.get(f"{server}/{path}").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "",
        "gradio_api/run/predict",
        "gradio_api/api/predict",
        "gradio_api/process_recording",
        "gradio_api/vibe-edit",
        "gradio_api/stream/1",
        "gradio_api/component_server",
        "gradio_api/run-history/connect",
        "login",
    ],
)
def test_only_the_queue_can_be_posted_to(server, path):
    """Not the way around it, and nothing that would start ffmpeg."""
    assert httpx.post(f"{server}/{path}", json={"data": [None], "session_hash": "a"}).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(server, method):
    assert httpx.request(method, server).status_code == 404


def test_a_websocket_is_refused(own_uploads):
    """Before it is open; the page uses none."""
    sent = []

    async def receive() -> Message:
        raise AssertionError("it waits")

    async def send(message: Message) -> None:
        sent.append(message["type"])

    run_apart(Gate(JSONResponse("called"), own_uploads)({"type": "websocket", "path": "/"}, receive, send))
    assert sent == ["websocket.close"]


@pytest.mark.parametrize("content", ["text/plain", "application/x-www-form-urlencoded", ""])
@pytest.mark.parametrize("path", ["gradio_api/queue/join", "gradio_api/call/predict", "gradio_api/upload"])
def test_forms_and_text_are_refused(server, path, content):
    """Any site can post these without asking the browser's permission."""
    response = httpx.post(f"{server}/{path}", content=b"{}", headers={"Content-Type": content})
    assert response.status_code == 415
    assert response.json()["detail"].startswith("expected Content-Type: ")


def parts(size: int, chunk: int = 1_000_000):
    """A body of `size` bytes whose length is not declared: a file in a form."""
    yield b'--x\r\nContent-Disposition: form-data; name="files"; filename="a.png"\r\n\r\n'
    for _ in range(size // chunk):
        yield b"[" * chunk
    yield b"\r\n--x--\r\n"


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "chunked"])
@pytest.mark.parametrize(
    ("path", "content", "limit"),
    [
        ("gradio_api/queue/join", "application/json", JSON_LIMIT),
        ("gradio_api/call/predict", "application/json", JSON_LIMIT),
        ("gradio_api/upload", "multipart/form-data; boundary=x", UPLOAD_LIMIT),
    ],
)
def test_a_long_body_is_refused(server, uploads, path, content, limit, declared):
    """At once if its length is declared, else as soon as there is too much of it. No file is left."""
    body = b"".join(parts(50_000_000)) if declared else parts(50_000_000)
    start = time.perf_counter()
    try:
        response = httpx.post(f"{server}/{path}", content=body, headers={"Content-Type": content}, timeout=20)
    except httpx.WriteError:
        assert not declared  # the server has closed the connection, and the client has not read why
    else:
        assert response.status_code == 413
        assert response.json()["detail"] == f"request too large: the limit is {limit:,} bytes"
    assert time.perf_counter() - start < 10
    assert sum(path.stat().st_size for path in uploads.rglob("*") if path.is_file()) < 2 * UPLOAD_LIMIT


NO_CALLS = [b"", b"[]", b"[" * 90_000, b'"text"', b"{", b"\xff", b'{"session_hash": []}']


@pytest.mark.parametrize("body", [*NO_CALLS, b'{"session_hash": "%s"}' % (b"a" * 65)])
def test_what_is_not_a_call_is_refused(server, body):
    """With 400 and a sentence."""
    response = httpx.post(f"{server}/gradio_api/queue/join", content=body, headers=JSON)
    assert response.status_code == 400
    assert response.json()["detail"].startswith(("expected a JSON object", "expected a short session_hash"))


def test_a_long_address_is_refused(server):
    """The name of a session is part of it."""
    for path in ("gradio_api/queue/data?session_hash=", "?"):
        assert httpx.get(f"{server}/{path}{'a' * 200}").status_code == 414


def test_every_response_has_security_headers(server):
    """The page, a file, an error, and what CORS tells a browser that asks whether another site may call."""
    ask = {"Access-Control-Request-Method": "POST", **FOREIGN}
    responses = [httpx.get(f"{server}/{path}", headers=FOREIGN) for path in ("", "config", "unknown")]
    for response in (*responses, httpx.options(f"{server}/config", headers=ask)):
        headers = response.headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
        assert f"frame-ancestors {FRAME_ANCESTORS}" in headers["Content-Security-Policy"]


def test_the_owner_can_name_sites_that_may_frame_the_page(monkeypatch):
    """Besides the Hub's."""
    monkeypatch.setenv("LENET_FRAME_ANCESTORS", "https://school.example https://other.example")
    assert content_security_policy().endswith(f"{FRAME_ANCESTORS} https://school.example https://other.example")


def test_a_question_of_another_site_is_refused_like_any_request(server):
    """Gradio's answer to it would come before anything is checked: here, how long the address is."""
    ask = {"Access-Control-Request-Method": "POST", **FOREIGN}
    assert httpx.options(f"{server}/{'a' * 300}", headers=ask).status_code == 414


def test_other_sites_get_no_credentials(server):
    """Neither when they ask in advance nor with the response."""
    ask = {"Access-Control-Request-Method": "POST", **FOREIGN}
    for response in (httpx.options(f"{server}/config", headers=ask), httpx.get(f"{server}/config", headers=FOREIGN)):
        assert response.status_code == 200
        assert "Access-Control-Allow-Credentials" not in response.headers


def test_a_visitor_cannot_change_the_address_that_others_see(server):
    """In the documentation of the API, Gradio would show everyone the host that the first visitor named."""
    for path in ("info", "openapi.json"):
        for headers in ({"X-Forwarded-Host": "evil.example"}, {"Host": "evil.example"}):
            httpx.get(f"{server}/gradio_api/{path}", headers=headers)
            assert "evil.example" not in httpx.get(f"{server}/gradio_api/{path}").text


def test_an_upload_is_kept_for_a_minute_after_it_has_been_read(server, uploads, tmp_path):
    """Also if it was not an image."""
    client = Client(server, verbose=False)
    draw(EXAMPLES[3]["strokes"]).save(tmp_path / "digit.png")
    assert client.predict(handle_file(str(tmp_path / "digit.png")), api_name="/predict")["digit"] == 3
    (tmp_path / "text.png").write_bytes(b"text")
    with pytest.raises(Exception, match="not an image file"):
        client.predict(handle_file(str(tmp_path / "text.png")), api_name="/predict")
    read = [path for path in uploads.rglob("*.png") if path.name in ("digit.png", "text.png")]
    assert len(read) == 2
    assert all(time.time() - path.stat().st_mtime > MAX_AGE - KEPT for path in read)


def test_visitors_who_upload_the_same_image_do_not_disturb_each_other(server):
    """Gradio keeps it once: what one has read, the other can still read."""
    files = {"files": ("digit.png", encoded(draw(EXAMPLES[5]["strokes"])), "image/png")}
    api = f"{server}/gradio_api"

    def answer(path: str) -> str:
        image = {"path": path, "meta": {"_type": "gradio.FileData"}}
        event = httpx.post(f"{api}/call/predict", json={"data": [image]}).json()["event_id"]
        return httpx.get(f"{api}/call/predict/{event}", timeout=30).text

    first, second = (httpx.post(f"{api}/upload", files=files).json()[0] for _ in range(2))
    assert first == second
    assert all('"digit": 5' in answer(path) for path in (first, second))
    os.unlink(first)
    assert "event: error" in answer(first)


def collect(server: str, session: str) -> str:
    """What the queue has for a session."""
    with httpx.stream("GET", f"{server}/gradio_api/queue/data?session_hash={session}", timeout=20) as response:
        for line in response.iter_lines():
            if "process_completed" in line or "unexpected_error" in line:
                return line
    return ""


def test_results_of_unknown_sessions_are_an_event_and_no_traceback(server, caplog):
    """However one asks for them: by the session, or by the call."""
    api = f"{server}/gradio_api"
    for path in ("queue/data?session_hash=unknown", "call/predict/unknown", "call/v2/predict/unknown"):
        response = httpx.get(f"{api}/{path}", timeout=20)
        assert (response.status_code, response.headers["Content-Type"][:17]) == (200, "text/event-stream")
        assert "error" in response.text
    assert not [record for record in caplog.records if record.exc_info]


def test_another_fault_while_results_are_sent_is_not_hidden(own_uploads):
    """Only that a session is gone is nothing to report."""

    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise ZeroDivisionError

    scope = {"type": "http", "method": "GET", "path": "/gradio_api/queue/data", "query_string": b"", "headers": []}
    with pytest.raises(ZeroDivisionError):
        run_apart(Gate(app, own_uploads)(scope, AsyncMock(), AsyncMock()))


class Waiting(list):
    """A queue of calls, of which two may wait."""

    max_size = 2
    pending_messages_per_session: ClassVar[dict] = {}


@pytest.mark.parametrize("path", ["gradio_api/upload", "gradio_api/queue/join", "gradio_api/call/predict"])
@pytest.mark.parametrize(("waiting", "status"), [(1, 200), (2, 503)])
def test_a_full_queue_refuses_calls_and_their_uploads(path, waiting, status, own_uploads):
    """Before the body is read: an upload whose call cannot wait would be in vain."""
    blocks = SimpleNamespace(_queue=Waiting(range(waiting)))

    async def page(scope, receive, send):
        scope["app"] = SimpleNamespace(get_blocks=lambda: blocks)
        await gate(scope, receive, send)

    gate = Gate(JSONResponse("called"), own_uploads)
    headers = {"Content-Type": "multipart/form-data; boundary=x" if path.endswith("upload") else "application/json"}

    async def post() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(page), base_url="http://page") as client:
            return await client.post(f"/{path}", content=b"{}", headers=headers)

    response = run_apart(post())
    assert response.status_code == status
    if status == 503:
        assert response.json()["detail"] == "the server is busy: try again later"
        assert response.headers["Retry-After"] == "1"


def test_sessions_that_are_not_collected_are_forgotten(server, monkeypatch):
    """The oldest first; a full queue is said at once. The newest can be collected."""
    monkeypatch.setattr("lenet.page.gate.MAX_SESSIONS", 10)
    statuses, session = [], ""
    with httpx.Client() as client:
        while statuses.count(200) < 20:
            call = {"data": [None], "fn_index": 0, "session_hash": f"session{len(statuses)}"}
            statuses.append(client.post(f"{server}/gradio_api/queue/join", json=call).status_code)
            session = call["session_hash"] if statuses[-1] == 200 else session
    assert set(statuses) <= {200, 503}
    assert statuses[0] == 200
    assert "no image given" in collect(server, session)
    assert "no image given" not in collect(server, "session0")


@pytest.mark.parametrize(
    ("header", "content", "status"),
    [
        ("multipart/form-data; boundary=x", FORM % b"filename*=", 400),
        ("multipart/form-data; boundary=x", FORM % b"filename*=UTF-8''a.png", 400),
        ("multipart/form-data; boundary=x", FORM % b"filename*=''%ff%fe", 400),
        ("multipart/form-data; boundary=" + "x" * 5_000, b"--x--", 415),
        ("multipart/form-data", b"", 400),
        ("multipart/form-data; boundary=x; charset=none-such", FORM % b'filename="a.png"', 200),
        ("multipart/form-data; boundary=x", b"--y", 400),
        ("multipart/form-data; boundary=x", b"--x\r\nContent-Disposition: form-data\r\n\r\n\r\n--x--", 400),
    ],
)
def test_a_form_that_gradio_cannot_read_gets_a_sentence(server, header, content, status):
    """Never status 500, whose traceback would fill the log."""
    response = httpx.post(f"{server}/gradio_api/upload", content=content, headers={"Content-Type": header})
    assert response.status_code == status, response.text


@pytest.mark.parametrize("path", ["http://127.0.0.1:1/a.png", "digit.png", "/etc/passwd", "../../etc/passwd"])
@pytest.mark.parametrize("route", ["queue/join", "call/predict", "call/v2/predict"])
def test_only_uploads_are_read(server, route, path):
    """Before Gradio sees the call; the sentence does not tell where the server keeps its files."""
    call = {"data": [{"path": path, "meta": {"_type": "gradio.FileData"}}], "fn_index": 0, "session_hash": "a"}
    response = httpx.post(f"{server}/gradio_api/{route}", json=call)
    assert response.status_code == 400
    assert response.json()["detail"].startswith("not an upload of this server: upload the image to this server first")


def begin_upload(server: str) -> socket.socket:
    """A connection that has sent the beginning of the largest upload."""
    host, port = server.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), 10)
    head = f"POST /gradio_api/upload HTTP/1.1\r\nHost: {host}\r\nContent-Length: {UPLOAD_LIMIT}\r\n"
    connection.sendall(head.encode() + b"Content-Type: multipart/form-data; boundary=x\r\n\r\n--x\r\n")
    return connection


def test_uploads_that_are_never_finished_count(server):
    """Beyond the limit of bytes under way the answer is "busy", until the others are given up."""
    with contextlib.ExitStack() as stack:
        unfinished = [stack.enter_context(begin_upload(server)) for _ in range(6)]
        answered, _, _ = select.select(unfinished, [], [], 10)
        assert answered[0].recv(1_000).startswith(b"HTTP/1.1 503 ")
    for _ in range(100):
        with begin_upload(server) as connection:
            if not select.select([connection], [], [], 0.2)[0]:
                break  # it is waited for
    else:
        pytest.fail("there is no room again")
