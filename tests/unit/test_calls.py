"""Calls of /predict are checked before Gradio sees them: only uploads of this server are read."""

import json
from pathlib import Path

import pytest

from lenet.page.calls import why_refused


@pytest.fixture
def upload(tmp_path) -> str:
    """The path of an uploaded file, as the server returns it."""
    path = tmp_path / "uploads" / "0123" / "digit.png"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"0")
    (tmp_path / "elsewhere.png").write_bytes(b"0")
    (tmp_path / "uploads" / "link.png").symlink_to(tmp_path / "elsewhere.png")
    return str(path)


def call(tmp_path: Path, *data, **more) -> str | None:
    body = json.dumps({"data": list(data), "fn_index": 0, **more}).encode()
    return why_refused(body, tmp_path / "uploads", "page.example")


def test_an_upload_may_be_read(tmp_path, upload):
    """As Gradio's clients in Python and in JavaScript send it, and the image in the address bar of neither."""
    meta = {"_type": "gradio.FileData"}
    assert call(tmp_path, {"path": upload, "meta": meta}, session_hash="abc-1_2") is None
    own = f"https://page.example/gradio_api/file={upload}"
    assert call(tmp_path, {"path": upload, "url": own, "orig_name": "digit.png", "size": 1, "meta": meta}) is None
    assert call(tmp_path, {"path": upload, "url": None, "meta": meta}) is None
    assert call(tmp_path, None) is None


@pytest.mark.parametrize(
    "path",
    [
        "http://127.0.0.1:1/a.png",
        "https://example.com/a.png",
        "//example.com/a.png",
        "digit.png",
        "../elsewhere.png",
        "/etc/passwd",
        "{uploads}/../elsewhere.png",
        "{uploads}/link.png",
        "{uploads}",
        "{uploads}-of-another/a.png",
        "{uploads}/a\0.png",
        "data:image/png;base64,AAAA",
        "",
        "x" * 5_000,
        None,
        7,
        ["{uploads}/0123/digit.png"],
    ],
)
def test_anything_else_is_refused(tmp_path, upload, path):
    """Wherever in the call it is; the sentence says what is accepted, and nothing about the server."""
    given = path.replace("{uploads}", str(tmp_path / "uploads")) if isinstance(path, str) else path
    for said in (
        call(tmp_path, {"path": given}),
        call(tmp_path, {"path": given, "meta": {"_type": "gradio.FileData"}}),
        call(tmp_path, [{"nested": [{"path": given}]}]),
        call(tmp_path, {"path": upload}, event_data={"path": given}),
    ):
        assert said is not None
        assert said.startswith("not an upload of this server: upload the image to this server first")
        assert str(tmp_path) not in said


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/a.png",
        "https://page.example.evil/gradio_api/file={path}",
        "https://evil@page.example/file={path}",
        "https://page.example/gradio_api/file=/etc/passwd",
        "https://page.example/elsewhere?/file={path}",
        "file://{path}",
        "",
        1,
    ],
)
def test_no_address_is_fetched(tmp_path, upload, url):
    """Neither with a path nor without one."""
    url = url.replace("{path}", upload) if isinstance(url, str) else url
    for said in (call(tmp_path, {"path": upload, "url": url}), call(tmp_path, {"url": url})):
        assert said is not None
        assert said.startswith("a url is not accepted: ")


def test_deep_nesting_is_no_way_around(tmp_path, upload):
    """Deeper than Python's stack."""
    depth = 20_000
    deep = '{"data": ' + "[" * depth + '{"path": "/etc/passwd"}' + "]" * depth + "}"
    assert why_refused(deep.encode(), tmp_path) in (
        "expected a JSON object",
        "not an upload of this server: upload the image to this server first, and pass the path that the upload "
        "returned, without a url",
    )


@pytest.mark.parametrize("body", [b"", b"[]", b"7", b"{", b'"a"', b"\xff", b"[" * 90_000, b'{"session_hash": 7}'])
def test_what_is_no_call_is_refused(tmp_path, body):
    """With what is expected."""
    said = why_refused(body, tmp_path)
    assert said is not None
    assert said.startswith("expected a ")


@pytest.mark.parametrize("session", ["", "a" * 65, "a b", "a/b", 7, ["a"], {}])
def test_names_of_sessions_are_short(tmp_path, session):
    """The server keeps them."""
    said = call(tmp_path, None, session_hash=session)
    assert said is not None
    assert said.startswith("expected a short session_hash")
