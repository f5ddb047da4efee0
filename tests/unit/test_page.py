"""Requests for readings by PyTorch, as the page sends them, and as others might."""

import asyncio
import contextlib
import itertools
import re
import select
import socket
import struct
import threading
import time
import zlib

import httpx
import numpy as np
import pytest
from PIL import Image
from starlette.applications import Starlette
from starlette.types import Message

from harness.drawings import EXAMPLES, draw, encoded
from lenet import NETWORKS, Recognizer
from lenet.page.assets import FILES
from lenet.page.payload import MAX_BYTES, decode
from lenet.page.routes import MAX_READS, Routes
from lenet.weights.model import bundled
from tests.asgi import run_apart

PNG = {"Content-Type": "image/png"}


DRAWING = encoded(Image.new("L", (280, 280), 200))


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    """A PNG of these chunks, by name and content, with correct checksums."""
    parts = (
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def header(width: int = 2, height: int = 2, *form: int) -> tuple[bytes, bytes]:
    """The chunk IHDR; `form` is bits, color type, compression, filter and interlacing."""
    return b"IHDR", struct.pack(">IIBBBBB", width, height, *(form or (8, 0, 0, 0, 0)))


ROWS, END = (b"IDAT", zlib.compress(bytes(6))), (b"IEND", b"")


def test_the_response_contains_the_reading(app_url, reader):
    """Digit and probabilities are those of the reader, and the network is identified."""
    image = draw(EXAMPLES[8]["strokes"])
    sent, reading = httpx.post(f"{app_url}/read", content=encoded(image), headers=PNG).json(), reader.read(image)
    assert (sent["digit"], sent["reason"]) == (8, None)
    assert sent["probabilities"] == pytest.approx(reading.probabilities, abs=1e-6)
    assert re.fullmatch(r"/network-[0-9a-f]{12}", sent["network"])
    assert set(sent) == {"digit", "reason", "probabilities", "digits", "network"}
    assert sent["digits"] is None


def test_an_empty_canvas_is_blank(app_url):
    """It is a valid image, with a reason instead of a digit."""
    content = encoded(Image.new("L", (280, 280)))
    assert httpx.post(f"{app_url}/read", content=content, headers=PNG).json()["reason"] == "blank"


def test_strokes_may_be_sent_by_their_opacity(app_url, reader):
    """As the page sends them: the reader gets what it gets of the pad, strokes on nothing."""
    opacity = 255 - np.asarray(draw(EXAMPLES[8]["strokes"]))
    sent = httpx.post(f"{app_url}/read?opacity", content=encoded(Image.fromarray(opacity)), headers=PNG).json()
    drawing = np.zeros((*opacity.shape, 4), np.uint8)
    drawing[..., 3] = opacity
    assert sent["digit"] == 8
    assert sent["probabilities"] == pytest.approx(reader.read(drawing).probabilities, abs=1e-6)


@pytest.mark.parametrize("variant", NETWORKS)
def test_a_bundled_network_can_be_asked_instead(app_url, variant):
    """Its reading, and what identifies it, which the browser has from its description."""
    image = draw(EXAMPLES[8]["strokes"])
    sent = httpx.post(f"{app_url}/read?variant={variant}", content=encoded(image), headers=PNG, timeout=30).json()
    reading = Recognizer.from_pretrained(bundled(variant)).read(image)
    assert sent["probabilities"] == pytest.approx(reading.probabilities, abs=1e-6)
    page = httpx.get(f"{app_url}/networks/{variant}/page.json", timeout=30).json()
    assert sent["network"] == page["settings"]["identity"]


def test_an_unknown_network_is_named(app_url):
    """With those that there are."""
    response = httpx.post(f"{app_url}/read?variant=resnet", content=DRAWING, headers=PNG)
    assert response.status_code == 400
    assert response.json() == {"error": "unknown variant, expected one of textbook, tutorial, original"}


INVALID = [
    (b"", PNG, 400, "not a PNG image"),
    (b"QUJD", PNG, 400, "not a PNG image"),
    (DRAWING[:-40], PNG, 400, "damaged PNG image"),
    (encoded(Image.new("L", (9, 9)), "JPEG"), PNG, 400, "not a PNG image"),
    (encoded(Image.new("L", (2000, 10))), PNG, 400, "image too large: 2000 x 10 pixels; expected a PNG with 8 bits"),
    *(
        (encoded(Image.new(mode, (9, 9))), PNG, 400, "expected a PNG")
        for mode in ("1", "P", "LA", "RGB", "RGBA", "I;16")
    ),
    (png(header(), (b"eXIf", b"MM"), ROWS, END), PNG, 400, "expected a PNG"),
    (png(header(), (b"tEXt", b"a\0b"), ROWS, END), PNG, 400, "expected a PNG"),
    (png(header(), ROWS, END, (b"eXIf", b"MM")), PNG, 400, "expected a PNG"),
    (png(header(), header(), ROWS, END), PNG, 400, "expected a PNG"),
    (png(ROWS, header(), END), PNG, 400, "expected a PNG"),
    (png(header(), *[ROWS] * 200, END), PNG, 400, "expected a PNG"),
    (png(header(2, 2, 8, 0, 0, 0, 1), ROWS, END), PNG, 400, "expected a PNG"),
    (png(header(0, 2), ROWS, END), PNG, 400, "image too large: 0 x 2"),
    (png(header(2**31, 2**31), ROWS, END), PNG, 400, "image too large"),
    (png(header()) + b"\xff\xff\xff\xffIDAT", PNG, 400, "damaged PNG image"),
    (png(header(280, 280), ROWS, END), PNG, 400, "damaged PNG image"),
    (png(header(), ROWS, END) + b"more", PNG, 400, "damaged PNG image"),
    (DRAWING, {"Content-Type": "image/jpeg"}, 415, "expected a PNG image"),
    (DRAWING, {"Content-Type": "application/json"}, 415, "expected a PNG image"),
    (DRAWING, {}, 415, "expected a PNG image"),
    (bytes(MAX_BYTES + 1), PNG, 413, "image too large: the limit is 100,000 bytes"),
]


def test_invalid_requests_get_a_status_and_a_sentence(app_url):
    """Never a traceback."""
    for content, headers, status, message in INVALID:
        response = httpx.post(f"{app_url}/read", content=content, headers=headers)
        assert response.status_code == status, message
        assert response.json()["error"].startswith(message)
        assert "\n" not in response.json()["error"], message


def test_a_body_without_a_length_is_limited_while_it_is_read(app_url):
    """The client still gets the response, although it sends more than that."""
    response = httpx.post(f"{app_url}/read", content=itertools.repeat(bytes(100_000), MAX_BYTES // 20_000), headers=PNG)
    assert response.status_code == 413


def test_other_methods_are_not_allowed(app_url):
    """Only POST."""
    assert httpx.put(f"{app_url}/read", content=DRAWING, headers=PNG).status_code == 405


def test_too_many_requests_at_once_are_refused_at_once(reader, monkeypatch):
    """With 503, while the others wait for their readings; they get them, and the next one does, too."""
    go_on = threading.Event()
    read = reader.read

    def slow(image):
        go_on.wait(60)
        return read(image)

    monkeypatch.setattr(reader, "read", slow)
    routes = Routes(reader)
    app = Starlette(routes=routes.all())

    drawing = {"content": DRAWING, "headers": PNG}

    async def crowd() -> tuple[list[int], httpx.Response, int]:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page") as client:
            waiting = [asyncio.create_task(client.post("/read", **drawing)) for _ in range(MAX_READS)]
            while routes.reads < MAX_READS:
                await asyncio.sleep(0.005)
            refused = await client.post("/read", **drawing)
            go_on.set()
            done = [response.status_code for response in await asyncio.gather(*waiting)]
            return done, refused, (await client.post("/read", **drawing)).status_code

    done, refused, after = run_apart(crowd())
    assert done == [200] * MAX_READS
    assert (refused.status_code, refused.json()) == (503, {"error": "the server is busy"})
    assert refused.headers["Retry-After"] == "1"
    assert after == 200


def test_a_page_is_healthy_once_it_is_up(reader):
    """Its server listens a moment before that."""
    routes = Routes(reader)

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(Starlette(routes=routes.all()))
        async with httpx.AsyncClient(transport=transport, base_url="http://page") as client:
            return await client.get("/healthz")

    assert run_apart(ask()).status_code == 503
    routes.is_up = True
    assert run_apart(ask()).json()["status"] == "ok"


def test_a_drawing_may_come_in_several_pieces():
    """As encoders divide a large image."""
    rows = zlib.compress(bytes([0, 1, 2, 0, 3, 4]))
    image = decode(png(header(), *((b"IDAT", bytes([part])) for part in rows), END))
    assert np.asarray(image).tolist() == [[1, 2], [3, 4]]


def test_drawings_that_are_never_finished_leave_room(reader, monkeypatch):
    """Beyond the limit of bytes under way the answer is "busy"; when they are given up, there is room again."""
    monkeypatch.setattr("lenet.page.routes.MAX_BODIES", 3 * len(DRAWING))
    monkeypatch.setattr("lenet.page.routes.SMALL_BODY", 0)
    routes = Routes(reader)
    app = Starlette(routes=routes.all())

    async def visit() -> list[int]:
        given_up = asyncio.Event()

        async def unfinished():
            yield DRAWING[:-1]
            await given_up.wait()
            yield b""

        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://page") as client:
            declared = {**PNG, "Content-Length": str(len(DRAWING))}
            waiting = [
                asyncio.create_task(client.post("/read", content=unfinished(), headers=declared)) for _ in range(3)
            ]
            await asyncio.sleep(0.1)
            statuses = [(await client.post("/read", content=DRAWING, headers=PNG)).status_code]
            given_up.set()
            statuses += [response.status_code for response in await asyncio.gather(*waiting)]
            return [*statuses, (await client.post("/read", content=DRAWING, headers=PNG)).status_code]

    assert run_apart(visit()) == [503, 400, 400, 400, 200]
    assert routes.bodies.held == 0


def test_a_drawing_has_room_beside_others_that_are_never_finished(app_url):
    """As many as are waited for, however long, and one that is refused."""
    host, port = app_url.removeprefix("http://").split(":")
    head = f"POST /read HTTP/1.1\r\nHost: {host}\r\nContent-Type: image/png\r\nContent-Length: 100000\r\n\r\n"
    with contextlib.ExitStack() as stack:
        waiting = []
        while not select.select(waiting, [], [], 0)[0]:
            assert len(waiting) < 200
            waiting.append(stack.enter_context(socket.create_connection((host, int(port)), 10)))
            waiting[-1].sendall(head.encode() + bytes(9))
            time.sleep(0.01 if len(waiting) > 100 else 0.001)
        assert len(waiting) > 50
        assert httpx.post(f"{app_url}/read", content=DRAWING, headers=PNG).status_code == 200


def test_a_visitor_who_leaves_while_sending_leaves_no_trace(reader):
    """Neither an exception nor bytes that are counted."""
    routes = Routes(reader)
    app = Starlette(routes=routes.all())
    scope = {
        "type": "http",
        "method": "POST",
        "path": "/read",
        "query_string": b"",
        "headers": [(b"content-type", b"image/png")],
    }
    messages = iter([{"type": "http.request", "body": DRAWING[:9], "more_body": True}, {"type": "http.disconnect"}])

    async def receive() -> Message:
        return next(messages)

    async def send(message: Message) -> None:
        pass

    run_apart(app(scope, receive, send))
    assert routes.bodies.held == 0


def test_the_browsers_files_refer_to_no_other_host():
    """Everything on the page is served by the app itself."""
    for name, content in FILES.items():
        content = content.replace(b'"http://www.w3.org/2000/svg"', b"")  # a name, not an address
        assert not re.search(rb"https?://|[\"'(]//", content), name
