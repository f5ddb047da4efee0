"""Connections that keep the server waiting are closed, and never keep others from being served."""

import contextlib
import json
import logging
import socket
import threading
import time
from collections.abc import Iterator

import pytest
import uvicorn

from lenet.page.connections import BoundedProtocol, Limits, OncePerSecond, raise_descriptor_limit

HALF = b"GET / HTTP/1.1\r\nHost: x\r\nX-Long: "
WHOLE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"


async def app(scope, receive, send) -> None:
    """Answers with the number of bytes in the body; at /large with more than a client's buffers hold, at /no unread."""
    if scope["type"] == "lifespan":
        return
    if scope["path"] == "/no":
        await send(
            {
                "type": "http.response.start",
                "status": 413,
                "headers": [(b"connection", b"close"), (b"content-length", b"9")],
            }
        )
        await send({"type": "http.response.body", "body": b"too large"})
        return
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        size, more = size + len(message["body"]), message["more_body"]
    body = b"x" * 30_000_000 if scope["path"] == "/large" else str(size).encode()
    length = str(len(body)).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", length)]})
    await send({"type": "http.response.body", "body": body})


@contextlib.contextmanager
def server(**limits) -> Iterator[int]:
    """The port of a server with these limits."""
    protocol = type("Protocol", (BoundedProtocol,), {"limits": Limits(**limits)})
    config = uvicorn.Config(
        app,
        port=0,
        http=protocol,
        log_level="critical",
        lifespan="off",
        timeout_keep_alive=30,
        timeout_graceful_shutdown=3,
    )
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    while not running.started:
        time.sleep(0.001)
    try:
        yield running.servers[0].sockets[0].getsockname()[1]
    finally:
        running.should_exit = True
        thread.join(10)


@pytest.fixture(scope="module")
def hasty() -> Iterator[int]:
    """The port of a server that waits for a fifth of a second."""
    with server(header=0.2, silence=0.2) as port:
        yield port


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), 10)


def received(connection: socket.socket) -> bytes:
    """Everything that arrives until the server closes the connection, or resets it."""
    parts = []
    with contextlib.suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            parts.append(part)
    return b"".join(parts)


def status(port: int, request: bytes = WHOLE) -> int:
    with connect(port) as connection:
        connection.sendall(request)
        return int(connection.recv(65_536).split()[1])


@pytest.mark.parametrize("sent", [b"", b"G", HALF, b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n1234"])
def test_what_never_ends_gets_an_answer_and_is_closed(hasty, sent):
    """Nothing at all, half a header, half a body: 408, and a sentence."""
    with connect(hasty) as connection:
        connection.sendall(sent)
        head, _, body = received(connection).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        assert json.loads(body) == {"detail": "the request took too long to arrive"}


def refused(connection: socket.socket, size: int) -> bytes:
    """The response to a body that nobody reads, once all of it has been sent."""
    connection.sendall(b"POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n" % size)
    for _ in range(size // 100_000):
        connection.sendall(bytes(100_000))
    response = b""
    while not response.endswith(b"too large"):
        response += connection.recv(65_536)
    return response


def test_a_client_that_still_sends_gets_its_refusal():
    """The rest of the body is dropped first; what was closed at once would be reset, and the response lost."""
    with server() as port, connect(port) as connection:
        assert refused(connection, 20_000_000).startswith(b"HTTP/1.1 413 ")
        assert connection.recv(1) == b""


def test_a_body_that_is_dropped_does_not_last_for_ever():
    """After `linger` seconds the connection is closed, whoever still sends."""
    with server(linger=0.1) as port, connect(port) as connection:
        began = time.monotonic()
        connection.sendall(b"POST /no HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n\r\n")
        with contextlib.suppress(OSError):
            while time.monotonic() - began < 10:
                connection.sendall(b"x")
                time.sleep(0.01)
        assert time.monotonic() - began < 5


def test_a_header_that_drips_has_the_same_deadline():
    """A byte now and then does not extend it."""
    with server(header=0.2) as port, connect(port) as connection:
        began = time.monotonic()
        connection.sendall(HALF)
        with contextlib.suppress(OSError):
            while time.monotonic() - began < 10:
                connection.sendall(b"x")
                time.sleep(0.02)
                connection.setblocking(False)
                with contextlib.suppress(BlockingIOError):
                    if connection.recv(100):
                        break
                connection.setblocking(True)
        assert time.monotonic() - began < 5


def test_the_second_request_of_a_connection_has_the_deadline_too(hasty):
    """Half a header after a whole request."""
    with connect(hasty) as connection:
        connection.sendall(WHOLE)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")
        connection.sendall(HALF)
        assert b"HTTP/1.1 408 " in received(connection)


def test_a_body_that_drips_is_closed_and_a_slow_one_is_not():
    """What counts is the mean rate after the first `silence` seconds."""
    head = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    with server(silence=0.25, rate=200) as port:
        with connect(port) as dripping:
            dripping.sendall(head)
            end = time.monotonic() + 10
            with contextlib.suppress(OSError):
                while time.monotonic() < end:
                    dripping.sendall(b"x")
                    time.sleep(0.05)
            assert time.monotonic() < end
        with connect(port) as slow:
            slow.sendall(head)
            for _ in range(10):
                slow.sendall(b"x" * 100)
                time.sleep(0.03)
            assert slow.recv(65_536).endswith(b"1000")


def test_a_client_that_does_not_take_its_response_is_closed(hasty):
    """While the response is larger than all buffers."""
    with connect(hasty) as connection:
        connection.sendall(WHOLE.replace(b"/ ", b"/large ", 1))
        time.sleep(0.5)
        assert len(received(connection)) < 30_000_000


def test_waiting_connections_make_room_for_a_visitor():
    """Twenty times as many half headers as there may be connections, and each visitor in between is served."""
    with server(connections=10) as port, contextlib.ExitStack() as stack:
        for n in range(200):
            stack.enter_context(connect(port)).sendall(HALF)
            if n % 20 == 0:
                assert status(port) == 200
        assert status(port) == 200


def test_a_visitor_keeps_the_connection():
    """From one request to the next, whatever others begin meanwhile."""
    with server(connections=10) as port, contextlib.ExitStack() as stack:
        visitor = stack.enter_context(connect(port))
        for _ in range(3):
            visitor.sendall(WHOLE)
            response = b""
            while not response.endswith(b"\r\n\r\n0"):
                part = visitor.recv(1_000)
                assert part, "closed"
                response += part
            for _ in range(20):
                stack.enter_context(connect(port)).sendall(HALF)


def test_beyond_the_limit_the_answer_says_so():
    """Where every connection is being answered, none can make room."""
    with server(connections=3) as port, contextlib.ExitStack() as stack:
        for _ in range(3):
            busy = stack.enter_context(connect(port))
            busy.sendall(WHOLE.replace(b"/ ", b"/large ", 1))
            assert busy.recv(1)  # its response has begun
        response = received(stack.enter_context(connect(port)))
        assert response.startswith(b"HTTP/1.1 503 ")
        assert b"too many connections" in response


def test_there_are_descriptors_for_the_connections_and_for_the_rest():
    """The soft limit of many systems is 1,024."""
    resource = pytest.importorskip("resource")
    connections = raise_descriptor_limit()
    assert 8 <= connections <= Limits.connections
    assert resource.getrlimit(resource.RLIMIT_NOFILE)[0] > connections


def test_the_log_has_a_line_of_a_kind_a_second():
    """And says how many were left out; another kind is not held back by the first."""
    limit = OncePerSecond(seconds=0.2)

    def record(message: str, *arguments) -> logging.LogRecord:
        return logging.LogRecord("asyncio", logging.ERROR, "", 0, message, arguments, None)

    assert limit.filter(record("refused %d", 1))
    assert not any(limit.filter(record("refused %d", n)) for n in range(2_000))
    assert limit.filter(record("other"))
    time.sleep(0.25)
    last = record("refused %d", 9)
    assert limit.filter(last)
    assert last.getMessage() == "refused 9 (2,000 more like this)"
